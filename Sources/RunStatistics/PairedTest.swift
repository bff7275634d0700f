import TraceCore

/// The sign-flip test of the mean of paired differences, inverted.
///
/// If every difference is as likely to lie so far above the change as below it, each of the 2^n
/// ways to turn signs is equally likely. The change `s` is then exceeded by the mean of a subset of
/// the differences as often as not, for every subset that is not empty: means of subsets are
/// typical values (Hartigan, "Using subsample values as typical values", 1969). So the probability
/// of a shift is how many of these means do not exceed it, and the interval goes from the k-th
/// smallest to the k-th largest. It is the enumerated permutation test of the mean.
///
/// Up to 20 pairs all subsets count; of more, 2^20 - 1 drawn ones.
public struct PairedTest: RunTest {
    /// Most pairs whose subsets are all counted.
    public static let exactPairs = 20

    /// Sums and sizes of the subsets, ascending by their means.
    private let subsets: [Subset]
    private let differences: [Int64]
    private let total: UInt128

    private struct Subset {
        var sum: Int128
        var size: Int128

        func isAtMost(_ shift: Int64) -> Bool { sum <= Int128(shift) * size }
        func isAtLeast(_ shift: Int64) -> Bool { sum >= Int128(shift) * size }
        var floor: Int64 { Int64(clamping: PairedTest.quotient(sum, size, up: false)) }
        var ceiling: Int64 { Int64(clamping: PairedTest.quotient(sum, size, up: true)) }
    }

    /// Makes the test of differences, right less left of each pair.
    ///
    /// - Parameter seed: Decides which subsets are drawn where there are too many.
    /// - Complexity: O(n 2^n) for n up to 20 pairs, then O(n).
    public init(_ differences: [Int64], seed: UInt64 = 0) {
        precondition(!differences.isEmpty, "a test needs pairs")
        self.differences = differences
        let all =
            differences.count <= Self.exactPairs
            ? Self.allSubsets(differences) : Self.drawnSubsets(differences, seed)
        subsets = all.sorted { $0.sum * $1.size < $1.sum * $0.size }
        total = UInt128(all.count) + 1
    }

    private static func allSubsets(_ differences: [Int64]) -> [Subset] {
        var result = [Subset(sum: 0, size: 0)]
        result.reserveCapacity(1 << differences.count)
        for difference in differences {
            for position in result.indices {
                let subset = result[position]
                result.append(
                    Subset(sum: subset.sum + Int128(difference), size: subset.size + 1))
            }
        }
        return Array(result.dropFirst())
    }

    private static func drawnSubsets(_ differences: [Int64], _ seed: UInt64) -> [Subset] {
        let random = KeyedRandom(seed: seed, purpose: 0x7061_6972)
        let count = (1 << exactPairs) - 1
        return (0..<count).map { number in
            var subset = Subset(sum: 0, size: 0)
            var attempt: UInt64 = 0
            while subset.size == 0 {
                for (position, difference) in differences.enumerated() {
                    let word = random.bits(
                        entity: UInt64(number), index: attempt << 32 | UInt64(position / 64))
                    guard word >> UInt64(position % 64) & 1 == 1 else { continue }
                    subset.sum += Int128(difference)
                    subset.size += 1
                }
                attempt += 1
            }
            return subset
        }
    }

    private static func quotient(_ sum: Int128, _ size: Int128, up: Bool) -> Int128 {
        let (quotient, rest) = sum.quotientAndRemainder(dividingBy: size)
        if rest == 0 { return quotient }
        return up ? (rest > 0 ? quotient + 1 : quotient) : (rest < 0 ? quotient - 1 : quotient)
    }

    /// The mean difference, rounded down.
    public var estimate: Int64 {
        let sum = differences.reduce(Int128(0)) { $0 + Int128($1) }
        return Int64(clamping: Self.quotient(sum, Int128(differences.count), up: false))
    }

    /// One case of all.
    public var smallest: ExactProbability { ExactProbability(1, of: total) }

    /// Subsets whose mean is at most the shift, and the empty one.
    ///
    /// - Complexity: O(log subsets).
    public func probability(changeAtMost shift: Int64) -> ExactProbability {
        let count = Self.firstIndex(subsets) { !$0.isAtMost(shift) }
        return ExactProbability(UInt128(count) + 1, of: total)
    }

    /// Subsets whose mean is at least the shift, and the empty one.
    ///
    /// - Complexity: O(log subsets).
    public func probability(changeAtLeast shift: Int64) -> ExactProbability {
        let below = Self.firstIndex(subsets) { $0.isAtLeast(shift) }
        return ExactProbability(UInt128(subsets.count - below) + 1, of: total)
    }

    private static func firstIndex(
        _ subsets: [Subset], _ isBehind: (Subset) -> Bool
    ) -> Int {
        var low = 0
        var high = subsets.count
        while low < high {
            let middle = (low + high) / 2
            if isBehind(subsets[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// From the k-th smallest mean of a subset to the k-th largest, k being the cases at the level.
    public func interval(levelPpm: Int64) -> ClosedRange<Int64>? {
        let cases = Int(UInt128(UInt64(max(0, levelPpm))) * total / 1_000_000)
        guard cases >= 1, cases <= (subsets.count + 1) / 2 else { return nil }
        return subsets[cases - 1].floor...subsets[subsets.count - cases].ceiling
    }
}
