/// What can go wrong when series are merged or made of what was stored.
public enum SeriesError: Error, Equatable, Sendable {
    /// The number of samples of both together does not fit; the two numbers.
    case countOverflow(left: UInt64, right: UInt64)
    /// The sum of both together does not fit.
    case sumOverflow
    /// What a series is to be made of is nothing that a series can hold.
    case contradiction
}
