/// Counts of numbers by power of two, for pictures: bucket 0 holds 0, bucket k holds
/// `2^(k-1) ..< 2^k`.
public struct PowerOfTwoHistogram: Hashable, Sendable {
    /// One bucket that holds something or lies between two that do.
    public struct Bucket: Hashable, Sendable {
        /// The smallest number of the bucket.
        public let low: UInt64
        /// The first number above the bucket.
        public let high: UInt64
        /// How many numbers fell into it.
        public let count: UInt64

        /// Makes a bucket.
        public init(low: UInt64, high: UInt64, count: UInt64) {
            self.low = low
            self.high = high
            self.count = count
        }
    }

    /// By bucket; without empty ones at the end.
    package var counts: [UInt64] = []

    /// Makes an empty histogram.
    public init() {}

    /// The number of numbers counted.
    ///
    /// - Complexity: O(buckets), of which there are at most 64.
    public var total: UInt64 { counts.reduce(0, +) }

    /// Counts a number `times` times.
    ///
    /// Numbers below 0 count as 0.
    public mutating func record(_ number: Int64, times: UInt64 = 1) {
        let bucket = number <= 0 ? 0 : Int64.bitWidth - number.leadingZeroBitCount
        while counts.count <= bucket { counts.append(0) }
        counts[bucket] += times
    }

    /// The buckets from the first to the last that is not empty.
    ///
    /// - Complexity: O(buckets).
    public var buckets: [Bucket] {
        guard let first = counts.firstIndex(where: { $0 > 0 }) else { return [] }
        return (first..<counts.count).map { bucket in
            let high: UInt64 = 1 << UInt64(bucket)
            return Bucket(low: bucket == 0 ? 0 : high / 2, high: high, count: counts[bucket])
        }
    }
}
