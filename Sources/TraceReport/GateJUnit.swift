import RunStatistics
import TraceAnalysis
import TraceDiff

/// What judged runs say, as JUnit XML: a test case for each limit.
enum GateJUnit {
    static func render(_ runs: RunComparison, allowsInconclusive: Bool) -> String {
        let cases = runs.limits.map { testCase($0, allowsInconclusive) }
        func count(_ kind: CaseKind) -> Int { cases.count { $0.kind == kind } }
        let totals =
            "tests=\"\(cases.count)\" failures=\"\(count(.failure))\" errors=\"\(count(.error))\" "
            + "skipped=\"\(count(.skipped))\""
        let name = escaped("ktls-trace gate \(runs.thresholds.name)")
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites \(totals)>
              <testsuite name="\(name)" \(totals)>
            \(cases.map(\.text).joined(separator: "\n"))
                <system-out>\(escaped(GateText.kind(runs)))</system-out>
              </testsuite>
            </testsuites>

            """
    }

    private enum CaseKind {
        case passed, failure, error, skipped
    }

    private static func testCase(
        _ judged: JudgedLimit, _ allowsInconclusive: Bool
    ) -> (kind: CaseKind, text: String) {
        let head =
            "    <testcase classname=\"ktls-trace.gate\" name=\"\(escaped(judged.limit.name))\""
        let said = escaped(sentence(judged))
        func with(_ element: String, _ attributes: String) -> String {
            "\(head)>\n      <\(element) \(attributes)>\(said)</\(element)>\n    </testcase>"
        }
        switch judged.verdict {
        case .regression:
            let message = "message=\"\(escaped(judged.limit.why))\" type=\"regression\""
            return (.failure, with("failure", message))
        case .inconclusive, .insufficient:
            let type = "message=\"\(judged.verdict.rawValue)\""
            return allowsInconclusive
                ? (.skipped, with("skipped", type))
                : (.error, with("error", type + " type=\"\(judged.verdict.rawValue)\""))
        case .improvement, .equivalent: return (.passed, head + "/>")
        }
    }

    /// One limit in words.
    static func sentence(_ judged: JudgedLimit) -> String {
        let unit = judged.unit ?? .count
        let base = ComparisonText.value(judged.baseMean, unit)
        let head = ComparisonText.value(judged.headMean, unit)
        let margin = ComparisonText.value(judged.margin, unit)
        let interval = judged.answer?.interval.map {
            ", between \(GateText.change($0.lowerBound, unit)) and "
                + GateText.change($0.upperBound, unit)
        }
        return "\(judged.limit.name): \(judged.verdict.rawValue); \(base) -> \(head), change "
            + "\(GateText.change(judged.answer?.estimate, unit))\(interval ?? ""), margin \(margin)"
    }

    /// Text as XML takes it; what XML cannot hold becomes a question mark.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "?"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
