import RowSchemas
import TestRandomness
import Testing
import TraceCore
import YAMLTrees

/// Rows read whole, some at a time.
struct RowRun {
    var events: [Event] = []
    var strings: [String] = []
    var parameters = ParameterList()
    var skipped: UInt64 = 0
    var error: RowError?

    init(
        _ schema: RowSchema, _ bytes: [UInt8], batchRows: Int = .max, skipsUnknown: Bool = false
    ) {
        var importer = RowImporter(schema, skipsUnknown: skipsUnknown)
        var sink = EventList()
        let padding = [UInt8](repeating: 0xA5, count: RowImporter.paddingBytes)
        let rows = bytes.count / schema.rowBytes
        var next = 0
        parameters = importer.begin((bytes + padding).span, rows: rows)
        do {
            while next < rows {
                let count = min(batchRows, rows - next)
                let part = bytes[next * schema.rowBytes..<(next + count) * schema.rowBytes]
                let padded = part + padding
                try importer.read(Array(padded).span, rows: count, into: &sink)
                next += count
            }
        } catch {
            self.error = error
        }
        events = sink.events
        strings = sink.strings.strings
        skipped = importer.skippedRows
    }
}

/// A schema with one kind of a field and a time.
func schema(
    _ fields: String, time: String = "{field: t, unit: ns}", columns: String,
    rowBytes: Int = 16, more: String = ""
) throws -> RowSchema {
    try RowSchema(
        yaml: Array(
            """
            name: test
            row:
              bytes: \(rowBytes)
              fields: [{name: t, offset: 0, type: u64}, \(fields)]
            time: \(time)
            \(more)
            kinds:
              - name: k
                columns: [\(columns)]
            """.utf8))
}

/// The bytes of a number, lowest first.
func little(_ number: some FixedWidthInteger) -> [UInt8] {
    (0..<number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
}

@Suite struct RowFieldTests {
    private static let types: [(String, Int, Bool)] = [
        ("u8", 1, false), ("u16", 2, false), ("u32", 4, false), ("u64", 8, false),
        ("i8", 1, true), ("i16", 2, true), ("i32", 4, true), ("i64", 8, true),
    ]

    /// Each type at each offset of the row, with the values at its borders and all bits around it
    /// the other way.
    @Test(arguments: 0..<8)
    func everyTypeAtEveryOffset(type: Int) throws {
        let (name, width, isSigned) = Self.types[type]
        let bits = UInt64(width * 8)
        let mask = UInt64.max >> (64 - bits)
        let patterns = [0, 1, mask, mask >> 1, (mask >> 1) + 1, 0x0123_4567_89AB_CDEF & mask]
        for offset in 8...24 - width {
            let schema = try schema(
                "{name: f, offset: \(offset), type: \(name)}",
                columns: "{name: c, field: f, type: bits}, {name: d, value: -7}", rowBytes: 24)
            for pattern in patterns {
                for around: UInt8 in [0x00, 0xFF] {
                    var row = little(UInt64(0)) + [UInt8](repeating: around, count: 16)
                    row.replaceSubrange(
                        offset..<offset + width, with: little(pattern)[0..<width])
                    let run = RowRun(schema, row)
                    let top = pattern << (64 - bits)
                    let expected =
                        isSigned
                        ? Int64(bitPattern: top) >> Int64(64 - bits)
                        : Int64(bitPattern: pattern)
                    #expect(run.events.first?.values == [expected, -7], "\(name) at \(offset)")
                }
            }
        }
    }

    @Test func numbersBeyondTheSignAreRefusedWhereTheyAreNoBits() throws {
        let schema = try schema("{name: f, offset: 8, type: u64}", columns: "{name: c, field: f}")
        #expect(
            RowRun(schema, little(UInt64(0)) + little(UInt64.max >> 1)).events[0].values
                == [Int64.max])
        let run = RowRun(schema, little(UInt64(0)) + little(UInt64(1) << 63))
        #expect(
            run.error?.sentence(file: "f")
                == "f: row 1 at byte 0: 9223372036854775808 does not fit into a signed number; "
                + "the column's type can be bits")
    }

    @Test func textsByNumber() throws {
        let schema = try schema(
            "{name: f, offset: 8, type: i64}",
            columns: "{name: a, field: f, texts: [zero, one]}, {name: b, type: text, value: fix}")
        let numbers: [Int64] = [1, 0, 1, 2, -1, 5_000, 5_000, 6_000, 1]
        let run = RowRun(schema, numbers.flatMap { little(UInt64(0)) + little($0) }, batchRows: 2)
        let texts = run.events.map { run.strings[Int($0.values[0])] }
        #expect(texts == ["one", "zero", "one", "2", "-1", "5000", "5000", "6000", "one"])
        #expect(Set(run.events.map { run.strings[Int($0.values[1])] }) == ["fix"])
        #expect(run.strings.count == 8)
    }

    @Test func domainAndCPUMustFit() throws {
        let schema = try schema(
            "{name: f, offset: 8, type: i64}", columns: "{name: c, field: f}",
            more: "domain: f\ncpu: 3")
        let run = RowRun(
            schema, little(UInt64(0)) + little(Int64(7)) + little(UInt64(0)) + little(Int64(-1)))
        #expect(run.events.map(\.header.domain) == [7, -1])
        #expect(run.events.map(\.header.cpu) == [3, 3])
        let large = RowRun(schema, little(UInt64(0)) + little(Int64(1) << 31))
        #expect(
            large.error?.sentence(file: "f")
                == "f: row 1 at byte 0: its domain is 2147483648, which no trace can hold")
    }
}

@Suite struct RowTimeTests {
    private func times(_ time: String, _ raw: [UInt64]) throws -> RowRun {
        RowRun(
            try schema(
                "{name: x, offset: 8, type: u8}", time: time, columns: "{name: c, value: 1}"),
            raw.flatMap { little($0) + little(UInt64(0)) })
    }

    @Test func theFirstRowIsTheStart() throws {
        let run = try times("{field: t, unit: ns, clock: mono}", [1_000, 1_000, 1_700])
        #expect(run.events.map(\.header.timeNs) == [0, 0, 700])
        #expect(
            run.parameters.entries == [
                TextPair("host.clock", "mono"), TextPair("host.start_ns", "1000"),
                TextPair("source", "import"),
            ])
    }

    @Test func unitsAndClocks() throws {
        let us = try times("{field: t, unit: us, origin: 10, clock: wall}", [10, 12])
        #expect(us.events.map(\.header.timeNs) == [0, 2_000])
        #expect(us.parameters.integer("host.wall_start_ns") == 10_000)
        #expect(try times("{field: t, unit: ms}", [5, 6]).events[1].header.timeNs == 1_000_000)
        #expect(try times("{field: t, unit: s}", [5, 6]).events[1].header.timeNs == 1_000_000_000)
        let ticks = try times("{field: t, hertz: 2400000000}", [7, 2_400_000_007, 1 << 60])
        #expect(ticks.events.map(\.header.timeNs).prefix(2) == [0, 1_000_000_000])
        #expect(ticks.events[2].header.timeNs == 480_383_960_252_852_903)
    }

    @Test func timesBeyondTheTraceAreRefused() throws {
        for time in ["{field: t, unit: s, origin: 0}", "{field: t, hertz: 1, origin: 0}"] {
            let run = try times(time, [9_223_372_036, 9_223_372_037])
            #expect(run.events.count == 1)
            #expect(
                run.error?.sentence(file: "f")
                    == "f: row 2 at byte 16: its time is more than 292 years after the start")
        }
    }

    @Test func rowsMustBeInOrder() throws {
        let run = try times("{field: t, unit: ns}", [5, 9, 8])
        #expect(
            run.error?.sentence(file: "f") == "f: row 3 at byte 32: time goes back from 9 to 8")
        #expect(run.events.count == 2)
        let early = try times("{field: t, unit: ns, origin: 7}", [5])
        #expect(
            early.error?.sentence(file: "f") == "f: row 1 at byte 0: time goes back from 7 to 5")
        // Above the sign bit a number is later, as long as the field is unsigned.
        let high = try times("{field: t, unit: ns}", [1 << 63 - 1, 1 << 63])
        #expect(high.events.map(\.header.timeNs) == [0, 1])
    }

    @Test func signedTimes() throws {
        let yaml = """
            name: test
            row: {bytes: 4, fields: [{name: t, offset: 0, type: i32}]}
            time: {field: t, unit: ns}
            kinds: [{name: k}]
            """
        let schema = try RowSchema(yaml: Array(yaml.utf8))
        let run = RowRun(schema, [Int32(-9), -2, 0, 5].flatMap { little($0) })
        #expect(run.events.map(\.header.timeNs) == [0, 7, 9, 14])
        #expect(run.parameters.integer("host.start_ns") == nil)
        let back = RowRun(schema, [Int32(1), -2].flatMap { little($0) })
        #expect(
            back.error?.sentence(file: "f") == "f: row 2 at byte 4: time goes back from 1 to -2")
    }
}

@Suite struct RowKindTests {
    private static let yaml = """
        name: test
        row:
          bytes: 9
          fields: [{name: t, offset: 0, type: u32}, {name: k, offset: 4, type: i32},
                   {name: v, offset: 8, type: u8}]
        time: {field: t, unit: ns}
        select: k
        kinds:
          - {when: [1, 2], name: alloc_fail, columns: [{name: order, field: v}]}
          - {when: 0x100, name: own, role: input, columns: [{name: x, field: v, unit: pages}]}
          - {when: -3, name: wake_send, columns: [{name: effect, field: v}, {name: target, value: 5}]}
        """

    private func row(_ kind: Int32, _ value: UInt8, time: UInt32 = 0) -> [UInt8] {
        little(time) + little(kind) + [value]
    }

    @Test func theSelectorTells() throws {
        let schema = try RowSchema(yaml: Array(Self.yaml.utf8))
        let run = RowRun(schema, row(2, 9) + row(256, 8) + row(-3, 1) + row(1, 7))
        #expect(run.error == nil)
        #expect(run.events.map(\.header.kind.rawValue) == [1, 1_002, 4, 1])
        #expect(run.events.map(\.values) == [[9], [8], [1, 5], [7]])
        let kinds = schema.events.kinds
        #expect(kinds.map(\.name) == ["alloc_fail", "wake_send", "own"])
        #expect(kinds.map(\.meaning) == ["alloc_fail", "wake_send", ""])
        #expect(kinds.map(\.role) == [.derived, .derived, .input])
        #expect(kinds.map(\.lane) == [.control, .control, .data])
        // What the standard says of a column need not be said again.
        #expect(kinds[0].columns == [Column("order", unit: .order)])
        #expect(kinds[1].columns[0] == StandardSchema.schema.kind(.wakeSend)?.columns[1])
    }

    @Test func unknownKinds() throws {
        let schema = try RowSchema(yaml: Array(Self.yaml.utf8))
        let rows = row(1, 7) + row(3, 7) + row(257, 1) + row(1, 8)
        let run = RowRun(schema, rows)
        #expect(run.error?.sentence(file: "f") == "f: row 2 at byte 9: there is no kind 3")
        let skipping = RowRun(schema, rows, batchRows: 1, skipsUnknown: true)
        #expect(skipping.events.map(\.values) == [[7], [8]])
        #expect(skipping.events.map(\.header.sequence) == [1, 2])
        #expect(skipping.skipped == 2)
    }

    /// Random layouts and rows, against values that were drawn before they became bytes.
    @Test func anyLayout() throws {
        for seed in TestSeeds.chosen(1...80) {
            var random = TestRandom(seed: seed)
            let types = [("u8", 1), ("i16", 2), ("u32", 4), ("i64", 8), ("i8", 1), ("u16", 2)]
            let rowBytes = 16 + random.below(60)
            var fields: [(name: String, type: String, width: Int, offset: Int)] = []
            var next = 8
            while true {
                let (type, width) = random.choice(types)
                let offset = next + random.below(4)
                guard offset + width <= rowBytes else { break }
                fields.append(("f\(fields.count)", type, width, offset))
                next = offset + width
            }
            guard !fields.isEmpty else { continue }
            let schema = try schema(
                fields.map { "{name: \($0.name), offset: \($0.offset), type: \($0.type)}" }
                    .joined(separator: ", "),
                columns: fields.map { "{name: c_\($0.name), field: \($0.name)}" }
                    .joined(separator: ", "), rowBytes: rowBytes)
            var bytes: [UInt8] = []
            var expected: [Event] = []
            var time: UInt64 = 5
            for number in 0..<UInt64(1 + random.below(50)) {
                var row = (0..<rowBytes).map { _ in UInt8(truncatingIfNeeded: random.bits()) }
                row.replaceSubrange(0..<8, with: little(time))
                var values: [Int64] = []
                for field in fields {
                    let bits = UInt64(64 - 8 * field.width)
                    let top = random.bits() << bits
                    values.append(
                        field.type.hasPrefix("i")
                            ? Int64(bitPattern: top) >> Int64(bits) : Int64(top >> bits))
                    row.replaceSubrange(
                        field.offset..<field.offset + field.width,
                        with: little(top >> bits)[0..<field.width])
                }
                bytes += row
                expected.append(
                    Event(
                        EventHeader(
                            sequence: number + 1, timeNs: Int64(time) - 5,
                            kind: KindID(rawValue: 1_001)), values))
                time += UInt64(random.below(1_000))
            }
            let run = RowRun(schema, bytes, batchRows: 1 + random.below(20))
            #expect(run.error == nil, "seed \(seed)")
            #expect(run.events == expected, "seed \(seed)")
        }
    }
}
