/// Counter-based random numbers: the n-th draw for a purpose and an entity is a function of the
/// key alone, so one consumer drawing more numbers never shifts another's.
///
/// The mixer is SplitMix64's finalizer (Steele, Lea, Flood 2014) applied after each key word.
public struct KeyedRandom: Sendable {
    @usableFromInline let key: UInt64

    /// Makes the source of all draws for one purpose.
    ///
    /// - Parameters:
    ///   - seed: the scenario's seed, or the engine's salt.
    ///   - purpose: a number that no other purpose uses.
    public init(seed: UInt64, purpose: UInt64) {
        key = Self.mix(Self.mix(seed) &+ purpose)
    }

    /// 64 random bits for draw `index` of `entity`.
    @inlinable
    public func bits(entity: UInt64, index: UInt64) -> UInt64 {
        Self.mix(Self.mix(key &+ entity) &+ index)
    }

    /// A number in `0 ..< bound`, by the high half of a 64 x 64 bit product.
    @inlinable
    public func number(below bound: UInt64, entity: UInt64, index: UInt64) -> UInt64 {
        precondition(bound > 0, "a random number needs a bound above 0")
        return bits(entity: entity, index: index).multipliedFullWidth(by: bound).high
    }

    /// Whether a chance of `millionths` out of a million comes true.
    @inlinable
    public func chance(millionths: UInt64, entity: UInt64, index: UInt64) -> Bool {
        number(below: 1_000_000, entity: entity, index: index) < millionths
    }

    @inlinable
    static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
