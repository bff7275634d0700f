import ArgumentParser
import TraceFormat
import TraceIdentity
import TraceStore

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every checksum, order, index and identity of a trace.",
        discussion: "Exit code 3 when something is damaged; a recording cut off is not damage.")

    @Argument(help: "The trace; - is standard input.")
    var trace: String

    mutating func run() throws {
        let out = try TextOutput(path: "-")
        let report: VerifyReport
        do {
            let source = try SourceFile.open(trace)
            report = try TraceVerifier.verify(source)
        } catch StoreError.format(let error, let path) where error.isDamage {
            throw CommandFailure(
                .divergedOrDamaged,
                "\(LoadedTrace.label(path)): damaged: \(error.sentence)")
        } catch {
            throw CommandFailure(error, isOutput: false)
        }
        try out.write(
            "\(LoadedTrace.label(trace)): \(report.events) events in \(report.blocks) blocks\n")
        switch report.completeness {
        case .complete:
            try out.write("complete: true\n")
            try out.write("input id   \(report.ids.input)\n")
            try out.write("outcome id \(report.ids.outcome)\n")
            try out.write("content id \(report.ids.content)\n")
            try out.end()
        case .incomplete(let ignored):
            try out.write("complete: false (no footer; \(ignored) bytes at the end ignored)\n")
            try out.end()
        case .damaged(let error, let offset):
            try out.write("complete: false\n")
            try out.end()
            throw CommandFailure(
                .divergedOrDamaged,
                "\(LoadedTrace.label(trace)): damaged at offset \(offset): \(error.sentence)")
        }
    }
}
