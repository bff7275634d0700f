import LiveRecording
import TraceCore
import TraceFormat
import TraceStore

/// Something that makes events of a text, piece by piece.
protocol LiveTextImporter: ~Copyable {
    /// Takes the next bytes.
    mutating func take(_ bytes: Span<UInt8>, into recorder: inout LiveRecorder) throws
    /// Ends the text.
    mutating func end(into recorder: inout LiveRecorder) throws -> LiveTextEnd
    /// What is wrong with the text, where an error is about that.
    static func sentence(_ error: any Error) -> String?
}

/// What is known of a text at its end.
struct LiveTextEnd {
    /// What a plain import has among its parameters.
    var parameters: ParameterList
    var lines: Int
    var unreadLines: Int
    var losses: [LossRecord]
    var lastTimeNs: Int64
}

/// An import that reads its input once, as it comes, and never needs to see its end.
struct LiveImport {
    /// How long to wait for bytes before looking what else is to be done.
    private static let waitMilliseconds: Int32 = 50
    private static let chunkBytes = 1 << 18

    let name: String
    let session: LiveSession
    /// Where the events come from.
    let source: String
    let notes: [TextPair]
    /// What is done once when a signal comes: true where the input ends by that, and what still
    /// comes is wanted.
    var onSignal: () -> Bool = { false }

    /// Records until the input or a signal ends it.
    func run<Importer: LiveTextImporter & ~Copyable>(
        _ input: LiveInput, _ importer: inout Importer
    ) throws {
        // What the text says about its host comes later; it is noted at the end.
        let description = TraceDescription(
            schema: StandardSchema.schema,
            parameters: ParameterList([("source", source)]).entries, notes: notes)
        var recorder = try session.makeRecorder(description)
        var refusal: String?
        var end: LiveTextEnd?
        do {
            try read(input, &importer, into: &recorder)
            end = try importer.end(into: &recorder)
        } catch {
            // An importer that has thrown is of no further use, but what it gave before is good.
            refusal = Importer.sentence(error)
            if refusal == nil { throw error }
        }
        let signal = Interrupt.pendingSignal
        try finish(&recorder, end, endedBy: signal?.name ?? refusal.map { _ in "bad data" })
        session.sayEnd(recorder)
        try Interrupt.check()
        if let refusal { throw CommandFailure(.badData, "\(name): \(refusal)") }
    }

    private func read<Importer: LiveTextImporter & ~Copyable>(
        _ input: LiveInput, _ importer: inout Importer, into recorder: inout LiveRecorder
    ) throws {
        var buffer = [UInt8](repeating: 0, count: Self.chunkBytes)
        var lastNs = Terminal.monotonicNs
        var isEnding = false
        while true {
            if Interrupt.pendingSignal != nil, !isEnding {
                isEnding = onSignal()
                if !isEnding { return }
            }
            if Interrupt.takeDumpRequest() { recorder.dumpNow(reason: "SIGUSR1") }
            let step = try reporting {
                try input.next(into: &buffer, waitingMilliseconds: Self.waitMilliseconds)
            }
            switch step {
            case .bytes(let count):
                try importer.take(buffer.span.extracting(0..<count), into: &recorder)
                lastNs = Terminal.monotonicNs
                recorder.tick()
            case .nothing: recorder.nothingCame(for: Terminal.monotonicNs - lastNs)
            case .end: return
            }
            if let failure = recorder.failure { throw session.failure(failure) }
        }
    }

    private func finish(
        _ recorder: inout LiveRecorder, _ end: LiveTextEnd?, endedBy: String?
    ) throws {
        for loss in end?.losses ?? [] { recorder.addLoss(loss) }
        do throws(StoreError) {
            try recorder.finish(endNs: end?.lastTimeNs, endedBy: endedBy, notes: Self.notes(end))
        } catch {
            throw session.failure(error)
        }
    }

    private static func notes(_ end: LiveTextEnd?) -> [TextPair] {
        guard let end else { return [] }
        return end.parameters.entries.filter { $0.key != "source" }
            + [
                TextPair("import.lines", String(end.lines)),
                TextPair("import.lines_not_understood", String(end.unreadLines)),
            ]
    }
}
