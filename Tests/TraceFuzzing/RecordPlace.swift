import TraceFormat

/// Where a record stands in bytes that may hold anything.
public struct RecordPlace {
    /// Position of its first byte.
    public let start: Int
    /// Position after its checksum.
    public let end: Int
    /// Position after its frames.
    public let extentEnd: Int

    /// Position of the first byte after its head.
    public var bodyStart: Int { start + RecordHead.byteCount }
    /// Where it and its frames are.
    public var extent: Range<Int> { start..<extentEnd }

    /// The record at a position, where a whole one stands there.
    public init?(_ bytes: [UInt8], at start: Int) {
        guard start >= 0, bytes.count - start >= RecordHead.byteCount else { return nil }
        func number(_ offset: Int, _ width: Int) -> UInt64 {
            (0..<width).reduce(0) { $0 | UInt64(bytes[start + offset + $1]) << UInt64(8 * $1) }
        }
        guard number(0, 4) == UInt64(FormatVersion.frameMagic) else { return nil }
        let room = UInt64(bytes.count - start - 8)
        let payload = number(4, 4)
        let data = number(12, 8)
        guard payload >= 16, payload <= room, data <= room - payload else { return nil }
        self.start = start
        end = start + 8 + Int(payload)
        extentEnd = end + Int(data)
    }

    /// The records that follow each other from the first byte on.
    public static func all(_ bytes: [UInt8]) -> [RecordPlace] {
        var places: [RecordPlace] = []
        while let place = RecordPlace(bytes, at: places.last?.extentEnd ?? 0) {
            places.append(place)
        }
        return places
    }
}
