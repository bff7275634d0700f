import ArgumentParser
import TraceCore
import TraceFormat
import TraceReport
import TraceStore

struct RecoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Make a complete trace of one that was cut off or damaged.",
        discussion: """
            Example: ktls-trace recover broken.ktrace -o good.ktrace

            Every block that is whole is kept, also behind damage. What was lost is counted, said \
            on standard error, and written into the new trace. The old file is never changed.
            """)

    @Argument(help: "The trace; - is standard input.")
    var trace: String

    @OptionGroup var output: TraceOutputOptions

    @Option(name: .long, help: "How to tell what was lost: text, on standard error, or json.")
    var format = ReportFormat.text

    func validate() throws {
        if format == .json, output.output == "-" {
            throw ValidationError("--format json needs standard output; use -o FILE")
        }
    }

    mutating func run() throws {
        try output.requireOther(than: [trace])
        let reader = try reporting { try TraceRecovery.open(try SourceFile.open(trace)) }
        var recovery = TraceRecovery(reader)
        let sink = try output.open()
        let notes = reader.description.notes.count
        var writer = try output.writer(to: sink, reader.description)
        var progress = Progress("recovering")
        while try reporting({ try recovery.copyNextBlock(from: reader, to: &writer) }) {
            try Interrupt.check()
            if let failure = writer.failure { throw CommandFailure(failure, isOutput: true) }
            let lastNs = reader.totals?.timeMaxNs ?? 0
            progress.show(reader.block.timeMaxNs, of: lastNs, "")
        }
        progress.end()
        writer.addNotes(Array(reader.description.notes.dropFirst(notes)))
        try reporting { try recovery.finish(reader, to: &writer) }
        let isWhole = recovery.report.isWhole && reader.totals?.isClosedByRecorder == true
        _ = try reporting(isOutput: true) { try writer.finish(isClosedByRecorder: isWhole) }
        try tell(recovery.report)
    }

    private func tell(_ report: RecoveryReport) throws {
        let label = LoadedTrace.label(trace)
        switch format {
        case .text:
            for line in RecoveryText.lines(report) {
                Terminal.writeError("ktls-trace: \(label): \(line)\n")
            }
        case .json:
            let out = try TextOutput(path: "-")
            try out.write(RecoveryText.json(report, trace: label))
            try out.end()
        }
    }
}
