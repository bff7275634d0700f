import ArgumentParser
import TraceCore
import TraceDiff
import TraceFormat
import TraceIdentity
import TraceStore

struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Show what a trace is: completeness, loss, identities, size, settings.")

    @Argument(help: "The trace; - is standard input.")
    var trace: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var partial: PartialOptions

    mutating func run() throws {
        let trace = try LoadedTrace(path: trace, checksAll: true)
        let counts = try count(trace)
        let out = try TextOutput(path: output.output, force: output.force)
        try out.write(describe(trace, counts))
        try out.end()
        try trace.requireUndamaged(partial)
    }

    /// Events by kind, and the bytes and blocks they take.
    private struct Counts {
        var byKind: [Int]
        var blocks = 0
        var blockBytes: Int64 = 0
        var lastNs: Int64 = 0
        var events: Int { byKind.reduce(0, +) }
    }

    /// Counts what the directories of the blocks say, and checks the blocks on the way.
    private func count(_ trace: LoadedTrace) throws -> Counts {
        let schema = trace.reader.description.schema
        var counts = Counts(
            byKind: [Int](repeating: 0, count: Int(schema.kinds.last?.id.rawValue ?? 0) + 1))
        try reporting {
            while try trace.reader.nextBlock() {
                try Interrupt.check()
                guard try trace.reader.decode(.both) else { break }
                let block = trace.reader.block
                for lane in Lane.allCases {
                    for section in trace.reader.sections(lane) {
                        counts.byKind[Int(section.kind.rawValue)] += section.eventCount
                    }
                }
                counts.blocks += 1
                counts.blockBytes += trace.reader.blockPlace.length
                counts.lastNs = block.timeMaxNs
            }
        }
        return counts
    }

    private func describe(_ trace: LoadedTrace, _ counts: Counts) -> String {
        var text = ""
        switch trace.completeness {
        case .complete: text += "complete: true\n"
        case .incomplete(let reason): text += "complete: false (\(reason))\n"
        }
        let lost = trace.reader.losses.reduce(UInt64(0)) { $0 + $1.count }
        text += "lost events: \(lost)\n"
        if let ids = trace.reader.totals?.ids {
            text += "input id:   \(ids.input)\noutcome id: \(ids.outcome)\n"
            text += "content id: \(ids.content)\n"
        }
        text += "events: \(counts.events) in \(counts.blocks) blocks, "
        text += "\(counts.blockBytes) bytes"
        if counts.events > 0 {
            let hundredths = counts.blockBytes * 100 / Int64(counts.events)
            let rest = hundredths % 100
            text += ", \(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) bytes/event"
        }
        text += "\nlast event: \(counts.lastNs) ns\n"
        for snapshot in trace.reader.snapshots {
            let bytes = snapshot.record.chunks.reduce(0) { $0 + $1.rawBytes }
            text += "snapshot: \(snapshot.record.name), \(bytes) bytes\n"
        }
        text += "\nevents by kind\n"
        for kind in trace.reader.description.schema.kinds {
            let count = counts.byKind[Int(kind.id.rawValue)]
            if count > 0 { text += "  \(kind.name): \(count)\n" }
        }
        text += "\nsettings\n"
        for entry in trace.parameters.entries { text += "  \(entry.key) = \(entry.value)\n" }
        text += "\nnotes\n"
        for note in trace.reader.description.notes { text += "  \(note.key) = \(note.value)\n" }
        return text
    }
}
