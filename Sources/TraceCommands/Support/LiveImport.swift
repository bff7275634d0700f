import LiveRecording
import TraceCore
import TraceFormat
import TraceImport
import TraceStore

/// An import that reads its input once, as it comes, and never needs to see its end.
struct LiveImport {
    /// How long to wait for bytes before looking what else is to be done.
    private static let waitMilliseconds: Int32 = 50
    private static let chunkBytes = 1 << 18

    let name: String
    let session: LiveSession
    let options: FtraceImportOptions
    let notes: [TextPair]

    /// Records until the input or a signal ends it.
    func run(_ input: LiveInput) throws -> FtraceImportResult? {
        // What the text says about its host comes later; it is noted at the end.
        let description = TraceDescription(
            schema: StandardSchema.schema,
            parameters: ParameterList([("source", "linux")]).entries, notes: notes)
        var recorder = try session.makeRecorder(description)
        var importer = FtraceTextImporter(options: options)
        var refusal: ImportError?
        do {
            try read(input, &importer, into: &recorder)
        } catch let error as ImportError {
            refusal = error
        }
        var result: FtraceImportResult?
        // An importer that has thrown is of no further use, but what it gave before is good.
        if refusal == nil {
            do throws(ImportError) {
                result = try importer.finish(into: &recorder)
            } catch {
                refusal = error
            }
        }
        let signal = Interrupt.pendingSignal
        try finish(&recorder, result, endedBy: signal?.name ?? refusal.map { _ in "bad data" })
        session.sayEnd(recorder)
        try Interrupt.check()
        if let refusal { throw CommandFailure(.badData, "\(name): \(refusal.sentence)") }
        return result
    }

    private func read(
        _ input: LiveInput, _ importer: inout FtraceTextImporter, into recorder: inout LiveRecorder
    ) throws {
        var buffer = [UInt8](repeating: 0, count: Self.chunkBytes)
        var lastNs = Terminal.monotonicNs
        while Interrupt.pendingSignal == nil {
            if Interrupt.takeDumpRequest() { recorder.dumpNow(reason: "SIGUSR1") }
            let step = try reporting {
                try input.next(into: &buffer, waitingMilliseconds: Self.waitMilliseconds)
            }
            switch step {
            case .bytes(let count):
                try importer.consume(buffer.span.extracting(0..<count), into: &recorder)
                lastNs = Terminal.monotonicNs
                recorder.tick()
            case .nothing: recorder.nothingCame(for: Terminal.monotonicNs - lastNs)
            case .end: return
            }
            if let failure = recorder.failure { throw session.failure(failure) }
        }
    }

    private func finish(
        _ recorder: inout LiveRecorder, _ result: FtraceImportResult?, endedBy: String?
    ) throws {
        if let result, result.lostEvents > 0 {
            // When they were lost is not in the text.
            recorder.addLoss(
                LossRecord(
                    kind: nil, beginNs: min(0, result.lastTimeNs),
                    endNs: max(0, result.lastTimeNs), count: UInt64(result.lostEvents)))
        }
        do throws(StoreError) {
            try recorder.finish(
                endNs: result?.lastTimeNs, endedBy: endedBy, notes: Self.notes(result))
        } catch {
            throw session.failure(error)
        }
    }

    /// What a plain import has among its parameters.
    private static func notes(_ result: FtraceImportResult?) -> [TextPair] {
        guard let result else { return [] }
        return result.parameters.entries.filter { $0.key != "source" }
            + [
                TextPair("import.lines", String(result.lines)),
                TextPair("import.lines_not_understood", String(result.unreadLines.count)),
            ]
    }
}
