public import TraceAnalysis
public import TraceCore
public import TraceSummaries

/// What a report about one trace, or about several together, is made from.
public struct AnalysisReport: Sendable {
    /// What to call the trace, such as its file name.
    public var label: String
    /// How it was made; of several traces what they have in common.
    public var parameters: ParameterList
    /// What it is.
    public var identities: TraceIdentities
    /// How much of it there is.
    public var completeness: Completeness
    /// What it says.
    public var summary: TraceSummary
    /// The traces, where there are several; else empty.
    public var runs: [RunFacts] = []
    /// What the summary does not hold any more.
    public var leftOut = LeftOut()

    /// Makes a report about one trace.
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

    /// Makes a report about the runs of a summary.
    ///
    /// - Complexity: O(runs x settings).
    public init(_ summaries: RunSummaries) {
        self.init(
            label: summaries.label, parameters: summaries.commonParameters,
            identities: summaries.runs.count == 1
                ? summaries.runs[0].identities : TraceIdentities(),
            completeness: summaries.completeness, summary: summaries.summary)
        runs = summaries.runs.count > 1 ? summaries.runs : []
        leftOut = summaries.leftOut
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

    /// The metrics as CSV: name, domain (empty for the whole trace), unit, which change is welcome,
    /// value; what the trace does not say is left out.
    ///
    /// - Complexity: O(size of the summary).
    public var csv: String { AnalysisCSV.render(self) }

    /// The report as Markdown, a page of it: for pull requests and notes.
    ///
    /// - Complexity: O(size of the summary).
    public func markdown(_ style: TextStyle = TextStyle()) -> String {
        AnalysisMarkdown.render(self, style)
    }

    /// The report as an HTML page that needs nothing else; with the summary's timeline, where that
    /// was collected.
    ///
    /// - Complexity: O(size of the summary).
    public var html: String { AnalysisHTML.render(self) }
}

/// Makes text from a trace harmless on a terminal.
enum TextSafe {
    /// Replaces control characters by `?`.
    static func line(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { isControl($0) ? "?" : $0 }))
    }

    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }
}

extension AnalysisReport {
    /// Who suffered, worst first; `nil` where that is not told: of a part of the reports, and of a
    /// model, whose requesters stand for CPUs.
    var shownAffected: [AffectedThread]? {
        guard summary.hasAffected, !Caveats.isFromEngine(parameters) else { return nil }
        return summary.affected
    }
}
