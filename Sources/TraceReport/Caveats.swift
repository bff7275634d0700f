import TraceCore
import TraceSummaries

/// What a reader must know before the numbers.
enum Caveats {
    /// Remarks that follow from how the trace was made.
    static func remarks(_ parameters: ParameterList) -> [String] {
        var remarks: [String] = []
        if hasEstimatedCosts(parameters) { remarks.append("costs: estimated") }
        if isFromEngine(parameters) {
            remarks.append(modelLatency)
            remarks.append("arrivals: open")
        }
        if isLabPolicy(parameters) { remarks.append("policy: not FreeBSD") }
        return remarks
    }

    /// Stands wherever a wakeup latency of the engine does.
    static let modelLatency = "latency from a model"

    /// Whether the trace is the engine's, whose dispatch and arrivals are models.
    static func isFromEngine(_ parameters: ParameterList) -> Bool {
        parameters["source"] == "engine"
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
