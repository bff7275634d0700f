import TestRandomness
import Testing
import TraceCore
import TraceFormat
import TraceIdentity
import TraceStore
import TraceTestSupport

@Suite struct RoundTripTests {
    @Test(arguments: 1...24 as ClosedRange<UInt64>)
    func whatWasWrittenIsRead(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let trace = RandomTrace(seed: seed, eventCount: random.below(4_000))
        let blockEvents = 1 + random.below(2_000)
        let bytes = try trace.bytes(blockEvents: blockEvents)

        let all = try ReadBack(MemorySource(bytes))
        #expect(all.completeness == .complete, "seed \(seed)")
        #expect(all.events == trace.events, "seed \(seed)")
        #expect(all.strings == trace.strings, "seed \(seed)")
        let stream = try ReadBack(MemorySource(bytes, isStream: true))
        #expect(stream == all, "seed \(seed)")

        for lanes in [LaneSelection.control, .data] {
            let part = try ReadBack(MemorySource(bytes), lanes: lanes)
            let expected = trace.events.filter {
                trace.description.schema.kind($0.header.kind)?.lane == lanes.lanes[0]
            }
            #expect(part.events == expected, "seed \(seed)")
            #expect(part.completeness == .complete, "seed \(seed)")
        }
        let report = try TraceVerifier.verify(MemorySource(bytes))
        #expect(report.completeness == .complete, "seed \(seed)")
        #expect(report.ids == report.totals?.ids, "seed \(seed)")
        #expect(report.events == UInt64(trace.events.count), "seed \(seed)")
    }

    @Test func theSameTraceGivesTheSameBytes() throws {
        let trace = RandomTrace(seed: 77, eventCount: 3_000)
        #expect(try trace.bytes() == trace.bytes())
    }

    @Test func descriptionLossesAndSnapshotsComeBack() throws {
        var trace = RandomTrace(seed: 3, eventCount: 500)
        let large = (0..<2_500_000).map { UInt8(truncatingIfNeeded: $0 / 1_000) }
        trace.snapshots = [("initial", large), ("empty", [])]
        trace.losses = [
            LossRecord(kind: nil, beginNs: 1, endNs: 2, count: 30),
            LossRecord(kind: KindID(rawValue: 9), beginNs: 2, endNs: 2, count: 4),
        ]
        let bytes = try trace.bytes(blockEvents: 100)
        for isStream in [false, true] {
            let reader = try TraceReader(
                source: MemorySource(bytes, isStream: isStream), keepsSnapshots: true)
            #expect(reader.description == trace.description)
            #expect(try reader.snapshot("initial") == large)
            #expect(try reader.snapshot("empty")?.isEmpty == true)
            #expect(try reader.snapshot("other") == nil)
            #expect(try reader.readEvents { _, _ in } == .complete)
            #expect(reader.losses == trace.losses)
            #expect(reader.totals?.lostEvents == 34)
            #expect(reader.totals?.snapshots == 2)
            #expect(reader.totals?.fileBytes == Int64(bytes.count))
        }
    }

    @Test func theLastSnapshotOfANameCountsAndEachIsThereByNumber() throws {
        var trace = RandomTrace(seed: 3, eventCount: 5)
        trace.snapshots = [("initial", [1]), ("other", [2]), ("initial", [3])]
        let reader = try TraceReader(source: MemorySource(trace.bytes()))
        #expect(try reader.snapshot("initial") == [3])
        #expect(try (0..<3).map { try reader.snapshot(at: $0) } == [[1], [2], [3]])
    }

    @Test func snapshotsOfAStreamThatAreNotKeptAreNotThere() throws {
        var trace = RandomTrace(seed: 3, eventCount: 5)
        trace.snapshots = [("initial", [1, 2, 3])]
        let reader = try TraceReader(
            source: MemorySource(trace.bytes(), path: "pipe", isStream: true))
        #expect(throws: StoreError.notSeekable(path: "pipe")) { try reader.snapshot("initial") }
    }

    @Test func anEmptyTraceIsComplete() throws {
        let trace = RandomTrace(seed: 1, eventCount: 0)
        let back = try ReadBack(MemorySource(trace.bytes()))
        #expect(back.events.isEmpty)
        #expect(back.completeness == .complete)
    }

    @Test func blocksOutsideAnIntervalArePassedOver() throws {
        let schema = StandardSchema.schema
        let sink = MemorySink()
        var writer = try TraceWriter(
            sink: sink, description: TraceDescription(schema: schema), blockEvents: 10)
        for number in 1...100 {
            let header = EventHeader(
                sequence: UInt64(number), timeNs: Int64(number * 100), kind: .spinBegin)
            writer.record(Event(header, [Int64(number)]))
        }
        let totals = try writer.finish()
        #expect(totals.blocks == 10)
        #expect(totals.timeMinNs == 100)
        #expect(totals.timeMaxNs == 10_000)
        let reader = try TraceReader(source: MemorySource(sink.bytes))
        var times: [Int64] = []
        while try reader.nextBlock(overlapping: 2_000...3_100) {
            times.append(reader.block.timeMinNs)
        }
        // Blocks of 1100…2000, 2100…3000 and 3100…4000.
        #expect(times == [1_100, 2_100, 3_100])
        #expect(reader.completeness == .complete)
    }

    @Test func notesAddedLaterAreRead() throws {
        let sink = MemorySink()
        var writer = try TraceWriter(
            sink: sink,
            description: TraceDescription(
                schema: StandardSchema.schema, notes: [TextPair("tool", "a")]))
        writer.addNotes([TextPair("end", "b")])
        _ = try writer.finish(isClosedByRecorder: false)
        let reader = try TraceReader(source: MemorySource(sink.bytes))
        #expect(reader.description.notes == [TextPair("tool", "a"), TextPair("end", "b")])
        #expect(reader.totals?.isClosedByRecorder == false)
    }

    @Test func aFlushMakesWhatWasTakenReadable() throws {
        let sink = MemorySink()
        var writer = try TraceWriter(
            sink: sink, description: TraceDescription(schema: StandardSchema.schema))
        let name = writer.intern("kswapd0")
        writer.record(Event(EventHeader(sequence: 1, timeNs: 5, kind: .threadName), [4, name, 0]))
        #expect(try ReadBack(MemorySource(sink.bytes)).events.isEmpty)
        writer.flush()
        let back = try ReadBack(MemorySource(sink.bytes))
        #expect(back.events.count == 1)
        #expect(back.strings == ["", "kswapd0"])
        #expect(back.completeness == .incomplete(ignoredBytes: 0))
        _ = try writer.finish()
    }

    @Test func recordsAreListedWithTheirPlaces() throws {
        let trace = RandomTrace(seed: 8, eventCount: 300)
        let bytes = try trace.bytes(blockEvents: 100)
        var next: Int64 = 0
        var types: [RecordType?] = []
        let end = try RecordWalk.forEachRecord(in: MemorySource(bytes)) { entry in
            #expect(entry.offset == next)
            #expect(entry.isChecksumRight)
            next += entry.extentBytes
            types.append(entry.type)
        }
        #expect(end == .complete)
        #expect(next == Int64(bytes.count))
        #expect(types.prefix(4) == [.header, .schema, .parameters, .note])
        #expect(types.filter { $0 == .block }.count == 3)
        #expect(types.suffix(2) == [.index, .footer])
    }

    @Test func manyLossesAreSummedUp() throws {
        let sink = MemorySink()
        var writer = try TraceWriter(
            sink: sink, description: TraceDescription(schema: StandardSchema.schema))
        let count = FormatLimits.losses + 10
        for number in 0..<count {
            writer.addLoss(
                LossRecord(
                    kind: .request, beginNs: Int64(number), endNs: Int64(number + 1), count: 2))
        }
        let totals = try writer.finish()
        #expect(totals.lostEvents == UInt64(2 * count))
        let reader = try TraceReader(source: MemorySource(sink.bytes))
        #expect(reader.completeness == .complete)
        #expect(reader.losses.count == FormatLimits.losses)
        #expect(reader.losses.last?.kind == nil)
        #expect(reader.losses.last?.count == 22)
        #expect(reader.losses.last?.endNs == Int64(count))
    }
}
