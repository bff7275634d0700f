import TraceCore
import TraceFormat

// Descriptions and tables that contradict themselves or never end.
extension HostileTrace {
    private static func schemaFile(_ body: [UInt8]) throws -> [UInt8] {
        var forge = try TraceForge()
        forge.replaceBody(forge.index(.schema), body)
        return forge.bytes
    }

    /// A kind as the schema spells it.
    private static func kind(
        _ number: UInt64, _ name: String, columns: [(name: String, labels: Int)] = []
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.appendVarint(number)
        writer.append(contentsOf: [1, 0])
        writer.appendText(name)
        writer.appendText("")
        writer.appendVarint(UInt64(columns.count))
        for column in columns {
            writer.appendText(column.name)
            writer.append(contentsOf: [column.labels > 0 ? 3 : 0, 0])
            guard column.labels > 0 else { continue }
            writer.appendVarint(UInt64(column.labels))
            for _ in 0..<column.labels { writer.appendText("") }
        }
        return writer.bytes
    }

    static func schemas() throws -> [HostileTrace] {
        let at = try TraceForge().offset(1) + RecordHead.byteCount
        let bodies: [(String, [UInt8], String)] = [
            ("2^60 kinds", TraceForge.varints(1 << 60), "kinds at offset \(at) is"),
            (
                "1025 kinds",
                TraceForge.varints(1_025)
                    + (1...1_025).flatMap { Self.kind($0, "k\($0)") },
                "kinds at offset \(at) is 1025, above the limit of 1024"
            ),
            (
                "a kind's number twice", [2] + kind(7, "a") + kind(7, "b"),
                "kind order at offset \(at) may not be 7"
            ),
            (
                "kinds that do not ascend", [2] + kind(7, "a") + kind(6, "b"),
                "kind order at offset \(at) may not be 6"
            ),
            ("kind 0", [1] + kind(0, "a"), "schema at offset \(at)"),
            ("a kind's name twice", [2] + kind(7, "a") + kind(8, "a"), "schema at offset \(at)"),
            (
                "a column's name twice", [1] + kind(7, "a", columns: [("x", 0), ("x", 0)]),
                "schema at offset \(at)"
            ),
            (
                "65 columns", [1] + kind(7, "a", columns: (0..<65).map { ("c\($0)", 0) }),
                "columns at offset \(at + 7) is 65"
            ),
            (
                "257 labels", [1] + kind(7, "a", columns: [("x", 257)]),
                "labels at offset \(at + 12) is 257"
            ),
            (
                "a name of 2^40 bytes", [1, 7, 1, 0] + TraceForge.varints(1 << 40),
                "kind name at offset \(at + 4) is"
            ),
            (
                "a name beyond the record", [1, 7, 1, 0, 200, 1],
                "kind name at offset \(at + 6) needs"
            ),
            (
                "a number of ten bytes", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2],
                "kinds at offset \(at) may not be 2"
            ),
        ]
        return try bodies.map { name, body, says in
            HostileTrace("schema: \(name)", try schemaFile(body), .unreadable, says: says)
        }
    }

    /// As many of everything as the limits allow.
    static func fullTables() throws -> [HostileTrace] {
        let labels = [("x", 256), ("y", 256), ("z", 256)]
        let kinds = (1...1_000).flatMap { kind($0, $0 == 1 ? "fail" : "k\($0)", columns: labels) }
        let forge = try TraceForge()
        let at = forge.offset(3)
        var loss = ByteWriter()
        LossRecord(kind: nil, beginNs: 0, endNs: 0, count: .max).encode(to: &loss)
        let losses = Array(repeatElement(loss.bytes, count: 65_537).joined())
        return [
            HostileTrace(
                "a schema of 768,000 labels", try schemaFile(TraceForge.varints(1_000) + kinds),
                .damaged(afterEvents: 0), says: "at offset"),
            HostileTrace(
                "65,537 losses", Array(forge.bytes[0..<at]) + losses, .damaged(afterEvents: 0),
                says: "losses at offset \(at + 65_536 * loss.count + 20) is 65537"),
        ]
    }

    static func tables() throws -> [HostileTrace] {
        let forge = try TraceForge()
        func file(_ records: [[UInt8]]) -> [UInt8] {
            Array(forge.bytes[0..<forge.offset(3)]) + records.flatMap { $0 }
        }
        let at = forge.offset(3)
        func strings(_ first: Int, _ count: Int, bytes: Int) -> [UInt8] {
            var writer = ByteWriter()
            StringsRecord.encode(
                Array(repeating: String(repeating: "x", count: bytes), count: count)[...],
                firstNumber: first, to: &writer)
            return writer.bytes
        }
        let many = strings(1, 65_535, bytes: 0)
        let long = (0..<5).map { strings(1 + $0 * 15, 15, bytes: 60_000) }
        let noteBody = Array(
            repeating: TextPair("", String(repeating: "y", count: 60_000)), count: 16)
        var notes = ByteWriter()
        PairsRecord.encodeNotes(noteBody, to: &notes)
        return [
            HostileTrace(
                "65,537 strings", file([many, strings(65_536, 1, bytes: 0)]),
                .damaged(afterEvents: 0), says: "strings at offset \(at + many.count + 23) is 1"),
            HostileTrace(
                "2^60 strings", file([TraceForge.record(5, body: TraceForge.varints(1, 1 << 60))]),
                .damaged(afterEvents: 0), says: "strings at offset \(at + 21) is"),
            HostileTrace(
                "strings of 4.5 MB", file(long), .damaged(afterEvents: 0),
                says: "string table at offset"),
            HostileTrace(
                "strings that start elsewhere", file([strings(2, 1, bytes: 1)]),
                .damaged(afterEvents: 0), says: "first number at offset \(at + 20) is 2, must be 1"),
            HostileTrace(
                "notes of 2 MB", file([notes.bytes, notes.bytes]), .damaged(afterEvents: 0),
                says: "notes at offset \(at + notes.count + 20) is"),
            HostileTrace(
                "two schemas", file([forge.parts[1].bytes]), .damaged(afterEvents: 0),
                says: "record of type 2 in the wrong place at offset \(at)"),
        ]
    }

    /// Files that are only long.
    static func masses() throws -> [HostileTrace] {
        let forge = try TraceForge()
        let at = forge.index(.block)
        let unknown = TraceForge.record(99, isSkippable: true, body: [])
        let note = TraceForge.record(4, isSkippable: true, body: [0])
        let strings = TraceForge.record(5, body: [2, 0])
        let index = TraceForge.record(10, isSkippable: true, body: [0, 0, 0, 0])
        func file(_ record: [UInt8], _ count: Int, before type: RecordType) -> [UInt8] {
            let place = forge.offset(type == .block ? at : forge.index(type))
            let mass = Array(repeatElement(record, count: count).joined())
            return Array(forge.bytes[0..<place]) + mass + Array(forge.bytes[place...])
        }
        let events = TraceForge.blockEvents * TraceForge.blockCount
        let says = "index offset"
        return [
            HostileTrace(
                "a million empty unknown records", file(unknown, 1_000_000, before: .block),
                .damaged(afterEvents: events), says: says),
            HostileTrace(
                "300,000 empty notes", file(note, 300_000, before: .block),
                .damaged(afterEvents: events), says: says),
            HostileTrace(
                "300,000 empty tables of strings", file(strings, 300_000, before: .block),
                .damaged(afterEvents: events), says: says),
            HostileTrace(
                "300,000 empty indexes", file(index, 300_000, before: .footer),
                .good(events: events)),
        ]
    }
}
