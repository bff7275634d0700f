import TraceCore

/// One event inside the window, with its time relative to the start of the trace.
struct MappedLine<Fields: HostFields> {
    /// The task that was running, as far as its name is known.
    let task: TaskName
    let pid: Int32
    let cpu: Int32
    let timeNs: Int64
    let fields: Fields

    var moment: Moment { Moment(timeNs: timeNs, cpu: cpu) }
}

/// Turns tracepoints into events of the standard kinds.
///
/// The state machines are in the extensions, one file per part of the kernel. Handlers return
/// whether the fields they cannot do without could be read.
struct HostEventMapper {
    var emitter = EventEmitter()
    var table = ThreadTable()
    var texts = TextCache()
    /// Running counts behind `counter` events; only ever looked up by name.
    private var counters: [String: Int64] = [:]
    /// The last wakeup request and who made it, until the wakeup itself shows up.
    var request = PendingRequest()

    /// Which sums over a batch can be known.
    let known: KnownSums
    private let unknownDomain: Int32
    private let followed: [TaskName]

    init(options: FtraceImportOptions) {
        unknownDomain = options.nodeCount == 1 ? 0 : EventHeader.none
        followed = options.followedTaskPrefixes.map(TaskName.init)
        known = KnownSums(without: options.unrecordedTracepoints)
    }

    /// Handles one event; false when a needed field is missing.
    mutating func handle(
        _ tracepoint: Tracepoint, _ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>
    ) -> Bool {
        switch tracepoint {
        case .schedSwitch: contextSwitch(line, bytes)
        case .schedWaking: waking(line, bytes)
        case .shrinkInactive: shrinkInactive(line, bytes)
        case .pageAlloc: pageAlloc(line, bytes)
        case .pageAllocFallback: pageAllocFallback(line, bytes)
        case .wakeupKswapd: wakeupRequest(line, bytes, .kswapd)
        case .wakeupKcompactd: wakeupRequest(line, bytes, .kcompactd)
        case .kswapdWake: kswapdWake(line, bytes)
        case .kswapdSleep: kswapdSleep(line, bytes)
        case .kcompactdWake: kcompactdWake(line, bytes)
        case .kcompactdSleep: kcompactdSleep(line, bytes)
        case .compactionBegin: compactionBegin(line, bytes)
        case .compactionEnd: compactionEnd(line, bytes)
        case .migratePages: migratePages(line, bytes)
        case .isolateMigratePages, .isolateFreePages: isolatePages(line, bytes)
        case .tryToCompact: tryToCompact(line, bytes)
        case .compactionDeferred: deferral(line, bytes, .deferred)
        case .deferCompaction: deferral(line, bytes, .deferCompaction)
        case .deferReset: deferral(line, bytes, .deferReset)
        case .directReclaimBegin: directReclaimBegin(line, bytes)
        case .directReclaimEnd: directReclaimEnd(line, bytes)
        case .throttled: throttled(line, bytes)
        case .marker: true
        }
    }

    /// Hands on the events that were made, with the sink's numbers for texts.
    mutating func flush(into sink: inout some EventSink & ~Copyable) {
        emitter.flush(texts.strings.strings, into: &sink)
    }

    // MARK: What the handlers share

    /// Which reclaim thread runs a line: what the scheduler called it, else the line's own name.
    func reclaimThread(_ position: Int, _ line: MappedLine<some HostFields>) -> ReclaimThread? {
        table.threads[position].reclaim ?? ReclaimThread(line.task)
    }

    /// The thread that runs a line, with its name noted.
    ///
    /// A thread that appears in an event and is not a reclaim thread is asking for memory: every
    /// tracepoint that is mapped to a thread is on the allocator's path.
    mutating func runningThread(_ line: MappedLine<some HostFields>) -> Int {
        let position = table.findOrAdd(line.pid)
        noteName(position, line.task, line.moment)
        return position
    }

    /// Emits `thread_name` when a thread's name is new.
    ///
    /// Once the scheduler has called a thread by a reclaim thread's name, a line's own name is
    /// only believed when it agrees.
    mutating func noteName(_ position: Int, _ name: TaskName, _ moment: Moment) {
        guard name != table.threads[position].notedName, !name.isEmpty, name != .forgotten else {
            return
        }
        let reclaim = ReclaimThread(name)
        if table.threads[position].reclaim != nil, reclaim == nil { return }
        table.threads[position].notedName = name
        table.threads[position].isFollowed =
            reclaim != nil || followed.contains { name.hasPrefix($0) }
        let values: [3 of Int64] = [
            Int64(table.threads[position].pid), texts.number(name),
            reclaim == nil ? NameRole.requester : NameRole.reclaim,
        ]
        emitter.emit(
            .threadName, moment, domain: reclaim?.node ?? unknownDomain, values)
    }

    /// Whether a task's switches are followed although it is not known yet.
    func isFollowed(_ name: TaskName) -> Bool {
        followed.contains { name.hasPrefix($0) }
    }

    /// The domain of a tracepoint that names its node, is run by or is about a thread of a node,
    /// or does neither.
    func domain(_ node: Int64? = nil, _ reclaim: ReclaimThread? = nil) -> Int32 {
        if let node, let exact = Int32(exactly: node) { return exact }
        return reclaim?.node ?? unknownDomain
    }

    /// CPU time of a thread since a batch began, or -1 where its switches are not known.
    mutating func cpuNs(_ position: Int, since begin: CpuClock.Reading, _ timeNs: Int64) -> Int64 {
        let now = table.threads[position].clock.read(timeNs)
        let thread = table.threads[position]
        let isFollowed = thread.isFollowed || thread.isListed || thread.reclaim != nil
        guard isFollowed, thread.clock.hasSwitches, now.gaps == begin.gaps else { return -1 }
        return now.totalNs - begin.totalNs
    }

    /// Adds to a running count and emits it.
    mutating func addToCounter(_ name: String, _ amount: Int64, _ moment: Moment, domain: Int32) {
        let value = (counters[name] ?? 0) &+ amount
        counters[name] = value
        let values: [2 of Int64] = [texts.number(name), value]
        emitter.emit(.counter, moment, domain: domain, values)
    }
}

/// Which sums over a batch can be known: those whose tracepoints were recorded.
struct KnownSums {
    /// Pages that compaction moved or failed to move.
    let moved: Bool
    /// Pages that compaction scanned.
    let scanned: Bool
    /// Pages that reclaim scanned, and that kswapd freed.
    let reclaimed: Bool

    init(without unrecorded: Set<String>) {
        func isRecorded(_ tracepoint: Tracepoint) -> Bool {
            !unrecorded.contains(tracepoint.rawValue)
        }
        moved = isRecorded(.migratePages)
        scanned = isRecorded(.isolateMigratePages) && isRecorded(.isolateFreePages)
        reclaimed = isRecorded(.shrinkInactive)
    }
}

/// Labels of the `role` column of `thread_name`.
enum NameRole {
    static let reclaim: Int64 = 0
    static let requester: Int64 = 2
}

/// Labels of the `mode` columns.
enum BatchMode {
    static let daemon: Int64 = 0
    static let direct: Int64 = 1
}

/// Labels of the `effect` column of `wake_send`.
enum WakeEffect {
    static let woke: Int64 = 0
    static let noSleeper: Int64 = 1
    static let suppressed: Int64 = 3
}

/// A wakeup request whose wakeup has not been seen yet.
struct PendingRequest {
    /// The number of the `wake_request`, 0 when there is none.
    var sequence: UInt64 = 0
    var pid: Int32 = 0
    var family = ReclaimThread.Family.kswapd
}
