/// Maps signed numbers to unsigned ones so that small magnitudes stay small.
public enum Zigzag {
    /// The code of a number: 0, -1, 1, -2 become 0, 1, 2, 3.
    @inlinable @inline(__always)
    public static func encode(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: (value &<< 1) ^ (value &>> 63))
    }

    /// The number that `encode` gives `value` for.
    @inlinable @inline(__always)
    public static func decode(_ value: UInt64) -> Int64 {
        Int64(bitPattern: (value &>> 1) ^ (0 &- (value & 1)))
    }
}
