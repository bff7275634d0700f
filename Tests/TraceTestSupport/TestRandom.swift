import TraceCore

/// A sequence of random numbers that a seed repeats.
public struct TestRandom {
    private let keyed: KeyedRandom
    private var index: UInt64 = 0

    /// Starts the sequence of a seed.
    public init(seed: UInt64) { keyed = KeyedRandom(seed: seed, purpose: 0x7E57) }

    /// A number in `0 ..< bound`.
    public mutating func number(below bound: Int) -> Int {
        index += 1
        return Int(keyed.number(below: UInt64(bound), entity: 0, index: index))
    }

    /// 64 random bits.
    public mutating func bits() -> UInt64 {
        index += 1
        return keyed.bits(entity: 0, index: index)
    }

    /// Whether one chance in `n` comes true.
    public mutating func oneIn(_ n: Int) -> Bool { number(below: n) == 0 }
}
