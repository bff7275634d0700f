public import Histograms

/// Who runs a batch.
public enum BatchMode: Int, Sendable, CaseIterable {
    /// A reclaim thread of the system.
    case daemon = 0
    /// The thread that needs the memory.
    case direct = 1
    /// Not known.
    case unknown = 2

    /// The name in reports.
    public var name: String {
        switch self {
        case .daemon: "daemon"
        case .direct: "direct"
        case .unknown: "unknown"
        }
    }

    /// The mode of a label slot's value.
    init(label: Int) { self = BatchMode(rawValue: label) ?? .unknown }
}

/// The numbers that `batch_end` brings, in the order of `BatchCounters.names`.
public enum BatchCounter: Int, Sendable, CaseIterable {
    case passes = 0
    case tried, ok, failedBusy, failedInvalid, failedNoMemory, failedMoves, moved, gainedBlocks
    case phantom, freedPages, scannedPages, nominal

    /// The name of the column it comes from.
    public var name: String { BatchCounters.names[rawValue] }
}

/// Sums of the numbers that `batch_end` brings.
public struct BatchCounters: Hashable, Sendable {
    /// The columns summed.
    public static let names = [
        "passes", "tried", "ok", "failed_busy", "failed_invalid", "failed_no_memory",
        "failed_moves", "moved", "gained_blocks", "phantom", "freed_pages", "scanned_pages",
        "nominal",
    ]

    static let count = 13

    package var sums = [KnownSum](repeating: KnownSum(), count: Self.count)

    /// Makes empty sums.
    public init() {}

    /// One of the sums.
    public subscript(_ counter: BatchCounter) -> KnownSum { sums[counter.rawValue] }

    subscript(position: Int) -> KnownSum { sums[position] }

    mutating func add(_ position: Int, _ value: Int64) { sums[position].add(value) }

    /// Counts events that have no such column.
    mutating func addUnknown(_ position: Int, _ count: UInt64) { sums[position].unknown += count }

    mutating func merge(_ other: BatchCounters) {
        for position in sums.indices { sums[position].merge(other.sums[position]) }
    }
}

/// The batches of one routine and mode.
public struct BatchGroup: Equatable, Sendable {
    /// The routine, as the source names it.
    public var routine: String
    /// Who ran them.
    public var mode: BatchMode
    /// Batches that began in the window.
    public var begun: UInt64 = 0
    /// Batches that ended in the window.
    public var ended: UInt64 = 0
    /// Batches still running at the end of the window.
    public var openAtEnd: UInt64 = 0
    /// Batches taken to have begun before the window; they are part of `ended`.
    public var openAtBegin: UInt64 = 0
    /// Ends without a begin inside the window; they are part of `ended`.
    public var endsWithoutBegin: UInt64 = 0
    /// Begins followed by another begin of the same thread and routine.
    public var beginsWithoutEnd: UInt64 = 0
    /// Begin to end, ns, of the batches wholly inside the window.
    public var duration = LatencySeries()
    /// Time inside batches within the window, ns, added up over threads.
    public var timeNs: Int64 = 0
    /// CPU time of the batches that ended, ns.
    public var cpuNs = KnownSum()
    /// What the batches that ended say of themselves.
    public var counters = BatchCounters()
    /// Results, most frequent first.
    public var results: [NamedCount] = []
}

/// What the batches of one domain say of themselves.
public struct DomainBatches: Hashable, Sendable {
    /// The domain; -1 for none.
    public var domain: Int32
    /// Batches that ended in the window.
    public var ended: UInt64 = 0
    /// Blocks really gained.
    public var gainedBlocks = KnownSum()
    /// Blocks that the routine counted on.
    public var nominal = KnownSum()
    /// Blocks counted that are none.
    public var phantom = KnownSum()
}

/// The batches of the window.
public struct BatchSummary: Equatable, Sendable {
    /// By routine and mode, ascending by both.
    public var groups: [BatchGroup] = []
    /// By domain, ascending.
    public var domains: [DomainBatches] = []
    /// Deferred batches by reason, most frequent first.
    public var deferredByReason: [NamedCount] = []
    /// Deferred batches by order, ascending; -1 for unknown.
    public var deferredByOrder: [NumberCount] = []
    /// Batch events not followed because there were too many threads or routines.
    public var untracked: UInt64 = 0

    /// Begin to end, ns, of all batches of a mode that lie wholly inside the window.
    ///
    /// - Complexity: O(samples).
    public func duration(_ mode: BatchMode) -> LatencySeries {
        var result = LatencySeries()
        for group in groups where group.mode == mode { result.add(group.duration) }
        return result
    }

    /// One counter over all batches of a mode, or of all modes.
    ///
    /// - Complexity: O(groups).
    public func total(_ counter: BatchCounter, mode: BatchMode? = nil) -> KnownSum {
        var result = KnownSum()
        for group in groups where mode == nil || group.mode == mode {
            result.merge(group.counters[counter])
        }
        return result
    }
}
