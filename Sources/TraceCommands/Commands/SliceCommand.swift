import ArgumentParser
import TraceCore
import TraceFormat
import TraceStore
import TraceSummaries

struct SliceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slice", abstract: "Copy a part of a trace: a time, domains, kinds of events.",
        discussion: """
            Example: ktls-trace slice run.ktrace --begin 10s --end 20s --domain 0 -o part.ktrace

            Sequence numbers and causes stay what they are. A slice says that it is one, and replay \
            refuses it. Without any filter the result is a copy with the same identities.
            """)

    @Argument(help: "The trace; - is standard input.")
    var trace: String

    @OptionGroup var window: WindowOptions

    @Option(name: .long, help: "Only events of this kind; may be repeated.")
    var kind: [String] = []

    @OptionGroup var output: TraceOutputOptions
    @OptionGroup var partial: PartialOptions

    mutating func run() throws {
        try output.requireOther(than: [trace])
        let trace = try LoadedTrace(path: trace, keepsSnapshots: true)
        let description = trace.reader.description
        let filter = EventFilter(
            beginNs: window.begin?.ns, endNs: window.end?.ns, domains: window.domain,
            kinds: try description.schema.kinds(named: kind).map(\.id))
        var transfer = TraceTransfer(trace.reader, filter: filter)
        let sink = try output.open()
        var writer = try output.writer(to: sink, SliceWindow.description(of: description, filter))
        try copy(trace, &transfer, to: &writer)
        try trace.requireUndamaged(partial, of: sink)
        writer.addNotes(
            Array(trace.reader.description.notes.dropFirst(description.notes.count)))
        let isWhole = trace.isClosed && transfer.lostSnapshots == 0
        _ = try reporting(isOutput: true) { try writer.finish(isClosedByRecorder: isWhole) }
        report(trace, filter)
    }

    private func copy(
        _ trace: LoadedTrace, _ transfer: inout TraceTransfer, to writer: inout TraceWriter
    ) throws {
        var progress = Progress("copying")
        let lastNs = trace.reader.totals?.timeMaxNs ?? 0
        while try reporting({ try transfer.nextBlock(trace.reader) }) {
            try Interrupt.check()
            let blockEndNs = trace.reader.block.timeMaxNs
            try reporting { _ = try transfer.copyBlock(from: trace.reader, to: &writer) }
            if let failure = writer.failure { throw CommandFailure(failure, isOutput: true) }
            progress.show(blockEndNs, of: lastNs, "")
        }
        progress.end()
        try reporting { try transfer.copyContext(from: trace.reader, to: &writer) }
    }

    private func report(_ trace: LoadedTrace, _ filter: EventFilter) {
        if case .incomplete(reason: let reason) = trace.completeness {
            Terminal.writeError("ktls-trace: \(trace.label): complete: false (\(reason))\n")
        }
        if trace.isReplayable, let reason = SliceWindow.refusal(filter) {
            Terminal.writeError("ktls-trace: \(trace.label): cannot be replayed: \(reason)\n")
        }
    }
}
