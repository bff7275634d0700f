/// The exact test of Mann and Whitney for unpaired runs, inverted.
///
/// For a shift, it counts the pairs of a left and a right run whose difference exceeds it. If the
/// change is the shift and nothing else, every order of the runs is equally likely, which gives the
/// count's distribution without any assumption about the metric. Ties count against a finding, so
/// with ties the test is conservative. The estimate is the median of all differences (Hodges and
/// Lehmann), and the interval goes from the k-th smallest to the k-th largest of them.
public struct RankSumTest: RunTest {
    /// Most runs of both sides together.
    public static let runLimit = 96

    /// Right less left for every pair of runs, ascending.
    private let differences: [Int64]
    /// How many orders give a count of at least each number.
    private let orders: [UInt128]

    /// Makes the test of two sets of runs.
    ///
    /// - Complexity: O(n^2 log n + n^4) for n runs a side.
    /// - Returns: `nil` for more than `runLimit` runs or an empty side.
    public init?(left: [Int64], right: [Int64]) {
        guard !left.isEmpty, !right.isEmpty, left.count + right.count <= Self.runLimit else {
            return nil
        }
        differences = left.flatMap { base in
            right.map { head in
                Int64(clamping: Int128(head) - Int128(base))
            }
        }.sorted()
        orders = Self.orders(left.count, right.count)
    }

    /// For each number of pairs, how many orders of the runs give at least so many.
    ///
    /// The number of orders with count u of m and n runs is that of partitions of u into at most m
    /// parts of at most n each: the coefficient of x^u in a product of (1 - x^(n + i)) / (1 - x^i).
    private static func orders(_ left: Int, _ right: Int) -> [UInt128] {
        var counts = [UInt128](repeating: 0, count: left * right + 1)
        counts[0] = 1
        for part in 1...left {
            // Coefficients only shrink to the true ones at the end; in between they wrap.
            for count in stride(from: counts.count - 1, through: right + part, by: -1) {
                counts[count] &-= counts[count - right - part]
            }
            for count in stride(from: part, to: counts.count, by: 1) {
                counts[count] &+= counts[count - part]
            }
        }
        var sum: UInt128 = 0
        for count in counts.indices.reversed() {
            sum += counts[count]
            counts[count] = sum
        }
        return counts
    }

    /// The median of the differences, of an even number the lower one.
    public var estimate: Int64 { differences[(differences.count - 1) / 2] }

    /// One order of all.
    public var smallest: ExactProbability { ExactProbability(1, of: orders[0]) }

    /// Orders with at least as many pairs above the shift.
    ///
    /// - Complexity: O(pairs).
    public func probability(changeAtMost shift: Int64) -> ExactProbability {
        ExactProbability(orders[differences.count { $0 > shift }], of: orders[0])
    }

    /// Orders with at least as many pairs below the shift.
    ///
    /// - Complexity: O(pairs).
    public func probability(changeAtLeast shift: Int64) -> ExactProbability {
        ExactProbability(orders[differences.count { $0 < shift }], of: orders[0])
    }

    /// From the k-th smallest difference to the k-th largest, k being the fewest pairs on the other
    /// side that are no finding.
    public func interval(levelPpm: Int64) -> ClosedRange<Int64>? {
        // As many pairs above a shift are a finding; fewer are none.
        let finding = orders.firstIndex { count in
            ExactProbability(count, of: orders[0]).isAtMost(ppm: levelPpm)
        }
        guard let finding else { return nil }
        let cut = differences.count - finding
        guard cut <= differences.count - 1 - cut else { return nil }
        return differences[cut]...differences[differences.count - 1 - cut]
    }
}
