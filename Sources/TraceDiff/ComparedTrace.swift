public import TraceAnalysis
public import TraceCore
public import TraceSummaries

/// One side of a comparison.
public struct ComparedTrace: Sendable {
    /// What to call it, such as its file name.
    public var label: String
    /// How it was made.
    public var parameters: ParameterList
    /// What it is.
    public var identities: TraceIdentities
    /// How much of it there is.
    public var completeness: Completeness
    /// What it says.
    public var summary: TraceSummary
    /// The runs that it stands for; empty for one trace.
    public var runs: [RunFacts] = []

    /// Makes a side.
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

    /// Makes a side of one run or several.
    public init(_ summaries: RunSummaries) {
        let isOne = summaries.runs.count == 1
        self.init(
            label: summaries.label, parameters: summaries.commonParameters,
            identities: isOne ? summaries.runs[0].identities : TraceIdentities(),
            completeness: summaries.completeness, summary: summaries.summary)
        runs = isOne ? [] : summaries.runs
    }

    /// How many runs it stands for.
    public var runCount: Int { max(1, runs.count) }

    /// One identity of every run, sorted; `nil` where one is not known.
    func all(_ identity: (TraceIdentities) -> String?) -> [String]? {
        let each = runs.isEmpty ? [identity(identities)] : runs.map { identity($0.identities) }
        let known = each.compactMap { $0 }
        return known.count == each.count ? known.sorted() : nil
    }
}
