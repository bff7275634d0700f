public import Histograms

/// How two distributions differ, quantile by quantile.
///
/// A picture of a change, no test: events of one run depend on one another.
public struct ShiftFunction: Equatable, Sendable {
    /// One quantile.
    public struct Point: Equatable, Sendable {
        /// The share of the samples below it, in thousandths.
        public let thousandths: Int
        /// Its value left.
        public let left: Int64
        /// Its value right.
        public let right: Int64
    }

    /// The quantiles, ascending.
    public let points: [Point]
    /// The Wasserstein-1 distance: the mean distance of equal quantiles, rounded down; in the unit
    /// of the samples. Of series in buckets, of the buckets' upper bounds.
    public let distance: Int64

    /// Compares two series; `nil` where one has no sample.
    ///
    /// Shown are the deciles, and the quantiles up to 99.9 % that both series support.
    ///
    /// - Complexity: O(n log n) for n samples kept or buckets.
    public init?(_ left: LatencySeries, _ right: LatencySeries) {
        guard left.count > 0, right.count > 0 else { return nil }
        let fewest = min(left.count, right.count)
        let shares = [100, 200, 300, 400, 500, 600, 700, 800, 900, 950, 990, 999]
        points = shares.filter { fewest * UInt64(1000 - $0) >= 10_000 || $0 <= 500 && fewest >= 20 }
            .compactMap { share in
                guard let one = left.orderStatistic(thousandths: share),
                    let other = right.orderStatistic(thousandths: share)
                else { return nil }
                return Point(thousandths: share, left: one, right: other)
            }
        distance = Self.distance(left.weightedValues, right.weightedValues)
    }

    /// The integral of the distance of the quantile functions over (0, 1).
    private static func distance(
        _ left: [(value: Int64, count: UInt64)], _ right: [(value: Int64, count: UInt64)]
    ) -> Int64 {
        let leftTotal = left.reduce(UInt128(0)) { $0 + UInt128($1.count) }
        let rightTotal = right.reduce(UInt128(0)) { $0 + UInt128($1.count) }
        // In units of 1 / (leftTotal x rightTotal) each sample is as wide as the other total.
        var (one, other) = (0, 0)
        var leftRest = UInt128(left[0].count) * rightTotal
        var rightRest = UInt128(right[0].count) * leftTotal
        var sum: (high: UInt128, low: UInt128) = (0, 0)
        while true {
            let width = min(leftRest, rightRest)
            let gap = (Int128(left[one].value) - Int128(right[other].value)).magnitude
            let product = UInt128(gap).multipliedFullWidth(by: width)
            let (low, carry) = sum.low.addingReportingOverflow(product.low)
            sum = (sum.high + product.high + (carry ? 1 : 0), low)
            leftRest -= width
            rightRest -= width
            if leftRest == 0 {
                one += 1
                guard one < left.count else { break }
                leftRest = UInt128(left[one].count) * rightTotal
            }
            if rightRest == 0 {
                other += 1
                rightRest = UInt128(right[other].count) * leftTotal
            }
        }
        let total = leftTotal * rightTotal
        return Int64(clamping: total.dividingFullWidth((sum.high, sum.low)).quotient)
    }
}
