public import TraceAnalysis
public import TraceCore
public import TraceDiff

/// What a report about one trace is made from.
public struct AnalysisReport: Sendable {
    /// What to call the trace, such as its file name.
    public var label: String
    /// How it was made.
    public var parameters: ParameterList
    /// What it is.
    public var identities: TraceIdentities
    /// How much of it there is.
    public var completeness: Completeness
    /// What it says.
    public var summary: TraceSummary

    /// Makes a report.
    public init(
        label: String, parameters: ParameterList, identities: TraceIdentities = TraceIdentities(),
        completeness: Completeness = .complete, summary: TraceSummary
    ) {
        self.label = label
        self.parameters = parameters
        self.identities = identities
        self.completeness = completeness
        self.summary = summary
    }

    /// The report as text.
    ///
    /// - Complexity: O(size of the summary).
    public func text(_ style: TextStyle = TextStyle()) -> String {
        AnalysisText.render(self, style)
    }

    /// The report as JSON, version `ktls-trace-analysis/0`.
    ///
    /// - Complexity: O(size of the summary).
    public var json: String { AnalysisJSON.render(self) }
}

/// What a reader must know before the numbers.
enum Caveats {
    /// Remarks that follow from how the trace was made.
    static func remarks(_ parameters: ParameterList) -> [String] {
        var remarks: [String] = []
        if parameters["model.costs"] == "estimated" { remarks.append("costs: estimated") }
        if parameters["source"] == "engine" {
            remarks.append("latency from a model")
            remarks.append("arrivals: open")
        }
        return remarks
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
        json.member("costs_estimated", parameters["model.costs"] == "estimated")
        json.member("latency_from_model", parameters["source"] == "engine")
        let arrivals: String? = parameters["source"] == "engine" ? "open" : nil
        json.member("arrivals", arrivals)
    }
}

/// Makes text from a trace harmless on a terminal.
enum TextSafe {
    /// Replaces control characters by `?`.
    static func line(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                    return isControl ? "?" : scalar
                }))
    }
}
