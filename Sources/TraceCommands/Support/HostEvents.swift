import KernelTraces
import LinuxHost
import LiveRecording
import TraceCore
import TraceImport

/// The events of a host in the order of their times: those of its rings, and readings of its state.
struct HostEvents: ~Copyable {
    /// Events of the kernel that were read.
    private(set) var read = 0
    /// Events that the rings have lost.
    var lost: Int64 = 0
    /// Events that came behind later ones.
    private(set) var late = 0
    /// Events that could not be understood.
    private(set) var unread = 0

    private let formats: EventFormats
    private let originNs: Int64
    private let lanes: [Int32: Int]
    private var merge: RingMerge
    private var mapper: HostMapper
    private var readings: [HostReading] = []
    private var stalls: StallWatch
    private var lastNs: Int64

    init(_ tracing: HostTracing, _ threads: ReclaimThreads, origin: ClockMark) {
        formats = tracing.formats
        originNs = origin.monotonicNs
        lastNs = originNs
        lanes = Dictionary(
            uniqueKeysWithValues: tracing.cpus.enumerated().map { ($0.element, $0.offset) })
        merge = RingMerge(tracing.layout, cpus: tracing.cpus)
        mapper = HostMapper(tracing, threads, originNs: originNs)
        stalls = StallWatch(tracing)
    }

    /// Reads what the rings hold.
    mutating func take(from tracing: HostTracing) throws {
        try tracing.drain { cpu, bytes in
            if let lane = lanes[cpu] { merge.add(bytes, lane: lane) }
        }
    }

    /// Adds a reading of the host's state; later ones come later.
    mutating func add(_ reading: HostReading) { readings.append(reading) }

    /// The filter for switches, where other threads than before have been seen to stall.
    mutating func takeSwitchFilter() -> String? { stalls.takeFilter() }

    /// Hands on all events before a time of the monotonic clock.
    mutating func deliver(before limitNs: Int64?, into recorder: inout LiveRecorder) {
        while let event = next(before: limitNs) {
            deliverReadings(before: event.record.timeNs, into: &recorder)
            deliver(event, into: &recorder)
        }
        deliverReadings(before: limitNs ?? .max, into: &recorder)
    }

    /// Hands on all that is left.
    mutating func finish(into recorder: inout LiveRecorder) {
        // A part of a sub-buffer never comes: each was read whole.
        for lane in lanes.values { try? merge.end(lane: lane) }
        deliver(before: nil, into: &recorder)
        mapper.finish(into: &recorder)
    }

    /// The next event, whatever is wrong with a CPU's bytes: what cannot be read is counted.
    private mutating func next(before limitNs: Int64?) -> MergedRecord? {
        while true {
            do {
                guard case .event(let event) = try merge.next(before: limitNs) else { return nil }
                return event
            } catch {
                unread += 1
                guard let lane = merge.faultyLane else { return nil }
                merge.abandon(lane: lane)
            }
        }
    }

    private mutating func deliver(_ event: MergedRecord, into recorder: inout LiveRecorder) {
        let record = event.record
        let bytes = merge.buffer(event.lane)
        read += 1
        if record.timeNs < lastNs { late += 1 } else { lastNs = record.timeNs }
        let thread = formats.pidField?.integer(bytes.span, record.payload) ?? 0
        stalls.look(record.id, Int32(truncatingIfNeeded: thread))
        guard record.timeNs >= originNs else { return }
        let isUnderstood = mapper.take(event, bytes.span, timeNs: lastNs, into: &recorder)
        if !isUnderstood { unread += 1 }
    }

    private mutating func deliverReadings(
        before limitNs: Int64, into recorder: inout LiveRecorder
    ) {
        while let reading = readings.first, reading.monotonicNs < limitNs {
            readings.removeFirst()
            lastNs = max(lastNs, reading.monotonicNs)
            mapper.take(reading, timeNs: lastNs, into: &recorder)
        }
    }
}

/// Looks for threads that stall, where their switches are to be recorded.
struct StallWatch {
    private var begins: Set<Int> = []
    private var threads = StalledThreads()

    init(_ tracing: HostTracing) {
        guard tracing.plan.followsStalledThreads else { return }
        let names: Set<String> = [
            "mm_vmscan_direct_reclaim_begin", "mm_compaction_try_to_compact_pages",
        ]
        begins = Set(tracing.formats.list.filter { names.contains($0.name) }.map(\.id))
    }

    mutating func look(_ id: Int, _ thread: Int32) {
        if !begins.isEmpty, begins.contains(id) { threads.note(thread) }
    }

    mutating func takeFilter() -> String? { begins.isEmpty ? nil : threads.takeFilter() }
}
