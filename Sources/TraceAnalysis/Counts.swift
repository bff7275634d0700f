/// How often a number occurred: an order, a CPU, a domain.
public struct NumberCount: Hashable, Sendable {
    /// The number; -1 where it was not known.
    public var number: Int64
    /// How often it occurred.
    public var count: UInt64

    /// Makes a count.
    public init(number: Int64, count: UInt64) {
        self.number = number
        self.count = count
    }
}

/// How often something with a name occurred.
public struct NamedCount: Hashable, Sendable {
    /// The name.
    public var name: String
    /// How often it occurred.
    public var count: UInt64

    /// Makes a count.
    public init(name: String, count: UInt64) {
        self.name = name
        self.count = count
    }

    /// Most frequent first, then by name.
    package static func isBefore(_ left: NamedCount, _ right: NamedCount) -> Bool {
        left.count != right.count ? left.count > right.count : left.name < right.name
    }
}

/// The sum of a column over the events that know its value.
///
/// A value below 0, or a missing column, means "not known". The sum is held at the largest
/// `Int64` rather than wrapping.
public struct KnownSum: Hashable, Sendable {
    /// The sum of the known values.
    public var sum: Int64 = 0
    /// The number of events with a known value.
    public var known: UInt64 = 0
    /// The number of events without.
    public var unknown: UInt64 = 0

    /// Makes an empty sum.
    public init() {}

    /// The sum, or `nil` where no event knew its value.
    public var value: Int64? { known == 0 ? nil : sum }

    mutating func add(_ value: Int64) {
        guard value >= 0 else {
            unknown += 1
            return
        }
        known += 1
        sum = sum.addingClamped(value)
    }

    mutating func merge(_ other: KnownSum) {
        sum = sum.addingClamped(other.sum)
        known += other.known
        unknown += other.unknown
    }
}

extension Int64 {
    /// The sum, held at the ends of the range.
    package func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    /// `self * factor / divisor` rounded down, held at the largest `Int64`; `nil` for a divisor
    /// that is not above 0 or a negative factor.
    public func scaled(by factor: Int64, over divisor: Int64) -> Int64? {
        guard divisor > 0, self >= 0, factor >= 0 else { return nil }
        return Int64(clamping: Int128(self) * Int128(factor) / Int128(divisor))
    }
}

/// Time that one thing took within the window: how often, how long.
public struct CountedTime: Hashable, Sendable {
    /// How often.
    public var count: UInt64 = 0
    /// How long altogether, ns.
    public var timeNs: Int64 = 0

    /// Makes an empty count.
    public init() {}

    mutating func add(_ ns: Int64) {
        count += 1
        timeNs = timeNs.addingClamped(ns)
    }
}
