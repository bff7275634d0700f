/// A small seeded generator (SplitMix64); the sequence of a seed never changes.
public struct TestRandom: Sendable {
    /// The seed, to be printed by a test that fails.
    public let seed: UInt64
    private var state: UInt64

    /// Starts the sequence of a seed; different purposes have different ones.
    public init(seed: UInt64, purpose: UInt64 = 0) {
        self.seed = seed
        state = seed &+ purpose &* 0xd134_2543_de82_ef95
    }

    /// 64 random bits.
    public mutating func bits() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var x = state
        x = (x ^ (x >> 30)) &* 0xbf58_476d_1ce4_e5b9
        x = (x ^ (x >> 27)) &* 0x94d0_49bb_1331_11eb
        return x ^ (x >> 31)
    }

    /// A number in `0 ..< bound`.
    public mutating func below(_ bound: Int) -> Int { Int(bits() % UInt64(bound)) }

    /// A number of a range.
    public mutating func number<Number: FixedWidthInteger & SignedInteger>(
        _ range: ClosedRange<Number>
    ) -> Number {
        let width = UInt64(range.upperBound - range.lowerBound) + 1
        return range.lowerBound + Number(bits() % width)
    }

    /// One of several values.
    public mutating func choice<Element>(_ values: [Element]) -> Element {
        values[below(values.count)]
    }

    /// True once in `n` times.
    public mutating func isOneIn(_ n: Int) -> Bool { below(n) == 0 }
}
