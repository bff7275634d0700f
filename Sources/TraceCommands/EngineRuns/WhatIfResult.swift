import TraceAnalysis
import TraceCore
import TraceDiff
import TraceIdentity
import TraceReplay
import TraceReport
import TraceStore
import TraceSummaries

/// What came out of a what-if.
struct WhatIfResult {
    let plan: WhatIfPlan
    /// What the recording says.
    let recorded: RunSummaries
    /// The recording, read.
    let trace: LoadedTrace
    /// What the what-if says.
    let summary: TraceSummary
    let support: SupportReport
    /// Whether the what-if has the length of the recording.
    let isWhole: Bool
    let events: UInt64
    let appliedInputs: UInt64
    /// What the recording changes while it runs.
    let changed: [ChangedSetting]
    /// Where the trace was written, if it was.
    let output: String?
    let totals: TraceTotals?

    private var contentID: String? { totals?.ids.content.description }

    private var completeness: TraceSummaries.Completeness {
        if case .incomplete = trace.completeness { return trace.completeness }
        if isWhole { return .complete }
        return .incomplete(reason: "the recording ended before its time")
    }

    private var comparison: Comparison {
        var identities = TraceIdentities()
        if let ids = totals?.ids {
            identities = TraceIdentities(
                input: ids.input.description, outcome: ids.outcome.description,
                content: ids.content.description)
        }
        return Comparison(
            ComparedTrace(recorded),
            ComparedTrace(
                label: "what-if", parameters: plan.parameters, identities: identities,
                completeness: completeness, summary: summary))
    }

    // MARK: Text

    /// The result as text.
    var text: String {
        var text = "complete: true\n"
        if case .incomplete(reason: let reason) = completeness {
            text = "complete: false (\(reason))\n"
        }
        text += "what-if of \(trace.label), content id \(trace.identities.content ?? "not known")\n"
        text += "arrivals: open (\(appliedInputs) recorded inputs at their recorded times, "
        text += "whatever the policy does)\n"
        for entry in changed { text += plan.sentence(entry) + "\n" }
        text += comparison.shortText(left: "recorded", right: "what-if")
        text += supportText
        if let output, let contentID {
            text += "\nwrote \(output == "-" ? "the trace" : output): \(events) events, "
            text += "content id \(contentID)"
            text += contentID == trace.identities.content ? ", that of the recording\n" : "\n"
        }
        return text
    }

    private var supportText: String {
        var text = "\nSupport by the recording\n"
        if let share = support.outsidePpm {
            text += "  outside of what it shows: \(support.outsideReclaims) of \(support.reclaims) "
            text += "batches and spins (\(ScaledText.percent(share))), "
            text += "\(ScaledText.time(support.outsideCPUNs)) of "
            text += "\(ScaledText.time(support.cpuNs)) CPU time in reclaim "
            text += "(\(ScaledText.known(support.outsideCPUPpm, ScaledText.percent)))\n"
        } else {
            text += "  the what-if has no batches and no spins\n"
        }
        if support.isWeak {
            text +=
                "  warning: more than \(ScaledText.percent(SupportReport.warningPpm)) is outside: "
            text += "the recording does not show how the model behaves there\n"
        }
        var table = TextTable([
            "quantity", "recorded", "least", "most", "what-if", "least", "most", "outside",
            "share",
        ])
        for row in support.rows where row.recorded.count + row.whatIf.count > 0 {
            table.row(
                [row.quantity.name] + Self.cells(row.recorded, row.quantity.unit)
                    + Self.cells(row.whatIf, row.quantity.unit)
                    + [
                        String(row.below + row.above),
                        ScaledText.known(row.outsidePpm, ScaledText.percent),
                    ])
        }
        return text + table.lines.map { $0 + "\n" }.joined()
    }

    private static func cells(_ range: SupportRange, _ unit: Unit) -> [String] {
        guard range.count > 0 else { return ["0", "-", "-"] }
        func value(_ value: Int64) -> String {
            unit == .nanoseconds ? ScaledText.time(value) : String(value)
        }
        return [String(range.count), value(range.least), value(range.most)]
    }

    // MARK: JSON

    /// The result as JSON, version `ktls-trace-what-if/0`.
    var json: String {
        var json = JSONWriter()
        let comparison = comparison
        json.object { json in
            json.member("schema", "ktls-trace-what-if/0")
            head(&json)
            json.member("settings_changed_by_recording", each: changed) { json, entry in
                json.object { json in
                    json.member("name", entry.name)
                    json.member("first_ns", entry.firstNs)
                    json.member("count", Int64(entry.count))
                    json.member("has_effect", entry.hasEffect)
                }
            }
            json.member("differences", each: comparison.differences) { json, difference in
                json.object { json in
                    json.member("about", difference.group.name)
                    json.member("name", difference.name)
                    json.member("recorded", difference.left)
                    json.member("what_if", difference.right)
                }
            }
            json.member("metrics", each: comparison.metrics, Self.metric)
            json.member("support", supportMember)
        }
        return json.text + "\n"
    }

    private func head(_ json: inout JSONWriter) {
        switch completeness {
        case .complete:
            json.member("complete", true)
            json.member("incomplete_reason", nil as String?)
        case .incomplete(reason: let reason):
            json.member("complete", false)
            json.member("incomplete_reason", reason)
        }
        json.member("arrivals", "open")
        json.member("trace", trace.label)
        json.member("content_id", trace.identities.content)
        json.member("output", output)
        json.member("output_content_id", contentID)
        json.member("events", events)
        json.member("inputs_applied", appliedInputs)
        json.member("policy") { json in
            json.member("recorded", plan.recorded["policy.name"])
            json.member("what_if", plan.parameters["policy.name"])
        }
    }

    private static func metric(_ json: inout JSONWriter, _ metric: MetricComparison) {
        json.object { json in
            json.member("name", metric.name)
            json.member("domain", metric.domain.map(Int64.init))
            json.member("unit", metric.unit.rawValue)
            json.member("better", metric.direction.rawValue)
            json.member("recorded", metric.left)
            json.member("what_if", metric.right)
            json.member("change", metric.absoluteChange)
            json.member("change_ppm_of_recorded", metric.relativeChangePpm)
        }
    }

    private func supportMember(_ json: inout JSONWriter) {
        json.member("reclaims", support.reclaims)
        json.member("outside", support.outsideReclaims)
        json.member("outside_ppm", support.outsidePpm)
        json.member("cpu_ns", support.cpuNs)
        json.member("outside_cpu_ns", support.outsideCPUNs)
        json.member("outside_cpu_ppm", support.outsideCPUPpm)
        json.member("warning_ppm", SupportReport.warningPpm)
        json.member("weak", support.isWeak)
        json.member("quantities", each: support.rows) { json, row in
            json.object { json in
                json.member("name", row.quantity.name)
                json.member("unit", row.quantity.unit.symbol)
                json.member("recorded") { Self.range(row.recorded, &$0) }
                json.member("what_if") { Self.range(row.whatIf, &$0) }
                json.member("below", row.below)
                json.member("above", row.above)
                json.member("outside_ppm", row.outsidePpm)
                let cpuNs: Int64? = row.quantity.isOfReclaim ? row.outsideCPUNs : nil
                json.member("outside_cpu_ns", cpuNs)
            }
        }
    }

    private static func range(_ range: SupportRange, _ json: inout JSONWriter) {
        let isKnown = range.count > 0
        json.member("count", range.count)
        json.member("least", isKnown ? range.least : nil)
        json.member("most", isKnown ? range.most : nil)
    }
}
