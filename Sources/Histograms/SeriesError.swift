/// What can go wrong when series are merged.
public enum SeriesError: Error, Equatable, Sendable {
    /// The number of samples of both together does not fit; the two numbers.
    case countOverflow(left: UInt64, right: UInt64)
    /// The sum of both together does not fit.
    case sumOverflow
}
