public import FuzzProperties
import TraceCore
import TraceFormat
import TraceStore

/// A trace of any schema, events and order of calls: what is written is read.
public enum RoundTripTarget {
    private static let eventsMax = 1_500

    /// Writes the trace that the bytes describe and reads it again.
    ///
    /// - Throws: `BrokenProperty`.
    public static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        var script = ByteScript(bytes)
        let description = description(&script)
        let level = script.choice([1, 3, -5])
        let blockEvents = script.choice([FormatLimits.blockEvents, 1, 63, 64, 65, 500])
        let rest = script
        let first = try write(rest, description, level: level, blockEvents: blockEvents)
        let other = try write(rest, description, level: 1, blockEvents: 1_000)
        try require(
            first.totals.ids == other.totals.ids, "level or block size change an identity")
        for isStream in [false, true] {
            guard let back = try Reading(first.bytes, isStream: isStream) else {
                throw BrokenProperty("what was written cannot be opened")
            }
            try require(back.completeness == .complete, "it is \(back.completeness)")
            try require(back.check.sum == first.check.sum, "other events are read")
            try require(back.description == first.description, "the description is another")
            try require(back.losses == first.losses, "other losses are read")
            try require(back.totals == first.totals, "other totals are read")
        }
        do {
            let report = try TraceVerifier.verify(MemorySource(first.bytes))
            try require(report.completeness == .complete, "verify says \(report.completeness)")
            try require(report.ids == first.totals.ids, "verify finds other identities")
        } catch let error as BrokenProperty {
            throw error
        } catch {
            throw BrokenProperty("what was written cannot be verified: \(error)")
        }
    }

    /// The trace that the bytes describe.
    ///
    /// - Throws: `BrokenProperty` where it cannot be written.
    public static func trace(_ bytes: [UInt8]) throws(BrokenProperty) -> [UInt8] {
        var script = ByteScript(bytes)
        let description = description(&script)
        return try write(script, description, level: 1, blockEvents: 1_000).bytes
    }

    private static func description(_ script: inout ByteScript) -> TraceDescription {
        let kinds = (0...script.below(4)).map { number in
            let columns = (0..<script.below(7)).map { column in
                Column("c\(column)", type(&script), unit: script.choice(Unit.allCases))
            }
            return EventKind(
                id: UInt16(1 + number * (1 + script.below(3)) * 97), "k\(number)",
                script.choice(Lane.allCases), script.choice(Role.allCases), columns)
        }
        // Numbers that collide make no schema.
        let schema = EventSchema(kinds: kinds) ?? StandardSchema.schema
        let pairs = (0..<script.below(3)).map { TextPair("scenario.\($0)", script.text()) }
        return TraceDescription(schema: schema, parameters: pairs)
    }

    private static func type(_ script: inout ByteScript) -> ColumnType {
        switch script.below(6) {
        case 0: .flag
        case 1: .bits
        case 2: .label(["one", "two"])
        case 3: .text
        default: .integer
        }
    }

    /// What was written.
    private struct Written {
        var bytes: [UInt8]
        var totals: TraceTotals
        var check: EventCheck
        var description: TraceDescription
        var losses: [LossRecord]
    }

    private static func write(
        _ script: ByteScript, _ description: TraceDescription, level: Int, blockEvents: Int
    ) throws(BrokenProperty) -> Written {
        var script = script
        var events = ScriptedEvents(schema: description.schema)
        var check = EventCheck(schema: description.schema)
        var losses: [LossRecord] = []
        var described = description
        do {
            let sink = MemorySink()
            var writer = try TraceWriter(
                sink: sink, description: description, compressionLevel: level,
                blockEvents: blockEvents)
            var strings = [""]
            check.take(strings: strings)
            while !script.isAtEnd, check.count < eventsMax {
                switch script.byte() {
                case 250: writer.flush()
                case 251: writer.addSnapshot(name: script.text(), [1, 2, 3])
                case 252:
                    let begin = script.number()
                    losses.append(LossRecord(kind: nil, beginNs: begin, endNs: .max, count: 3))
                    writer.addLoss(losses[losses.count - 1])
                case 253:
                    let text = script.text()
                    if writer.intern(text) == Int64(strings.count) { strings.append(text) }
                    check.take(strings: strings)
                case 254:
                    let note = TextPair("note", script.text())
                    described.notes.append(note)
                    writer.addNotes([note])
                case let code:
                    events.prepare(code, strings: strings.count, &script)
                    for _ in 0..<events.repeats {
                        guard let event = events.next() else { break }
                        writer.record(event)
                        check.take(event.header, event.values.span)
                    }
                }
            }
            let totals = try writer.finish()
            return Written(
                bytes: sink.bytes, totals: totals, check: check, description: described,
                losses: losses)
        } catch {
            throw BrokenProperty("writing into memory throws \(error)")
        }
    }
}
