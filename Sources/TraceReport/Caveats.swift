import TraceAnalysis
package import TraceCore
import TraceSummaries

/// What a reader must know before the numbers.
package enum Caveats {
    /// Remarks that follow from how the trace was made.
    static func remarks(_ parameters: ParameterList) -> [String] {
        var remarks: [String] = []
        if hasEstimatedCosts(parameters) { remarks.append("costs: estimated") }
        if isFromEngine(parameters) {
            remarks.append(modelLatency)
            remarks.append("arrivals: open")
        }
        if parameters["recording.fidelity"] == "rate" { remarks.append("requests: from rates") }
        if isLabPolicy(parameters) { remarks.append("policy: not FreeBSD") }
        return remarks
    }

    /// Stands wherever a wakeup latency of the engine does.
    static let modelLatency = "latency from a model"

    /// Whether the trace is the engine's, whose dispatch and arrivals are models.
    static func isFromEngine(_ parameters: ParameterList) -> Bool {
        parameters["source"] == "engine"
    }

    /// Whether the trace was recorded on a host: its policy is its settings, and what it was asked
    /// for nobody has recorded.
    package static func isOfHost(_ parameters: ParameterList) -> Bool {
        ["linux", "freebsd"].contains(parameters["source"])
    }

    /// What the numbers of threads are called: on Linux process numbers.
    static func threadNumberTitle(_ parameters: ParameterList) -> String {
        parameters["source"] == "linux" ? "pid" : "number"
    }

    /// Whether times on a CPU rest on costs nobody has measured.
    static func hasEstimatedCosts(_ parameters: ParameterList) -> Bool {
        parameters["model.costs"] == "estimated"
    }

    /// Whether the policy is one of the lab's, which no FreeBSD has.
    static func isLabPolicy(_ parameters: ParameterList) -> Bool {
        guard let lab = parameters["policy.lab"] else { return false }
        return !["", "0", "false", "no"].contains(lab)
    }

    /// How much further the wall clock went than the trace's own between the first and the last of
    /// the recording's marks of both, ns: where it was set or steered meanwhile. `nil` without two
    /// marks.
    static func wallDriftNs(_ parameters: ParameterList) -> Int64? {
        func moved(_ clock: String) -> Int64? {
            guard let first = parameters.integer("host.sync.first.\(clock)"),
                let last = parameters.integer("host.sync.last.\(clock)")
            else { return nil }
            return last.subtractingReportingOverflow(first).partialValue
        }
        guard let wallNs = moved("real_ns"), let traceNs = moved("trace_ns") else { return nil }
        return wallNs.subtractingReportingOverflow(traceNs).partialValue
    }

    /// What is wrong with the times and the completeness of the recording, in sentences.
    static func recording(_ report: AnalysisReport) -> [String] {
        var result: [String] = []
        let losses = report.summary.losses
        if losses.count > 0 {
            let kinds = losses.byKind.prefix(4).map {
                "\($0.kind.isEmpty ? "unknown kind" : TextSafe.line($0.kind)) \($0.count)"
            }
            let more = losses.byKind.count > 4 ? ", \(losses.byKind.count - 4) kinds more" : ""
            result.append(
                "\(losses.count) events were lost while recording, in \(losses.intervals) "
                    + "\(losses.intervals == 1 ? "interval" : "intervals") of "
                    + "\(ScaledText.time(losses.timeNs)) in all: "
                    + kinds.joined(separator: ", ") + more
                    + "; counts are too low, and what spans a loss may be wrong")
        }
        if let late = losses.late.value, late > 0 {
            result.append("\(late) events came late and have the time of the event before them")
        }
        if let driftNs = wallDriftNs(report.parameters), driftNs.magnitude >= leastDriftNs {
            let sign = driftNs < 0 ? "" : "+"
            result.append(
                "the wall clock was moved by \(sign)\(ScaledText.time(driftNs)) while recording; "
                    + "times in the trace do not follow it")
        }
        return result
    }

    /// Less is a clock that runs a little faster or slower, ns.
    private static let leastDriftNs: UInt64 = 50_000_000

    /// What is known of the clocks, as JSON.
    static func clock(_ report: AnalysisReport, _ json: inout JSONWriter) {
        json.member("clock") { json in
            json.member("wall_drift_ns", wallDriftNs(report.parameters))
            json.member("late_events", report.summary.losses.late.value)
        }
    }

    /// The first line of a text report.
    static func firstLine(_ completeness: Completeness, _ parameters: ParameterList) -> String {
        let complete =
            switch completeness {
            case .complete: "complete: true"
            case .incomplete(let reason): "complete: false (\(TextSafe.line(reason)))"
            }
        return ([complete] + remarks(parameters)).joined(separator: "; ")
    }

    /// The first members of a JSON report.
    static func members(
        _ completeness: Completeness, _ parameters: ParameterList, _ json: inout JSONWriter
    ) {
        switch completeness {
        case .complete:
            json.member("complete", true)
            json.member("incomplete_reason", String?.none)
        case .incomplete(let reason):
            json.member("complete", false)
            json.member("incomplete_reason", reason)
        }
        json.member("costs_estimated", hasEstimatedCosts(parameters))
        json.member("latency_from_model", isFromEngine(parameters))
        let arrivals: String? = isFromEngine(parameters) ? "open" : nil
        json.member("arrivals", arrivals)
        json.member("lab_policy", isLabPolicy(parameters))
    }
}
