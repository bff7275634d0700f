/// Why traces cannot be merged. Inputs are numbered from 0 in the order given.
public enum MergeError: Error, Equatable, Sendable {
    /// A kind has one name in two inputs, but not the same lane, role, meaning or columns.
    case kindsDiffer(input: Int, kind: String, what: String)
    /// The inputs have more kinds together than there are numbers.
    case tooManyKinds
    /// An input does not say what the wall clock showed at its start.
    case noWallClock(input: Int)
    /// A time, moved to the common clock, is out of range.
    case timeOutOfRange(input: Int, timeNs: Int64)
    /// A domain or CPU has a number that leaves no room for the ranges of the inputs.
    case numberOutOfRange(input: Int, what: String, number: Int64, limit: Int64)
}
