import FreeBSDImport
import LiveRecording
import TraceCore
import TraceFormat
import TraceStore
import YAMLTrees

/// The script's output as it comes.
struct DtraceRecording {
    let name: String
    let session: LiveSession
    let notes: [TextPair]
    var onSignal: () -> Bool = { false }

    /// Records until the input or a signal ends it.
    func run(_ input: LiveInput) throws {
        let live = LiveImport(
            name: name, session: session, source: "freebsd", notes: notes, onSignal: onSignal)
        var importer = LiveDtrace()
        try live.run(input, &importer)
        if let result = importer.result { Self.warn(name, result) }
    }

    /// Says on standard error what did not become events.
    static func warn(_ name: String, _ result: DtraceImportResult) {
        func say(_ text: String) { Terminal.writeError("ktls-trace: \(name): \(text)\n") }
        if result.unreadLines.count > 0 {
            say(
                "\(result.unreadLines.count) lines not understood, the first is line "
                    + "\(result.unreadLines.firstLine)")
        }
        if result.unknownLines > 0 { say("\(result.unknownLines) lines of unknown names") }
        if result.lateLines > 0 { say("\(result.lateLines) lines came too late to be sorted") }
        let lost = result.losses.reduce(0 as UInt64) { $0 &+ $1.count }
        if lost > 0 { say("dtrace dropped \(lost) lines") }
        if result.probeErrors > 0 { say("\(result.probeErrors) errors in the script's clauses") }
        if result.countsWithoutEvents > 0 {
            say("\(result.countsWithoutEvents) requests are in counters only")
        }
    }
}

private struct LiveDtrace: ~Copyable, LiveTextImporter {
    private var importer = DtraceImporter()
    private(set) var result: DtraceImportResult?

    mutating func take(_ bytes: Span<UInt8>, into recorder: inout LiveRecorder) throws {
        try importer.consume(bytes, into: &recorder)
    }

    mutating func end(into recorder: inout LiveRecorder) throws -> LiveTextEnd {
        let result = try importer.finish(into: &recorder)
        self.result = result
        return LiveTextEnd(
            parameters: result.parameters, lines: result.lines,
            unreadLines: result.unreadLines.count, losses: result.losses,
            lastTimeNs: result.lastTimeNs)
    }

    static func sentence(_ error: any Error) -> String? {
        (error as? FreeBSDImportError)?.sentence
    }
}

extension DtraceImportResult {
    /// The drops as records of a trace; which events they were is not known.
    var losses: [LossRecord] {
        drops.map {
            LossRecord(kind: nil, beginNs: $0.beginNs, endNs: $0.endNs, count: $0.count)
        }
    }
}

extension FreeBSDImportError {
    /// What is wrong with the input, in words, with the line.
    var sentence: String {
        switch self {
        case .notDtraceText(let line): "not the output of the dtrace script (line \(line))"
        case .dtraceFailed(let message): "dtrace says: \(shown(message))"
        case .unknownVersion(let version, let line):
            "line \(line): the script is of version \(version), which this tool does not know"
        }
    }
}
