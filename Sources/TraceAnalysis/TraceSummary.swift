/// The stretch of the trace that a summary is about.
public struct SummaryWindow: Hashable, Sendable {
    /// Its first instant, ns since the start of the trace.
    public var beginNs: Int64
    /// Its end, ns.
    public var endNs: Int64
    /// Whether the trace began before it.
    public var isCutAtBegin: Bool
    /// Whether an end was asked for that lies before the end of the recording.
    public var isCutAtEnd: Bool
    /// The domains looked at, ascending; `nil` for all.
    public var domains: [Int32]?
    /// The kinds looked at, in the schema's order; `nil` for all.
    public var kinds: [String]?
    /// The threads looked at, ascending; `nil` for all events.
    public var threads: [Int64]?

    /// Its length, ns; of a summary of several runs the length of all windows together.
    public var lengthNs: Int64

    /// Makes a window from its first instant to its end.
    public init(
        beginNs: Int64, endNs: Int64, isCutAtBegin: Bool = false, isCutAtEnd: Bool = false,
        domains: [Int32]? = nil, kinds: [String]? = nil, threads: [Int64]? = nil
    ) {
        self.beginNs = beginNs
        self.endNs = endNs
        self.isCutAtBegin = isCutAtBegin
        self.isCutAtEnd = isCutAtEnd
        self.domains = domains
        self.kinds = kinds
        self.threads = threads
        lengthNs = max(0, endNs - beginNs)
    }
}

/// How many events an analysis was given and used.
public struct EventCounts: Hashable, Sendable {
    /// Events used, by the name of their kind, in the schema's order; kinds without any left out.
    public var byKind: [NamedCount] = []
    /// All events used.
    public var inWindow: UInt64 = 0
    /// Events outside the window.
    public var outsideWindow: UInt64 = 0
    /// Events of other domains.
    public var otherDomains: UInt64 = 0
    /// Events of kinds that were not asked for.
    public var otherKinds: UInt64 = 0
    /// Events of other threads, or of none.
    public var otherThreads: UInt64 = 0
    /// Events of a kind that the schema does not have.
    public var unknownKind: UInt64 = 0
}

/// What one trace, or a window of it, says about reclaim: a plain value for reports and diffs.
///
/// Every number is defined in the metrics document. Times are ns. Summaries of several runs merge
/// into one.
public struct TraceSummary: Equatable, Sendable {
    /// The runs it is about. The threads of several runs are numbered by their names.
    public var runs: UInt64 = 1
    /// What part of the trace it is about.
    public var window: SummaryWindow
    /// The reports that were asked for; `nil` for all. The others are empty.
    public var sections: [ReportSection]?
    /// How many events it rests on.
    public var events = EventCounts()
    /// Columns that the trace's schema lacks.
    public var missingColumns: [MissingColumn] = []
    /// Events that the recording lost.
    public var losses = LossSummary()
    /// The threads that have a name, ascending.
    public var threads: [NamedThread] = []
    /// CPU time in reclaim.
    public var cpu = CPUSummary()
    /// Wakeups and their latency.
    public var wakeups = WakeupSummary()
    /// Allocation failures.
    public var failures = FailureSummary()
    /// Batches.
    public var batches = BatchSummary()
    /// Waits.
    public var waits = WaitSummary()
    /// From failures to the successes after them.
    public var relief = ReliefSummary()
    /// From failures to the end of the batch that they led to.
    public var batchRelief = BatchReliefSummary()
    /// The longest chains from failure to relief; `nil` where they were not asked for.
    public var chains: ChainSummary?
    /// Pictures over time; `nil` where they were not asked for.
    public var timeline: TimelineSummary?
    /// The service of buffer requests.
    public var service = ServiceSummary()
    /// Memory by domain, ascending.
    public var memory: [DomainMemory] = []
    /// Memory by domain over time, ascending, of at most 64 domains; as `timeline` no part of what
    /// is merged.
    public var memoryOverTime: [MemoryOverTime] = []
    /// Counters of the system, beside what the events say.
    public var counters = CounterSummary()
    /// The rest.
    public var totals = TotalsSummary()

    /// Makes a summary of no events.
    public init(window: SummaryWindow) { self.window = window }

    /// Whether a report was asked for.
    public func has(_ section: ReportSection) -> Bool { sections?.contains(section) ?? true }

    /// The name of a thread, or its number where it has none.
    ///
    /// - Complexity: O(log threads).
    public func threadName(_ thread: Int64) -> String {
        var low = 0
        var high = threads.count
        while low < high {
            let middle = (low + high) / 2
            if threads[middle].thread < thread { low = middle + 1 } else { high = middle }
        }
        let isFound = low < threads.count && threads[low].thread == thread
        return isFound ? threads[low].name : "thread \(thread)"
    }

    /// CPU time of reclaim threads as a share of one core, in millionths; `nil` for an empty
    /// window.
    public var coreSharePpm: Int64? {
        cpu.reclaimNs.scaled(by: 1_000_000, over: window.lengthNs)
    }

    /// CPU time of reclaim threads per block that daemon batches really gained, ns; `nil` where
    /// nothing was gained or it is not known.
    public var nsPerGainedBlock: Int64? {
        guard let gained = batches.total(.gainedBlocks, mode: .daemon).value else { return nil }
        return cpu.reclaimNs.scaled(by: 1, over: gained)
    }

    /// Blocks really gained, or counted that are none, as a share of the nominal ones of some
    /// batches, in millionths; `nil` unless as many batches told both, or without nominal ones.
    public static func share(_ part: KnownSum, ofNominal nominal: KnownSum) -> Int64? {
        guard part.known == nominal.known, let sum = part.value else { return nil }
        return sum.scaled(by: 1_000_000, over: nominal.sum)
    }

    /// A number of events per 1000 s of the window, rounded down; `nil` for an empty window.
    public func per1000Seconds(_ count: UInt64) -> Int64? {
        Int64(clamping: count).scaled(by: 1_000_000_000_000, over: window.lengthNs)
    }
}
