import RunStatistics
import TraceDiff

/// What judged runs say, as workflow commands of GitHub Actions.
///
/// GitHub shows at most ten annotations of a kind for a step, so the tenth counts the rest; three
/// kinds stay below the fifty that it shows for all.
enum GateAnnotations {
    private static let mostOfAKind = 10

    static func render(_ runs: RunComparison) -> String {
        func commands(_ command: String, _ verdicts: [Verdict]) -> [String] {
            let judged = runs.limits.filter { verdicts.contains($0.verdict) }
            let shown = judged.count > mostOfAKind ? mostOfAKind - 1 : judged.count
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
        // What names hold must not make the last line a command of either form.
        let outcome = TextSafe.line(GateText.outcome(runs)).replacing("##[", with: "## [")
        return (lines + [outcome]).joined(separator: "\n") + "\n"
    }

    /// The text behind a command: percent signs and line ends are coded, as GitHub decodes them.
    private static func data(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": result += "%25"
            case "\r": result += "%0D"
            case "\n": result += "%0A"
            default: result.unicodeScalars.append(TextSafe.isControl(scalar) ? "?" : scalar)
            }
        }
        return result
    }

    /// A property of a command: colons and commas too.
    private static func property(_ text: String) -> String {
        data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}
