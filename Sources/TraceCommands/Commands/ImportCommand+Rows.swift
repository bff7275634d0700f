import RowSchemas
import TraceCore
import TraceStore
import YAMLTrees

// Rows of one size, which a schema describes.
extension ImportCommand {
    private static let batchBytes = 1 << 18

    func importRows() throws {
        let schema = try rowSchema()
        let source = try reporting { try SourceFile.open(input) }
        let sink = try openOutput()
        var batch = RowBatch(source, rowBytes: schema.rowBytes, batchBytes: Self.batchBytes)
        var importer = RowImporter(schema, skipsUnknown: skipUnknown)
        try batch.fill()
        var parameters = importer.begin(batch.bytes.span, rows: batch.rows)
        parameters["import.schema"] = schema.name
        var writer = try reporting(isOutput: true) {
            try TraceWriter(
                sink: sink,
                description: TraceDescription(
                    schema: schema.events, parameters: parameters.entries, notes: commonNotes),
                compressionLevel: compression.level)
        }
        var isWhole = true
        do {
            while batch.rows > 0 {
                try importer.read(batch.bytes.span, rows: batch.rows, into: &writer)
                if let failure = writer.failure { throw failure }
                try Interrupt.check()
                try batch.fill()
            }
        } catch let error as RowError {
            try reportFault(error.sentence(file: name), Array(batch.beginning))
            isWhole = false
        } catch let error as StoreError {
            throw CommandFailure(error, isOutput: true)
        }
        if isWhole, batch.restBytes > 0 {
            try reportFault(
                "\(name): the last \(batch.restBytes) bytes, from byte \(batch.restOffset) on, "
                    + "are less than a row of \(schema.rowBytes)", Array(batch.beginning))
            isWhole = false
        }
        warnOfSkipped(importer.skippedRows)
        do {
            _ = try writer.finish(isClosedByRecorder: isWhole)
        } catch {
            throw CommandFailure(error, isOutput: true)
        }
    }

    private func rowSchema() throws -> RowSchema {
        let name = schema ?? ""
        if let known = RowSchema.named(name) { return known }
        let bytes: [UInt8]
        do {
            bytes = try SettingsFile.read(name)
        } catch .notFound {
            let names = RowSchema.all.map(\.name).joined(separator: ", ")
            throw CommandFailure(
                .noInput, "\(name): no such file or folder; schemas of the tool are: \(names)")
        } catch {
            throw CommandFailure(error, isOutput: false)
        }
        do {
            return try RowSchema(yaml: bytes)
        } catch {
            throw CommandFailure(.badData, error.sentence(file: LoadedTrace.label(name)))
        }
    }
}

/// Rows as they come from a file, many at a time, in one buffer.
struct RowBatch {
    /// The rows, and padding behind them.
    private(set) var bytes: [UInt8]
    /// Whole rows in `bytes`.
    private(set) var rows = 0
    /// Bytes behind the last whole row of the file.
    private(set) var restBytes = 0
    /// Where the rows end that were read so far, in bytes.
    private(set) var restOffset: Int64 = 0
    /// The first bytes of the file.
    private(set) var beginning: [UInt8] = []

    private let source: any ByteSource
    private let rowBytes: Int
    private let batchRows: Int
    private var isAtEnd = false

    init(_ source: any ByteSource, rowBytes: Int, batchBytes: Int) {
        self.source = source
        self.rowBytes = rowBytes
        batchRows = max(1, batchBytes / rowBytes)
        bytes = [UInt8](repeating: 0, count: batchRows * rowBytes + RowImporter.paddingBytes)
    }

    /// Reads the next rows; none at the end.
    mutating func fill() throws {
        rows = 0
        guard !isAtEnd else { return }
        let wanted = batchRows * rowBytes
        let taken = try reporting {
            try source.read(at: restOffset, into: &bytes, at: 0, count: wanted)
        }
        if beginning.isEmpty { beginning = Array(bytes[0..<min(16, taken)]) }
        isAtEnd = taken < wanted
        rows = taken / rowBytes
        restBytes = taken % rowBytes
        restOffset += Int64(rows * rowBytes)
    }
}
