import EventTables
import TraceCompression
import TraceCore
import TraceFormat
import TraceIdentity
import TraceStore

// Tables of events: what dump writes, and others.
extension ImportCommand {
    func importTable(_ form: TableForm) throws {
        var input = ImportInput(try openInput())
        var limits = TableLimits()
        limits.texts = FormatLimits.strings - 1
        limits.textBytes = FormatLimits.textBytes
        limits.allTextBytes = FormatLimits.stringTableBytes
        var importer = TableImporter(form: form, skipsUnknown: skipUnknown, limits: limits)
        let sink = try openOutput()
        var trace = TableTrace(sink, notes: commonNotes, compression: compression.level)
        var isWhole = true
        do {
            try readTable(&input, &importer, &trace)
            let result = try importer.finish()
            isWhole = try finish(result, trace.hasSnapshotRest)
        } catch let error as TableError {
            try reportFault(error.sentence(file: name), input.beginning)
            isWhole = false
        } catch let fault as SnapshotFault {
            try reportFault("\(name): \(fault.problem)", input.beginning)
            isWhole = false
        }
        guard let totals = try trace.finish(isWhole) else {
            throw CommandFailure(.badData, "\(name): nothing of it can be kept")
        }
        if isWhole { compare(totals, importer) }
    }

    private func readTable(
        _ input: inout ImportInput, _ importer: inout TableImporter, _ trace: inout TableTrace
    ) throws {
        while true {
            try input.fill()
            try Interrupt.check()
            while true {
                let step = try importer.read(
                    input.bytes.span.extracting(0..<input.end), from: input.start,
                    isAtEnd: input.isAtEnd, into: &trace)
                input.use(upTo: step.end)
                guard let directive = step.directive else { break }
                try trace.take(directive)
            }
            try trace.requireNoFailure()
            if input.isAtEnd { return }
        }
    }

    /// Says what is missing at the end of a table.
    ///
    /// - Returns: Whether nothing is.
    private func finish(_ result: TableImporter.Result, _ hasSnapshotRest: Bool) throws -> Bool {
        warnOfSkipped(result.skippedEvents)
        if hasSnapshotRest {
            try reportFault("\(name): the rest of a snapshot is missing", [])
            return false
        }
        guard result.hasPreamble, result.end == nil else { return true }
        Terminal.writeError(
            "ktls-trace: \(name): complete: false (it was cut off: the line that ends it is "
                + "missing)\n")
        return false
    }

    /// Says when the trace is not the one that was dumped.
    private func compare(_ totals: TraceTotals, _ importer: TableImporter) {
        guard let end = try? importer.finish().end, !end.contentID.isEmpty else { return }
        let pairs = [
            ("input", end.inputID, totals.ids.input.description),
            ("outcome", end.outcomeID, totals.ids.outcome.description),
            ("content", end.contentID, totals.ids.content.description),
        ]
        let different = pairs.filter { $0.1 != $0.2 }.map(\.0)
        guard !different.isEmpty else { return }
        Terminal.writeError(
            "ktls-trace: \(name): this is not all of the dumped trace (events or snapshots are "
                + "missing), or was changed: it has another \(different.joined(separator: ", ")) id\n"
        )
    }
}

/// What is wrong with the pieces of a snapshot.
struct SnapshotFault: Error {
    let problem: String
}

/// The trace that a table becomes; it begins with the table's preamble.
struct TableTrace: ~Copyable, EventSink {
    private let sink: FileSink
    private let notes: [TextPair]
    private let compression: Int
    private var writer: TraceWriter?

    /// A snapshot whose pieces are still coming.
    private var snapshot: (name: String, totalBytes: Int64, bytes: [UInt8])?
    private var codec = ZstdCodec()

    init(_ sink: FileSink, notes: [TextPair], compression: Int) {
        self.sink = sink
        self.notes = notes
        self.compression = compression
    }

    /// Whether a snapshot was begun and not ended.
    var hasSnapshotRest: Bool { snapshot != nil }

    mutating func record(_ header: EventHeader, _ values: Span<Int64>) {
        writer?.record(header, values)
    }

    mutating func intern(_ text: String) -> Int64 { writer?.intern(text) ?? 0 }

    /// Ends the import where the trace cannot be written.
    mutating func requireNoFailure() throws {
        guard let failure = writer?.failure else { return }
        throw CommandFailure(failure, isOutput: true)
    }

    mutating func take(_ directive: TableDirective) throws {
        switch directive {
        case .preamble(let preamble):
            // The notes of the dumped trace stay first; the import's own follow them.
            let description = TraceDescription(
                schema: preamble.schema, parameters: preamble.parameters,
                notes: preamble.notes.isEmpty ? notes : preamble.notes)
            let (sink, compression) = (sink, compression)
            writer = try reporting(isOutput: true) {
                try TraceWriter(
                    sink: sink, description: description, compressionLevel: compression)
            }
            if !preamble.notes.isEmpty { writer?.addNotes(notes) }
        case .snapshot(let piece): try take(piece)
        case .loss(let loss):
            writer?.addLoss(
                LossRecord(
                    kind: loss.kind == 0 ? nil : KindID(rawValue: loss.kind),
                    beginNs: loss.beginNs, endNs: loss.endNs, count: loss.count))
        case .notes(let notes): writer?.addNotes(notes)
        case .end: break
        }
    }

    private mutating func take(_ piece: SnapshotPiece) throws(SnapshotFault) {
        let (name, totalBytes) =
            snapshot.map { ($0.name, $0.totalBytes) } ?? (piece.name, piece.totalBytes)
        // Taken out of the snapshot while they grow, so that pieces are not copied over and over.
        var bytes = snapshot?.bytes ?? []
        guard piece.name == name, piece.totalBytes == totalBytes,
            piece.offset == Int64(bytes.count),
            0...Int64(FormatLimits.snapshotChunkBytes) ~= piece.rawBytes,
            0...Int64(FormatLimits.snapshotBytes) ~= totalBytes,
            piece.offset + piece.rawBytes <= totalBytes, piece.rawBytes > 0 || totalBytes == 0
        else { throw SnapshotFault(problem: "the pieces of a snapshot do not fit together") }
        var raw = [UInt8](repeating: 0, count: Int(piece.rawBytes))
        if !raw.isEmpty {
            do {
                try codec.decompress(
                    piece.frame, 0..<piece.frame.count, into: &raw, count: raw.count)
            } catch {
                throw SnapshotFault(problem: "a piece of a snapshot is damaged")
            }
        }
        snapshot = nil
        bytes += raw
        guard Int64(bytes.count) == totalBytes else {
            snapshot = (name, totalBytes, bytes)
            return
        }
        writer?.addSnapshot(name: name, bytes)
    }

    /// Completes the trace; `nil` where it was never begun.
    mutating func finish(_ isWhole: Bool) throws -> TraceTotals? {
        guard writer != nil else { return nil }
        do {
            return try writer?.finish(isClosedByRecorder: isWhole)
        } catch {
            throw CommandFailure(error, isOutput: true)
        }
    }
}
