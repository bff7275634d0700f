/// The bucket borders of a log-linear integer histogram with three significant digits.
///
/// This is HdrHistogram's layout for lowest value 1, highest 2^42 and 3 digits: values below 2048
/// have a bucket each; every further power of two is cut into 1024 equal buckets. A bucket's width
/// is therefore at most 1/1024 of any value in it, and every power of two is a bucket border.
public enum BucketLayout {
    /// The largest value that has a bucket: 2^42, in ns about 73 minutes.
    public static let highestValue: Int64 = 1 << 42
    /// The number of buckets.
    public static let bucketCount = index(of: highestValue) + 1

    static let subBucketBits = 11
    static let halfBits = subBucketBits - 1

    /// The bucket of a value in `0 ... highestValue`.
    public static func index(of value: Int64) -> Int { position(value) }

    @inline(__always)
    static func position(_ value: Int64) -> Int {
        let bits = Int64.bitWidth - (value | ((1 << Int64(subBucketBits)) - 1)).leadingZeroBitCount
        let shift = bits - subBucketBits
        return (shift &<< halfBits) &+ Int(value &>> Int64(shift))
    }

    /// The smallest value of a bucket.
    public static func lowest(of index: Int) -> Int64 {
        let shift = max(0, (index >> halfBits) - 1)
        return Int64(index - (shift << halfBits)) << Int64(shift)
    }

    /// The largest value of a bucket.
    public static func highest(of index: Int) -> Int64 {
        let shift = max(0, (index >> halfBits) - 1)
        return lowest(of: index) + (1 << Int64(shift)) - 1
    }
}
