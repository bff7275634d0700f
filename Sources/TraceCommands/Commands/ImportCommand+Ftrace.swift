import LiveRecording
import TraceCore
import TraceFormat
import TraceImport
import TraceStore

// The kernel's text, which is read twice: its settings are known at its end only.
extension ImportCommand {
    func importText(_ form: TextForm) throws {
        if live || recording.isLive {
            try runLive()
            return
        }
        let source = try RereadableInput(try openInput())
        var nowhere = DiscardingSink()
        let result = try read(source, into: &nowhere)
        let sink = try openOutput()
        try reporting(isOutput: true) { try write(source, result, to: sink) }
        warn(result)
    }

    private func runLive() throws {
        let source = try reporting { try LiveInput(path: input) }
        let session = LiveSession(
            recording, path: output, force: force, compression: compression.level, isLive: true)
        let live = LiveImport(
            name: name, session: session, source: "linux",
            notes: commonNotes + [
                TextPair("recorded.unix_seconds", String(Terminal.wallSeconds))
            ])
        var importer = LiveFtrace(
            FtraceTextImporter(options: FtraceImportOptions(followedTaskPrefixes: switchesOf)))
        try live.run(source, &importer)
        if let result = importer.result { warn(result) }
    }

    private func write(
        _ source: RereadableInput, _ result: FtraceImportResult, to sink: FileSink
    ) throws {
        // The recording goes on after the last line that became an event.
        var parameters = result.parameters
        parameters.set("recording.duration_ns", result.lastTimeNs)
        var writer = try TraceWriter(
            sink: sink,
            description: TraceDescription(
                schema: StandardSchema.schema,
                parameters: parameters.entries,
                notes: notes(result)), compressionLevel: compression.level)
        _ = try read(source, into: &writer)
        if let loss = loss(result) { writer.addLoss(loss) }
        _ = try writer.finish()
    }

    private func read(
        _ source: RereadableInput, into sink: inout some EventSink & ~Copyable
    ) throws -> FtraceImportResult {
        var importer = FtraceTextImporter(
            options: FtraceImportOptions(followedTaskPrefixes: switchesOf),
            form: TextForm(rawValue: from.rawValue) ?? .ftrace)
        do {
            try source.forEachChunk { chunk in
                try Interrupt.check()
                try importer.consume(chunk.span, into: &sink)
            }
            return try importer.finish(into: &sink)
        } catch let error as ImportError {
            let hint = ContentGuess.hint(try source.beginning(), readAs: from)
            throw CommandFailure(
                .badData, "\(name): \(error.sentence)" + (hint.map { "; " + $0 } ?? ""))
        } catch let error as StoreError {
            throw CommandFailure(error, isOutput: false)
        }
    }

    func notes(_ result: FtraceImportResult) -> [TextPair] {
        var notes =
            commonNotes + [
                TextPair("import.lines", String(result.lines)),
                TextPair("import.lines_not_understood", String(result.unreadLines.count)),
            ]
        for point in result.tracepoints {
            notes.append(
                TextPair("import.tracepoint.\(point.name)", "\(point.use) \(point.lines)"))
        }
        if !result.missing.isEmpty {
            notes.append(TextPair("import.missing", result.missing.joined(separator: " ")))
        }
        return notes
    }

    /// What the recorder lost; of what kind, and when, it does not say.
    func loss(_ result: FtraceImportResult) -> LossRecord? {
        guard result.lostEvents > 0 else { return nil }
        return LossRecord(
            kind: nil, beginNs: 0, endNs: max(0, result.lastTimeNs),
            count: UInt64(result.lostEvents))
    }

    /// Says on standard error what did not become events.
    func warn(_ result: FtraceImportResult) {
        let unknown = result.tracepoints.filter { $0.use == .unknown }
        let unit = from.isText ? "lines" : "records"
        for point in unknown {
            Terminal.writeError(
                "ktls-trace: \(name): \(point.lines) \(unit) of unknown event \(point.name)\n")
        }
        if result.unreadLines.count > 0 {
            Terminal.writeError(
                "ktls-trace: \(name): \(result.unreadLines.count) lines not understood, "
                    + "the first is line \(result.unreadLines.firstLine)\n")
        }
        if result.lostEvents > 0 {
            Terminal.writeError(
                "ktls-trace: \(name): the recorder lost \(result.lostEvents) events\n")
        }
        if result.lostEventsAreUncounted, result.lostEvents == 0 {
            Terminal.writeError(
                "ktls-trace: \(name): the recorder lost events, it does not say how many\n")
        }
        if !result.missing.isEmpty {
            Terminal.writeError(
                "ktls-trace: \(name): not in the recording: "
                    + result.missing.joined(separator: ", ") + "\n")
        }
    }
}

/// The kernel's text as it comes.
private struct LiveFtrace: ~Copyable, LiveTextImporter {
    private var importer: FtraceTextImporter
    private(set) var result: FtraceImportResult?

    init(_ importer: consuming FtraceTextImporter) { self.importer = importer }

    mutating func take(_ bytes: Span<UInt8>, into recorder: inout LiveRecorder) throws {
        try importer.consume(bytes, into: &recorder)
    }

    mutating func end(into recorder: inout LiveRecorder) throws -> LiveTextEnd {
        let result = try importer.finish(into: &recorder)
        self.result = result
        var losses: [LossRecord] = []
        if result.lostEvents > 0 {
            // When they were lost is not in the text.
            losses.append(
                LossRecord(
                    kind: nil, beginNs: min(0, result.lastTimeNs),
                    endNs: max(0, result.lastTimeNs), count: UInt64(result.lostEvents)))
        }
        return LiveTextEnd(
            parameters: result.parameters, lines: result.lines,
            unreadLines: result.unreadLines.count, losses: losses, lastTimeNs: result.lastTimeNs)
    }

    static func sentence(_ error: any Error) -> String? { (error as? ImportError)?.sentence }
}

/// A sink that keeps nothing but numbers for strings.
struct DiscardingSink: EventSink {
    private var strings = StringTable()
    mutating func record(_ header: EventHeader, _ values: Span<Int64>) {}
    mutating func intern(_ text: String) -> Int64 { strings.intern(text) }
}

extension ImportError {
    /// What is wrong with the input, in words, with the line.
    var sentence: String {
        switch self {
        case .notFtraceText(let line): "not the text of an ftrace buffer (line \(line))"
        case .timeWentBackwards(let line, let timeNs, let previousNs):
            "line \(line): time goes back from \(previousNs) ns to \(timeNs) ns"
        }
    }
}
