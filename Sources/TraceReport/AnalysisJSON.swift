import Histograms
import TraceAnalysis
import TraceCore
import TraceSummaries

/// The JSON report about one trace.
enum AnalysisJSON {
    static let version = "ktls-trace-analysis/0"

    static func render(_ report: AnalysisReport) -> String {
        render(report, mostBytes: .max) ?? ""
    }

    /// The report, or `nil` where it has more bytes.
    static func render(_ report: AnalysisReport, mostBytes: Int) -> String? {
        var json = JSONWriter(mostBytes: mostBytes)
        let summary = report.summary
        json.object { json in
            json.member("schema", version)
            Caveats.members(report.completeness, report.parameters, &json)
            json.member("trace", report.label)
            identities(report.identities, &json)
            parameters(report.parameters, &json)
            runs(report, &json)
            window(summary.window, &json)
            reports(summary.sections, &json)
            events(summary, &json)
            losses(summary.losses, &json)
            Caveats.clock(report, &json)
            threads(summary, &json)
            affected(summary, &json)
            sections(summary, &json)
            json.member("metrics", each: summary.metrics, metric)
        }
        return json.isCut ? nil : json.text + "\n"
    }

    /// The reports that were asked for; `null` in the place of the others.
    private static func sections(_ summary: TraceSummary, _ json: inout JSONWriter) {
        func section(
            _ section: ReportSection, as key: String? = nil, _ json: inout JSONWriter,
            _ body: (inout JSONWriter) -> Void
        ) {
            if summary.has(section) {
                body(&json)
            } else {
                json.member(key ?? section.rawValue, String?.none)
            }
        }
        section(.cpu, &json) { cpu(summary, &$0) }
        section(.wakeups, &json) { wakeups(summary.wakeups, &$0) }
        section(.failures, &json) { failures(summary, &$0) }
        section(.batches, &json) { batches(summary.batches, &$0) }
        section(.waits, &json) { waits(summary.waits, &$0) }
        section(.relief, &json) { relief(summary.relief, &$0) }
        section(.relief, as: "batch_relief", &json) { batchRelief(summary.batchRelief, &$0) }
        chains(summary.chains, &json)
        section(.service, &json) { service(summary, &$0) }
        section(.memory, &json) { memory(summary, &$0) }
        section(.counters, &json) { counters(summary.counters, &$0) }
        section(.totals, &json) { totals(summary.totals, &$0) }
    }

    private static func affected(_ summary: TraceSummary, _ json: inout JSONWriter) {
        guard summary.hasAffected else {
            json.member("affected", String?.none)
            return
        }
        json.member("affected", each: summary.affected) { json, row in
            json.object { json in
                json.member("thread", row.thread)
                json.member("failures", row.failures)
                json.member("stalls", row.stalls)
                json.member("stall_ns", row.stallNs)
                json.member("longest_stall_ns", row.longestStallNs)
                json.member("waits", row.waits)
                json.member("wait_ns", row.waitNs)
            }
        }
    }

    // MARK: The head

    private static func runs(_ report: AnalysisReport, _ json: inout JSONWriter) {
        json.member("runs", report.summary.runs)
        if report.runs.isEmpty {
            json.member("traces", String?.none)
        } else {
            json.member("traces", each: report.runs, run)
        }
        if report.leftOut.level > 0 {
            json.member("left_out") { json in
                json.member("bucket_fraction", report.leftOut.bucketFraction)
                json.member("rows", report.leftOut.rows)
            }
        } else {
            json.member("left_out", String?.none)
        }
    }

    private static func run(_ json: inout JSONWriter, _ run: RunFacts) {
        json.object { json in
            json.member("trace", run.label)
            switch run.completeness {
            case .complete:
                json.member("complete", true)
                json.member("incomplete_reason", String?.none)
            case .incomplete(let reason):
                json.member("complete", false)
                json.member("incomplete_reason", reason)
            }
            json.member("lost_events", run.lostEvents)
            json.member("length_ns", run.window.lengthNs)
            identities(run.identities, &json)
        }
    }

    private static func reports(_ sections: [ReportSection]?, _ json: inout JSONWriter) {
        if let sections {
            json.member("reports", each: sections) { $0.value($1.rawValue) }
        } else {
            json.member("reports", String?.none)
        }
    }

    static func identities(_ identities: TraceIdentities, _ json: inout JSONWriter) {
        json.member("identities") { json in
            json.member("input", identities.input)
            json.member("outcome", identities.outcome)
            json.member("content", identities.content)
        }
    }

    static func parameters(_ parameters: ParameterList, _ json: inout JSONWriter) {
        json.member("parameters") { json in
            for entry in parameters.entries { json.member(entry.key, entry.value) }
        }
    }

    static func window(_ window: SummaryWindow, _ json: inout JSONWriter) {
        json.member("window") { json in
            json.member("begin_ns", window.beginNs)
            json.member("end_ns", window.endNs)
            json.member("length_ns", window.lengthNs)
            json.member("cut_at_begin", window.isCutAtBegin)
            json.member("cut_at_end", window.isCutAtEnd)
            if let domains = window.domains {
                json.member("domains", each: domains) { $0.value($1) }
            } else {
                json.member("domains", String?.none)
            }
            if let kinds = window.kinds {
                json.member("kinds", each: kinds) { $0.value($1) }
            } else {
                json.member("kinds", String?.none)
            }
            if let threads = window.threads {
                json.member("threads", each: threads) { $0.value($1) }
            } else {
                json.member("threads", String?.none)
            }
        }
    }

    private static func events(_ summary: TraceSummary, _ json: inout JSONWriter) {
        json.member("events") { json in
            json.member("in_window", summary.events.inWindow)
            json.member("outside_window", summary.events.outsideWindow)
            json.member("other_domains", summary.events.otherDomains)
            json.member("other_kinds", summary.events.otherKinds)
            json.member("other_threads", summary.events.otherThreads)
            json.member("unknown_kind", summary.events.unknownKind)
            json.member("by_kind", each: summary.events.byKind, named)
            json.member("missing_columns", each: summary.missingColumns) { json, column in
                json.object { json in
                    json.member("kind", column.kind)
                    json.member("column", column.column)
                    json.member("wrong_type", column.isWrongType)
                }
            }
        }
    }

    private static func losses(_ losses: LossSummary, _ json: inout JSONWriter) {
        func kind(_ name: String?, _ json: inout JSONWriter) {
            json.member("kind", name?.isEmpty == true ? nil : name)
        }
        json.member("losses") { json in
            json.member("count", losses.count)
            json.member("intervals", losses.intervals)
            json.member("time_ns", losses.timeNs)
            json.member("by_kind", each: losses.byKind) { json, row in
                json.object { json in
                    kind(row.kind, &json)
                    json.member("count", row.count)
                }
            }
            json.member("rows", each: losses.rows) { json, row in
                json.object { json in
                    kind(row.kind, &json)
                    json.member("begin_ns", row.beginNs)
                    json.member("end_ns", row.endNs)
                    json.member("count", row.count)
                }
            }
        }
    }

    private static func threads(_ summary: TraceSummary, _ json: inout JSONWriter) {
        json.member("threads", each: summary.threads) { json, thread in
            json.object { json in
                json.member("thread", thread.thread)
                json.member("name", thread.name)
                json.member("names", each: thread.names) { $0.value($1) }
                json.member("role", thread.role?.name)
            }
        }
    }

    // MARK: Shared shapes

    static func named(_ json: inout JSONWriter, _ entry: NamedCount) {
        json.object { json in
            json.member("name", entry.name)
            json.member("count", entry.count)
        }
    }

    static func numbered(_ json: inout JSONWriter, _ entry: NumberCount) {
        json.object { json in
            json.member("number", entry.number)
            json.member("count", entry.count)
        }
    }

    static func known(_ name: String, _ sum: KnownSum, _ json: inout JSONWriter) {
        json.member(name) { json in
            json.member("sum", sum.value)
            json.member("known", sum.known)
            json.member("unknown", sum.unknown)
        }
    }

    static func series(_ name: String, _ series: LatencySeries, _ json: inout JSONWriter) {
        json.member(name) { json in
            json.member("n", series.count)
            json.member("exact", series.isExact)
            json.member("min_ns", series.minimum)
            for percentile in Percentile.allCases {
                let key = percentile == .p999 ? "p999_ns" : "\(percentile.name)_ns"
                json.member(key, series.percentile(percentile))
            }
            json.member("max_ns", series.maximum)
            json.member("mean_ns", series.mean)
            json.member("sum_ns", series.sum)
            json.member("above_range", series.aboveRangeCount)
            json.member("negative", series.negativeCount)
            buckets("histogram", series.powerOfTwoHistogram, &json)
        }
    }

    static func buckets(
        _ name: String, _ histogram: PowerOfTwoHistogram, _ json: inout JSONWriter
    ) {
        let filled = histogram.buckets.filter { $0.count > 0 }
        json.member(name, each: filled) { json, bucket in
            json.object { json in
                json.member("from", bucket.low)
                json.member("below", bucket.high)
                json.member("count", bucket.count)
            }
        }
    }

    private static func metric(_ json: inout JSONWriter, _ metric: Metric) {
        json.object { json in
            json.member("name", metric.name)
            json.member("domain", metric.domain.map(Int64.init))
            json.member("unit", metric.unit.rawValue)
            json.member("better", metric.direction.rawValue)
            json.member("value", metric.value)
        }
    }
}
