import Histograms
public import TraceAnalysis
public import TraceCore

/// The identities of a trace as lower-case hexadecimal text, as far as they are known.
public struct TraceIdentities: Hashable, Sendable {
    /// The identity of what arrived and of the host it arrived at.
    public var input: String?
    /// The identity of what the policy made of it.
    public var outcome: String?
    /// The identity of everything but notes and the policy's settings.
    public var content: String?

    /// Makes identities.
    public init(input: String? = nil, outcome: String? = nil, content: String? = nil) {
        self.input = input
        self.outcome = outcome
        self.content = content
    }
}

/// How much of a trace a report rests on.
public enum Completeness: Hashable, Sendable {
    /// All of it.
    case complete
    /// Not all of it, with the reason in a few words.
    case incomplete(reason: String)
}

/// One run that a summary is about: what it is, and the numbers that comparisons look at.
public struct RunFacts: Equatable, Sendable {
    /// What to call it, such as its file name.
    public var label: String
    /// How it was made.
    public var parameters: ParameterList
    /// What it is.
    public var identities: TraceIdentities
    /// How much of it there is.
    public var completeness: Completeness
    /// Events that are known to be lost.
    public var lostEvents: UInt64
    /// What was looked at of it.
    public var window: SummaryWindow
    /// Its metrics, in their order; what it does not say has no value.
    public var metrics: [Metric]

    /// Makes facts.
    public init(
        label: String, parameters: ParameterList, identities: TraceIdentities = TraceIdentities(),
        completeness: Completeness = .complete, lostEvents: UInt64 = 0, window: SummaryWindow,
        metrics: [Metric]
    ) {
        self.label = label
        self.parameters = parameters
        self.identities = identities
        self.completeness = completeness
        self.lostEvents = lostEvents
        self.window = window
        self.metrics = metrics
    }
}
