import TraceAnalysis
public import TraceSummaries

extension GateThresholds {
    /// Limits as the noise of runs proposes them: for the metrics of the standard ones that the runs
    /// know, the absolute limit is twice the median distance of a run from the median run, at least
    /// one in a thousand of it.
    ///
    /// - Complexity: O(n log n) for n runs.
    public static func proposed(from runs: [RunFacts]) -> GateThresholds {
        var result = GateThresholds.standard
        result.name = "proposed from \(runs.count) runs"
        result.limits = result.limits.compactMap { limit in
            let values = runs.compactMap { $0.metric(limit)?.value }.sorted()
            guard !values.isEmpty else { return nil }
            let middle = median(values)
            let spread = median(values.map { Int64(clamping: ($0 - middle).magnitude) }.sorted())
            var proposal = limit
            proposal.absolute = max(2 * spread, Int64(clamping: middle.magnitude / 1_000))
            proposal.why += "; twice the spread of \(values.count) runs"
            return proposal
        }
        return result
    }

    private static func median(_ sorted: [Int64]) -> Int64 { sorted[(sorted.count - 1) / 2] }
}
