import ArgumentParser
import ReclaimEngine
import TraceCore
import TraceFormat
import TraceReplay
import TraceReport
import TraceStore
import TraceSummaries

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Run the engine on a trace's inputs and compare it with the recording.",
        discussion: """
            Exit code 3 and the first event that differs when the replay diverges; 5 when the trace cannot \
            be replayed.
            """)

    @Argument(help: "The trace; - is standard input.")
    var trace: String

    @OptionGroup var partial: PartialOptions

    mutating func run() throws {
        let trace = try LoadedTrace(path: trace, keepsSnapshots: trace == "-")
        var replayer = try makeReplayer(trace)
        var progress = Progress("replaying")
        let durationNs = trace.parameters.integer("recording.duration_ns") ?? 0
        var refusal: ReplayError?
        while replayer.divergence == nil, refusal == nil,
            try reporting({ try trace.reader.nextBlock() })
        {
            try Interrupt.check()
            let strings = trace.reader.strings
            let isGood = try reporting {
                try trace.reader.forEachEvent { header, values in
                    guard refusal == nil else { return }
                    do throws(ReplayError) {
                        try replayer.consume(header, values, strings: strings)
                    } catch {
                        refusal = error
                    }
                }
            }
            // After damage there is no current block any more.
            guard isGood else { break }
            progress.show(trace.reader.block.timeMaxNs, of: durationNs, "")
        }
        progress.end()
        if let refusal { throw refused(trace, "\(refusal)") }
        replayer.finish(isComplete: hasItsEnd(trace))
        try report(trace, replayer)
    }

    private func makeReplayer(_ trace: LoadedTrace) throws -> Replayer {
        let parameters = trace.parameters
        guard parameters["source"] == "engine" else {
            throw refused(trace, "it was not recorded from the engine")
        }
        if let reason = parameters[TraceDescription.replayRefusedKey] {
            throw refused(trace, reason)
        }
        if let lost = trace.reader.totals?.lostEvents, lost > 0 {
            throw refused(trace, "\(lost) of its events are lost")
        }
        let snapshot = try reporting { try trace.reader.snapshot(EngineSetup.snapshotName) }
        if snapshot == nil, case .damaged(let error, let offset) = trace.reader.completeness {
            throw CommandFailure(
                .badData, "\(trace.label): damaged at offset \(offset): \(error.sentence)")
        }
        do {
            let setup = try EngineSetup(parameters, snapshot: snapshot)
            return try Replayer(setup, schema: trace.reader.description.schema)
        } catch let error as SetupError {
            throw refused(trace, error.description)
        } catch let error as ReplayError {
            throw refused(trace, error.description)
        }
    }

    /// Whether the engine may have no more events than the trace.
    private func hasItsEnd(_ trace: LoadedTrace) -> Bool {
        trace.isClosed && trace.parameters[SliceWindow.endKey] == nil
            && trace.endedEarlyNs == nil
    }

    private func refused(_ trace: LoadedTrace, _ why: String) -> CommandFailure {
        CommandFailure(.refused, "\(trace.label): cannot be replayed: \(why)")
    }

    private func report(_ trace: LoadedTrace, _ replayer: borrowing Replayer) throws {
        let out = try TextOutput(path: "-")
        if case .incomplete(reason: let reason) = trace.completeness {
            try out.write("complete: false (\(reason))\n")
        }
        try out.write(
            "\(trace.label): \(replayer.equalEvents) events equal, "
                + "\(replayer.appliedInputs) inputs applied\n")
        if let divergence = replayer.divergence {
            try out.write(describe(divergence, trace))
            try out.end()
            throw CommandFailure(.divergedOrDamaged)
        }
        try out.write("replay agrees with the recording\n")
        try out.end()
        try trace.requireUndamaged(partial)
    }

    private func describe(_ divergence: Divergence, _ trace: LoadedTrace) -> String {
        let schema = trace.reader.description.schema
        let text = EventText(schema: schema)
        let strings = trace.reader.strings
        var lines = "replay diverges from the recording at this event\n"
        lines += "  recorded: "
        lines +=
            divergence.recorded.map { text.line($0.header, $0.values.span, strings: strings) }
            ?? "nothing, the recording has ended\n"
        lines += "  replayed: "
        lines +=
            divergence.replayed.map {
                text.line($0.header, $0.values.span, strings: divergence.replayedStrings)
            } ?? "nothing at this instant\n"
        if !divergence.context.isEmpty { lines += "the events before it, which agree\n" }
        for event in divergence.context {
            lines += "  " + text.line(event.header, event.values.span, strings: strings)
        }
        let version = trace.reader.description.notes.last { $0.key == "tool.version" }?.value
        if let version, version != ToolVersion.text {
            lines += "note: recorded by version \(version), this is \(ToolVersion.text)\n"
        }
        return lines
    }
}
