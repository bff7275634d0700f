import RunStatistics
import TraceDiff

/// What judged runs say, as workflow commands of GitHub Actions.
///
/// GitHub shows at most ten annotations of a kind for a step, so the tenth counts the rest.
enum GateAnnotations {
    private static let annotationsMax = 10

    static func render(_ runs: RunComparison) -> String {
        func commands(_ command: String, _ verdicts: [Verdict]) -> [String] {
            let judged = runs.limits.filter { verdicts.contains($0.verdict) }
            let shown = judged.count > annotationsMax ? annotationsMax - 1 : judged.count
            var lines = judged.prefix(shown).map { judged in
                let why = judged.verdict == .regression ? " (\(judged.limit.why))" : ""
                return "::\(command) title=\(property("ktls-trace: \(judged.limit.name)"))::"
                    + data(GateJUnit.sentence(judged) + why)
            }
            if judged.count > shown {
                lines.append(
                    "::\(command) title=ktls-trace::and \(judged.count - shown) more limits")
            }
            return lines
        }
        let lines =
            commands("error", [.regression]) + commands("warning", [.inconclusive, .insufficient])
            + commands("notice", [.improvement])
        return (lines + [GateText.outcome(runs)]).joined(separator: "\n") + "\n"
    }

    /// The text behind a command: percent signs and line ends are coded.
    private static func data(_ text: String) -> String {
        TextSafe.line(text).replacing("%", with: "%25")
    }

    /// A property of a command: colons and commas too.
    private static func property(_ text: String) -> String {
        data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}
