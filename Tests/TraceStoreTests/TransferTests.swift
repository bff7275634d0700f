import TestRandomness
import Testing
import TraceCore
import TraceFormat
import TraceIdentity
import TraceStore
import TraceTestSupport

@Suite struct TransferTests {
    /// What a transfer of a trace gives.
    static func transfer(
        _ source: any ByteSource, _ filter: EventFilter, blockEvents: Int = 500
    ) throws -> [UInt8] {
        let reader = try TraceReader(source: source, keepsSnapshots: true)
        let sink = MemorySink()
        var writer = try TraceWriter(
            sink: sink, description: reader.description, blockEvents: blockEvents)
        var transfer = TraceTransfer(reader, filter: filter)
        while try transfer.nextBlock(reader) {
            #expect(try transfer.copyBlock(from: reader, to: &writer))
        }
        try transfer.copyContext(from: reader, to: &writer)
        #expect(reader.completeness == .complete)
        #expect(transfer.missingTexts == 0)
        #expect(transfer.lostSnapshots == 0)
        _ = try writer.finish()
        return sink.bytes
    }

    /// Events with their texts in place of the texts' numbers.
    static func readable(_ events: [Event], _ schema: EventSchema, _ strings: [String])
        -> [String]
    {
        events.map { event in
            let columns = schema.kind(event.header.kind)?.columns ?? []
            let values = zip(columns, event.values).map { column, value in
                column.type == .text ? strings[Int(value)] : "\(value)"
            }
            return "\(event.header) \(values)"
        }
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>, [false, true])
    func aCopyHasTheSameIdentities(seed: UInt64, isStream: Bool) throws {
        let trace = RandomTrace(seed: seed, eventCount: 2_000)
        let bytes = try trace.bytes(blockEvents: 300)
        let copy = try Self.transfer(
            MemorySource(bytes, isStream: isStream), EventFilter(), blockEvents: 700)
        let report = try TraceVerifier.verify(MemorySource(copy))
        #expect(report.completeness == .complete, "seed \(seed)")
        #expect(report.ids == (try TraceVerifier.verify(MemorySource(bytes)).ids), "seed \(seed)")
        let reader = try TraceReader(source: MemorySource(copy))
        _ = try reader.readEvents { _, _ in }
        #expect(reader.losses == trace.losses, "seed \(seed)")
        #expect(reader.snapshots.count == trace.snapshots.count, "seed \(seed)")
    }

    @Test(arguments: 1...24 as ClosedRange<UInt64>)
    func aFilterTakesWhatItNames(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let trace = RandomTrace(seed: seed, eventCount: 1_500)
        let schema = trace.description.schema
        func time() -> Int64 { trace.events[random.below(trace.events.count)].header.timeNs }
        let filter = EventFilter(
            beginNs: random.isOneIn(2) ? time() : nil, endNs: random.isOneIn(2) ? time() : nil,
            domains: random.isOneIn(2) ? [0, -1, 62] : [],
            kinds: random.isOneIn(2) ? schema.kinds.map(\.id).filter { $0.rawValue % 2 == 0 } : [])
        let copy = try ReadBack(
            MemorySource(Self.transfer(MemorySource(trace.bytes(blockEvents: 200)), filter)))
        let expected = trace.events.filter { event in
            let header = event.header
            return (filter.beginNs.map { header.timeNs >= $0 } ?? true)
                && (filter.endNs.map { header.timeNs < $0 } ?? true)
                && (filter.domains.isEmpty || filter.domains.contains(header.domain))
                && (filter.kinds.isEmpty || filter.kinds.contains(header.kind))
        }
        #expect(
            Self.readable(copy.events, schema, copy.strings)
                == Self.readable(expected, schema, trace.strings), "seed \(seed)")
    }

    @Test func lossesAndSnapshotsGoWithTheWindow() throws {
        var trace = RandomTrace(seed: 5, eventCount: 300)
        trace.snapshots = [("initial", [1, 2, 3])]
        let kind = trace.description.schema.kinds[0].id
        let other = KindID(rawValue: kind.rawValue + 1_000)
        trace.losses = [
            LossRecord(kind: nil, beginNs: 0, endNs: 99, count: 1),
            LossRecord(kind: kind, beginNs: 0, endNs: 100, count: 2),
            LossRecord(kind: other, beginNs: 150, endNs: 160, count: 4),
            LossRecord(kind: nil, beginNs: 199, endNs: 300, count: 8),
            LossRecord(kind: nil, beginNs: 200, endNs: 300, count: 16),
        ]
        let bytes = try trace.bytes()
        func counts(_ filter: EventFilter) throws -> [UInt64] {
            let reader = try TraceReader(
                source: MemorySource(Self.transfer(MemorySource(bytes), filter)))
            _ = try reader.readEvents { _, _ in }
            #expect(reader.snapshots.count == (filter.takesFromTheStart ? 1 : 0))
            return reader.losses.map(\.count)
        }
        #expect(try counts(EventFilter(beginNs: 100, endNs: 200)) == [2, 4, 8])
        #expect(try counts(EventFilter(beginNs: 100, endNs: 200, kinds: [kind])) == [2, 8])
        #expect(try counts(EventFilter(endNs: 150)) == [1, 2])
        #expect(try counts(EventFilter(domains: [1])) == [1, 2, 4, 8, 16])
    }

    @Test func aTextWithoutAStringIsShownAsItsNumber() throws {
        let kind = EventKind(id: 1, "wait", .control, .derived, [Column("who", .text)])
        let schema = try #require(EventSchema(kinds: [kind]))
        var copier = EventCopier(schema: schema)
        copier.update(strings: ["", "tlsd"])
        var list = EventList()
        for (position, number) in [1, 2, 1, -1, 70_000, 0].enumerated() {
            let header = EventHeader(sequence: UInt64(position + 1), timeNs: 0, kind: kind.id)
            copier.copy(header, [Int64(number)].span, to: &list)
        }
        let texts = list.events.map { list.strings[$0.values[0]] }
        #expect(texts == ["tlsd", "?2", "tlsd", "?", "?", ""])
        #expect(copier.missingTexts == 3)
        #expect(copier.takenEvents == 6)
    }
}
