/// How many samples each bucket of `BucketLayout` holds.
///
/// Many series are filled at once while a trace passes, so what they take of the cache counts: a
/// bucket has 32 bits, what goes beyond them is kept apart, and there are no buckets above those of
/// the largest sample. Single samples wait until there are some, so that the processor can fetch
/// their buckets side by side.
struct BucketCounts: Sendable {
    private static let growth = 1 << BucketLayout.halfBits

    /// How many buckets there may be.
    private let limit: Int
    private var low: [UInt32] = []
    /// By bucket how often 2^32 are to be added; no entry stands for never.
    private var high: [Int: UInt64] = [:]
    /// Buckets of samples not counted yet.
    private var waiting = InlineArray<32, UInt16>(repeating: 0)
    private var waitingCount = 0

    /// Makes no buckets at all.
    init() { limit = 0 }

    /// Makes so many empty buckets.
    init(count: Int) { limit = count }

    var isEmpty: Bool { limit == 0 }
    /// The buckets that may hold something.
    var indices: Range<Int> { low.indices }

    /// The counts with nothing waiting, to be read.
    ///
    /// - Complexity: O(1), and O(buckets) for a copy where something waits.
    var settled: BucketCounts {
        guard waitingCount > 0 else { return self }
        var copy = self
        copy.settle()
        return copy
    }

    /// The count of a bucket; nothing must wait.
    subscript(bucket: Int) -> UInt64 {
        precondition(waitingCount == 0, "buckets are read when they are settled")
        precondition(bucket < limit, "a bucket lies within the layout")
        let number = bucket < low.count ? UInt64(low[bucket]) : 0
        return high.isEmpty ? number : number &+ (high[bucket] ?? 0) << 32
    }

    /// Counts one sample.
    @inline(__always)
    mutating func increment(_ bucket: Int) {
        waiting[waitingCount] = UInt16(truncatingIfNeeded: bucket)
        waitingCount += 1
        if waitingCount == waiting.count { settle() }
    }

    /// Counts some samples, none of them outside the layout.
    ///
    /// - Complexity: O(values).
    mutating func increment(_ values: Span<Int64>, highest: Int64) {
        makeRoom(for: BucketLayout.position(highest))
        var counts = low.mutableSpan
        var over: [Int] = []
        for index in values.indices {
            let bucket = BucketLayout.position(values[index])
            let (sum, isOver) = counts[bucket].addingReportingOverflow(1)
            counts[bucket] = sum
            if isOver { over.append(bucket) }
        }
        for bucket in over { high[bucket, default: 0] += 1 }
    }

    /// The number of buckets depends on nothing but the largest sample, so that equal counts have
    /// equally many.
    private mutating func makeRoom(for bucket: Int) {
        guard bucket >= low.count else { return }
        precondition(bucket < limit, "a bucket lies within the layout")
        let count = min(limit, (bucket / Self.growth + 1) * Self.growth)
        low.reserveCapacity(count)
        low.append(contentsOf: repeatElement(0, count: count - low.count))
    }

    @inline(never)
    private mutating func settle() {
        let (waiting, count) = (waiting, waitingCount)
        var highest = -1
        for position in 0..<count { highest = max(highest, Int(waiting[position])) }
        makeRoom(for: highest)
        var counts = low.mutableSpan
        var over: [Int] = []
        for position in 0..<count {
            let bucket = Int(waiting[position])
            let (sum, isOver) = counts[bucket].addingReportingOverflow(1)
            counts[bucket] = sum
            if isOver { over.append(bucket) }
        }
        waitingCount = 0
        for bucket in over { high[bucket, default: 0] += 1 }
    }

    /// Counts many samples; no bucket gets more than 2^64.
    mutating func add(_ count: UInt64, to bucket: Int) {
        settle()
        makeRoom(for: bucket)
        let sum = self[bucket] + count
        low[bucket] = UInt32(truncatingIfNeeded: sum)
        if sum >> 32 > 0 { high[bucket] = sum >> 32 }
    }
}

extension BucketCounts: Equatable {
    /// Whether all buckets hold the same, whatever waits.
    static func == (left: BucketCounts, right: BucketCounts) -> Bool {
        let (left, right) = (left.settled, right.settled)
        return left.limit == right.limit && left.low == right.low && left.high == right.high
    }
}
