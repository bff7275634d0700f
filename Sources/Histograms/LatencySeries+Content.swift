/// What a series holds, taken apart for storing it.
public struct SeriesContent: Equatable, Sendable {
    /// A bucket of `BucketLayout` that holds something.
    public struct Bucket: Equatable, Sendable {
        /// Its number in the layout.
        public var index: Int
        /// How many samples it holds.
        public var count: UInt64

        /// Makes a bucket.
        public init(index: Int, count: UInt64) {
            self.index = index
            self.count = count
        }
    }

    /// The samples, ascending, where every one is kept.
    public var samples: [Int64] = []
    /// Otherwise the filled buckets, ascending.
    public var buckets: [Bucket] = []
    /// Samples above the layout's range; only where there are buckets.
    public var aboveRangeCount: UInt64 = 0
    /// The smallest and the largest sample and the sum of all; only where there are buckets.
    public var lowest: Int64 = 0
    /// See `lowest`.
    public var highest: Int64 = 0
    /// See `lowest`.
    public var sum: UInt128 = 0
    /// Samples below 0, which take part in nothing.
    public var negativeCount: UInt64 = 0

    /// Makes the content of an empty series.
    public init() {}
}

extension LatencySeries {
    /// What the series holds.
    ///
    /// - Complexity: O(samples kept + buckets); sorting for samples that are not sorted yet.
    public var content: SeriesContent {
        var content = SeriesContent()
        content.negativeCount = negativeCount
        guard !isExact else {
            content.samples = sortedSamples
            return content
        }
        let buckets = buckets.settled
        content.buckets = buckets.indices.filter { buckets[$0] > 0 }
            .map { SeriesContent.Bucket(index: $0, count: buckets[$0]) }
        content.aboveRangeCount = aboveRangeCount
        content.lowest = lowest
        content.highest = highest
        content.sum = sum
        return content
    }

    /// Makes a series of what one held.
    ///
    /// - Complexity: O(samples kept + buckets).
    /// - Throws: `SeriesError.contradiction` for what no series can hold.
    public init(_ content: SeriesContent) throws(SeriesError) {
        self.init()
        negativeCount = content.negativeCount
        guard content.buckets.isEmpty, content.aboveRangeCount == 0 else {
            try take(content)
            return
        }
        guard content.samples.count <= Self.exactLimit, content.samples.first ?? 0 >= 0,
            zip(content.samples, content.samples.dropFirst()).allSatisfy({ $0 <= $1 })
        else { throw .contradiction }
        for sample in content.samples { record(sample) }
    }

    private mutating func take(_ content: SeriesContent) throws(SeriesError) {
        buckets = BucketCounts(count: BucketLayout.bucketCount)
        var total = content.aboveRangeCount
        var last = -1
        for bucket in content.buckets {
            let (sum, overflow) = total.addingReportingOverflow(bucket.count)
            guard !overflow, bucket.count > 0, bucket.index > last,
                bucket.index < BucketLayout.bucketCount
            else { throw .contradiction }
            buckets.add(bucket.count, to: bucket.index)
            (total, last) = (sum, bucket.index)
        }
        let least = UInt128(total) * UInt128(UInt64(max(0, content.lowest)))
        let most = UInt128(total) * UInt128(UInt64(max(0, content.highest)))
        guard content.samples.isEmpty, content.lowest >= 0, content.lowest <= content.highest,
            content.sum >= least, content.sum <= most,
            (content.aboveRangeCount > 0) == (content.highest > BucketLayout.highestValue)
        else { throw .contradiction }
        (count, sum) = (total, content.sum)
        (lowest, highest) = (content.lowest, content.highest)
        aboveRangeCount = content.aboveRangeCount
    }

    /// Counts the samples in buckets, however few they are, of at most 2^-`bits` of their value.
    ///
    /// A coarse bucket's samples stand in the last of the fine ones it is made of, so percentiles
    /// are bounds as before. Count, sum, minimum and maximum stay exact.
    ///
    /// - Parameter bits: 1 ... 10; with 10 buckets are as fine as they ever are.
    /// - Complexity: O(samples kept + buckets).
    public mutating func coarsen(toBits bits: Int) {
        precondition((1...BucketLayout.halfBits).contains(bits), "buckets have 1 to 10 bits")
        guard count > 0 else { return }
        if isExact { changeToHistogram() }
        guard bits < BucketLayout.halfBits else { return }
        let fine = buckets.settled
        buckets = BucketCounts(count: BucketLayout.bucketCount)
        for index in fine.indices where fine[index] > 0 {
            let value = BucketLayout.highest(of: index)
            let shift = max(0, Int64.bitWidth - value.leadingZeroBitCount - bits - 1)
            let last = min((((value >> shift) + 1) << shift) - 1, BucketLayout.highestValue)
            buckets.add(fine[index], to: BucketLayout.position(last))
        }
    }
}
