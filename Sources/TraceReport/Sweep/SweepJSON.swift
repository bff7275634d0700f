import TraceAnalysis
import TraceCore
import TraceSummaries
import TraceSweep

/// The JSON report about a sweep.
enum SweepJSON {
    static let version = "ktls-trace-sweep/0"

    static func render(_ report: SweepReport) -> String {
        render(report, mostBytes: .max) ?? ""
    }

    /// The report where it has at most so many bytes.
    static func render(_ report: SweepReport, mostBytes: Int) -> String? {
        var json = JSONWriter(mostBytes: mostBytes)
        json.object { json in
            json.member("schema", version)
            json.member("scenario", report.description.scenario)
            json.member("duration_ns", report.description.durationNs)
            json.member("detail", report.description.detail)
            json.member("seeds", numbers: report.table.seeds.map { UInt64($0) })
            json.member("axes", each: report.table.columns) { json, column in
                json.object { json in
                    json.member("title", column.axis.title)
                    json.member("metric", column.metric)
                    json.member("unit", column.unit.rawValue)
                    json.member("better", column.axis.better.rawValue)
                }
            }
            json.member("cells", each: report.table.rows) { json, row in
                json.object { cell(row, report.table, &$0) }
            }
            json.member("front", each: report.front) { $0.value($1.cell.name) }
        }
        return json.isCut ? nil : json.text + "\n"
    }

    private static func cell(_ row: SweepRow, _ table: SweepTable, _ json: inout JSONWriter) {
        json.member("name", row.cell.name)
        json.member("folder", row.cell.folder)
        json.member("policy", row.cell.policy)
        json.member("settings") { json in
            for setting in row.cell.settings { json.member(setting.name, setting.value) }
        }
        json.member("on_front", row.isOnFront)
        json.member("front_ppm", row.frontPpm)
        json.member("axes", each: row.axes) { json, mean in
            json.object { json in
                json.member("mean", mean.mean)
                json.member("low", mean.interval?.lowerBound)
                json.member("high", mean.interval?.upperBound)
                json.member("runs", mean.runs)
            }
        }
        json.member("runs", each: row.runs) { run($1, row, &$0) }
    }

    private static func run(_ run: RunFacts, _ row: SweepRow, _ json: inout JSONWriter) {
        json.object { json in
            json.member("seed", run.parameters.integer("scenario.seed"))
            AnalysisJSON.identities(run.identities, &json)
            json.member("metrics") { json in
                for metric in run.metrics where metric.domain == nil {
                    json.member(metric.name, metric.value)
                }
            }
        }
    }
}
