import RunStatistics
import TraceAnalysis
import TraceDiff

/// What judged runs say, as text.
enum GateText {
    static func render(_ runs: RunComparison, _ out: inout TextLines) {
        out.heading("Verdicts")
        out.line("  " + kind(runs))
        if runs.unpairedBase + runs.unpairedHead > 0 {
            out.line(
                "  left out because without a partner: \(runs.unpairedBase) runs of the base, "
                    + "\(runs.unpairedHead) of the head")
        }
        guard !runs.limits.allSatisfy({ $0.answer == nil }) else { return }
        var table = TextTable(
            ["metric", "verdict", "base", "head", "change", "interval", "margin", "runs", "p"],
            leftColumns: 2)
        for judged in runs.limits { table.row(cells(judged)) }
        out.lines(table.lines)
        out.line(
            "  false alarms: at most \(ScaledText.percent(runs.thresholds.levelPpm)) for all "
                + "limits together; p is adjusted for their number")
        reasons(runs, &out)
    }

    /// What kind of comparison it is, in a sentence.
    static func kind(_ runs: RunComparison) -> String {
        switch runs.kind {
        case .identical: return "identical: both sides hold the same runs"
        case .paired(let pairs):
            return "paired: \(pairs) pairs of runs with the same inputs; "
                + "\(runs.limits.count) limits need \(runs.pairsNeeded)"
        case .unpaired(let left, let right):
            return "unpaired: \(left) and \(right) runs of different inputs"
        case .descriptive:
            return "descriptive only: a verdict needs pairs of runs with the same inputs, or "
                + "several runs a side"
        }
    }

    private static func cells(_ judged: JudgedLimit) -> [String] {
        let unit = judged.unit ?? .count
        func value(_ value: Int64?) -> String { ComparisonText.value(value, unit) }
        let answer = judged.answer
        return [
            judged.limit.name, judged.verdict.rawValue, value(judged.baseMean),
            value(judged.headMean), change(answer?.estimate, unit),
            answer?.interval.map {
                "\(change($0.lowerBound, unit)) to \(change($0.upperBound, unit))"
            } ?? "-", value(judged.margin),
            judged.runs.base == judged.runs.head
                ? String(judged.runs.base) : "\(judged.runs.base)/\(judged.runs.head)",
            answer.map { ScaledText.percent($0.regressionPpm) } ?? "-",
        ]
    }

    static func change(_ value: Int64?, _ unit: MetricUnit) -> String {
        guard let value else { return "-" }
        return (value > 0 ? "+" : "") + ComparisonText.value(value, unit)
    }

    /// Why there is a limit, where it is exceeded.
    private static func reasons(_ runs: RunComparison, _ out: inout TextLines) {
        for judged in runs.limits where judged.verdict == .regression {
            out.line("  \(judged.limit.name): \(TextSafe.line(judged.limit.why))")
        }
    }

    /// The last line of a gate.
    static func outcome(_ runs: RunComparison) -> String {
        func names(_ verdicts: [Verdict]) -> String {
            runs.limits.filter { verdicts.contains($0.verdict) }.map(\.limit.name)
                .joined(separator: ", ")
        }
        switch runs.outcome {
        case .passed: return "gate: passed"
        case .regression: return "gate: regression of \(names([.regression]))"
        case .noVerdict:
            return "gate: no verdict on \(names([.inconclusive, .insufficient])); "
                + "more runs can give one"
        }
    }
}
