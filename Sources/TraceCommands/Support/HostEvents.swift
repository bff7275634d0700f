#if os(Linux)
import KernelTraces
import LinuxHost
import LiveRecording
import TraceCore
import TraceImport

/// The events of a host in the order of their times: those of its rings, and readings of its state.
struct HostEvents: ~Copyable {
    /// Events of the kernel that were read.
    private(set) var read: UInt64 = 0
    /// Events that the rings have lost.
    var lost: UInt64 = 0
    /// Faults of rings; a ring with one is not read any more.
    private(set) var faults: [KernelTraceError] = []
    /// What the importer has found, once all is handed on.
    private(set) var result: FtraceImportResult?

    private let cpus: [Int32]
    private let lanes: [Int32: Int]
    private var merge: RingMerge
    private var importer: KernelRecordImporter?
    private var names: ThreadNames
    private var readings: [HostReading] = []
    private var watch: EventWatch
    /// The threads whose switches are recorded from a time on.
    private var following: [(fromNs: Int64, threads: Set<Int32>)] = []

    init(_ tracing: HostTracing, _ threads: ReclaimThreads, origin: ClockMark) {
        cpus = tracing.cpus
        lanes = Dictionary(uniqueKeysWithValues: cpus.enumerated().map { ($1, $0) })
        merge = RingMerge(tracing.layout, cpus: cpus)
        names = ThreadNames(tracefs: tracing.tracefs)
        watch = EventWatch(tracing)
        let known = threads.threads.map { ($0.number, $0.name) }
        importer = KernelRecordImporter(
            RecordingDescription(
                formats: tracing.formats, layout: tracing.layout,
                taskNames: Dictionary(known, uniquingKeysWith: { first, _ in first })),
            options: FtraceImportOptions(
                window: TimeWindow(beginNs: origin.monotonicNs, endNs: .max),
                nodeCount: max(1, HostFacts.nodeCount ?? 1), toleratedStepBackNs: .max,
                unrecordedTracepoints: tracing.plan.unrecordedNames))
    }

    /// Reads what the rings hold.
    mutating func take(from tracing: HostTracing) throws {
        try tracing.drain { cpu, bytes in
            if let lane = lanes[cpu], !merge.isEnded(lane) { merge.add(bytes, lane: lane) }
        }
    }

    /// Adds a reading of the host's state; later ones come later.
    mutating func add(_ reading: HostReading) {
        readings.append(reading)
        names.renew()
    }

    /// The threads whose switches are to be recorded, where these are others than before.
    mutating func takeStalledThreads() -> [Int32]? { watch.takeStalledThreads() }

    /// Notes whose switches are recorded, besides those of the reclaim threads, from a time on.
    mutating func follow(_ threads: [Int32], fromNs: Int64) {
        following.append((fromNs, Set(threads)))
    }

    /// Hands on all events before a time of the monotonic clock; `nil` hands on all.
    mutating func deliver(before limitNs: Int64?, into recorder: inout LiveRecorder) {
        while let event = next(before: limitNs) {
            deliverReadings(before: event.record.timeNs, into: &recorder)
            deliver(event, into: &recorder)
        }
        deliverReadings(before: limitNs ?? .max, into: &recorder)
    }

    /// Hands on all that is left.
    mutating func finish(into recorder: inout LiveRecorder) {
        for lane in cpus.indices where !merge.isEnded(lane) {
            do { try merge.end(lane: lane) } catch { faults.append(error) }
        }
        deliver(before: nil, into: &recorder)
        result = importer.take()?.finish(into: &recorder)
    }

    /// The next event, whatever is wrong with the bytes of a ring.
    private mutating func next(before limitNs: Int64?) -> MergedRecord? {
        while true {
            do throws(KernelTraceError) {
                guard case .event(let event) = try merge.next(before: limitNs) else { return nil }
                return event
            } catch {
                faults.append(error)
                guard let lane = merge.faultyLane else { return nil }
                merge.abandon(lane: lane)
            }
        }
    }

    private mutating func deliver(_ event: MergedRecord, into recorder: inout LiveRecorder) {
        let bytes = merge.buffer(event.lane)
        read += 1
        while let change = following.first, change.fromNs <= event.record.timeNs {
            following.removeFirst()
            importer?.follow(change.threads)
        }
        if let thread = watch.thread(event.record, bytes.span), let name = names.newName(thread) {
            importer?.nameTask(thread, name)
        }
        importer?.take(event, cpu: cpus[event.lane], bytes.span, into: &recorder)
    }

    private mutating func deliverReadings(
        before limitNs: Int64, into recorder: inout LiveRecorder
    ) {
        while let reading = readings.first, reading.monotonicNs < limitNs {
            readings.removeFirst()
            for event in reading.events {
                let values = event.values(into: &recorder)
                importer?.add(
                    event.kind, traceNs: reading.monotonicNs, domain: event.domain, values.span,
                    into: &recorder)
            }
        }
    }
}

/// Looks at events as they pass: whose they are, and who stalls.
private struct EventWatch {
    private let thread: NumberPlace?
    /// Events whose thread needs no name: a switch names its threads itself.
    private var unnamed: Set<Int> = []
    private var stalls: Set<Int> = []
    private var stalled = StalledThreads()

    init(_ tracing: HostTracing) {
        thread = tracing.formats.pidPlace
        for format in tracing.formats.list {
            switch format.name {
            case "sched_switch", "print": unnamed.insert(format.id)
            case "mm_vmscan_direct_reclaim_begin", "mm_compaction_try_to_compact_pages":
                if tracing.plan.followsStalledThreads { stalls.insert(format.id) }
            default: break
            }
        }
    }

    /// The thread of an event, where its name is needed.
    mutating func thread(_ record: RingRecord, _ bytes: Span<UInt8>) -> Int32? {
        guard !unnamed.contains(record.id), let number = thread?.load(bytes, record.payload),
            let thread = Int32(exactly: number)
        else { return nil }
        if stalls.contains(record.id) { stalled.note(thread) }
        return thread
    }

    mutating func takeStalledThreads() -> [Int32]? { stalled.takeChange() }
}
#endif
