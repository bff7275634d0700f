import Testing
import TraceCore
import TraceFormat
import TraceStore
import TraceTestSupport

/// Records of later versions, records out of place, and limits.
@Suite struct CompatibilityTests {
    private let trace = RandomTrace(seed: 31, eventCount: 600)

    /// A record of any type with a right checksum, and data after it.
    private func record(type: UInt8, flags: UInt8, body: [UInt8], data: [UInt8] = []) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(FormatVersion.frameMagic)
        writer.append(UInt32(body.count + 16))
        writer.append(type)
        writer.append(flags)
        writer.append(UInt16(0))
        writer.append(UInt64(data.count))
        writer.append(contentsOf: body)
        writer.append(Checksum.crc32c(writer.bytes.span))
        writer.append(contentsOf: data)
        return writer.bytes
    }

    /// Where the records start.
    private func offsets(_ bytes: [UInt8]) throws -> [(RecordType?, Int)] {
        var offsets: [(RecordType?, Int)] = []
        _ = try RecordWalk.forEachRecord(in: MemorySource(bytes)) {
            offsets.append(($0.type, Int($0.offset)))
        }
        return offsets
    }

    /// The trace without index and footer, and some bytes before each of its records.
    private func inserting(_ new: [UInt8], before type: RecordType) throws -> ([UInt8], Int) {
        let bytes = try trace.bytes(blockEvents: 200)
        let offsets = try offsets(bytes)
        let end = offsets.first { $0.0 == .index }?.1 ?? bytes.count
        let place = offsets.last { $0.0 == type }?.1 ?? end
        return (Array(bytes[0..<place]) + new + Array(bytes[place..<end]), place)
    }

    @Test func unknownSkippableRecordsAreSteppedOverWithTheirData() throws {
        let data = [UInt8](repeating: 0xAB, count: 1_000)
        for body in [[], [UInt8](repeating: 7, count: 100_000)] {
            let new = record(type: 200, flags: 1, body: body, data: data)
            let (bytes, _) = try inserting(new, before: .block)
            for isStream in [false, true] {
                let back = try ReadBack(MemorySource(bytes, isStream: isStream))
                #expect(back.events == trace.events)
                #expect(back.completeness == .incomplete(ignoredBytes: 0))
            }
        }
    }

    @Test func unknownMandatoryRecordsEndReading() throws {
        let (bytes, place) = try inserting(
            record(type: 200, flags: 0, body: [1]), before: .block)
        let back = try ReadBack(MemorySource(bytes))
        let error = FormatError.unknownRecord(type: 200, offset: Int64(place))
        #expect(back.completeness == .damaged(error, offset: Int64(place)))
        #expect(back.events == Array(trace.events.prefix(400)))
    }

    @Test func aDamagedUnknownRecordIsDamage() throws {
        var new = record(type: 200, flags: 1, body: [1, 2, 3])
        new[21] ^= 1
        let (bytes, place) = try inserting(new, before: .block)
        guard
            case .damaged(.checksum, Int64(place)) = try ReadBack(MemorySource(bytes)).completeness
        else {
            Issue.record("a wrong sum is damage")
            return
        }
    }

    @Test(arguments: [RecordType.header, .schema, .parameters])
    func aSecondDescriptionIsRefused(type: RecordType) throws {
        let original = try trace.bytes(blockEvents: 200)
        let offsets = try offsets(original)
        let index = try #require(offsets.firstIndex { $0.0 == type })
        let copy = Array(original[offsets[index].1..<offsets[index + 1].1])
        let (bytes, place) = try inserting(copy, before: .block)
        let error = FormatError.misplacedRecord(type: type.rawValue, offset: Int64(place))
        let back = try ReadBack(MemorySource(bytes))
        #expect(back.completeness == .damaged(error, offset: Int64(place)))
    }

    @Test func bytesAfterTheFooterAreDamage() throws {
        let bytes = try trace.bytes()
        for more in [[1], [UInt8](repeating: 0, count: 500), bytes] {
            for isStream in [false, true] {
                let back = try ReadBack(MemorySource(bytes + more, isStream: isStream))
                #expect(back.events == trace.events)
                guard case .damaged(.trailingBytes(let offset, _), _) = back.completeness else {
                    Issue.record("trailing bytes are damage")
                    continue
                }
                #expect(offset == Int64(bytes.count))
            }
        }
    }

    @Test func blocksMustComeInOrder() throws {
        let bytes = try trace.bytes(blockEvents: 200)
        let blocks = try offsets(bytes).filter { $0.0 == .block }.map(\.1)
        let second = Array(bytes[blocks[1]..<blocks[2]])
        let twice = Array(bytes[0..<blocks[2]]) + second
        let back = try ReadBack(MemorySource(twice))
        let error = FormatError.order(field: "block sequence", offset: Int64(blocks[2]))
        #expect(back.completeness == .damaged(error, offset: Int64(blocks[2])))
        #expect(back.events == Array(trace.events.prefix(400)))
    }

    @Test func aMissingBlockIsSeenByTheFooter() throws {
        let bytes = try trace.bytes(blockEvents: 200)
        let blocks = try offsets(bytes).filter { $0.0 == .block }.map(\.1)
        let without = Array(bytes[0..<blocks[1]]) + Array(bytes[blocks[2]...])
        guard case .damaged(.mismatch, _) = try ReadBack(MemorySource(without)).completeness else {
            Issue.record("a file that lacks a block is damaged")
            return
        }
    }

    @Test func aVersionOfALaterMajorIsRefused() throws {
        var bytes = try trace.bytes()
        bytes[28] = 2
        let sum = Checksum.crc32c(bytes.span.extracting(0..<40))
        for index in 0..<4 {
            bytes[40 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index))
        }
        #expect(
            throws: StoreError.format(.unsupportedVersion(major: 2, minor: 0), path: "memory")
        ) { _ = try TraceReader(source: MemorySource(bytes)) }
    }

    @Test func aBlockWithATextNobodyInternedIsFoundByTheCheck() throws {
        // The strings record is taken away and its place in the footer cannot be kept.
        let kind = EventKind(id: 1, "k", .data, .input, [Column("t", .text)])
        let sink = MemorySink()
        var writer = try TraceWriter(
            sink: sink,
            description: TraceDescription(schema: try #require(EventSchema(kinds: [kind]))))
        let number = writer.intern("text")
        writer.record(
            Event(EventHeader(sequence: 1, timeNs: 0, kind: KindID(rawValue: 1)), [number]))
        _ = try writer.finish()
        let places = try offsets(sink.bytes)
        let strings = try #require(places.firstIndex { $0.0 == .strings })
        let index = try #require(places.first { $0.0 == .index })
        let without =
            Array(sink.bytes[0..<places[strings].1])
            + Array(sink.bytes[places[strings + 1].1..<index.1])
        let report = try TraceVerifier.verify(MemorySource(without))
        guard case .damaged(.invalidValue(field: "t", _, _), _) = report.completeness else {
            Issue.record("an unknown text is damage")
            return
        }
        #expect(report.events == 0)
        let reader = try TraceReader(source: MemorySource(without))
        #expect(reader.text(1) == "?1")
    }

    @Test func whatNoFileCanHoldIsRefusedAtOnce() throws {
        let long = String(repeating: "x", count: FormatLimits.nameBytes + 1)
        let description = TraceDescription(
            schema: StandardSchema.schema, parameters: [TextPair(long, "")])
        #expect(throws: StoreError.limit(field: "key", value: 257, limit: 256)) {
            _ = try TraceWriter(sink: MemorySink(), description: description)
        }
        let columns = (0..<65).map { Column("c\($0)") }
        let kind = EventKind(id: 1, "k", .data, .input, columns)
        let wide = TraceDescription(schema: try #require(EventSchema(kinds: [kind])))
        #expect(throws: StoreError.limit(field: "columns", value: 65, limit: 64)) {
            _ = try TraceWriter(sink: MemorySink(), description: wide)
        }
        var writer = try TraceWriter(
            sink: MemorySink(), description: TraceDescription(schema: StandardSchema.schema))
        _ = writer.intern(String(repeating: "x", count: FormatLimits.textBytes + 1))
        #expect(writer.failure == .limit(field: "string", value: 65_536, limit: 65_535))
    }

    @Test func twoParametersWithOneKeyTrap() async {
        await #expect(processExitsWith: .failure) {
            _ = TraceDescription(
                schema: StandardSchema.schema,
                parameters: [TextPair("a", "1"), TextPair("b", "1"), TextPair("a", "2")])
        }
    }

    @Test func aTextThatWasNotInternedTraps() async {
        await #expect(processExitsWith: .failure) {
            var writer = try TraceWriter(
                sink: MemorySink(), description: TraceDescription(schema: StandardSchema.schema))
            writer.record(
                Event(EventHeader(sequence: 1, timeNs: 0, kind: .threadName), [1, 5, 0]))
            writer.flush()
        }
    }
}
