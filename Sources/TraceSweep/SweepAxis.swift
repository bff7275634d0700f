public import TraceAnalysis
import TraceSummaries

/// One of the few numbers that a policy is chosen by.
public struct SweepAxis: Hashable, Sendable {
    /// What to call it.
    public let title: String
    /// The metrics it can be read from; the first that any run knows counts, for all runs.
    public let candidates: [String]
    /// Which change is for the better.
    public let better: MetricDirection

    /// CPU time in reclaim.
    public static let reclaimTime = SweepAxis(
        title: "CPU in reclaim", candidates: ["cpu.reclaim"], better: .lowerIsBetter)
    /// The share of requests that got a buffer.
    public static let success = SweepAxis(
        title: "buffer success", candidates: ["service.success"], better: .higherIsBetter)
    /// The mean time from failures to the next import.
    public static let relief = SweepAxis(
        title: "relief time", candidates: ["relief.imported_mean", "relief.imported_bound_mean"],
        better: .lowerIsBetter)

    /// What a policy costs, and the two things it is there for.
    public static let all = [reclaimTime, success, relief]

    /// The metric to read: the first candidate that any run knows.
    ///
    /// - Complexity: O(runs x metrics).
    func metric(in runs: [RunFacts]) -> String {
        candidates.first { name in runs.contains { $0.value(name) != nil } } ?? candidates[0]
    }
}

extension RunFacts {
    /// A metric of the whole run.
    func value(_ name: String) -> Int64? {
        metrics.first { $0.name == name && $0.domain == nil }?.value
    }
}
