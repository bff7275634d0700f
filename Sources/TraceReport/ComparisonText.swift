import RunStatistics
import TraceAnalysis
import TraceCore
import TraceDiff
import TraceSummaries

/// The text report about two traces.
enum ComparisonText {
    static func render(_ report: ComparisonReport, _ style: TextStyle) -> String {
        var out = TextLines(style)
        let comparison = report.comparison
        out.line(firstLine(comparison))
        side("left", comparison.left, &out)
        side("right", comparison.right, &out)
        guard !comparison.isIdentical else {
            out.line("identical: the content identities are equal")
            differences(comparison, &out)
            report.calibration.map { CalibrationText.render($0, &out) }
            if report.isGate { out.line(GateText.outcome(report.runs)) }
            return out.text
        }
        differences(comparison, &out)
        switch comparison.inputs {
        case .same: out.line("inputs: the same")
        case .different: out.line("inputs: different")
        case .unknown: out.line("inputs: not known to be the same")
        }
        if comparison.hasWindowsOfDifferentLength {
            out.line("windows of different length: compare shares and rates, not totals")
        }
        if report.runs.kind == .descriptive, !report.isGate {
            let runs = (comparison.left.runCount, comparison.right.runCount)
            let what = runs == (1, 1) ? "one run each" : "\(runs.0) and \(runs.1) runs together"
            out.line("\(what): a description without a verdict; differences may be chance")
        } else {
            GateText.render(report.runs, &out)
        }
        FirstDifferenceText.render(report.firstDifference, &out)
        metrics(comparison, &out)
        shifts(comparison.shifts, &out)
        report.calibration.map { CalibrationText.render($0, &out) }
        if report.isGate { out.line(GateText.outcome(report.runs)) }
        return out.text
    }

    /// Complete only where both sides are.
    private static func firstLine(_ comparison: Comparison) -> String {
        let reasons = [("left", comparison.left), ("right", comparison.right)]
            .compactMap { name, side -> String? in
                guard case .incomplete(let reason) = side.completeness else { return nil }
                return "\(name): \(TextSafe.line(reason))"
            }
        guard !reasons.isEmpty else { return "complete: true" }
        return "complete: false (\(reasons.joined(separator: "; ")))"
    }

    private static func side(_ name: String, _ side: ComparedTrace, _ out: inout TextLines) {
        out.line("\(name): \(Caveats.firstLine(side.completeness, side.parameters))")
        let window = AnalysisText.window(side.summary.window, runs: side.runCount)
        out.line("  \(TextSafe.line(side.label)), \(window)")
    }

    static func differences(
        _ comparison: Comparison, _ out: inout TextLines, left: String = "left",
        right: String = "right"
    ) {
        guard !comparison.differences.isEmpty else {
            out.line("settings: the same")
            return
        }
        out.heading("Settings that differ")
        var table = TextTable(["about", "setting", left, right], leftColumns: 4)
        for difference in comparison.differences {
            table.row([
                difference.group.name, TextSafe.line(difference.name),
                difference.left.map(TextSafe.line) ?? "-",
                difference.right.map(TextSafe.line) ?? "-",
            ])
        }
        out.lines(table.lines)
    }

    private static func metrics(_ comparison: Comparison, _ out: inout TextLines) {
        out.heading("Metrics")
        var table = TextTable(
            ["metric", "better", "left", "right", "change", "of left"], leftColumns: 2)
        for metric in comparison.metrics {
            let name = metric.domain.map { "\(metric.name), domain \($0)" } ?? metric.name
            table.row([name] + cells(metric))
        }
        out.lines(table.lines)
    }

    /// All cells of a metric's row but its name.
    static func cells(_ metric: MetricComparison) -> [String] {
        [
            better(metric.direction), value(metric.left, metric.unit),
            value(metric.right, metric.unit),
            signed(metric.absoluteChange) { value($0, metric.unit) },
            signed(metric.relativeChangePpm, ScaledText.percent),
        ]
    }

    /// Quantile by quantile; events of a run depend on one another, so there is no verdict on them.
    private static func shifts(_ shifts: [LatencyShift], _ out: inout TextLines) {
        guard !shifts.isEmpty else { return }
        out.heading("Shift of latencies, right less left")
        let shares = [100, 500, 900, 990, 999]
        var table = TextTable(
            ["series", "n left", "n right", "p10", "p50", "p90", "p99", "p99.9", "distance"])
        for entry in shifts {
            let points = shares.map { share in
                entry.shift.points.first { $0.thousandths == share }.map { $0.right - $0.left }
            }
            table.row(
                [entry.name, String(entry.counts.left), String(entry.counts.right)]
                    + points.map { signed($0) { ScaledText.time($0) } }
                    + [ScaledText.time(entry.shift.distance)])
        }
        out.lines(table.lines)
        out.line("  distance: mean distance of equal quantiles (Wasserstein-1)")
    }

    private static func better(_ direction: MetricDirection) -> String {
        direction == .neutral ? "-" : direction.rawValue
    }

    static func value(_ value: Int64?, _ unit: MetricUnit) -> String {
        guard let value else { return "-" }
        return switch unit {
        case .nanoseconds: ScaledText.time(value)
        case .count, .pages, .blocks: String(value)
        case .millionths: ScaledText.percent(value)
        case .per1000Seconds: ScaledText.rate(value)
        case .pageMicroseconds: ScaledText.pageSeconds(value)
        }
    }

    /// A change with its sign; `=` for none.
    private static func signed(_ change: Int64?, _ text: (Int64) -> String) -> String {
        guard let change else { return "-" }
        if change == 0 { return "=" }
        return change > 0 ? "+" + text(change) : text(change)
    }
}
