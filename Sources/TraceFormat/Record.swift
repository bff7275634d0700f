/// The types of records.
public enum RecordType: UInt8, Sendable, CaseIterable {
    case header = 1
    case schema = 2
    case parameters = 3
    case note = 4
    case strings = 5
    case snapshot = 6
    case block = 7
    case loss = 8
    case summary = 9
    case index = 10
    case footer = 11
}

/// The first bytes of every record.
///
/// A record is a zstd skippable frame; `dataBytes` of ordinary frames follow it directly.
public struct RecordHead: Equatable, Sendable {
    /// Length of a record's head in bytes.
    public static let byteCount = 20
    /// Length of the checksum at a record's end in bytes.
    public static let checksumByteCount = 4
    /// The flag of a record that a reader which does not know its type may step over.
    public static let skippableFlag: UInt8 = 1

    /// Offsets of the head's fields in bytes, for the documentation's test.
    static let fieldOffsets = [
        "frame magic": 0, "payload length": 4, "type": 8, "flags": 9, "reserved": 10,
        "data length": 12, "body": 20,
    ]

    /// The type's number; it may be none of `RecordType`.
    public var type: UInt8
    /// Whether a reader that does not know the type may step over the record.
    public var isSkippable: Bool
    /// Length of the body in bytes, without head and checksum.
    public var bodyBytes: Int
    /// Length in bytes of the ordinary frames that follow the record.
    public var dataBytes: Int64

    /// Makes a head.
    public init(type: RecordType, isSkippable: Bool = false, bodyBytes: Int, dataBytes: Int64 = 0) {
        self.type = type.rawValue
        self.isSkippable = isSkippable
        self.bodyBytes = bodyBytes
        self.dataBytes = dataBytes
    }

    /// Length of the record in bytes, from the first byte of its head to the checksum's last.
    public var recordBytes: Int64 {
        Int64(Self.byteCount + bodyBytes + Self.checksumByteCount)
    }
    /// Length in bytes of the record and the frames that follow it.
    public var extentBytes: Int64 { recordBytes + dataBytes }

    /// Reads a head from the first bytes of `bytes`, which stand at `fileOffset` in the file.
    ///
    /// - Throws: `FormatError` for what is not the start of a record or breaks a limit.
    public init(decoding bytes: [UInt8], fileOffset: Int64) throws(FormatError) {
        precondition(bytes.count >= Self.byteCount, "a record's head needs all its bytes")
        var reader = ByteReader(bytes, 0..<Self.byteCount, fileOffset: fileOffset)
        guard try reader.integer("frame magic", as: UInt32.self) == FormatVersion.frameMagic else {
            throw .notARecord(offset: fileOffset)
        }
        let payload = Int(try reader.integer("payload length", as: UInt32.self))
        type = try reader.integer("type")
        let flags = try reader.integer("flags", as: UInt8.self)
        let reserved = try reader.integer("reserved", as: UInt16.self)
        let data = try reader.integer("data length", as: UInt64.self)
        guard flags & ~Self.skippableFlag == 0 else {
            throw .reservedBits(field: "flags", offset: fileOffset + 9)
        }
        guard reserved == 0 else {
            throw .reservedBits(field: "reserved", offset: fileOffset + 10)
        }
        isSkippable = flags & Self.skippableFlag != 0
        let around = Self.byteCount - 8 + Self.checksumByteCount
        guard payload >= around else {
            throw .invalidValue(
                field: "payload length", offset: fileOffset + 4, value: UInt64(payload))
        }
        bodyBytes = payload - around
        dataBytes = Int64(clamping: data)
        try checkLimits(data: data, fileOffset: fileOffset)
    }

    private func checkLimits(data: UInt64, fileOffset: Int64) throws(FormatError) {
        let bodyLimit: Int
        let dataLimit: Int
        switch RecordType(rawValue: type) {
        case .block:
            bodyLimit = FormatLimits.blockBytes
            dataLimit = FormatLimits.blockBytes
        case .snapshot:
            bodyLimit = FormatLimits.recordBodyBytes
            dataLimit = 2 * FormatLimits.snapshotBytes
        case .summary:
            bodyLimit = FormatLimits.recordBodyBytes
            dataLimit = 2 * FormatLimits.summaryBytes
        case nil:
            // What is stepped over may be of any length that the record can state.
            bodyLimit = Int(UInt32.max)
            dataLimit = FormatLimits.skippedDataBytes
        default:
            bodyLimit = FormatLimits.recordBodyBytes
            dataLimit = 0
        }
        guard bodyBytes <= bodyLimit else {
            throw .limit(
                field: "payload length", offset: fileOffset + 4, value: UInt64(bodyBytes),
                limit: UInt64(bodyLimit))
        }
        guard data <= UInt64(dataLimit) else {
            throw .limit(
                field: "data length", offset: fileOffset + 12, value: data,
                limit: UInt64(dataLimit))
        }
    }
}

extension ByteWriter {
    /// Starts a record; the body is appended next, and `endRecord` completes it.
    ///
    /// - Returns: Where the record starts within the bytes.
    mutating func beginRecord(_ type: RecordType, isSkippable: Bool = false) -> Int {
        let start = count
        append(FormatVersion.frameMagic)
        append(UInt32(0))
        append(type.rawValue)
        append(isSkippable ? RecordHead.skippableFlag : 0)
        append(UInt16(0))
        append(UInt64(0))
        return start
    }

    /// Fills in the lengths of a record whose body is complete.
    mutating func fillLengths(at start: Int, dataBytes: Int) {
        replace(at: start + 4, with: UInt32(count - start - 8 + RecordHead.checksumByteCount))
        replace(at: start + 12, with: UInt64(dataBytes))
    }

    /// Fills in a record's lengths, known now, and appends its checksum.
    ///
    /// - Complexity: O(record).
    mutating func endRecord(at start: Int, dataBytes: Int = 0) {
        fillLengths(at: start, dataBytes: dataBytes)
        append(Checksum.crc32c(bytes.span.extracting(start..<count)))
    }
}
