/// Holm's step-down procedure: several tests with one rate of false alarms for all together.
public enum HolmProcedure {
    /// For each test the one-sided level, in millionths, at which it was judged, and whether it is a
    /// finding.
    ///
    /// The smallest probability of k is judged at a k-th of the level, the next at a (k-1)-th, and
    /// so on to the first that is no finding; that one and all larger ones are none.
    ///
    /// - Complexity: O(k log k).
    public static func judge(
        _ probabilities: [ExactProbability], levelPpm: Int64
    ) -> [(isFinding: Bool, levelPpm: Int64)] {
        let count = probabilities.count
        var result = [(isFinding: Bool, levelPpm: Int64)](repeating: (false, 0), count: count)
        let order = probabilities.indices.sorted {
            (probabilities[$0], $0) < (probabilities[$1], $1)
        }
        var isOpen = true
        for (rank, position) in order.enumerated() {
            let level = levelPpm / Int64(count - rank)
            isOpen = isOpen && probabilities[position].isAtMost(ppm: level)
            result[position] = (isOpen, level)
        }
        return result
    }

    /// The probabilities as Holm adjusts them, in millionths: what a level must be for a finding.
    ///
    /// - Complexity: O(k log k).
    public static func adjustedPpm(_ probabilities: [ExactProbability]) -> [Int64] {
        let order = probabilities.indices.sorted {
            (probabilities[$0], $0) < (probabilities[$1], $1)
        }
        var result = [Int64](repeating: 0, count: probabilities.count)
        var largest: Int64 = 0
        for (rank, position) in order.enumerated() {
            let factor = UInt128(probabilities.count - rank)
            let probability = probabilities[position]
            let product = probability.cases * factor * 1_000_000
            let adjusted = (product + probability.total - 1) / probability.total
            largest = max(largest, Int64(min(adjusted, 1_000_000)))
            result[position] = largest
        }
        return result
    }
}
