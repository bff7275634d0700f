public import TraceFormat

/// One record of a file, as it stands there.
public struct RecordEntry: Equatable, Sendable {
    /// Offset of its first byte in the file.
    public var offset: Int64
    /// The number of its type.
    public var typeNumber: UInt8
    /// The type, `nil` where this code does not know it.
    public var type: RecordType?
    /// Whether a reader that does not know the type may step over it.
    public var isSkippable: Bool
    /// Length of its body in bytes.
    public var bodyBytes: Int
    /// Length in bytes of the ordinary frames after it.
    public var dataBytes: Int64
    /// Whether the record's checksum fits; the frames after it have their own.
    public var isChecksumRight: Bool

    /// Length in bytes of the record and its frames.
    public var extentBytes: Int64 {
        Int64(RecordHead.byteCount + bodyBytes + RecordHead.checksumByteCount) + dataBytes
    }
}

/// Lists the records of a file without understanding them.
public enum RecordWalk {
    /// Hands every whole record to `body`, up to the end or to what is no record.
    ///
    /// - Returns: `complete` where the last record ends with the file; whether the trace as such
    ///   is complete is not looked at.
    /// - Complexity: O(bytes of the records).
    /// - Throws: What the source throws.
    public static func forEachRecord(
        in source: any ByteSource, _ body: (RecordEntry) -> Void
    ) throws(StoreError) -> Completeness {
        var input = RecordInput(source)
        while true {
            switch try input.readHead() {
            case .end: return .complete
            case .cut(let bytes): return .incomplete(ignoredBytes: bytes)
            case .damaged(let error): return .damaged(error, offset: input.offset)
            case .record(let head):
                let isRight: Bool
                switch try input.verifyUnknown(head) {
                case .cut(let bytes): return .incomplete(ignoredBytes: bytes)
                case .damaged: isRight = false
                case .record, .end: isRight = true
                }
                body(
                    RecordEntry(
                        offset: input.offset, typeNumber: head.type,
                        type: RecordType(rawValue: head.type), isSkippable: head.isSkippable,
                        bodyBytes: head.bodyBytes, dataBytes: head.dataBytes,
                        isChecksumRight: isRight))
                input.advance()
            }
        }
    }
}
