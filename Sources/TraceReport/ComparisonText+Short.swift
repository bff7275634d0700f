public import TraceDiff

extension Comparison {
    /// The metrics that a short comparison shows.
    public static let headlineNames = [
        "cpu.reclaim", "cpu.core_share", "cpu.per_gained_block", "wakeup.latency_p99",
        "failure.count", "batch.daemon", "batch.gained", "batch.gained_share", "wait.time",
        "service.success", "service.failed", "service.limited", "service.fallback",
    ]

    /// The few metrics of the whole trace that most questions are about, in their own order.
    public var headlines: [MetricComparison] {
        Self.headlineNames.compactMap { name in
            metrics.first { $0.name == name && $0.domain == nil }
        }
    }

    /// Settings that differ and headline metrics as text, with the names of the sides as titles.
    ///
    /// - Complexity: O(settings + metrics).
    public func shortText(left: String, right: String) -> String {
        var out = TextLines(TextStyle())
        ComparisonText.differences(self, &out, left: left, right: right)
        out.heading("Metrics")
        var table = TextTable(
            ["metric", "better", left, right, "change", "of \(left)"], leftColumns: 2)
        for metric in headlines { table.row([metric.name] + ComparisonText.cells(metric)) }
        out.lines(table.lines)
        return out.text
    }
}
