public import TraceCore

/// What part of a trace an analysis looks at, and how finely.
public struct AnalysisOptions: Sendable, Equatable {
    /// The first instant of the window, ns since the start of the trace; `nil` for its start.
    public var beginNs: Int64?
    /// The first instant after the window, ns; `nil` for the end of the trace.
    public var endNs: Int64?
    /// The end of the recording where it is known beforehand, ns; it is the last instant that can
    /// hold an event.
    public var recordingEndNs: Int64?
    /// The domains looked at; `nil` for all, then events without a domain count too.
    public var domains: Set<Int32>?
    /// The kinds looked at; `nil` for all.
    public var kinds: Set<KindID>?
    /// The threads looked at: events that name another thread, or none, do not count; `nil` for
    /// all events.
    public var threads: Set<Int64>?
    /// The width of the bins of failures over time, ns; `nil` for 1/60 of the window.
    public var intervalNs: Int64?
    /// The reports that are wanted; `nil` for all.
    public var sections: Set<ReportSection>?
    /// How many of the longest chains from failure to relief are kept; with 0 none is followed.
    public var worstChains: Int
    /// Whether pictures over time are collected: activities by domain, and heat maps of latencies.
    public var collectsTimeline: Bool

    /// Makes options; without arguments, for the whole trace.
    public init(
        beginNs: Int64? = nil, endNs: Int64? = nil, recordingEndNs: Int64? = nil,
        domains: Set<Int32>? = nil, kinds: Set<KindID>? = nil, threads: Set<Int64>? = nil,
        intervalNs: Int64? = nil, sections: Set<ReportSection>? = nil, worstChains: Int = 0,
        collectsTimeline: Bool = false
    ) {
        self.beginNs = beginNs
        self.endNs = endNs
        self.recordingEndNs = recordingEndNs
        self.domains = domains
        self.kinds = kinds
        self.threads = threads
        self.intervalNs = intervalNs
        self.sections = sections
        self.worstChains = worstChains
        self.collectsTimeline = collectsTimeline
    }
}

/// Why an analysis cannot be made.
public enum AnalysisError: Error, Equatable, Sendable {
    /// The window's begin is below 0.
    case negativeBegin(beginNs: Int64)
    /// The window ends before it begins.
    case emptyWindow(beginNs: Int64, endNs: Int64)
    /// The bins of failures over time have no width.
    case invalidInterval(intervalNs: Int64)
    /// The filter names no domain.
    case noDomains
    /// The filter names no kind.
    case noKinds
    /// The filter names no thread.
    case noThreads
}
