/// A straight line from ticks to nanoseconds, in integers.
struct TickMapping: Equatable {
    /// Bits of `rate` behind the point.
    static let rateBits: UInt64 = 40
    /// The rate of a clock whose ticks are nanoseconds.
    static let one: UInt64 = 1 << rateBits

    /// Ticks where the line is anchored.
    var anchorTicks: UInt64
    /// Nanoseconds at the anchor.
    var anchorNs: Int64
    /// Nanoseconds of a tick, times 2^40; above 0.
    var rate: UInt64

    /// The time at a count of ticks before or after the anchor; saturates far out.
    func timeNs(_ ticks: UInt64) -> Int64 {
        let isAfter = ticks >= anchorTicks
        let distance = isAfter ? ticks - anchorTicks : anchorTicks - ticks
        let (high, low) = distance.multipliedFullWidth(by: rate)
        // The product's upper 88 bits: what is beyond 63 of them is 292 years.
        guard high >> (Self.rateBits - 1) == 0 else { return isAfter ? .max : .min }
        let ns = Int64(high << (64 - Self.rateBits) | low >> Self.rateBits)
        let (sum, overflow) =
            isAfter
            ? anchorNs.addingReportingOverflow(ns) : anchorNs.subtractingReportingOverflow(ns)
        return overflow ? (isAfter ? .max : .min) : sum
    }

    /// The rate at which so many ticks take so many nanoseconds, or `nil` where that is none.
    static func rate(ns: Int64, ticks: UInt64) -> UInt64? {
        guard ns > 0, ticks > 0 else { return nil }
        let rate = (UInt128(UInt64(ns)) << UInt128(rateBits)) / UInt128(ticks)
        guard rate > 0, rate <= UInt128(UInt64.max >> 2) else { return nil }
        return UInt64(rate)
    }

    /// How many ticks so many nanoseconds take.
    func ticks(ofNs ns: UInt64) -> UInt64 {
        let ticks = (UInt128(ns) << UInt128(Self.rateBits)) / UInt128(rate)
        return UInt64(clamping: ticks)
    }
}
