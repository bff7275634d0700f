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
    /// Events whose time the recorder moved up to that of the event before; `nil` where it does
    /// not say.
    public var lateEvents: UInt64?
    /// What it says.
    public var summary: TraceSummary

    /// Makes a report.
    public init(
        label: String, parameters: ParameterList, identities: TraceIdentities = TraceIdentities(),
        completeness: Completeness = .complete, lateEvents: UInt64? = nil, summary: TraceSummary
    ) {
        self.label = label
        self.parameters = parameters
        self.identities = identities
        self.completeness = completeness
        self.lateEvents = lateEvents
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
