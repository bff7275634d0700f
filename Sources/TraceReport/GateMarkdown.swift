import RunStatistics
import TraceAnalysis
import TraceDiff

/// What judged runs say, as Markdown for pull requests and step summaries.
enum GateMarkdown {
    /// Most settings and metrics shown.
    private static let mostRows = 40

    /// - Parameter mostBytes: what does not fit is left out by whole rows, the verdicts last.
    static func render(
        _ comparison: Comparison, _ runs: RunComparison, mostBytes: Int
    ) -> String {
        var out = MarkdownLines(mostBytes: mostBytes)
        out.line("## \(MarkdownText.plain(GateText.outcome(runs)))")
        guard !out.text.isEmpty else { return "" }
        let (left, right) = (comparison.left.label, comparison.right.label)
        out.paragraph(
            "\(MarkdownText.code(left)) against \(MarkdownText.code(right)). "
                + "\(GateText.kind(runs)).")
        out.table(
            ["metric", "verdict", "base", "head", "change", "interval", "margin"], leftColumns: 2,
            runs.limits.map(row))
        for judged in runs.limits where judged.verdict == .regression {
            out.paragraph(
                "**\(MarkdownText.plain(judged.limit.name))**: \(MarkdownText.plain(judged.limit.why))"
            )
        }
        out.paragraph(
            "At most \(ScaledText.percent(runs.thresholds.levelPpm)) false alarms for all limits "
                + "together.")
        out.table(
            ["setting", "base", "head"], leftColumns: 3,
            comparison.differences.map { difference in
                [difference.name, difference.left ?? "-", difference.right ?? "-"]
                    .map(MarkdownText.plain)
            }, most: mostRows)
        out.table(
            ["metric", "base", "head", "change"], leftColumns: 1,
            comparison.metrics.map(metric), most: mostRows)
        return out.text
    }

    private static func row(_ judged: JudgedLimit) -> [String] {
        let unit = judged.unit ?? .count
        let interval = judged.answer?.interval.map {
            "\(GateText.change($0.lowerBound, unit)) to \(GateText.change($0.upperBound, unit))"
        }
        let verdict = judged.verdict.rawValue
        return [
            MarkdownText.plain(judged.limit.name),
            judged.verdict == .regression ? "**\(verdict)**" : verdict,
            ComparisonText.value(judged.baseMean, unit),
            ComparisonText.value(judged.headMean, unit),
            GateText.change(judged.answer?.estimate, unit), interval ?? "-",
            ComparisonText.value(judged.margin, unit),
        ]
    }

    private static func metric(_ metric: MetricComparison) -> [String] {
        let name = metric.domain.map { "\(metric.name), domain \($0)" } ?? metric.name
        return [
            MarkdownText.plain(name), ComparisonText.value(metric.left, metric.unit),
            ComparisonText.value(metric.right, metric.unit),
            GateText.change(metric.absoluteChange, metric.unit),
        ]
    }
}
