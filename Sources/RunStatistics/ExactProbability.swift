/// A probability as a quotient of whole numbers, so that a verdict repeats on every machine.
public struct ExactProbability: Hashable, Sendable, Comparable {
    /// How many of the equally likely cases are meant.
    public let cases: UInt128
    /// How many cases there are.
    public let total: UInt128

    /// Makes a probability; at most 2^100 cases.
    public init(_ cases: UInt128, of total: UInt128) {
        precondition(total > 0 && cases <= total && total <= 1 << 100, "a share of some cases")
        self.cases = cases
        self.total = total
    }

    /// Whether it is at most a level given in millionths.
    public func isAtMost(ppm: Int64) -> Bool {
        ppm >= 0 && cases * 1_000_000 <= UInt128(UInt64(ppm)) * total
    }

    /// In millionths, rounded up: never shown smaller than it is.
    public var ppm: Int64 { Int64((cases * 1_000_000 + total - 1) / total) }

    /// By value: equal quotients are equal.
    public static func < (left: ExactProbability, right: ExactProbability) -> Bool {
        let one = left.cases.multipliedFullWidth(by: right.total)
        let other = right.cases.multipliedFullWidth(by: left.total)
        return (one.high, one.low) < (other.high, other.low)
    }

    /// By value, as `<`.
    public static func == (left: ExactProbability, right: ExactProbability) -> Bool {
        !(left < right) && !(right < left)
    }

    /// Of equal values equal.
    public func hash(into hasher: inout Hasher) { hasher.combine(ppm) }
}
