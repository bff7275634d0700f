/// A share of the samples, in thousandths.
public enum Percentile: Int, CaseIterable, Sendable {
    case p50 = 500
    case p90 = 900
    case p99 = 990
    case p999 = 999

    /// The fewest samples that support it: 10 / (1 - share).
    public var samplesNeeded: UInt64 { 10_000 / UInt64(1000 - rawValue) }

    /// The name in reports, such as `p99.9`.
    public var name: String {
        switch self {
        case .p50: "p50"
        case .p90: "p90"
        case .p99: "p99"
        case .p999: "p99.9"
        }
    }
}

extension LatencySeries {
    /// A percentile, or `nil` where the samples are too few to support it.
    ///
    /// - Complexity: as `orderStatistic(thousandths:)`.
    public func percentile(_ percentile: Percentile) -> Int64? {
        guard count >= percentile.samplesNeeded else { return nil }
        return orderStatistic(thousandths: percentile.rawValue)
    }

    /// The sample at rank `ceil(count * share)` (nearest rank, the inverse of the cumulative
    /// distribution), or `nil` without samples, however few they are.
    ///
    /// In the histogram form it is the largest value of the sample's bucket, which exceeds the
    /// sample by less than 1/1024 of it, held at the exact maximum.
    ///
    /// - Parameter share: thousandths of the samples, 0 ... 1000; 0 gives the minimum.
    /// - Complexity: O(1) for sorted exact samples, O(n log n) for others, O(buckets) else.
    public func orderStatistic(thousandths share: Int) -> Int64? {
        precondition((0...1000).contains(share), "a share is 0 to 1000 thousandths")
        guard count > 0 else { return nil }
        let product = UInt128(count) * UInt128(UInt64(share))
        let rank = max(1, UInt64((product + 999) / 1000))
        if isExact { return sortedSamples[Int(rank - 1)] }
        var seen: UInt64 = 0
        let buckets = buckets.settled
        for index in buckets.indices {
            seen += buckets[index]
            if seen >= rank { return min(highest, BucketLayout.highest(of: index)) }
        }
        return highest
    }

    /// The arithmetic mean rounded down, or `nil` without samples.
    public var mean: Int64? {
        count == 0 ? nil : Int64(clamping: sum / UInt128(count))
    }

    /// The samples by power of two.
    ///
    /// - Complexity: O(samples kept + buckets).
    public var powerOfTwoHistogram: PowerOfTwoHistogram {
        var result = PowerOfTwoHistogram()
        for value in samples { result.record(value) }
        let buckets = buckets.settled
        for index in buckets.indices where buckets[index] > 0 {
            result.record(BucketLayout.lowest(of: index), times: buckets[index])
        }
        if !isExact, aboveRangeCount > 0 {
            result.record(BucketLayout.highestValue + 1, times: aboveRangeCount)
        }
        return result
    }
}
