import TestRandomness
import Testing
import TraceCore
import TraceFormat
import TraceStore
import TraceTestSupport

@Suite struct MergeTests {
    private static let fail = EventKind(
        id: 1, "fail", .control, .derived,
        [Column("who", .text), Column("thread", unit: .identifier)])
    private static let request = EventKind(
        id: 2, "request", .data, .input, [Column("pages", unit: .pages)])

    /// The bytes of a trace of some events.
    private static func trace(
        _ events: [Event], _ strings: [String] = [], kinds: [EventKind] = [fail, request],
        wallStartNs: Int64? = 0, parameters: [TextPair] = [], losses: [LossRecord] = [],
        blockEvents: Int = 7
    ) throws -> [UInt8] {
        let schema = try #require(EventSchema(kinds: kinds))
        var all = parameters
        if let wallStartNs { all.append(TextPair("host.wall_start_ns", "\(wallStartNs)")) }
        let sink = MemorySink()
        var writer = try TraceWriter(
            sink: sink, description: TraceDescription(schema: schema, parameters: all),
            blockEvents: blockEvents)
        for string in strings { _ = writer.intern(string) }
        for event in events { writer.record(event) }
        for loss in losses { writer.addLoss(loss) }
        _ = try writer.finish()
        return sink.bytes
    }

    private static func event(
        _ sequence: UInt64, _ timeNs: Int64, _ kind: UInt16, _ values: [Int64],
        domain: Int32 = 0, cpu: Int32 = 0, cause: UInt64 = 0
    ) -> Event {
        Event(
            EventHeader(
                sequence: sequence, timeNs: timeNs, kind: KindID(rawValue: kind), domain: domain,
                cpu: cpu, cause: cause), values)
    }

    private struct Merged {
        var events: [Event]
        var strings: [String]
        var description: TraceDescription
        var losses: [LossRecord]
        var lostCauses: UInt64
        var bytes: [UInt8]
    }

    private static func merge(
        _ traces: [[UInt8]], isStream: Bool = false, oneHost: Bool = false, sameStart: Bool = false
    ) throws -> Merged {
        let readers = try traces.map {
            try TraceReader(source: MemorySource($0, isStream: isStream))
        }
        var options = TraceMerge.Options()
        options.isOneHost = oneHost
        options.startsAreEqual = sameStart
        var merge = try TraceMerge(
            readers, names: traces.indices.map { "trace \($0)" }, options: options)
        let sink = MemorySink()
        var writer = try TraceWriter(sink: sink, description: merge.description)
        while try merge.copySome(to: &writer) {}
        writer.addNotes(merge.closingNotes)
        _ = try writer.finish()
        #expect(try TraceVerifier.verify(MemorySource(sink.bytes)).completeness == .complete)
        let reader = try TraceReader(source: MemorySource(sink.bytes))
        var events: [Event] = []
        _ = try reader.readEvents { events.append(Event($0, $1)) }
        return Merged(
            events: events, strings: reader.strings, description: reader.description,
            losses: reader.losses, lostCauses: merge.lostCauses, bytes: sink.bytes)
    }

    @Test(arguments: [false, true]) func eventsComeByTheWallClock(isStream: Bool) throws {
        let one = try Self.trace(
            [
                Self.event(5, 10, 2, [1]),
                Self.event(6, 40, 1, [1, 7], domain: 1, cpu: 3, cause: 5),
                Self.event(9, 50, 1, [0, -1], domain: -1, cpu: -1, cause: 6),
            ], ["tlsd"], wallStartNs: 1_000)
        let other = try Self.trace(
            [
                Self.event(1, 0, 1, [2, 7], domain: 2, cpu: 1),
                Self.event(2, 20, 1, [1, 8], cause: 1), Self.event(3, 60, 2, [4]),
            ], ["b", "tlsd"], wallStartNs: 1_020,
            losses: [LossRecord(kind: KindID(rawValue: 2), beginNs: 5, endNs: 9, count: 3)])
        let merged = try Self.merge([one, other], isStream: isStream)
        let expected = [
            Self.event(1, 10, 2, [1]),
            Self.event(2, 20, 1, [1, 1_000_000_000_007], domain: 1_002, cpu: 10_001),
            // At equal times the first input comes first.
            Self.event(3, 40, 1, [2, 7], domain: 1, cpu: 3, cause: 1),
            Self.event(4, 40, 1, [2, 1_000_000_000_008], domain: 1_000, cpu: 10_000, cause: 2),
            Self.event(5, 50, 1, [0, -1], domain: -1, cpu: -1, cause: 3),
            Self.event(6, 80, 2, [4], domain: 1_000, cpu: 10_000),
        ]
        // Strings are numbered as they are needed.
        let texts = merged.events.map { event in
            event.header.kind.rawValue == 1 ? merged.strings[Int(event.values[0])] : "-"
        }
        #expect(texts == ["-", "tlsd", "tlsd", "b", "", "-"])
        #expect(merged.events.map(\.header) == expected.map(\.header))
        #expect(merged.events.map { $0.values.last } == expected.map { $0.values.last })
        #expect(merged.losses.map(\.beginNs) == [25] && merged.losses.map(\.endNs) == [29])
        #expect(merged.losses.map(\.count) == [3])
        #expect(merged.lostCauses == 0)
        let parameters = ParameterList(merged.description.parameters)
        #expect(parameters["source"] == "import")
        #expect(parameters["replay.refused"] == "it is merged from several traces")
        #expect(parameters["host.wall_start_ns"] == "1000")
        #expect(parameters["merge.1.offset_ns"] == "20")
        #expect(parameters["merge.1.first_domain"] == "1000")
    }

    @Test func oneHostKeepsItsNumbers() throws {
        let one = try Self.trace([Self.event(1, 1, 1, [0, 7], domain: 4_000, cpu: 70_000)])
        let other = try Self.trace([Self.event(1, 2, 1, [0, 7], domain: 1, cpu: 2)])
        let merged = try Self.merge([one, other], oneHost: true)
        #expect(merged.events.map(\.header.domain) == [4_000, 1])
        #expect(merged.events.map(\.header.cpu) == [70_000, 2])
        #expect(merged.events.map { $0.values[1] } == [7, 7])
        #expect(
            throws: MergeFailure.merge(
                .numberOutOfRange(input: 0, what: "domain", number: 4_000, limit: 999))
        ) { try Self.merge([one, other]) }
        let cpu = try Self.trace([Self.event(1, 1, 1, [0, 7], cpu: 70_000)])
        #expect(
            throws: MergeFailure.merge(
                .numberOutOfRange(input: 1, what: "CPU", number: 70_000, limit: 9_999))
        ) { try Self.merge([other, cpu]) }
    }

    @Test func clocksMustBeThere() throws {
        let one = try Self.trace([Self.event(1, 5, 2, [1])])
        let other = try Self.trace([Self.event(1, 4, 2, [2])], wallStartNs: nil)
        #expect(throws: MergeError.noWallClock(input: 1)) { try Self.merge([one, other]) }
        let merged = try Self.merge([one, other], sameStart: true)
        #expect(merged.events.map(\.values) == [[2], [1]])
        #expect(TraceMerge.wallStartNs(merged.description) == nil)
        let far = try Self.trace([], wallStartNs: .min)
        let near = try Self.trace([], wallStartNs: 5)
        #expect(throws: MergeError.timeOutOfRange(input: 1, timeNs: 5)) {
            try Self.merge([far, near])
        }
        let late = try Self.trace([Self.event(1, .max, 2, [1])], wallStartNs: 1)
        #expect(
            throws: MergeFailure.merge(.timeOutOfRange(input: 1, timeNs: .max))
        ) { try Self.merge([one, late]) }
    }

    @Test func theWallClockMayBeANote() throws {
        let schema = try #require(EventSchema(kinds: [Self.request]))
        let description = TraceDescription(
            schema: schema, notes: [TextPair("host.wall_start_ns", "77")])
        #expect(TraceMerge.wallStartNs(description) == 77)
    }

    @Test func kindsAreTheSameByName() throws {
        let moved = EventKind(id: 1, "request", .data, .input, [Column("pages", unit: .pages)])
        let extra = EventKind(id: 2, "extra", .control, .note, [])
        let one = try Self.trace([Self.event(1, 1, 1, [0, 3]), Self.event(2, 3, 2, [4])])
        let other = try Self.trace(
            [Self.event(1, 2, 1, [9]), Self.event(2, 4, 2, [])], kinds: [moved, extra])
        let merged = try Self.merge([one, other])
        let schema = merged.description.schema
        #expect(schema.kinds.map(\.name) == ["fail", "request", "extra"])
        #expect(merged.events.map(\.header.kind.rawValue) == [1, 2, 2, 3])
        #expect(merged.events.map(\.values) == [[0, 3], [9], [4], []])
    }

    @Test func kindsThatDifferAreRefused() throws {
        let one = try Self.trace([])
        let columns = [Column("pages", unit: .pages)]
        let variants: [(EventKind, String)] = [
            (EventKind(id: 2, "request", .control, .input, columns), "lane"),
            (EventKind(id: 2, "request", .data, .derived, columns), "role"),
            (EventKind(id: 2, "request", .data, .input, meaning: "hit", columns), "meaning"),
            (EventKind(id: 2, "request", .data, .input, [Column("pages")]), "column pages"),
            (EventKind(id: 2, "request", .data, .input, []), "number of columns"),
        ]
        for (kind, what) in variants {
            let other = try Self.trace([], kinds: [kind])
            #expect(throws: MergeError.kindsDiffer(input: 1, kind: "request", what: what)) {
                try Self.merge([one, other])
            }
        }
        let last = try Self.trace([], kinds: [EventKind(id: .max, "a", .data, .input, [])])
        let another = try Self.trace([], kinds: [EventKind(id: .max, "b", .data, .input, [])])
        #expect(throws: MergeError.tooManyKinds) { try Self.merge([last, another]) }
    }

    @Test func settingsThatDifferAreKeptByInput() throws {
        let one = try Self.trace(
            [],
            parameters: [
                TextPair("source", "linux"), TextPair("host.cpus", "2"),
                TextPair("recording.duration_ns", "100"),
            ])
        let other = try Self.trace(
            [], wallStartNs: 50,
            parameters: [
                TextPair("source", "linux"), TextPair("host.cpus", "4"),
                TextPair("recording.duration_ns", "100"),
            ])
        let list = ParameterList(try Self.merge([one, other]).description.parameters)
        #expect(list["host.cpus"] == nil)
        #expect(list["merge.0.host.cpus"] == "2" && list["merge.1.host.cpus"] == "4")
        #expect(list["source"] == "import")
        #expect(list["recording.duration_ns"] == "150")
    }

    @Test func causesTooFarBackAreCounted() throws {
        var events = [Self.event(1, 0, 1, [0, 1]), Self.event(2, 0, 2, [1])]
        for number in 3...70_000 { events.append(Self.event(UInt64(number), 1, 2, [1])) }
        // The control event is still known, the data event is not, and 0 never was one.
        events.append(Self.event(70_001, 2, 2, [1], cause: 1))
        events.append(Self.event(70_002, 2, 2, [1], cause: 2))
        events.append(Self.event(70_003, 2, 2, [1], cause: 70_000))
        let merged = try Self.merge(
            [Self.trace(events, blockEvents: 65_536), Self.trace([])])
        #expect(merged.events.suffix(3).map(\.header.cause) == [1, 0, 70_000])
        #expect(merged.lostCauses == 1)
    }

    @Test(arguments: 1...16 as ClosedRange<UInt64>)
    func partsOfATraceMergeIntoIt(seed: UInt64) throws {
        // Slices by domain: all events are there again, those of a domain in their order.
        let trace = RandomTrace(seed: seed, eventCount: 1_000)
        let bytes = try trace.bytes(blockEvents: 170)
        let domains = Set(trace.events.map(\.header.domain)).sorted()
        let parts = try domains.map {
            try TransferTests.transfer(MemorySource(bytes), EventFilter(domains: [$0]))
        }
        guard parts.count > 1 else { return }
        let merged = try Self.merge(parts, oneHost: true, sameStart: true)
        #expect(merged.events.map(\.header.sequence) == Array(1...1_000), "seed \(seed)")
        let schema = trace.description.schema
        let plain = { (event: Event) -> Event in
            var header = event.header
            header.sequence = 0
            header.cause = 0
            return Event(header, event.values)
        }
        for domain in domains {
            let found = merged.events.filter { $0.header.domain == domain }.map(plain)
            let expected = trace.events.filter { $0.header.domain == domain }.map(plain)
            #expect(
                TransferTests.readable(found, schema, merged.strings)
                    == TransferTests.readable(expected, schema, trace.strings), "seed \(seed)")
        }
        // The order of the inputs decides ties only.
        let again = try Self.merge(parts, oneHost: true, sameStart: true)
        #expect(again.bytes == merged.bytes)
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func windowsSideBySideAreTheWhole(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let trace = RandomTrace(seed: seed, eventCount: 1_000)
        let bytes = try trace.bytes(blockEvents: 1 + random.below(300))
        var cuts: Set<Int64> = []
        for _ in 0..<1 + random.below(5) {
            cuts.insert(trace.events[random.below(1_000)].header.timeNs)
        }
        let borders = [nil] + cuts.sorted().map { Optional($0) } + [nil]
        var found: [String] = []
        for (begin, end) in zip(borders, borders.dropFirst()) {
            let part = try TransferTests.transfer(
                MemorySource(bytes, isStream: random.isOneIn(2)),
                EventFilter(beginNs: begin, endNs: end))
            let back = try ReadBack(MemorySource(part))
            found += TransferTests.readable(
                back.events, trace.description.schema, back.strings)
        }
        #expect(
            found
                == TransferTests.readable(
                    trace.events, trace.description.schema, trace.strings), "seed \(seed)")
    }
}
