/// The bytes of a record whose checksum was found right.
public struct RecordBody: Sendable {
    private let bytes: [UInt8]
    private let range: Range<Int>
    private let fileOffset: Int64

    /// Takes the body of a whole record.
    ///
    /// - Parameters:
    ///   - bytes: Starts with the record; may go on after it.
    ///   - head: The record's head.
    ///   - fileOffset: Where the record stands in the file.
    /// - Complexity: O(record).
    /// - Throws: `FormatError.checksum`.
    public init(
        record bytes: [UInt8], head: RecordHead, fileOffset: Int64
    ) throws(FormatError) {
        let end = RecordHead.byteCount + head.bodyBytes
        precondition(bytes.count >= end + 4, "a record's body needs the whole record")
        let computed = Checksum.crc32c(bytes.span.extracting(0..<end))
        var reader = ByteReader(bytes, end..<end + 4, fileOffset: fileOffset)
        let stored = try reader.integer("record", as: UInt32.self)
        guard stored == computed else {
            throw .checksum(
                field: "record", offset: fileOffset, stored: stored, computed: computed)
        }
        self.bytes = bytes
        self.range = RecordHead.byteCount..<end
        self.fileOffset = fileOffset
    }

    /// A reader of the body.
    func reader() -> ByteReader { ByteReader(bytes, range, fileOffset: fileOffset) }

    /// Offset of the body in the file in bytes.
    public var offset: Int64 { fileOffset + Int64(range.lowerBound) }
}
