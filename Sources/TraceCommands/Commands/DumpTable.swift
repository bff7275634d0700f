import EventTables
import TraceCompression
import TraceCore
import TraceFormat
import TraceIdentity
import TraceStore

/// Writes a trace as a table that `import` reads back.
struct DumpTable {
    private let trace: LoadedTrace
    private let shows: Bool
    private let form: TableForm
    private let preamble: DumpPreamble
    private let isPart: Bool
    private let out: TextOutput
    private var writer: EventTableWriter
    private var events: UInt64 = 0

    private var writtenSnapshots = 0
    private var writtenLosses = 0
    private var writtenNotes = 0

    /// - Parameters:
    ///   - isPart: whether only some events are asked for.
    ///   - shows: whether somebody waits for what each block gives.
    init(
        _ trace: LoadedTrace, form: TableForm, kinds: [EventKind], preamble: DumpPreamble,
        isPart: Bool, shows: Bool, out: TextOutput
    ) {
        self.trace = trace
        self.shows = shows
        self.form = form
        self.preamble = preamble
        self.isPart = isPart
        self.out = out
        writer = EventTableWriter(form: form, kinds: kinds)
    }

    private var reader: TraceReader { trace.reader }

    mutating func write(_ selection: EventSelection) throws {
        if preamble != .none {
            let description = reader.description
            writtenNotes = description.notes.count
            writer.append(
                .preamble(
                    TablePreamble(
                        schema: description.schema, parameters: description.parameters,
                        notes: description.notes, isPart: isPart)))
        }
        try writeFindings()
        writer.appendHeader()
        while try selection.nextBlock(trace) {
            try writeFindings()
            try writeBlock(selection)
            if shows {
                try flush()
                try out.show()
            }
        }
        try writeFindings()
        try writeEnd()
        try flush()
    }

    private mutating func writeBlock(_ selection: EventSelection) throws {
        writer.learn(reader.strings)
        var failure: (any Error)?
        // Locals, because the closure would ask for all of self for every event.
        var table = writer
        var count = events
        let out = out
        writer = EventTableWriter(form: form, kinds: [])
        defer {
            writer = table
            events = count
        }
        _ = try reporting {
            try reader.forEachEvent(selection.lanes) { header, values in
                guard failure == nil, selection.contains(header) else { return }
                table.append(header, values)
                count += 1
                guard table.count >= 1 << 16 else { return }
                do {
                    try table.takeLines { try out.write($0) }
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw failure }
    }

    private mutating func flush() throws {
        let out = out
        try writer.takeLines { try out.write($0) }
    }

    // MARK: What is no event

    /// Writes what was found since the last call.
    private mutating func writeFindings() throws {
        guard preamble != .none else { return }
        if preamble == .full {
            while writtenSnapshots < reader.snapshots.count {
                try writeSnapshot(writtenSnapshots)
                writtenSnapshots += 1
            }
        }
        while writtenLosses < reader.losses.count {
            let loss = reader.losses[writtenLosses]
            writer.append(
                .loss(
                    TableLoss(
                        kind: loss.kind?.rawValue ?? 0, beginNs: loss.beginNs, endNs: loss.endNs,
                        count: loss.count)))
            writtenLosses += 1
        }
        let notes = reader.description.notes
        if writtenNotes < notes.count {
            writer.append(.notes(Array(notes[writtenNotes...])))
            writtenNotes = notes.count
        }
        try flush()
    }

    private mutating func writeSnapshot(_ number: Int) throws {
        let name = reader.snapshots[number].record.name
        let bytes = try reporting { try reader.snapshot(at: number) }
        var codec = ZstdCodec()
        let size = FormatLimits.snapshotChunkBytes
        // Enough for a piece that does not shrink.
        var frame = [UInt8](repeating: 0, count: size + size / 128 + 1_024)
        var offset = 0
        repeat {
            let end = min(offset + size, bytes.count)
            let length: Int?
            do {
                length = try codec.compress(
                    bytes, offset..<end, into: &frame, limit: frame.count)
            } catch {
                throw CommandFailure(.internalFailure, "zstd failed: \(error)")
            }
            writer.append(
                .snapshot(
                    SnapshotPiece(
                        name: name, totalBytes: Int64(bytes.count), offset: Int64(offset),
                        rawBytes: Int64(end - offset), frame: Array(frame[0..<(length ?? 0)]))))
            try flush()
            offset = end
        } while offset < bytes.count
    }

    /// The last line, which a trace without an end does not get.
    private mutating func writeEnd() throws {
        guard preamble != .none, let totals = reader.totals, trace.isClosed,
            reader.snapshotDamage == nil
        else { return }
        var end = TableEnd(events: events)
        if !isPart {
            end.inputID = totals.ids.input.description
            end.outcomeID = totals.ids.outcome.description
            end.contentID = totals.ids.content.description
        }
        writer.append(.end(end))
    }
}
