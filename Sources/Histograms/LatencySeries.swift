/// The distribution of a duration (or of another number from 0 up), mergeable in any order.
///
/// Up to `exactLimit` samples every value is kept; above that, the values are counted in the
/// buckets of `BucketLayout`. Which form a series has depends only on how many samples it holds
/// and on whether `coarsen` was asked to save space in one of its parts. Both forms keep count,
/// sum, minimum and maximum exactly. So merging is associative and commutative, whatever the forms.
///
/// Samples below 0 are not durations: they are counted apart and take part in nothing. Samples
/// above `BucketLayout.highestValue` take part in everything; in the histogram form they share one
/// overflow bucket whose percentile is the exact maximum.
public struct LatencySeries: Sendable {
    /// The largest number of samples kept exactly.
    public static let exactLimit = 65_536

    /// The number of samples.
    public internal(set) var count: UInt64 = 0
    /// The sum of all samples.
    public internal(set) var sum: UInt128 = 0
    /// Samples above `BucketLayout.highestValue`; they are part of `count`.
    public internal(set) var aboveRangeCount: UInt64 = 0
    /// Samples below 0; they are not part of `count`.
    public internal(set) var negativeCount: UInt64 = 0

    var lowest: Int64 = .max
    var highest: Int64 = .min
    /// All samples in the exact form, else empty; ascending when `isSorted`.
    var samples: [Int64] = []
    var isSorted = true
    /// The bucket counts in the histogram form, else empty; without the overflow bucket.
    var buckets = BucketCounts()

    /// Makes a series without samples.
    public init() {}

    /// Whether every sample is kept, so that percentiles are exact.
    public var isExact: Bool { buckets.isEmpty }
    /// The smallest sample, or `nil` without samples.
    public var minimum: Int64? { count == 0 ? nil : lowest }
    /// The largest sample, or `nil` without samples.
    public var maximum: Int64? { count == 0 ? nil : highest }

    /// The sum, held at the largest `Int64`.
    public var clampedSum: Int64 { Int64(clamping: sum) }

    /// Adds one sample.
    ///
    /// - Complexity: O(1) amortized.
    public mutating func record(_ value: Int64) {
        guard value >= 0 else {
            negativeCount += 1
            return
        }
        // No overflow: a trace has fewer than 2^64 events, each below 2^63.
        count &+= 1
        sum &+= UInt128(truncatingIfNeeded: value)
        lowest = min(lowest, value)
        highest = max(highest, value)
        if value > BucketLayout.highestValue {
            aboveRangeCount &+= 1
            guard isExact else { return }
        }
        if isExact {
            recordExactly(value)
        } else {
            buckets.increment(BucketLayout.position(value))
        }
    }

    private mutating func recordExactly(_ value: Int64) {
        if isSorted, let last = samples.last, value < last { isSorted = false }
        samples.append(value)
        if count > UInt64(Self.exactLimit) { changeToHistogram() }
    }

    /// Adds the same sample many times.
    ///
    /// - Complexity: O(times) up to `exactLimit`, O(1) above.
    public mutating func record(_ value: Int64, times: UInt64) {
        var left = times
        while left > 0, isExact || value < 0 {
            guard value >= 0 else {
                negativeCount += left
                return
            }
            record(value)
            left -= 1
        }
        guard left > 0 else { return }
        count += left
        sum += UInt128(UInt64(value)) * UInt128(left)
        lowest = min(lowest, value)
        highest = max(highest, value)
        if value > BucketLayout.highestValue {
            aboveRangeCount += left
        } else {
            buckets.add(left, to: BucketLayout.position(value))
        }
    }

    mutating func changeToHistogram() {
        buckets = BucketCounts(count: BucketLayout.bucketCount)
        for value in samples where value <= BucketLayout.highestValue {
            buckets.increment(BucketLayout.position(value))
        }
        samples = []
        isSorted = true
    }

    /// Brings the samples into ascending order, which makes percentiles and comparisons cheap.
    ///
    /// - Complexity: O(n log n) for n exact samples.
    public mutating func sort() {
        guard !isSorted else { return }
        samples.sort()
        isSorted = true
    }

    /// The exact samples in ascending order; empty in the histogram form.
    ///
    /// - Complexity: O(n log n) for n exact samples that are not sorted yet.
    public var sortedSamples: [Int64] { isSorted ? samples : samples.sorted() }
}

extension LatencySeries {
    /// Adds all samples of another series.
    ///
    /// - Complexity: O(samples kept + buckets).
    /// - Throws: `SeriesError.countOverflow` or `.sumOverflow`; the series is then unchanged.
    public mutating func merge(_ other: LatencySeries) throws(SeriesError) {
        let (total, overflow) = count.addingReportingOverflow(other.count)
        let (negative, negativeOverflow) = negativeCount.addingReportingOverflow(
            other.negativeCount)
        guard !overflow, !negativeOverflow else {
            throw .countOverflow(left: count, right: other.count)
        }
        let (newSum, sumOverflow) = sum.addingReportingOverflow(other.sum)
        guard !sumOverflow else { throw .sumOverflow }
        negativeCount = negative
        guard other.count > 0 else { return }
        if isExact, !other.isExact || total > UInt64(Self.exactLimit) { changeToHistogram() }
        count = total
        sum = newSum
        aboveRangeCount += other.aboveRangeCount
        lowest = min(lowest, other.lowest)
        highest = max(highest, other.highest)
        if isExact {
            samples.append(contentsOf: other.samples)
            isSorted = samples.count == other.samples.count && other.isSorted
            return
        }
        for value in other.samples where value <= BucketLayout.highestValue {
            buckets.increment(BucketLayout.position(value))
        }
        let others = other.buckets.settled
        for index in others.indices where others[index] > 0 {
            buckets.add(others[index], to: index)
        }
    }
}

extension LatencySeries: Equatable {
    /// Whether both hold the same samples, as far as their form can tell.
    ///
    /// - Complexity: O(n log n) for n exact samples that are not sorted yet.
    public static func == (left: LatencySeries, right: LatencySeries) -> Bool {
        left.count == right.count && left.sum == right.sum
            && left.negativeCount == right.negativeCount
            && left.aboveRangeCount == right.aboveRangeCount && left.lowest == right.lowest
            && left.highest == right.highest && left.buckets == right.buckets
            && left.sortedSamples == right.sortedSamples
    }
}
