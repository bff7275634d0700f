public import KernelTraces
public import TraceCore

/// Turns the records of ring buffers into events of the standard schema.
///
/// The events are those that `FtraceTextImporter` makes of the text of the same recording, with
/// times in nanoseconds. Where fields are, and which texts stand for which values, is taken from
/// the recording's own formats; what a kernel does not have is not recorded, and listed.
public struct KernelRecordImporter: ~Copyable {
    /// How far an event may lie before its predecessor; see `RingMerge`.
    private static let toleratedStepBackNs: Int64 = 1_000_000

    private let description: RecordingDescription
    private let plans: [EventPlan]
    /// Positions of plans by the numbers in records, -1 for others.
    private let positions: [Int]
    private var entries: [Int?]
    var timeline: HostTimeline
    var mapper: HostEventMapper
    /// Where the process number stands in every record.
    private let pidPlace: NumberPlace?
    private var taskNames = TaskNames()
    private var records = 0
    private var unread = UnreadLines()
    private var lost = LostEvents()

    /// Makes an importer for one recording.
    public init(
        _ description: RecordingDescription, options: FtraceImportOptions = FtraceImportOptions()
    ) {
        self.description = description
        pidPlace = description.formats.pidPlace
        plans = description.formats.list.enumerated().map { EventPlan($1, position: $0) }
        let formats = description.formats
        positions = (0...(formats.list.map(\.id).max() ?? 0)).map { formats.position($0) ?? -1 }
        timeline = HostTimeline(options)
        mapper = HostEventMapper(options: options)
        entries = []
        for plan in plans { entries.append(timeline.census.entry(plan.countedName)) }
        for (pid, name) in description.taskNames { taskNames[pid] = TaskName(name) }
        taskNames[0] = .idle
    }

    /// Reads all bytes of all CPUs.
    ///
    /// - Parameters:
    ///   - cpus: which CPUs the source has, by lane.
    ///   - keepsGood: a CPU with a fault ends there, and the others go on.
    /// - Returns: the faults, at most one for each CPU.
    /// - Complexity: O(bytes + events x log CPUs).
    /// - Throws: the first fault, where they are not kept.
    public mutating func consume(
        _ source: inout some RingSource, cpus: [Int32], keepsGood: Bool = false,
        into sink: inout some EventSink & ~Copyable
    ) throws(KernelTraceError) -> [KernelTraceError] {
        var merge = RingMerge(description.layout, cpus: cpus)
        var faults: [KernelTraceError] = []
        var isAtEnd = false
        while !isAtEnd {
            do throws(KernelTraceError) {
                isAtEnd = try step(&merge, &source, cpus)
                mapper.flush(into: &sink)
            } catch {
                mapper.flush(into: &sink)
                guard keepsGood else { throw error }
                faults.append(error)
                if let lane = merge.faultyLane { merge.abandon(lane: lane) }
            }
        }
        for lane in cpus.indices { lost.add(merge.lostAtEnd(lane)) }
        return faults
    }

    /// Takes events until there are enough to hand on, or no more: then it returns true.
    private mutating func step(
        _ merge: inout RingMerge, _ source: inout some RingSource, _ cpus: [Int32]
    ) throws(KernelTraceError) -> Bool {
        while !mapper.emitter.isFull {
            switch try merge.next() {
            case .event(let event):
                let buffer = merge.buffer(event.lane)
                take(event, cpu: cpus[event.lane], buffer.span)
            case .starved(let lane):
                var more: [UInt8]?
                do throws(KernelTraceError) {
                    more = try source.nextBytes(lane: lane)
                } catch {
                    // What was read before is whole or not; the reason is told once.
                    do throws(KernelTraceError) { try merge.end(lane: lane) } catch {}
                    throw error
                }
                guard let more else {
                    try merge.end(lane: lane)
                    continue
                }
                merge.add(more[...], lane: lane)
            case .end, .limit: return true
            }
        }
        return false
    }

    /// Takes one event.
    ///
    /// - Parameter bytes: where its payload lies.
    public mutating func take(
        _ event: MergedRecord, cpu: Int32, _ bytes: Span<UInt8>,
        into sink: inout some EventSink & ~Copyable
    ) {
        take(event, cpu: cpu, bytes)
        mapper.flush(into: &sink)
    }

    private mutating func take(_ event: MergedRecord, cpu: Int32, _ bytes: Span<UInt8>) {
        records += 1
        if !event.lost.isNone { lost.add(event.lost) }
        let toleratedNs = timeline.options.toleratedStepBackNs ?? Self.toleratedStepBackNs
        // A merge has no larger steps; whoever gives events without one is not refused.
        let timeNs =
            timeline.timeInOrder(event.record.timeNs, toleratedNs: toleratedNs)
            ?? timeline.previousNs
        let id = event.record.id
        let position = id < positions.count ? positions[id] : -1
        guard position >= 0 else {
            let entry = timeline.census.entry("event-\(id)")
            _ = timeline.admit(entry, timeNs: timeNs, resolutionNs: 1)
            return
        }
        let plan = plans[position]
        if let text = plan.markerText { readMarker(text, event.record, bytes) }
        guard timeline.admit(entries[position], timeNs: timeNs, resolutionNs: 1),
            let tracepoint = plan.tracepoint
        else { return }
        let payload = event.record.payload
        let pid = Int32(truncatingIfNeeded: pidPlace?.load(bytes, payload) ?? 0)
        let mapped = MappedLine(
            task: taskNames[pid], pid: pid, cpu: cpu,
            timeNs: timeline.lastTimeNs, fields: RecordFields(plan, payload))
        if !mapper.handle(tracepoint, mapped, bytes) { noteUnread(plan) }
    }

    /// Gives a thread the name that it has from here on.
    public mutating func nameTask(_ thread: Int32, _ name: String) {
        taskNames[thread] = TaskName(name)
    }

    private mutating func readMarker(
        _ text: RecordField, _ record: RingRecord, _ bytes: Span<UInt8>
    ) {
        guard let range = text.text(bytes, record.payload) else { return }
        var end = range.upperBound
        while end > range.lowerBound, bytes[end - 1] == Ascii.newline { end -= 1 }
        timeline.markers.read(
            bytes.extracting(0..<end), bodyStart: range.lowerBound, timeNs: record.timeNs)
    }

    private mutating func noteUnread(_ plan: EventPlan) {
        unread.count += 1
        guard unread.firstLine == 0 else { return }
        unread.firstLine = records
        unread.firstText = plan.format.name
    }

    /// Ends the recording and says what was found.
    ///
    /// Lines are events here. The parameters are those of `FtraceTextImporter.finish(into:)`
    /// without what only a text says.
    ///
    /// - Complexity: O(n log n) in the number of tracepoints and threads.
    public consuming func finish(
        into sink: inout some EventSink & ~Copyable
    ) -> FtraceImportResult {
        mapper.releaseAllUnfinished(timeNs: timeline.lastTimeNs)
        mapper.flush(into: &sink)
        let total = max(lost.counted, description.statistics.lost)
        let isUncounted = lost.uncounted > 0 && !description.statistics.isKnown
        var list = ParameterList([("source", "linux")])
        list["host.clock"] = timeline.markers.isMonotonicClock ? "mono" : nil
        list.set("host.sync.count", Int64(timeline.markers.count))
        let lostEvents = Int(clamping: total)
        list.set("host.lost_events", Int64(lostEvents))
        for (name, number) in timeline.parameters { list[name] = number.map { String($0) } }
        var result = FtraceImportResult(
            parameters: list, tracepoints: timeline.census.counts(),
            unlistedLines: timeline.census.unlistedLines, lines: records,
            linesOutsideWindow: timeline.outsideWindow, unreadLines: unread,
            endsWithinLine: false, stepsBack: timeline.stepsBack, lostEvents: lostEvents,
            lostEventsAreUncounted: isUncounted, events: Int(mapper.emitter.lastSequence),
            startNs: timeline.startNs, lastTimeNs: timeline.lastTimeNs,
            syncMarkers: timeline.syncMarkers)
        result.missing = missing
        return result
    }

    /// Tracepoints without a format, and needed fields that a format lacks.
    private var missing: [String] {
        var names: [String] = []
        for tracepoint in Tracepoint.allCases where tracepoint != .marker {
            guard let plan = plans.first(where: { $0.tracepoint == tracepoint }) else {
                names.append(tracepoint.rawValue)
                continue
            }
            names += tracepoint.neededKeys.filter { plan.lacks($0) }
                .map { "\(tracepoint.rawValue).\(FieldKey.names[$0.slot])" }
            if plan.lacksTasks { names.append("\(tracepoint.rawValue).comm") }
        }
        return names.sorted()
    }
}

/// Names of tasks by process number.
private struct TaskNames {
    private var names: [Int32: TaskName] = [:]
    /// What was asked last, by the last bits of the number: most events are of a few threads.
    private var recent = [(pid: Int32, name: TaskName)](
        repeating: (-1, .forgotten), count: recentCount)
    private static let recentCount = 64

    /// The name, or `forgotten`.
    subscript(_ pid: Int32) -> TaskName {
        mutating get {
            let slot = Int(pid) & (Self.recentCount - 1)
            if recent[slot].pid != pid { recent[slot] = (pid, names[pid] ?? .forgotten) }
            return recent[slot].name
        }
        set {
            names[pid] = newValue
            recent[Int(pid) & (Self.recentCount - 1)] = (pid, newValue)
        }
    }
}

extension Tracepoint {
    /// The fields without which its events say less.
    fileprivate var neededKeys: [FieldKey] {
        switch self {
        case .pageAlloc: [.order, .gfpFlags]
        case .pageAllocFallback: [.allocOrder, .fallbackOrder, .allocType, .fallbackType]
        case .wakeupKswapd: [.nid, .order, .gfpFlags]
        case .wakeupKcompactd, .kswapdWake, .kcompactdWake: [.nid, .order]
        case .kswapdSleep, .kcompactdSleep: [.nid]
        case .compactionEnd: [.status]
        case .migratePages: [.migrated, .failed]
        case .isolateMigratePages, .isolateFreePages: [.scanned]
        case .tryToCompact, .directReclaimBegin: [.order]
        case .compactionDeferred, .deferCompaction, .deferReset: [.node, .order]
        case .directReclaimEnd: [.reclaimed]
        case .shrinkInactive: [.nid, .scanned, .reclaimed]
        case .throttled: [.nid, .reason]
        case .schedSwitch: [.previousState]
        case .schedWaking, .compactionBegin, .marker: []
        }
    }
}
