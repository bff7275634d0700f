import FreeBSDImport
import LiveRecording
import TraceCore
import TraceFormat
import TraceStore

// What the dtrace script prints on FreeBSD, which is read twice: its settings are known at its end.
extension ImportCommand {
    func importDtraceText() throws {
        if live || recording.isLive {
            let source = try reporting { try LiveInput(path: input) }
            let session = LiveSession(
                recording, path: output, force: force, compression: compression.level, isLive: true)
            try DtraceRecording(
                name: name, session: session,
                notes: commonNotes + [
                    TextPair("recorded.unix_seconds", String(Terminal.wallSeconds))
                ]
            ).run(source)
            return
        }
        let source = try RereadableInput(try openInput())
        var nowhere = DiscardingSink()
        let first = try read(source, DtraceImportOptions(), into: &nowhere)
        let sink = try openOutput()
        // What the reclaim call's results mean may only show at the end.
        let result = try reporting(isOutput: true) {
            try write(source, DtraceImportOptions(resultForm: first.resultForm), first, to: sink)
        }
        DtraceRecording.warn(name, result)
    }

    private func write(
        _ source: RereadableInput, _ options: DtraceImportOptions, _ first: DtraceImportResult,
        to sink: FileSink
    ) throws -> DtraceImportResult {
        var parameters = first.parameters
        parameters.set("recording.duration_ns", first.lastTimeNs)
        let notes =
            commonNotes + [
                TextPair("import.lines", String(first.lines)),
                TextPair("import.lines_not_understood", String(first.unreadLines.count)),
                TextPair("import.lines_late", String(first.lateLines)),
            ]
        var writer = try TraceWriter(
            sink: sink,
            description: TraceDescription(
                schema: StandardSchema.schema, parameters: parameters.entries, notes: notes),
            compressionLevel: compression.level)
        let result = try read(source, options, into: &writer)
        for loss in result.losses { writer.addLoss(loss) }
        _ = try writer.finish()
        return result
    }

    private func read(
        _ source: RereadableInput, _ options: DtraceImportOptions,
        into sink: inout some EventSink & ~Copyable
    ) throws -> DtraceImportResult {
        var importer = DtraceImporter(options: options)
        do {
            try source.forEachChunk { chunk in
                try Interrupt.check()
                try importer.consume(chunk.span, into: &sink)
            }
            return try importer.finish(into: &sink)
        } catch let error as FreeBSDImportError {
            let hint = ContentGuess.hint(try source.beginning(), readAs: from)
            throw CommandFailure(
                .badData, "\(name): \(error.sentence)" + (hint.map { "; " + $0 } ?? ""))
        } catch let error as StoreError {
            throw CommandFailure(error, isOutput: false)
        }
    }
}
