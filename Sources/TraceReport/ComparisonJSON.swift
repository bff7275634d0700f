import RunStatistics
import TraceAnalysis
import TraceCore
import TraceDiff
import TraceSummaries

/// The JSON report about two traces.
enum ComparisonJSON {
    static let version = "ktls-trace-diff/0"

    static func render(_ report: ComparisonReport) -> String {
        render(report, mostBytes: .max) ?? ""
    }

    /// The report, or `nil` where it has more bytes.
    static func render(_ report: ComparisonReport, mostBytes: Int) -> String? {
        var json = JSONWriter(mostBytes: mostBytes)
        let comparison = report.comparison
        json.object { json in
            json.member("schema", version)
            let isComplete =
                comparison.left.completeness == .complete
                && comparison.right.completeness == .complete
            json.member("complete", isComplete)
            json.member("identical", comparison.isIdentical)
            json.member("descriptive_only", report.runs.kind == .descriptive)
            switch comparison.inputs {
            case .same: json.member("same_inputs", true)
            case .different: json.member("same_inputs", false)
            case .unknown: json.member("same_inputs", String?.none)
            }
            json.member("left") { side(comparison.left, &$0) }
            json.member("right") { side(comparison.right, &$0) }
            json.member("differences", each: comparison.differences) { json, difference in
                json.object { json in
                    json.member("about", difference.group.name)
                    json.member("name", difference.name)
                    json.member("left", difference.left)
                    json.member("right", difference.right)
                }
            }
            FirstDifferenceJSON.member(report.firstDifference, &json)
            json.member("metrics", each: comparison.metrics, metric)
            GateJSON.member(report.runs, &json)
            report.calibration.map { CalibrationJSON.member($0, &json) }
            json.member("shifts", each: comparison.shifts, shift)
        }
        return json.isCut ? nil : json.text + "\n"
    }

    private static func side(_ side: ComparedTrace, _ json: inout JSONWriter) {
        Caveats.members(side.completeness, side.parameters, &json)
        json.member("trace", side.label)
        json.member("runs", UInt64(side.runCount))
        AnalysisJSON.identities(side.identities, &json)
        AnalysisJSON.parameters(side.parameters, &json)
        AnalysisJSON.window(side.summary.window, &json)
    }

    private static func shift(_ json: inout JSONWriter, _ entry: LatencyShift) {
        json.object { json in
            json.member("series", entry.name)
            json.member("n_left", entry.counts.left)
            json.member("n_right", entry.counts.right)
            json.member("distance_ns", entry.shift.distance)
            json.member("quantiles", each: entry.shift.points) { json, point in
                json.object { json in
                    json.member("thousandths", Int64(point.thousandths))
                    json.member("left_ns", point.left)
                    json.member("right_ns", point.right)
                }
            }
        }
    }

    private static func metric(_ json: inout JSONWriter, _ metric: MetricComparison) {
        json.object { json in
            json.member("name", metric.name)
            json.member("domain", metric.domain.map(Int64.init))
            json.member("unit", metric.unit.rawValue)
            json.member("better", metric.direction.rawValue)
            json.member("left", metric.left)
            json.member("right", metric.right)
            json.member("change", metric.absoluteChange)
            json.member("change_ppm_of_left", metric.relativeChangePpm)
        }
    }
}
