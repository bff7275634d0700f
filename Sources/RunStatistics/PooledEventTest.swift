public import Histograms

/// What tests say that take every event for independent of the others, as many tools do.
///
/// Events of one run are not independent, so these alarm far too often. They decide nothing here:
/// calibration counts their false alarms beside those of the tests over runs. Both are two-sided and
/// hold at a level of 5 %, by their formulas for many samples.
public struct PooledEventTest: Hashable, Sendable {
    /// Whether the two-sample test of Kolmogorov and Smirnov finds a difference.
    public let kolmogorovSmirnov: Bool
    /// Whether the rank sum test of Mann and Whitney does, with its variance corrected for ties.
    public let mannWhitney: Bool

    /// Most samples of a side.
    public static let sampleLimit: UInt64 = 65_536

    /// Compares two series; `nil` where a side has no sample, or more than `sampleLimit`.
    ///
    /// - Complexity: O(n log n) for n samples.
    public init?(_ left: LatencySeries, _ right: LatencySeries) {
        let sizes = 1...Self.sampleLimit
        guard sizes.contains(left.count), sizes.contains(right.count) else { return nil }
        let steps = Self.steps(left.weightedValues, right.weightedValues)
        let (n, m) = (Int64(left.count), Int64(right.count))
        kolmogorovSmirnov = Self.distributionsDiffer(steps, n, m)
        mannWhitney = Self.ranksDiffer(steps, n, m)
    }

    /// How many samples of each side have one value; by ascending values.
    private static func steps(
        _ left: [(value: Int64, count: UInt64)], _ right: [(value: Int64, count: UInt64)]
    ) -> [(left: Int64, right: Int64)] {
        var result: [(left: Int64, right: Int64)] = []
        var (one, other) = (0, 0)
        while one < left.count || other < right.count {
            let value = min(
                one < left.count ? left[one].value : .max,
                other < right.count ? right[other].value : .max)
            var step: (left: Int64, right: Int64) = (0, 0)
            if one < left.count, left[one].value == value {
                step.left = Int64(left[one].count)
                one += 1
            }
            if other < right.count, right[other].value == value {
                step.right = Int64(right[other].count)
                other += 1
            }
            result.append(step)
        }
        return result
    }

    /// Whether the largest distance of the distribution functions D exceeds what a level of 5 %
    /// allows: D^2 > -ln(0.025)/2 (n + m)/(n m).
    private static func distributionsDiffer(
        _ steps: [(left: Int64, right: Int64)], _ n: Int64, _ m: Int64
    ) -> Bool {
        var (left, right): (Int64, Int64) = (0, 0)
        var largest: UInt128 = 0
        for step in steps {
            left += step.left
            right += step.right
            largest = max(largest, UInt128((left * m - right * n).magnitude))
        }
        let quantile: UInt128 = 1_844_439_727
        return largest * largest * 1_000_000_000
            > quantile * UInt128(UInt64(n + m)) * UInt128(UInt64(n)) * UInt128(UInt64(m))
    }

    /// Whether the rank sum lies more than 1.96 standard deviations from its mean.
    private static func ranksDiffer(
        _ steps: [(left: Int64, right: Int64)], _ n: Int64, _ m: Int64
    ) -> Bool {
        let all = Int128(n + m)
        var before: Int128 = 0
        // Twice the statistic U, and the sum of t^3 - t over groups of t equal samples.
        var (doubled, ties): (Int128, Int128) = (0, 0)
        for step in steps {
            let size = Int128(step.left + step.right)
            doubled += Int128(step.left) * (2 * before + Int128(step.right))
            ties += size * size * size - size
            before += Int128(step.right)
        }
        let distance = (doubled - Int128(n) * Int128(m)).magnitude
        let spread = (all + 1) * all * (all - 1) - ties
        let quantile: UInt128 = 3_841_459
        return 3 * distance * distance * 1_000_000 * UInt128(all * (all - 1))
            > quantile * UInt128(n) * UInt128(m) * UInt128(spread)
    }
}
