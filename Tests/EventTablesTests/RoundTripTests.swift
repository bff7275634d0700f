import EventTables
import TestRandomness
import Testing
import TraceCore

/// A schema, its strings and events, drawn to be awkward.
private struct DrawnTrace {
    var schema: EventSchema
    var strings: [String]
    var events: [Event] = []

    private static let words = [
        "", "a", "kind", "cpu", "_cpu", "__cpu", "time_ns", "x,y", "say \"no\"", "two\nlines",
        "\r\n", "#ktls-trace {}", "é\u{301}日本", "\u{1}\u{7F}", "-5", "007", "5", "+1", " ",
        "\\u0041",
        "true", "null", "{\"end\":{}}", "a\u{2028}b", "\"", ",", "0x1", "sequence", "tab\there",
    ]

    init(_ random: inout TestRandom) throws {
        strings = [""] + Self.words.dropFirst().filter { _ in !random.isOneIn(4) }
        var kinds: [EventKind] = []
        var names = Set<String>()
        for position in 0..<1 + random.below(5) {
            let name = random.choice(Self.words) + "\(position)"
            var columns: [Column] = []
            names.removeAll()
            for _ in 0..<random.below(7) {
                let name = random.choice(Self.words)
                guard names.insert(name).inserted else { continue }
                columns.append(
                    Column(name, Self.type(&random), unit: random.choice(Unit.allCases)))
            }
            kinds.append(
                EventKind(
                    id: UInt16(1 + 7 * position), name, random.choice(Lane.allCases),
                    random.choice(Role.allCases), meaning: random.choice(Self.words), columns))
        }
        schema = try #require(EventSchema(kinds: kinds.shuffledByID(&random)))
        var sequence: UInt64 = 0
        var timeNs: Int64 = random.isOneIn(3) ? .min : 0
        for _ in 0..<random.below(60) {
            sequence += 1 + UInt64(random.below(3))
            timeNs = timeNs.addingReportingOverflow(Int64(random.below(1_000_000_000))).partialValue
            let kind = random.choice(schema.kinds)
            let header = EventHeader(
                sequence: sequence, timeNs: timeNs, kind: kind.id,
                domain: random.choice([-1, 0, 3, .max, .min]), cpu: random.choice([-1, 0, 63, -2]),
                cause: random.isOneIn(2) ? 0 : UInt64(random.below(Int(sequence))))
            let values = kind.columns.map { value($0.type, &random) }
            events.append(Event(header, values))
        }
    }

    private static func type(_ random: inout TestRandom) -> ColumnType {
        let labels = (0..<random.below(5)).map { _ in random.choice(words) }
        return random.choice([.integer, .flag, .bits, .text, .label(labels)])
    }

    private func value(_ type: ColumnType, _ random: inout TestRandom) -> Int64 {
        switch type {
        case .text: Int64(random.below(strings.count))
        case .label, .flag: random.choice([0, 1, 2, 3, -1, -5, 5, 7, .max, .min])
        case .integer, .bits:
            random.choice([0, 1, -1, 9, 10, 99, 100, .max, .min, Int64(bitPattern: random.bits())])
        }
    }
}

extension [EventKind] {
    fileprivate func shuffledByID(_ random: inout TestRandom) -> [EventKind] {
        random.isOneIn(2) ? reversed() : self
    }
}

@Suite struct RoundTripTests {
    @Test(arguments: TableForm.allCases)
    func everyTableIsReadBack(form: TableForm) throws {
        for seed in TestSeeds.chosen(1...150) {
            var random = TestRandom(seed: seed)
            let trace = try DrawnTrace(&random)
            let preamble = TablePreamble(
                schema: trace.schema, parameters: [TextPair("source", "x\"\n,")],
                notes: [TextPair("a", ""), TextPair("a", "é")], isPart: random.isOneIn(2))
            let directives: [TableDirective] = [
                .preamble(preamble),
                .snapshot(
                    SnapshotPiece(
                        name: "initial", totalBytes: 9, offset: 2, rawBytes: 3,
                        frame: (0..<random.below(9)).map { UInt8(250 + $0 % 6) })),
                .loss(TableLoss(kind: 3, beginNs: -4, endNs: 9, count: .max)),
            ]
            let end: [TableDirective] = [
                .notes([TextPair("late", "\"")]),
                .end(
                    TableEnd(
                        events: UInt64(trace.events.count), inputID: "1", outcomeID: "2",
                        contentID: "3")),
            ]
            let bytes = table(
                form, trace.schema.kinds, trace.events, trace.strings, before: directives,
                after: end)
            for piece in [Int.max, 1 + random.below(40)] {
                let run = TableRun(bytes, form, piece: piece)
                #expect(run.sentence == nil, "seed \(seed)")
                #expect(run.directives == directives + end, "seed \(seed)")
                #expect(
                    run.described(trace.schema)
                        == trace.events.map { describe($0, trace.schema, trace.strings) },
                    "seed \(seed)")
                #expect(run.result?.events == UInt64(trace.events.count), "seed \(seed)")
            }
        }
    }

    /// A text that a trace has no string for is written all the same.
    @Test func aStringThatIsMissingIsWrittenAsItsNumber() throws {
        let kind = EventKind(id: 1, "k", .data, .input, [Column("t", .text)])
        let event = Event(EventHeader(sequence: 1, timeNs: 0, kind: kind.id), [7])
        let csv = String(decoding: table(.csv, [kind], [event], [""]), as: UTF8.self)
        #expect(csv == "sequence,time_ns,kind,domain,cpu,cause,t\n1,0,k,,,,?7\n")
        let json = String(decoding: table(.ndjson, [kind], [event], [""]), as: UTF8.self)
        #expect(json == "{\"sequence\":1,\"time_ns\":0,\"kind\":\"k\",\"t\":\"?7\"}\n")
    }

    /// Every cut of a table is told: it lacks its end, or a line is not whole.
    @Test(arguments: TableForm.allCases)
    func aCutTableIsFoundOut(form: TableForm) throws {
        var random = TestRandom(seed: 5)
        let trace = try DrawnTrace(&random)
        let preamble = TablePreamble(schema: trace.schema, parameters: [])
        let bytes = table(
            form, trace.schema.kinds, trace.events, trace.strings, before: [.preamble(preamble)],
            after: [.end(TableEnd(events: UInt64(trace.events.count)))])
        for length in 0..<bytes.count - 1 {
            let run = TableRun(Array(bytes[..<length]), form)
            #expect(run.error != nil || run.result?.end == nil, "\(length) bytes")
            if let result = run.result { #expect(result.hasPreamble, "\(length) bytes") }
        }
    }

    /// Whatever is changed in a table, the importer ends with an error or a result.
    @Test(arguments: TableForm.allCases)
    func changedTablesDoNoHarm(form: TableForm) throws {
        for seed in TestSeeds.chosen(1...60) {
            var random = TestRandom(seed: seed, purpose: 2)
            let trace = try DrawnTrace(&random)
            var bytes = table(
                form, trace.schema.kinds, trace.events, trace.strings,
                before: [.preamble(TablePreamble(schema: trace.schema, parameters: []))])
            for _ in 0..<1 + random.below(4) {
                let place = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.bits())
                case 1: bytes.remove(at: place)
                default: bytes.insert(random.choice(Array("\",\n{}[]\\0".utf8)), at: place)
                }
            }
            let run = TableRun(bytes, form)
            #expect((run.error == nil) == (run.result != nil), "seed \(seed)")
        }
    }
}
