/// How two steps of a chain are known to belong together.
public enum ChainLink: String, Sendable, CaseIterable {
    /// The later event names the earlier one as its cause.
    case recorded = "recorded"
    /// By thread, domain and order alone.
    case inferred = "inferred"
}

/// From a failure to what relieved it: failure, effective wakeup, run, batch, relief.
///
/// A step that did not happen, or not within the window, is `nil`, and so is its link to the one
/// before it.
public struct Chain: Hashable, Sendable {
    /// What the trace is called, in a summary of several runs; else empty.
    public var trace = ""
    /// The domain of the failures.
    public var domain: Int32
    /// The thread that was woken.
    public var thread: Int64
    /// The sequence number of the first failure since the last effective wakeup.
    public var failureSequence: UInt64
    /// When that failure was, ns.
    public var failureNs: Int64
    /// The failures that the wakeup answers.
    public var failures: UInt64
    /// When the effective wakeup was sent, ns.
    public var wakeNs: Int64
    /// Whether the wakeup names one of the failures.
    public var wakeLink: ChainLink
    /// When the thread began to run, ns.
    public var runNs: Int64?
    /// Whether the run names the wakeup.
    public var runLink: ChainLink?
    /// When its first batch began, ns.
    public var batchBeginNs: Int64?
    /// Whether the batch names the run or the wakeup.
    public var batchLink: ChainLink?
    /// When that batch ended, ns.
    public var batchEndNs: Int64?
    /// When an import of that domain first got a buffer after the first failure, ns; it may be
    /// before the batch ends, and before the wakeup.
    public var reliefNs: Int64?

    /// Makes a chain.
    public init(
        domain: Int32, thread: Int64, failureSequence: UInt64, failureNs: Int64, failures: UInt64,
        wakeNs: Int64, wakeLink: ChainLink, runNs: Int64? = nil, runLink: ChainLink? = nil,
        batchBeginNs: Int64? = nil, batchLink: ChainLink? = nil, batchEndNs: Int64? = nil,
        reliefNs: Int64? = nil
    ) {
        self.domain = domain
        self.thread = thread
        self.failureSequence = failureSequence
        self.failureNs = failureNs
        self.failures = failures
        self.wakeNs = wakeNs
        self.wakeLink = wakeLink
        self.runNs = runNs
        self.runLink = runLink
        self.batchBeginNs = batchBeginNs
        self.batchLink = batchLink
        self.batchEndNs = batchEndNs
        self.reliefNs = reliefNs
    }

    /// The end of what the window shows of the chain, ns: relief, else the last step.
    public var endNs: Int64 {
        reliefNs ?? batchEndNs ?? batchBeginNs ?? runNs ?? wakeNs
    }

    /// From the first failure to the end, ns.
    public var lengthNs: Int64 { endNs - failureNs }

    /// Whether every link that there is was recorded.
    public var isRecorded: Bool {
        [wakeLink, runLink, batchLink].allSatisfy { $0 == nil || $0 == .recorded }
    }

    /// The longest come first; of equal ones the earliest, then by the names of their traces.
    package static func isBefore(_ left: Chain, _ right: Chain) -> Bool {
        (right.lengthNs, left.failureNs, left.failureSequence, left.trace)
            < (left.lengthNs, right.failureNs, right.failureSequence, right.trace)
    }
}

/// The chains of the window.
public struct ChainSummary: Equatable, Sendable {
    /// All chains: effective wakeups that answer a failure.
    public var count: UInt64 = 0
    /// Those of which every link was recorded.
    public var recorded: UInt64 = 0
    /// Whether relief is known from single imports; without them no chain has any.
    public var knowsRelief = false
    /// The longest ones, the longest first.
    public var worst: [Chain] = []
    /// How many of them were asked for.
    public var limit: UInt64 = 0
    /// Events not followed because there were too many threads or domains.
    public var untracked: UInt64 = 0

    /// Makes a summary of nothing.
    public init() {}
}
