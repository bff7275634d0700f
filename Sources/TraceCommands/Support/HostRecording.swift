#if os(Linux)
import KernelTraces
import LinuxHost
import LiveRecording
import TraceCore
import TraceFormat
import TraceImport
import TraceStore

/// A host on its way into a trace: its rings are read and merged, its state is read now and then.
///
/// Whatever ends a recording, the tracing goes with this value.
struct HostRecording: ~Copyable {
    /// How long to wait before looking what is there and what else is to be done.
    private static let waitMilliseconds: Int32 = 100
    /// An event that a CPU is writing when the rings are read is there by the time that so much
    /// has passed. Until then later ones wait.
    private static let settleNs: Int64 = 50_000_000

    private let tracing: HostTracing
    private let session: LiveSession
    private let origin: ClockMark
    private let durationNs: Int64
    private let sampleNs: Int64
    private var recorder: LiveRecorder
    private var events: HostEvents
    private var sampler: HostSampler
    private let cost = RecorderCost()
    private var nextSampleNs: Int64 = 0
    private var lossesReadNs: Int64 = 0

    /// Opens the trace.
    init(
        _ tracing: HostTracing, _ session: LiveSession, durationNs: Int64, sampleNs: Int64
    ) throws {
        self.tracing = tracing
        self.session = session
        self.durationNs = durationNs
        self.sampleNs = sampleNs
        let threads = ReclaimThreads()
        origin = ClockMark.now
        sampler = HostSampler(threads)
        events = HostEvents(tracing, threads, origin: origin)
        var parameters = HostFacts.parameters(origin)
        parameters.set("recording.detail", Int64(tracing.plan.detail))
        parameters.set("recording.duration_ns", durationNs)
        parameters.set("recording.sample_ns", sampleNs)
        parameters.set("recording.cpu_buffer_bytes", Int64(tracing.ringBytes))
        recorder = try session.makeRecorder(
            TraceDescription(
                schema: StandardSchema.schema, parameters: parameters.entries,
                notes: RecordingNotes.now + HostNotes.begin(tracing)))
    }

    /// Records until the time is over or a signal comes.
    mutating func run() throws {
        let first = try begin()
        var progress = Progress("recording")
        while Interrupt.pendingSignal == nil {
            let nowNs = ClockMark.now.monotonicNs - origin.monotonicNs
            guard nowNs < durationNs else { break }
            progress.show(nowNs, of: durationNs, "")
            let restMilliseconds = (durationNs - nowNs) / 1_000_000 + 1
            tracing.wait(
                milliseconds: Int32(min(Int64(Self.waitMilliseconds), restMilliseconds)))
            try step()
        }
        progress.end()
        try end(first)
    }

    private mutating func begin() throws -> ClockMark {
        do throws(LinuxHostError) {
            let mark = try tracing.start()
            takeReading(isWhole: true)
            return mark
        } catch {
            throw HostSession.failure(error)
        }
    }

    /// Reads what is there, and hands on what is old enough to be in order.
    private mutating func step() throws {
        let nowNs = ClockMark.now.monotonicNs
        try drain()
        if nowNs - origin.monotonicNs >= nextSampleNs { takeReading(isWhole: false) }
        events.deliver(before: nowNs - Self.settleNs, into: &recorder)
        if let threads = events.takeStalledThreads() {
            let isDone = tracing.recordSwitches(of: threads)
            events.follow(isDone ? threads : [], fromNs: ClockMark.now.monotonicNs)
        }
        if Interrupt.takeDumpRequest() { recorder.dumpNow(reason: "SIGUSR1") }
        recorder.tick()
        if let failure = recorder.failure { throw session.failure(failure) }
    }

    private mutating func drain() throws {
        do {
            try events.take(from: tracing)
        } catch let error as LinuxHostError {
            throw HostSession.failure(error)
        }
    }

    private mutating func takeReading(isWhole: Bool) {
        events.add(sampler.read(isWhole: isWhole))
        let nowNs = ClockMark.now.monotonicNs - origin.monotonicNs
        nextSampleNs = nowNs - nowNs % sampleNs + sampleNs
        takeLosses(nowNs)
    }

    /// Notes what the rings have lost since they were last asked.
    private mutating func takeLosses(_ nowNs: Int64) {
        let lost = tracing.takeLosses()
        if lost > 0 {
            recorder.addLoss(
                LossRecord(
                    kind: nil, beginNs: lossesReadNs, endNs: nowNs, count: lost))
            events.lost += lost
        }
        lossesReadNs = nowNs
    }

    /// Ends the tracing, reads the rest, and completes the file.
    private mutating func end(_ first: ClockMark) throws {
        takeReading(isWhole: true)
        let last = tracing.stop()
        let endNs = last.monotonicNs - origin.monotonicNs
        try drain()
        events.finish(into: &recorder)
        takeLosses(endNs)
        let left = tracing.remove()
        let signal = Interrupt.pendingSignal
        let usage = cost.usage(elapsedNs: endNs)
        do throws(StoreError) {
            try recorder.finish(
                endNs: endNs, endedBy: signal?.name,
                notes: HostNotes.end(events, first: first, last: last, usage))
        } catch {
            throw session.failure(error)
        }
        session.sayEnd(recorder)
        HostSession.sayEnd(events, usage)
        if let left {
            throw CommandFailure(.inputOutput, "\(left): the instance cannot be removed")
        }
    }
}
#endif
