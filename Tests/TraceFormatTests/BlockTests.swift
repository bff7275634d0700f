import Testing
import TraceCore

@testable import TraceFormat

/// A block's bytes and the way back.
struct EncodedBlock {
    var bytes: [UInt8]
    var schema: EventSchema

    static func kinds(_ columns: Int = 1) -> EventSchema {
        let columns = (0..<columns).map { Column("c\($0)") }
        guard
            let schema = EventSchema(kinds: [
                EventKind(id: 1, "rare", .control, .derived, columns),
                EventKind(id: 2, "frequent", .data, .input, columns),
            ])
        else { preconditionFailure("a fixed schema") }
        return schema
    }

    init(bytes: [UInt8], schema: EventSchema) {
        self.bytes = bytes
        self.schema = schema
    }

    init(_ events: [Event], schema: EventSchema) throws {
        var builder = BlockBuilder(schema: schema)
        for event in events {
            let isTaken = builder.append(event.header, event.values.span)
            #expect(isTaken)
        }
        var encoder = BlockEncoder()
        var codec = TestCodec()
        _ = try encoder.encode(builder, codec: &codec)
        bytes = encoder.record.bytes + encoder.frames
        self.schema = schema
    }

    /// Opens the block.
    func decoder() throws -> (BlockDecoder, [UInt8]) {
        let head = try RecordHead(decoding: bytes, fileOffset: 0)
        #expect(head.extentBytes == Int64(bytes.count))
        var decoder = BlockDecoder(schema: schema)
        try decoder.begin(bytes, record: head, fileOffset: 0)
        let content = Array(bytes[decoder.headByteCount...])
        #expect(content.count == decoder.contentByteCount)
        return (decoder, content)
    }

    /// Decodes everything with every check.
    func events(_ lanes: LaneSelection = .both) throws -> [Event] {
        var (decoder, content) = try decoder()
        var codec = TestCodec()
        try decoder.verifyRecord(Array(bytes[0..<decoder.headByteCount]), content: content)
        for lane in lanes.lanes { try decoder.decode(lane, content: content, codec: &codec) }
        if lanes == .both { try decoder.checkOrder() }
        var events: [Event] = []
        decoder.forEachEvent(lanes) { header, values in
            events.append(Event(header, values.indices.map { values[$0] }))
        }
        return events
    }

    /// Changes bytes of the head or directories and makes the sums right again.
    func patched(at offset: Int, _ new: [UInt8]) throws -> EncodedBlock {
        var copy = self
        copy.bytes.replaceSubrange(offset..<offset + new.count, with: new)
        let head = try RecordHead(decoding: bytes, fileOffset: 0)
        let block = try BlockHead(decoding: bytes, record: head, fileOffset: 0)
        copy.put(0, at: 100)
        copy.put(Checksum.crc32c(copy.bytes.span.extracting(0..<block.headBytes)), at: 100)
        let end = Int(head.recordBytes) - 4
        copy.put(Checksum.crc32c(copy.bytes.span.extracting(0..<end)), at: end)
        return copy
    }

    private mutating func put(_ value: UInt32, at offset: Int) {
        for index in 0..<4 {
            bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index))
        }
    }
}

@Suite struct BlockTests {
    /// Events numbered from 1, each made by `body`.
    private func events(_ count: Int, _ body: (Int) -> Event) -> [Event] {
        (1...count).map(body)
    }

    private func event(
        _ sequence: UInt64, _ kind: UInt16, _ value: Int64, time: Int64? = nil, domain: Int32 = 0,
        cpu: Int32 = 0, cause: UInt64 = 0
    ) -> Event {
        Event(
            EventHeader(
                sequence: sequence, timeNs: time ?? Int64(sequence), kind: KindID(rawValue: kind),
                domain: domain, cpu: cpu, cause: cause), [value])
    }

    @Test func oneEventComesBack() throws {
        let only = event(7, 1, .min, time: -3, domain: .min, cpu: .max, cause: 6)
        let block = try EncodedBlock([only], schema: EncodedBlock.kinds())
        #expect(try block.events() == [only])
        #expect(try block.events(.control) == [only])
        #expect(try block.events(.data).isEmpty)
    }

    @Test(arguments: [63, 64, 1_023, 1_024, 5_000])
    func everySectionSizeComesBack(count: Int) throws {
        let shapes: [(Int) -> Int64] = [
            { _ in 5 }, { Int64($0) * 3 }, { Int64($0 * $0 * $0) }, { Int64(~$0) },
            { $0 % 2 == 0 ? .min : .max }, { Int64($0) &* 0x1E37_79B9_7F4A_7C15 },
        ]
        for shape in shapes {
            let events = events(count) { event(UInt64($0), $0 % 9 == 0 ? 1 : 2, shape($0)) }
            let block = try EncodedBlock(events, schema: EncodedBlock.kinds())
            #expect(try block.events() == events)
            #expect(try block.events(.control) == events.filter { $0.header.kind.rawValue == 1 })
            #expect(try block.events(.data) == events.filter { $0.header.kind.rawValue == 2 })
        }
    }

    @Test func aCounterTakesNoBytesPerEvent() throws {
        let events = events(20_000) { event(UInt64($0), 2, Int64($0) * 4_096, time: Int64($0)) }
        let block = try EncodedBlock(events, schema: EncodedBlock.kinds())
        #expect(block.bytes.count < 250)
        let (decoder, _) = try block.decoder()
        let value = decoder.layout(.data).columns[5]
        #expect(value.transform == "delta")
        #expect(value.planes.allSatisfy { $0.storage == "constant" })
    }

    @Test func randomBytesAreStoredAsTheyAre() throws {
        let events = events(4_096) {
            event(
                UInt64($0), 2,
                Int64(
                    bitPattern: KeyedRandom(seed: 5, purpose: 5).bits(entity: 1, index: UInt64($0)))
            )
        }
        let block = try EncodedBlock(events, schema: EncodedBlock.kinds())
        let value = try block.decoder().0.layout(.data).columns[5]
        #expect(value.transform == "offset")
        #expect(value.planes.count == 8)
        #expect(value.planes.allSatisfy { $0.storage == "raw" })
    }

    @Test func skewedPlanesBecomeFrames() throws {
        let random = KeyedRandom(seed: 6, purpose: 6)
        let events = events(4_096) {
            event(UInt64($0), 2, Int64(random.number(below: 13, entity: 1, index: UInt64($0))))
        }
        let block = try EncodedBlock(events, schema: EncodedBlock.kinds())
        let value = try block.decoder().0.layout(.data).columns[5]
        #expect(value.planes.map(\.storage) == ["frame"])
        #expect(value.planes[0].storedBytes < 4_096)
    }

    @Test func denseSequenceNumbersOfTheDataLaneAreNotStored() throws {
        let events = events(3_000) { event(UInt64($0), $0 % 5 == 0 ? 1 : 2, 0) }
        let block = try EncodedBlock(events, schema: EncodedBlock.kinds())
        let layout = try block.decoder().0.layout(.data)
        #expect(layout.columns[2].transform == "complement")
        #expect(try block.events(.data) == events.filter { $0.header.kind.rawValue == 2 })

        let sparse = events.map { event(2 * $0.header.sequence, $0.header.kind.rawValue, 0) }
        let other = try EncodedBlock(sparse, schema: EncodedBlock.kinds())
        #expect(try other.decoder().0.layout(.data).columns[2].transform != "complement")
        #expect(try other.events() == sparse)
    }

    @Test func singleColumnsAreReadWithoutTheRest() throws {
        let events = events(3_000) {
            event(UInt64($0), 2, Int64($0 % 7), domain: Int32($0 % 2), cpu: Int32($0 % 5))
        }
        let block = try EncodedBlock(events, schema: EncodedBlock.kinds())
        var (decoder, content) = try block.decoder()
        var codec = TestCodec()
        let column = BlockColumn.value(section: 1, column: 0)
        try decoder.decode(column, of: .data, content: content, codec: &codec)
        #expect(decoder.sections(.data).map(\.domain) == [0, 1])
        let sum = decoder.withColumn(column, of: .data) { values in
            values.indices.reduce(Int64(0)) { $0 + values[$1] }
        }
        let expected = events.filter { $0.header.domain == 1 }.reduce(0) { $0 + $1.values[0] }
        #expect(sum == expected)
        #expect(!decoder.directories[1].columns[3].isDecoded)
        try decoder.decode(.time, of: .data, content: content, codec: &codec)
        let last = decoder.withColumn(.time, of: .data) { $0[$0.count - 1] }
        #expect(last == 3_000)
    }

    @Test func aBlockIsFullAtItsCellsToo() throws {
        let schema = EncodedBlock.kinds(60)
        var builder = BlockBuilder(schema: schema)
        let values = [Int64](repeating: 1, count: 60)
        var count: UInt64 = 0
        while builder.append(
            EventHeader(sequence: count + 1, timeNs: 0, kind: KindID(rawValue: 2)), values.span)
        { count += 1 }
        #expect(count == UInt64(FormatLimits.blockCells / 64))
        builder.removeAll()
        let isTaken = builder.append(
            EventHeader(sequence: count + 1, timeNs: 0, kind: KindID(rawValue: 2)), values.span)
        #expect(isTaken)
    }

    @Test func aLaneHasABoundedNumberOfSections() throws {
        var builder = BlockBuilder(schema: EncodedBlock.kinds())
        let value: [Int64] = [0]
        for domain in 0..<FormatLimits.laneSections {
            let header = EventHeader(
                sequence: UInt64(domain + 1), timeNs: 0, kind: KindID(rawValue: 2),
                domain: Int32(domain))
            let isTaken = builder.append(header, value.span)
            #expect(isTaken)
        }
        let next = EventHeader(
            sequence: 10_000, timeNs: 0, kind: KindID(rawValue: 2), domain: 9_999)
        let isTaken = builder.append(next, value.span)
        #expect(!isTaken)
        var encoder = BlockEncoder()
        var codec = TestCodec()
        let summary = try encoder.encode(builder, codec: &codec)
        #expect(summary.dataEvents == FormatLimits.laneSections)
    }
}

@Suite struct HostileBlockTests {
    private func block() throws -> EncodedBlock {
        let events = (1...200).map { (number: Int) -> Event in
            let header = EventHeader(
                sequence: UInt64(number), timeNs: Int64(number * number),
                kind: KindID(rawValue: number % 4 == 0 ? 1 : 2), domain: 0, cpu: 1,
                cause: number % 3 < number ? UInt64(number % 3) : 0)
            return Event(header, [Int64(number * 31 % 7)])
        }
        return try EncodedBlock(events, schema: EncodedBlock.kinds())
    }

    private func number(_ value: UInt64, bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    @Test(arguments: [
        ("first sequence", 20, 8, 0 as UInt64), ("first sequence", 20, 8, 2),
        ("last sequence", 28, 8, 199), ("last sequence", 28, 8, 201),
        ("last sequence", 28, 8, .max), ("time min", 36, 8, 0), ("time min", 36, 8, 2),
        ("time max", 44, 8, 39_999), ("time max", 44, 8, 40_001),
        ("control events", 52, 4, 49), ("control events", 52, 4, 51),
        ("control events", 52, 4, UInt64(UInt32.max)), ("data events", 56, 4, 149),
        ("data events", 56, 4, 70_000), ("control directory length", 60, 4, 1),
        ("control raw length", 68, 4, 1), ("data stored length", 80, 4, 1),
        ("data stored length", 80, 4, UInt64(UInt32.max)),
    ])
    func aWrongNumberInTheHeadIsRefused(
        field: String, offset: Int, bytes: Int, value: UInt64
    ) throws {
        let good = try block()
        #expect(try good.events().count == 200)
        var bad = good
        bad.bytes.replaceSubrange(offset..<offset + bytes, with: number(value, bytes: bytes))
        #expect(throws: FormatError.self, "\(field)") { try bad.events() }
        // And the same with right checksums, where the lengths still let them be computed.
        if let forged = try? good.patched(at: offset, number(value, bytes: bytes)) {
            #expect(throws: FormatError.self, "\(field) with right sums") { try forged.events() }
        }
    }

    @Test func noByteOfTheDirectoriesCanMakeADecoderTrap() throws {
        let good = try block()
        let original = try good.events()
        let (decoder, _) = try good.decoder()
        var survivors = 0
        for offset in BlockDecoder.prefixByteCount..<decoder.headByteCount {
            for value in UInt8.min...UInt8.max {
                let forged = try good.patched(at: offset, [value])
                // Any typed error is right; what decodes must at least keep the rules of order.
                guard let events = try? forged.events() else { continue }
                survivors += 1
                #expect(events.count == original.count)
                for (left, right) in zip(events, events.dropFirst()) {
                    #expect(left.header.sequence < right.header.sequence)
                    #expect(left.header.timeNs <= right.header.timeNs)
                }
            }
        }
        #expect(survivors > 0)
    }
}
