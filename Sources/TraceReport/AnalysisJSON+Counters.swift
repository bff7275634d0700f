import Histograms
import TraceAnalysis

extension AnalysisJSON {
    static func relief(_ relief: ReliefSummary, _ json: inout JSONWriter) {
        guard relief.evidence != .none else {
            json.member("relief", String?.none)
            return
        }
        json.member("relief") { json in
            json.member("evidence", relief.evidence.rawValue)
            json.member("upper_bound", relief.evidence == .samples)
            series(relief.total, &json)
            json.member("other_orders", relief.otherOrders)
            json.member("untracked", relief.untracked)
            json.member("by_domain", each: relief.byDomain) { json, row in
                json.object { json in
                    json.member("domain", row.domain)
                    series(row, &json)
                }
            }
        }
    }

    static func batchRelief(_ relief: BatchReliefSummary, _ json: inout JSONWriter) {
        json.member("batch_relief") { json in
            batchRelief(relief.total, &json)
            json.member("untracked", relief.untracked)
            json.member("by_domain", each: relief.byDomain) { json, row in
                json.object { json in
                    json.member("domain", row.domain)
                    batchRelief(row, &json)
                }
            }
        }
    }

    private static func batchRelief(_ row: BatchRelief, _ json: inout JSONWriter) {
        json.member("chains", row.chains)
        json.member("recorded", row.recorded)
        json.member("inferred", row.inferred)
        json.member("without_end", row.withoutEnd)
        series("duration", row.duration, &json)
    }

    private static func series(_ row: ReliefSeries, _ json: inout JSONWriter) {
        series("served", row.served, &json)
        series("imported", row.imported, &json)
        json.member("unserved", row.unserved)
        json.member("unimported", row.unimported)
    }

    static func counters(_ counters: CounterSummary, _ json: inout JSONWriter) {
        json.member("counters") { json in
            json.member("differing", counters.differing.count)
            json.member("untracked", counters.untracked)
            json.member("rows", each: counters.rows, row)
        }
    }

    private static func row(_ json: inout JSONWriter, _ row: CounterRow) {
        json.object { json in
            json.member("name", row.range.name)
            json.member("sum", row.isSum)
            json.member("samples", row.range.samples)
            json.member("first_ns", row.firstNs)
            json.member("last_ns", row.lastNs)
            json.member("first", row.range.first)
            json.member("last", row.range.last)
            json.member("change", row.change)
            json.member("events", row.check?.evidence.rawValue)
            json.member("events_say", row.check?.told)
            if let check = row.check {
                json.member("agrees", check.gap == nil)
            } else {
                json.member("agrees", String?.none)
            }
            json.member("reason", row.check?.gap?.rawValue)
        }
    }
}
