import ArgumentParser
import TraceFormat
import TraceIdentity
import TraceReport
import TraceStore

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the checksums and the structure of a trace, or with --deep everything.",
        discussion: """
            Without --deep no event is decoded: checksums, directories, the order of blocks, index \
            and footer are checked. --deep decodes all events and snapshots as well, checks their \
            order and texts, and computes the three identities anew.

            Exit code 3 when something is damaged; a recording cut off is not damage.
            """)

    @Argument(help: "The trace; - is standard input.")
    var trace: String

    @Flag(name: .long, help: "Decode everything and compute the identities.")
    var deep = false

    @Option(name: .long, help: "text or json.")
    var format = ReportFormat.text

    /// What either check found.
    private struct Outcome {
        var completeness: Completeness
        var ids: TraceIDs?
        var isClosedByRecorder: Bool?
        var blocks: UInt64
        var events: UInt64
    }

    mutating func run() throws {
        let out = try TextOutput(path: "-")
        let outcome = try check()
        switch format {
        case .text: try out.write(text(outcome))
        case .json: try out.write(json(outcome))
        }
        try out.end()
        if case .damaged(let error, let offset) = outcome.completeness {
            throw CommandFailure(
                .divergedOrDamaged,
                "\(LoadedTrace.label(trace)): damaged at offset \(offset): \(error.sentence)")
        }
    }

    private func check() throws(CommandFailure) -> Outcome {
        do {
            let source = try SourceFile.open(trace)
            if deep {
                let report = try TraceVerifier.verify(source)
                return Outcome(
                    completeness: report.completeness, ids: report.ids,
                    isClosedByRecorder: report.totals?.isClosedByRecorder, blocks: report.blocks,
                    events: report.events)
            }
            let report = try TraceVerifier.checkSums(source)
            return Outcome(
                completeness: report.completeness, ids: report.totals?.ids,
                isClosedByRecorder: report.totals?.isClosedByRecorder, blocks: report.blocks,
                events: report.events)
        } catch StoreError.format(let error, let path) where error.isDamage {
            throw CommandFailure(
                .divergedOrDamaged,
                "\(LoadedTrace.label(path)): damaged: \(error.sentence)")
        } catch {
            throw CommandFailure(error, isOutput: false)
        }
    }

    private func text(_ outcome: Outcome) -> String {
        var text = "\(LoadedTrace.label(trace)): \(outcome.events) events in "
        text += "\(outcome.blocks) blocks, \(deep ? "all decoded" : "checksums checked")\n"
        switch outcome.completeness {
        case .complete:
            text += "complete: true\n"
            if outcome.isClosedByRecorder == false {
                text += "rebuilt from a recording that was cut off or damaged\n"
            }
            if let ids = outcome.ids {
                text += "input id   \(ids.input)\noutcome id \(ids.outcome)\n"
                text += "content id \(ids.content)\n"
            }
        case .incomplete(let ignored):
            text += "complete: false (no footer; \(ignored) bytes at the end ignored)\n"
        case .damaged: text += "complete: false\n"
        }
        return text
    }

    private func json(_ outcome: Outcome) -> String {
        var json = JSONWriter()
        json.object { json in
            json.member("schema", "ktls-trace-verify/0")
            json.member("complete", outcome.completeness == .complete)
            var ignoredBytes: Int64 = 0
            var damage: (error: FormatError, offset: Int64)?
            switch outcome.completeness {
            case .complete: json.member("state", "complete")
            case .incomplete(let bytes):
                json.member("state", "incomplete")
                ignoredBytes = bytes
            case .damaged(let error, let offset):
                json.member("state", "damaged")
                damage = (error, offset)
            }
            json.member("ignored_bytes", ignoredBytes)
            json.member("damage_offset", damage?.offset)
            json.member("damage", damage?.error.sentence)
            json.member("trace", LoadedTrace.label(trace))
            json.member("deep", deep)
            json.member("events", outcome.events)
            json.member("blocks", outcome.blocks)
            json.key("closed_by_recorder")
            if let isClosed = outcome.isClosedByRecorder {
                json.value(isClosed)
            } else {
                json.value(nil as String?)
            }
            json.member("identities") { json in
                let ids = outcome.completeness == .complete ? outcome.ids : nil
                json.member("input", ids?.input.description)
                json.member("outcome", ids?.outcome.description)
                json.member("content", ids?.content.description)
            }
        }
        return json.text + "\n"
    }
}
