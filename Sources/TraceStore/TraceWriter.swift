public import TraceCore
public import TraceFormat
import TraceIdentity

/// Writes a trace.
///
/// Taking an event cannot throw, so the first failure is kept: `failure` tells it at any time, what
/// comes after it is dropped, and `finish` throws it.
public struct TraceWriter: ~Copyable, EventSink {
    /// The first failure, or `nil`.
    public private(set) var failure: StoreError? {
        didSet { hasFailed = true }
    }
    /// Whether there is a failure: asked for every event, and cheaper than the failure itself.
    private var hasFailed = false
    /// Length in bytes of what was handed to the sink.
    public private(set) var bytesWritten: Int64

    private let sink: any ByteSink
    private let description: TraceDescription
    private var codec: StoreCodec
    private var builder: BlockBuilder
    private var encoder = BlockEncoder()
    private var hasher: IdentityHasher
    private var record = ByteWriter()
    private var strings = StringTable()
    private var stringBytes = 0
    private var snapshotBytes = 0
    private var writtenStrings = 1
    private var index: [IndexEntry] = []
    private var footer = FooterRecord()
    private var isFinished = false
    private var notes: [TextPair]
    private var lossCount = 0
    private var restOfLosses: LossRecord?

    /// From columns that are not compressed at all to zstd's slowest level.
    public static let compressionLevels = 0...19
    /// The level that made nearly the smallest files, and nearly the fastest, of those tried:
    /// byte planes have few repetitions to look for, and level 1 codes their bytes by frequency.
    public static let standardCompressionLevel = 1

    /// Starts a trace: its description is written at once.
    ///
    /// - Parameters:
    ///   - compressionLevel: One of `compressionLevels`; it changes no identity.
    ///   - blockEvents: Most events of a block, up to `FormatLimits.blockEvents`.
    /// - Complexity: O(description).
    /// - Throws: `StoreError.limit` for a description that no file can hold, and what the sink
    ///   throws.
    public init(
        sink: some ByteSink, description: TraceDescription,
        compressionLevel: Int = standardCompressionLevel,
        blockEvents: Int = FormatLimits.blockEvents
    ) throws(StoreError) {
        bytesWritten = try Self.writeDescription(description, to: sink)
        self.sink = sink
        self.description = description
        codec = StoreCodec(level: compressionLevel)
        builder = BlockBuilder(schema: description.schema, eventLimit: blockEvents)
        hasher = IdentityHasher(schema: description.schema)
        notes = description.notes
    }

    /// Writes the first records, and tells how many bytes they take.
    private static func writeDescription(
        _ description: TraceDescription, to sink: some ByteSink
    ) throws(StoreError) -> Int64 {
        try validate(description)
        var record = ByteWriter()
        HeaderRecord().encode(to: &record)
        SchemaRecord.encode(description.schema, to: &record)
        PairsRecord.encodeParameters(description.parameters, to: &record)
        if !description.notes.isEmpty {
            PairsRecord.encodeNotes(description.notes, to: &record)
        }
        try sink.write(record.bytes)
        return Int64(record.count)
    }

    private static func validate(_ description: TraceDescription) throws(StoreError) {
        do {
            try SchemaRecord.validate(description.schema)
            try PairsRecord.validate(description.parameters)
            try PairsRecord.validate(description.notes)
        } catch {
            throw limitError(error)
        }
    }

    private static func limitError(_ error: FormatError) -> StoreError {
        guard case .limit(let field, _, let value, let limit) = error else {
            return .format(error, path: "")
        }
        return .limit(field: field, value: value, limit: limit)
    }

    /// Takes an event.
    ///
    /// Programmer errors, as for `BlockBuilder.append`; also an event after `finish`, and a text
    /// column whose number did not come from `intern`, which is noticed when its block is written.
    public mutating func record(_ header: EventHeader, _ values: Span<Int64>) {
        guard !hasFailed else { return }
        precondition(!isFinished, "a finished trace takes no events")
        if !builder.append(header, values) {
            writeBlock()
            guard !hasFailed else { return }
            let isTaken = builder.append(header, values)
            precondition(isTaken, "an empty block has room for an event")
        }
    }

    /// Takes the events of a batch.
    ///
    /// Programmer errors, as for one event.
    public mutating func record(_ batch: EventBatch) {
        guard !hasFailed, batch.cellCount > 0 else { return }
        precondition(!isFinished, "a finished trace takes no events")
        let cells = batch.cells.span.extracting(0..<batch.cellCount)
        var start = builder.append(cells, from: 0)
        while start < cells.count {
            writeBlock()
            guard !hasFailed else { return }
            let next = builder.append(cells, from: start)
            precondition(next > start, "an empty block has room for an event")
            start = next
        }
    }

    /// The number of a string in the trace's table, added when it is new.
    ///
    /// - Complexity: O(length).
    public mutating func intern(_ text: String) -> Int64 {
        let known = strings.strings.count
        let number = strings.intern(text)
        guard Int(number) == known else { return number }
        hasher.addString(text)
        stringBytes += text.utf8.count
        check("string", text.utf8.count, FormatLimits.textBytes)
        check("strings", strings.strings.count, FormatLimits.strings)
        check("string table", stringBytes, FormatLimits.stringTableBytes)
        return number
    }

    /// Writes the events taken so far as a block, however few they are.
    ///
    /// - Complexity: O(cells).
    public mutating func flush() {
        guard failure == nil, builder.eventCount > 0 else { return }
        writeBlock()
    }

    /// Writes a snapshot; the one named `initial` belongs to the input's identity.
    ///
    /// - Complexity: O(bytes).
    public mutating func addSnapshot(name: String, _ bytes: [UInt8]) {
        check("snapshot name", name.utf8.count, FormatLimits.nameBytes)
        snapshotBytes += bytes.count
        check("snapshot bytes", snapshotBytes, FormatLimits.snapshotBytes)
        check("snapshots", Int(footer.snapshots) + 1, FormatLimits.snapshots)
        flush()
        guard failure == nil else { return }
        hasher.addSnapshot(name: name, bytes)
        do {
            let (table, frames) = try StoredFrames.make(of: bytes, &codec)
            record.removeAll()
            SnapshotRecord(name: name, frames: table).encode(to: &record)
            write(record.bytes)
            write(frames)
            footer.snapshots += 1
        } catch {
            fail(Self.codecError(error))
        }
    }

    /// Writes that events were lost.
    ///
    /// Beyond `FormatLimits.losses` the rest is summed up in one last record without a kind.
    public mutating func addLoss(_ loss: LossRecord) {
        precondition(loss.beginNs <= loss.endNs, "a loss ends after it begins")
        guard failure == nil else { return }
        let (sum, overflow) = footer.lostEvents.addingReportingOverflow(loss.count)
        footer.lostEvents = overflow ? .max : sum
        if lossCount < FormatLimits.losses - 1 {
            lossCount += 1
            write(loss)
        } else if let rest = restOfLosses {
            let (total, overflow) = rest.count.addingReportingOverflow(loss.count)
            restOfLosses = LossRecord(
                kind: nil, beginNs: min(rest.beginNs, loss.beginNs),
                endNs: max(rest.endNs, loss.endNs), count: overflow ? .max : total)
        } else {
            restOfLosses = LossRecord(
                kind: nil, beginNs: loss.beginNs, endNs: loss.endNs, count: loss.count)
        }
    }

    private mutating func write(_ loss: LossRecord) {
        record.removeAll()
        loss.encode(to: &record)
        write(record.bytes)
    }

    /// Writes more notes, such as what is only known at the end.
    ///
    /// - Complexity: O(bytes).
    public mutating func addNotes(_ more: [TextPair]) {
        guard failure == nil, !more.isEmpty else { return }
        do {
            try PairsRecord.validate(notes + more)
        } catch {
            fail(Self.limitError(error))
            return
        }
        notes += more
        record.removeAll()
        PairsRecord.encodeNotes(more, to: &record)
        write(record.bytes)
    }

    /// Completes the trace and makes it the sink's result.
    ///
    /// - Parameters:
    ///   - isClosedByRecorder: False for a file rebuilt from an incomplete one.
    /// - Complexity: O(cells + blocks).
    /// - Throws: The first failure, after which the sink has discarded everything.
    public mutating func finish(isClosedByRecorder: Bool = true) throws(StoreError) -> TraceTotals {
        precondition(!isFinished, "a trace is finished once")
        flush()
        writeStrings()
        if failure == nil, let restOfLosses { write(restOfLosses) }
        isFinished = true
        if failure == nil { writeIndex() }
        footer.strings = UInt64(strings.strings.count)
        footer.facts = isClosedByRecorder ? FooterRecord.closedByRecorder : 0
        let ids = hasher.ids(parameters: description.parameters.map { ($0.key, $0.value) })
        footer.inputID = ids.input.bytes
        footer.outcomeID = ids.outcome.bytes
        footer.contentID = ids.content.bytes
        record.removeAll()
        footer.encode(to: &record)
        write(record.bytes)
        if failure == nil {
            do {
                try sink.commit()
            } catch {
                failure = error
            }
        }
        if let failure {
            sink.discard()
            throw failure
        }
        return TraceTotals(footer, fileBytes: bytesWritten)
    }

    private mutating func writeBlock() {
        let areKnown = builder.withRows { cells, sections in
            hasher.add(cells, sections: sections)
        }
        precondition(areKnown, "a text column's value comes from intern")
        writeStrings()
        guard failure == nil else { return }
        do {
            let summary = try encoder.encode(builder, codec: &codec)
            let offset = bytesWritten
            write(encoder.record.bytes)
            write(encoder.frames)
            index.append(
                IndexEntry(offset: offset, length: bytesWritten - offset, block: summary))
            count(summary)
            tellSink(summary)
        } catch {
            fail(Self.codecError(error))
        }
        builder.removeAll()
    }

    private mutating func tellSink(_ summary: BlockSummary) {
        guard failure == nil else { return }
        do {
            try sink.blockIsWritten(summary)
        } catch {
            failure = error
        }
    }

    private mutating func count(_ summary: BlockSummary) {
        if footer.blocks == 0 { footer.timeMinNs = summary.timeMinNs }
        footer.timeMaxNs = summary.timeMaxNs
        footer.blocks += 1
        footer.controlEvents += UInt64(summary.controlEvents)
        footer.dataEvents += UInt64(summary.dataEvents)
    }

    /// Writes the strings that no record holds yet.
    private mutating func writeStrings() {
        while failure == nil, writtenStrings < strings.strings.count {
            var end = writtenStrings
            var bytes = 0
            while end < strings.strings.count, bytes < FormatLimits.recordBodyBytes / 2 {
                bytes += strings.strings[end].utf8.count + 4
                end += 1
            }
            record.removeAll()
            StringsRecord.encode(
                strings.strings[writtenStrings..<end], firstNumber: writtenStrings, to: &record)
            write(record.bytes)
            writtenStrings = end
        }
    }

    private mutating func writeIndex() {
        footer.indexOffset = UInt64(bytesWritten)
        var start = 0
        while start < index.count {
            let end = min(start + FormatLimits.indexEntries, index.count)
            record.removeAll()
            IndexRecord.encode(index[start..<end], to: &record)
            write(record.bytes)
            start = end
        }
    }

    private mutating func write(_ bytes: [UInt8]) {
        guard failure == nil, !bytes.isEmpty else { return }
        do {
            try sink.write(bytes)
            bytesWritten += Int64(bytes.count)
        } catch {
            failure = error
        }
    }

    private mutating func check(_ field: String, _ value: Int, _ limit: Int) {
        guard value > limit else { return }
        fail(.limit(field: field, value: UInt64(value), limit: UInt64(limit)))
    }

    private mutating func fail(_ error: StoreError) {
        if failure == nil { failure = error }
    }

    private static func codecError(_ fault: CodecFault) -> StoreError {
        switch fault {
        case .compression(let code), .decompression(let code): .compression(code: code)
        }
    }
}
