/// How many samples each bucket of `BucketLayout` holds.
///
/// Many series are filled at once while a trace passes, so what they take of the cache counts: a
/// bucket has 32 bits, and what goes beyond them is kept apart.
struct BucketCounts: Equatable, Sendable {
    private var low: [UInt32]
    /// By bucket how often 2^32 are to be added; no entry stands for never.
    private var high: [Int: UInt64] = [:]

    /// Makes no buckets at all.
    init() { low = [] }

    /// Makes so many empty buckets.
    init(count: Int) { low = [UInt32](repeating: 0, count: count) }

    var isEmpty: Bool { low.isEmpty }
    var indices: Range<Int> { low.indices }

    subscript(bucket: Int) -> UInt64 {
        let number = UInt64(low[bucket])
        return high.isEmpty ? number : number &+ (high[bucket] ?? 0) << 32
    }

    /// Counts one sample.
    @inline(__always)
    mutating func increment(_ bucket: Int) {
        let (sum, isOver) = low[bucket].addingReportingOverflow(1)
        low[bucket] = sum
        if isOver { high[bucket, default: 0] += 1 }
    }

    /// Counts many samples; no bucket gets more than 2^64.
    mutating func add(_ count: UInt64, to bucket: Int) {
        let sum = self[bucket] + count
        low[bucket] = UInt32(truncatingIfNeeded: sum)
        if sum >> 32 > 0 { high[bucket] = sum >> 32 }
    }
}
