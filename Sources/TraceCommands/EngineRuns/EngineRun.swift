import ReclaimEngine
import TraceCore
import TraceFormat
import TraceStore
import Workloads

/// A run of the engine on what its scenario draws.
struct EngineRun: ~Copyable {
    private var engine: Engine
    private var inputs: RecordingInputs
    private var snapshot: [UInt8]
    private let durationNs: Int64
    /// Strings that the sink knows already.
    private var interned = 1
    private var isFinished = false

    /// Makes the host and stands at time 0; the initial memory as a plan is not kept beyond.
    init(_ settings: RunSettings) throws(CommandFailure) {
        let memory = settings.scenario.initialMemory()
        do {
            engine = try settings.setup(memory).makeEngine()
        } catch {
            throw CommandFailure(.internalFailure, "\(error)")
        }
        snapshot = memory.snapshot.encoded()
        inputs = RecordingInputs(
            settings.scenario, memory: memory, hasPageDaemon: settings.model.pageDaemon != 0)
        durationNs = settings.durationNs
    }

    /// The virtual time it has come to.
    var nowNs: Int64 { engine.nowNs }

    /// The initial state as a trace keeps it; taken once, so that it is not kept twice.
    mutating func takeSnapshot() -> [UInt8] {
        let bytes = snapshot
        snapshot = []
        return bytes
    }

    /// Goes on until some thousand events wait, or to the end.
    ///
    /// - Returns: Whether there is more to run.
    mutating func advance() -> Bool {
        while let input = inputs.next(before: durationNs) {
            engine.apply(input)
            if engine.outbox.count >= 4096 { return true }
        }
        if !isFinished { engine.finish(at: durationNs) }
        isFinished = true
        return false
    }

    /// Hands on the events that wait.
    mutating func deliver(to sink: inout some EventSink & ~Copyable) {
        engine.deliver(to: &sink, strings: &interned)
    }
}

extension EngineRun {
    /// Makes a whole run and keeps its trace in memory.
    ///
    /// - Parameter progress: Is told now and then how much virtual time has passed.
    /// - Throws: `CommandFailure`, also when a signal has come.
    static func trace(
        of settings: RunSettings, notes: [TextPair], progress: (Int64) -> Void = { _ in }
    ) throws -> [UInt8] {
        var run = try EngineRun(settings)
        let sink = MemorySink()
        return try reporting(isOutput: true) {
            var writer = try TraceWriter(
                sink: sink,
                description: TraceDescription(
                    schema: StandardSchema.schema, parameters: settings.parameters.entries,
                    notes: notes))
            writer.addSnapshot(name: EngineSetup.snapshotName, run.takeSnapshot())
            var goesOn = true
            while goesOn {
                goesOn = run.advance()
                run.deliver(to: &writer)
                progress(run.nowNs)
                try Interrupt.check()
            }
            _ = try writer.finish()
            return sink.bytes
        }
    }
}
