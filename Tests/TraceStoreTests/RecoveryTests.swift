import TestRandomness
import Testing
import TraceCore
import TraceFormat
import TraceStore
import TraceTestSupport

@Suite struct RecoveryTests {
    /// A trace of four blocks of 100 events with consecutive numbers; the third brings a string.
    private struct Sample {
        let bytes: [UInt8]
        let records: [RecordEntry]
        let events: [Event]

        static let kinds = [
            EventKind(id: 1, "fail", .control, .derived, [Column("who", .text)]),
            EventKind(id: 2, "request", .data, .input, [Column("pages")]),
        ]

        init(step: UInt64 = 1, losesEvents: Bool = false) throws {
            let schema = try #require(EventSchema(kinds: Self.kinds))
            let sink = MemorySink()
            var writer = try TraceWriter(
                sink: sink, description: TraceDescription(schema: schema), blockEvents: 100)
            _ = writer.intern("tlsd")
            var random = TestRandom(seed: 5)
            var events: [Event] = []
            for number in 1...400 {
                if number == 201 { _ = writer.intern("worker") }
                let isFail = number % 10 == 0
                let header = EventHeader(
                    sequence: UInt64(number) * step, timeNs: Int64(number) * 10,
                    kind: KindID(rawValue: isFail ? 1 : 2), domain: Int32(number % 2))
                let who = number > 200 ? 2 : 1
                events.append(Event(header, [isFail ? Int64(who) : Int64(random.below(1 << 30))]))
                writer.record(events[number - 1])
            }
            if losesEvents {
                writer.addLoss(LossRecord(kind: nil, beginNs: 1, endNs: 2, count: 7))
            }
            _ = try writer.finish()
            bytes = sink.bytes
            var records: [RecordEntry] = []
            _ = try RecordWalk.forEachRecord(in: MemorySource(bytes)) { records.append($0) }
            self.records = records
            self.events = events
        }

        func blocks() -> [RecordEntry] { records.filter { $0.type == .block } }

        /// The bytes with some changed.
        func changed(_ offsets: Int64...) -> [UInt8] {
            var bytes = bytes
            for offset in offsets { bytes[Int(offset)] ^= 0x10 }
            return bytes
        }

        func events(_ blocks: Int...) -> [Event] {
            blocks.flatMap { events[$0 * 100..<$0 * 100 + 100] }
        }
    }

    private static let both = [false, true]

    @Test(arguments: both) func aGoodTraceIsCopied(isStream: Bool) throws {
        let sample = try Sample()
        let result = try Recovered(MemorySource(sample.bytes, isStream: isStream))
        #expect(result.report.isWhole)
        #expect(result.isClosedByRecorder)
        #expect(result.back.events == sample.events)
        let ids = try TraceVerifier.verify(MemorySource(sample.bytes)).ids
        #expect(try TraceVerifier.verify(MemorySource(result.bytes)).ids == ids)
        #expect(!result.notes.contains { $0.key.hasPrefix("recover.") })
    }

    @Test(arguments: both) func blocksBehindADamagedOneAreKept(isStream: Bool) throws {
        let sample = try Sample()
        let block = sample.blocks()[1]
        let end = block.offset + block.extentBytes
        // In its frames: the head tells what was lost. In its head: only numbers do.
        for (offset, isHeadGood) in [(end - 3, true), (block.offset + 30, false)] {
            let result = try Recovered(
                MemorySource(sample.changed(offset), isStream: isStream))
            #expect(result.back.completeness == .complete)
            #expect(result.back.events == sample.events(0, 2, 3))
            #expect(!result.isClosedByRecorder)
            #expect(result.report.blocks == 3)
            #expect(result.report.lostEvents == 100)
            #expect(result.report.isLostCountKnown)
            #expect(result.report.lostBytes == block.extentBytes)
            #expect(result.report.stretches.map(\.offset) == [block.offset])
            let fail = KindID(rawValue: 1)
            let expected =
                isHeadGood
                ? [
                    LossRecord(kind: fail, beginNs: 1_010, endNs: 2_000, count: 10),
                    LossRecord(
                        kind: KindID(rawValue: 2), beginNs: 1_010, endNs: 2_000, count: 90),
                ] : [LossRecord(kind: nil, beginNs: 1_000, endNs: 2_010, count: 100)]
            #expect(result.losses == expected)
            #expect(result.notes.contains(TextPair("recover.lost_events", "100")))
            #expect(result.notes.contains(TextPair("recover.stretches", "1")))
        }
    }

    @Test(arguments: both) func everySingleBlockCanBeTheLostOne(isStream: Bool) throws {
        let sample = try Sample()
        for lost in 0..<4 {
            for place: Int64 in [0, 5, 12, 25, 60, 100] {
                let block = sample.blocks()[lost]
                let result = try Recovered(
                    MemorySource(sample.changed(block.offset + place), isStream: isStream))
                let kept = [0, 1, 2, 3].filter { $0 != lost }
                #expect(
                    result.back.events == kept.flatMap { sample.events($0) }, "\(lost) \(place)")
                #expect(result.report.lostEvents == 100, "block \(lost), byte \(place)")
                #expect(result.report.isLostCountKnown)
                #expect(result.losses.reduce(0) { $0 + $1.count } == 100)
            }
        }
    }

    @Test func aCutTraceKeepsItsWholeBlocks() throws {
        let sample = try Sample()
        let blocks = sample.blocks()
        let start = try #require(sample.records.first { $0.type == .parameters })
        let first = Int(start.offset + start.extentBytes)
        for length in stride(from: first, to: sample.bytes.count, by: 13) {
            let result = try Recovered(MemorySource(Array(sample.bytes[0..<length])))
            let whole = blocks.filter { Int($0.offset + $0.extentBytes) <= length }.count
            #expect(result.back.events == Array(sample.events[0..<whole * 100]), "\(length)")
            #expect(result.back.completeness == .complete, "\(length)")
            #expect(!result.isClosedByRecorder && !result.report.hadFooter, "\(length)")
            // A block whose head is there tells how many events are missing.
            let cut = whole < 4 ? Int64(length) - blocks[whole].offset : 0
            if cut > 150 { #expect(result.report.lostEvents == 100, "\(length)") }
            if cut <= 0 { #expect(result.report.lostEvents == 0, "\(length)") }
        }
    }

    @Test func aLostStringIsANumber() throws {
        let sample = try Sample()
        let strings = sample.records.filter { $0.type == .strings }
        #expect(strings.count == 2)
        func texts(_ result: Recovered) -> Set<String> {
            Set(
                result.back.events.filter { $0.header.kind.rawValue == 1 }
                    .map { result.back.strings[Int($0.values[0])] })
        }
        let second = try Recovered(MemorySource(sample.changed(strings[1].offset + 22)))
        #expect(second.back.events.count == 400)
        #expect(texts(second) == ["tlsd", "?2"])
        #expect(second.report.lostTexts == 20)
        #expect(second.report.lostEvents == 0 && second.report.isLostCountKnown)
        // The record behind the lost one says which numbers are missing.
        let first = try Recovered(MemorySource(sample.changed(strings[0].offset + 22)))
        #expect(first.back.events.count == 400)
        #expect(texts(first) == ["?1", "worker"])
        #expect(first.report.lostStrings == 1 && second.report.lostStrings == 0)
    }

    @Test func numbersWithGapsTellNothingOfLosses() throws {
        let sample = try Sample(step: 3)
        let block = sample.blocks()[2]
        let bytes = sample.changed(block.offset + 30)
        // The footer knows.
        let whole = try Recovered(MemorySource(bytes))
        #expect(whole.report.lostEvents == 100 && whole.report.isLostCountKnown)
        #expect(
            whole.losses == [LossRecord(kind: nil, beginNs: 2_000, endNs: 4_000, count: 100)])
        let cut = try Recovered(MemorySource(Array(bytes.dropLast(10))))
        #expect(cut.report.lostEvents == 0 && !cut.report.isLostCountKnown)
        #expect(cut.losses.isEmpty)
        #expect(cut.notes.contains(TextPair("recover.lost_events", "0 or more")))
        #expect(cut.back.events.count == 300)
    }

    @Test func aLostLossIsStillCounted() throws {
        let sample = try Sample(losesEvents: true)
        let loss = try #require(sample.records.first { $0.type == .loss })
        let result = try Recovered(MemorySource(sample.changed(loss.offset + 25)))
        #expect(result.losses == [LossRecord(kind: nil, beginNs: 0, endNs: 4_000, count: 7)])
        #expect(result.report.lostEvents == 0)
    }

    @Test(arguments: both) func aStretchOfMissingBytesHidesOneBlock(isStream: Bool) throws {
        let sample = try Sample()
        let block = sample.blocks()[1]
        // All lengths point past the start of the next record now.
        var bytes = sample.bytes
        let hole = Int(block.offset + block.extentBytes) - 40
        bytes.removeSubrange(hole..<hole + 17)
        let result = try Recovered(MemorySource(bytes, isStream: isStream))
        #expect(result.back.events == sample.events(0, 2, 3))
        #expect(result.report.lostEvents == 100)
    }

    @Test func anotherTraceBehindIsNotTakenIn() throws {
        let sample = try Sample()
        let block = sample.blocks()[1]
        // The second trace begins where the first is cut off, or behind its footer.
        for length in [Int(block.offset) + 50, sample.bytes.count] {
            let result = try Recovered(
                MemorySource(Array(sample.bytes[0..<length]) + sample.bytes))
            let whole = length == sample.bytes.count
            #expect(result.back.events == (whole ? sample.events : sample.events(0)))
            #expect(!result.report.isWhole)
        }
    }

    @Test func onlyTheDescriptionIsIndispensable() throws {
        let sample = try Sample()
        for record in sample.records {
            let bytes = sample.changed(record.offset + 21)
            let isNeeded = [.header, .schema, .parameters].contains(record.type)
            #expect((try? Recovered(MemorySource(bytes))) == nil || !isNeeded)
            #expect((try? Recovered(MemorySource(bytes))) != nil || isNeeded)
        }
    }

    @Test func bytesMadeToLookLikeRecordsDoNotMakeItSlow() throws {
        let sample = try Sample()
        let block = sample.blocks()[1]
        // Every 20 bytes the head of a strings record of a mebibyte.
        var head: [UInt8] = [0x5B, 0x2A, 0x4D, 0x18, 0x00, 0x00, 0x10, 0x00, 5, 0, 0, 0]
        head += [UInt8](repeating: 0, count: 8)
        var bytes = Array(sample.bytes[0..<Int(block.offset)])
        for _ in 0..<100_000 { bytes += head }
        bytes += sample.bytes[Int(block.offset)...]
        let result = try Recovered(MemorySource(bytes))
        #expect(result.back.events == sample.events)
        #expect(result.report.lostBytes == 2_000_000)
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func whatIsNotTouchedIsKept(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let trace = RandomTrace(seed: seed, eventCount: 600)
        var bytes = try trace.bytes(blockEvents: 1 + random.below(150))
        var records: [RecordEntry] = []
        _ = try RecordWalk.forEachRecord(in: MemorySource(bytes)) { records.append($0) }
        var sizes: [Int] = []
        let original = try TraceReader(source: MemorySource(bytes))
        while try original.nextBlock() { sizes.append(original.block.eventCount) }
        let start = try #require(records.first { $0.type == .parameters })
        let first = Int(start.offset + start.extentBytes)
        var touched: Set<Int> = []
        for _ in 0..<1 + random.below(4) {
            let offset = first + random.below(bytes.count - first)
            bytes[offset] ^= UInt8(1 + random.below(255))
            touched.insert(offset)
        }
        var kept: [Event] = []
        var next = 0
        for (block, size) in zip(records.filter { $0.type == .block }, sizes) {
            let range = Int(block.offset)..<Int(block.offset + block.extentBytes)
            if !touched.contains(where: range.contains) {
                kept += trace.events[next..<next + size]
            }
            next += size
        }
        let result = try Recovered(MemorySource(bytes, isStream: random.isOneIn(2)))
        let schema = trace.description.schema
        // Headers and numbers; strings may be lost.
        #expect(result.back.events.map(\.header) == kept.map(\.header), "seed \(seed)")
        for (found, expected) in zip(result.back.events, kept) {
            let columns = schema.kind(found.header.kind)?.columns ?? []
            for (index, column) in columns.enumerated() where column.type != .text {
                #expect(found.values[index] == expected.values[index], "seed \(seed)")
            }
        }
    }
}
