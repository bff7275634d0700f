import Testing
import TraceCore

@testable import TraceFormat

@Suite struct RecordTests {
    /// A record's body after a round through its bytes.
    private func body(_ bytes: [UInt8]) throws -> RecordBody {
        let head = try RecordHead(decoding: bytes, fileOffset: 0)
        #expect(head.recordBytes == Int64(bytes.count))
        return try RecordBody(record: bytes, head: head, fileOffset: 0)
    }

    private func written(_ encode: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        encode(&writer)
        return writer.bytes
    }

    /// Replaces bytes and makes the record's checksum right again.
    private func patched(_ bytes: [UInt8], at offset: Int, _ new: [UInt8]) -> [UInt8] {
        var result = bytes
        result.replaceSubrange(offset..<offset + new.count, with: new)
        let sum = Checksum.crc32c(result.span.extracting(0..<result.count - 4))
        for index in 0..<4 {
            result[result.count - 4 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index))
        }
        return result
    }

    @Test func aRecordIsASkippableFrameOfZstd() {
        let bytes = written { HeaderRecord().encode(to: &$0) }
        #expect(Array(bytes[0..<4]) == [0x5B, 0x2A, 0x4D, 0x18])
        #expect(Int(bytes[4]) == bytes.count - 8)
        #expect(Array(bytes[20..<28]) == FormatVersion.magic)
    }

    @Test func theHeaderComesBackAndRefusesOtherVersions() throws {
        let bytes = written { HeaderRecord().encode(to: &$0) }
        #expect(try HeaderRecord(body: body(bytes)) == HeaderRecord())
        #expect(throws: FormatError.unsupportedVersion(major: 2, minor: 0)) {
            try HeaderRecord(body: body(patched(bytes, at: 28, [2])))
        }
        #expect(try HeaderRecord(body: body(patched(bytes, at: 30, [9]))).minor == 9)
        #expect(throws: FormatError.unknownFeatures(bits: 4)) {
            try HeaderRecord(body: body(patched(bytes, at: 32, [4])))
        }
        #expect(try HeaderRecord(body: body(patched(bytes, at: 36, [4]))).optionalFeatures == 4)
        #expect(throws: FormatError.notATrace) {
            try HeaderRecord(body: body(patched(bytes, at: 20, [0x88])))
        }
    }

    @Test(arguments: [1, 2, 7]) func reservedFlagsAreRefused(bit: Int) {
        let bytes = patched(written { HeaderRecord().encode(to: &$0) }, at: 9, [1 << UInt8(bit)])
        #expect(throws: FormatError.reservedBits(field: "flags", offset: 9)) {
            try RecordHead(decoding: bytes, fileOffset: 0)
        }
    }

    @Test func reservedBytesAreRefused() {
        let bytes = patched(written { HeaderRecord().encode(to: &$0) }, at: 11, [1])
        #expect(throws: FormatError.reservedBits(field: "reserved", offset: 10)) {
            try RecordHead(decoding: bytes, fileOffset: 0)
        }
    }

    @Test func lengthsBeyondTheLimitsAreRefused() {
        let bytes = written { HeaderRecord().encode(to: &$0) }
        let long = patched(bytes, at: 4, [0, 0, 0, 0x7F])
        #expect(throws: FormatError.self) { try RecordHead(decoding: long, fileOffset: 0) }
        let short = patched(bytes, at: 4, [15, 0, 0, 0])
        #expect(
            throws: FormatError.invalidValue(field: "payload length", offset: 4, value: 15)
        ) { try RecordHead(decoding: short, fileOffset: 0) }
        let data = patched(bytes, at: 12, [1])
        #expect(throws: FormatError.limit(field: "data length", offset: 12, value: 1, limit: 0)) {
            try RecordHead(decoding: data, fileOffset: 0)
        }
    }

    @Test func aWrongSumIsTold() throws {
        var bytes = written { HeaderRecord().encode(to: &$0) }
        bytes[25] ^= 1
        let head = try RecordHead(decoding: bytes, fileOffset: 0)
        #expect(throws: FormatError.self) {
            try RecordBody(record: bytes, head: head, fileOffset: 0)
        }
    }

    @Test func theStandardSchemaComesBack() throws {
        let bytes = written { SchemaRecord.encode(StandardSchema.schema, to: &$0) }
        #expect(try SchemaRecord.decode(body(bytes)) == StandardSchema.schema)
        try SchemaRecord.validate(StandardSchema.schema)
    }

    @Test func everyCutAndEveryFlipOfASchemaIsAnErrorOrASchema() throws {
        let schema = try #require(
            EventSchema(kinds: [
                EventKind(
                    id: 3, "a", .data, .input,
                    [
                        Column("x", .label(["p", "q"]), unit: .pages), Column("y", .text),
                        Column("z", .bits), Column("w", .flag),
                    ]), EventKind(id: 300, "b", .control, .note, meaning: "", []),
            ]))
        let bytes = written { SchemaRecord.encode(schema, to: &$0) }
        #expect(try SchemaRecord.decode(body(bytes)) == schema)
        for offset in 20..<bytes.count - 4 {
            for bit in 0..<8 {
                // Decoding must end in a schema or a typed error; a trap would end the test.
                let changed = patched(bytes, at: offset, [bytes[offset] ^ (1 << UInt8(bit))])
                if let other = try? SchemaRecord.decode(body(changed)) {
                    #expect(other != schema)
                }
            }
        }
    }

    @Test func parametersAscendByBytes() throws {
        let pairs = PairsRecord.sorted([
            TextPair("b", "1"), TextPair("a.b", "2"), TextPair("a", ""), TextPair("é", "3"),
        ])
        #expect(pairs.map(\.key) == ["a", "a.b", "b", "é"])
        let bytes = written { PairsRecord.encodeParameters(pairs, to: &$0) }
        #expect(try PairsRecord.decodeParameters(body(bytes)) == pairs)
        let wrong = written { PairsRecord.encodeParameters(pairs.reversed(), to: &$0) }
        #expect(throws: FormatError.order(field: "parameters", offset: 20)) {
            try PairsRecord.decodeParameters(body(wrong))
        }
        #expect(try PairsRecord.decodeNotes(body(wrong)) == pairs.reversed())
    }

    @Test func stringsContinueTheTable() throws {
        var table = [""]
        var size = 0
        let first = written {
            StringsRecord.encode(["", "one", "zwei"][1...], firstNumber: 1, to: &$0)
        }
        try StringsRecord.decode(body(first), into: &table, tableBytes: &size)
        #expect(table == ["", "one", "zwei"])
        #expect(size == 7)
        #expect(
            throws: FormatError.mismatch(field: "first number", offset: 20, found: 1, expected: 3)
        ) {
            try StringsRecord.decode(body(first), into: &table, tableBytes: &size)
        }
        #expect(table.count == 3)
    }

    @Test func theTableIsBounded() throws {
        var table = [String](repeating: "", count: FormatLimits.strings)
        var size = 0
        let more = written { StringsRecord.encode(["x"], firstNumber: table.count, to: &$0) }
        #expect(throws: FormatError.limit(field: "strings", offset: 23, value: 1, limit: 0)) {
            try StringsRecord.decode(body(more), into: &table, tableBytes: &size)
        }
        table = [""]
        size = FormatLimits.stringTableBytes
        let one = written { StringsRecord.encode(["x"], firstNumber: 1, to: &$0) }
        #expect(throws: FormatError.self) {
            try StringsRecord.decode(body(one), into: &table, tableBytes: &size)
        }
    }

    @Test func aSnapshotAddsUp() throws {
        let record = SnapshotRecord(
            name: "initial",
            frames: FrameTable(
                chunks: [.init(storedBytes: 10, rawBytes: 20), .init(storedBytes: 5, rawBytes: 7)],
                checksum: 99))
        let bytes = written { record.encode(to: &$0) }
        #expect(try RecordHead(decoding: bytes, fileOffset: 0).dataBytes == 15)
        #expect(try SnapshotRecord(body: body(bytes), dataBytes: 15) == record)
        #expect(throws: FormatError.self) { try SnapshotRecord(body: body(bytes), dataBytes: 16) }
        let raw = patched(bytes, at: 28, [26])
        #expect(throws: FormatError.self) { try SnapshotRecord(body: body(raw), dataBytes: 15) }
        let large = patched(bytes, at: 28, [0, 0, 0, 0x41])
        #expect(throws: FormatError.self) { try SnapshotRecord(body: body(large), dataBytes: 15) }
    }

    @Test func lossIndexAndFooterComeBack() throws {
        let loss = LossRecord(kind: .request, beginNs: -5, endNs: 9, count: 7)
        let lossBytes = written { loss.encode(to: &$0) }
        #expect(try LossRecord(body: body(lossBytes)) == loss)
        let backwards = patched(lossBytes, at: 22, [10, 0, 0, 0, 0, 0, 0, 0])
        #expect(throws: FormatError.order(field: "loss", offset: 20)) {
            try LossRecord(body: body(backwards))
        }
        let summary = BlockSummary(
            firstSequence: 1, lastSequence: 9, timeMinNs: -1, timeMaxNs: 3, controlEvents: 4,
            dataEvents: 5, kindMask: 6, domainMin: -1, domainMax: 2)
        let entries = [
            IndexEntry(offset: 5, length: 6, block: summary),
            IndexEntry(offset: 11, length: 6, block: summary),
        ]
        let index = written { IndexRecord.encode(entries[...], to: &$0) }
        #expect(try IndexRecord.decode(body(index)) == entries)
        #expect(throws: FormatError.self) {
            try IndexRecord.decode(body(patched(index, at: 20, [1])))
        }
        var footer = FooterRecord()
        footer.blocks = 2
        footer.indexOffset = 77
        footer.contentID = (0..<32).map { UInt8($0) }
        let bytes = written { footer.encode(to: &$0) }
        #expect(bytes.count == FooterRecord.recordByteCount)
        #expect(try FooterRecord(body: body(bytes)) == footer)
        #expect(throws: FormatError.reservedBits(field: "facts", offset: 92)) {
            try FooterRecord(body: body(patched(bytes, at: 92, [3])))
        }
    }
}
