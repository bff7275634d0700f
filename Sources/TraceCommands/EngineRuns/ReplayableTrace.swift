import LiveRecording
import PhysicalMemory
import ReclaimEngine
import TraceCore
import TraceFormat
import TraceReplay
import TraceStore

/// A trace that an engine can run from.
struct ReplayableTrace {
    let trace: LoadedTrace
    /// What the recording's engine was made from.
    private(set) var setup: EngineSetup
    /// The initial state, as the trace has it.
    private(set) var snapshot: [UInt8]

    /// - Throws: `CommandFailure` with the reason why no engine can run from the trace.
    init(_ trace: LoadedTrace) throws {
        self.trace = trace
        if let reason = Self.reason(against: trace.parameters) {
            throw Self.refused(trace, reason)
        }
        if let lost = trace.reader.totals?.lostEvents, lost > 0 {
            throw Self.refused(trace, "\(lost) of its events are lost")
        }
        let snapshot = try reporting { try trace.reader.snapshot(EngineSetup.snapshotName) }
        if snapshot == nil, case .damaged(let error, let offset) = trace.reader.completeness {
            throw CommandFailure(
                .badData, "\(trace.label): damaged at offset \(offset): \(error.sentence)")
        }
        do {
            setup = try EngineSetup(trace.parameters, snapshot: snapshot)
        } catch {
            throw Self.refused(trace, "\(error)")
        }
        self.snapshot = snapshot ?? []
    }

    /// The same trace, opened again.
    private init(_ trace: LoadedTrace, like other: ReplayableTrace) {
        self.trace = trace
        setup = other.setup
        snapshot = other.snapshot
    }

    /// The same from the start of the trace, opened again.
    func reopened(_ trace: LoadedTrace) -> ReplayableTrace {
        ReplayableTrace(trace, like: self)
    }

    /// Lets the initial state go, which can be large; an engine has its own by then.
    mutating func forgetInitialState() {
        setup.memory = MemorySnapshot()
        snapshot = []
    }

    /// Why what a trace says of itself forbids a replay.
    private static func reason(against parameters: ParameterList) -> String? {
        if let reason = parameters[TraceDescription.replayRefusedKey] { return reason }
        guard parameters["source"] == "engine" else { return "it was not recorded from the engine" }
        if let part = parameters[StretchMarks.partKey] {
            return "it is part \(part) of a recording"
        }
        if !parameters.group("slice").isEmpty { return "it is a slice" }
        return nil
    }

    /// Refuses what was found out while reading.
    func requireNoLoss() throws(CommandFailure) {
        let lost = trace.lostEvents
        if lost > 0 { throw Self.refused(trace, "\(lost) of its events are lost") }
    }

    /// Whether the trace was read to the end of the recording.
    var hasItsEnd: Bool { trace.isClosed && trace.endedEarlyNs == nil }

    /// Makes a replay of it, naming the trace where that is refused.
    func making<Value: ~Copyable>(_ body: () throws(ReplayError) -> Value) throws -> Value {
        do throws(ReplayError) {
            return try body()
        } catch {
            throw Self.refused(trace, error.description)
        }
    }

    /// Hands all events to `consume`, until it is told to stop.
    ///
    /// - Returns: what `consume` threw.
    func forEachEvent(
        _ what: String, until isSettled: () -> Bool = { false }, afterBlock: () throws -> Void = {},
        _ consume: (EventHeader, Span<Int64>, [String]) throws(ReplayError) -> Void
    ) throws {
        var progress = Progress(what)
        var refusal: ReplayError?
        while refusal == nil, !isSettled(), try reporting({ try trace.reader.nextBlock() }) {
            try Interrupt.check()
            let strings = trace.reader.strings
            let isGood = try reporting {
                try trace.reader.forEachEvent { header, values in
                    guard refusal == nil else { return }
                    do throws(ReplayError) {
                        try consume(header, values, strings)
                    } catch {
                        refusal = error
                    }
                }
            }
            // After damage there is no current block any more.
            guard isGood else { break }
            try afterBlock()
            progress.show(trace.reader.block.timeMaxNs, of: setup.durationNs, "")
        }
        progress.end()
        if let refusal { throw Self.refused(trace, refusal.description) }
    }

    private static func refused(_ trace: LoadedTrace, _ why: String) -> CommandFailure {
        CommandFailure(.refused, "\(trace.label): cannot be replayed: \(why)")
    }
}
