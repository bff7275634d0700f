/// The last record of a whole file: totals, where the index is, and the identities.
public struct FooterRecord: Hashable, Sendable {
    /// Length of the body in bytes.
    public static let bodyByteCount = 172
    /// Length of the whole record in bytes, so that it can be found from the end of the file.
    public static let recordByteCount =
        RecordHead.byteCount + bodyByteCount + RecordHead.checksumByteCount
    /// The fact that the recorder ended the trace itself; clear in a file rebuilt by recovery.
    public static let closedByRecorder: UInt32 = 1

    /// Offsets of the body's fields in bytes, for the documentation's test.
    static let fieldOffsets = [
        "control events": 0, "data events": 8, "blocks": 16, "index offset": 24, "strings": 32,
        "lost events": 40, "time min": 48, "time max": 56, "snapshots": 64, "facts": 72,
        "input id": 76, "outcome id": 108, "content id": 140,
    ]

    /// Events in the control lane of all blocks.
    public var controlEvents: UInt64 = 0
    /// Events in the data lane of all blocks.
    public var dataEvents: UInt64 = 0
    /// Number of blocks.
    public var blocks: UInt64 = 0
    /// Offset in bytes of the first index record, or of this record when there is none.
    public var indexOffset: UInt64 = 0
    /// Strings in the table, the empty string included.
    public var strings: UInt64 = 1
    /// Sum of the counts of all loss records.
    public var lostEvents: UInt64 = 0
    /// Time of the first event in nanoseconds; 0 without events.
    public var timeMinNs: Int64 = 0
    /// Time of the last event in nanoseconds; 0 without events.
    public var timeMaxNs: Int64 = 0
    /// Number of snapshots.
    public var snapshots: UInt64 = 0
    /// Facts about the file, one bit each.
    public var facts: UInt32 = closedByRecorder
    /// The 32 bytes of the input id.
    public var inputID: [UInt8] = [UInt8](repeating: 0, count: 32)
    /// The 32 bytes of the outcome id.
    public var outcomeID: [UInt8] = [UInt8](repeating: 0, count: 32)
    /// The 32 bytes of the content id.
    public var contentID: [UInt8] = [UInt8](repeating: 0, count: 32)

    /// Makes the footer of an empty trace.
    public init() {}

    /// Appends the whole record.
    public func encode(to writer: inout ByteWriter) {
        precondition(
            inputID.count == 32 && outcomeID.count == 32 && contentID.count == 32,
            "an identity has 32 bytes")
        let start = writer.beginRecord(.footer)
        writer.append(controlEvents)
        writer.append(dataEvents)
        writer.append(blocks)
        writer.append(indexOffset)
        writer.append(strings)
        writer.append(lostEvents)
        writer.append(timeMinNs)
        writer.append(timeMaxNs)
        writer.append(snapshots)
        writer.append(facts)
        writer.append(contentsOf: inputID)
        writer.append(contentsOf: outcomeID)
        writer.append(contentsOf: contentID)
        writer.endRecord(at: start)
    }

    /// Reads the body.
    ///
    /// - Throws: `FormatError`.
    public init(body: RecordBody) throws(FormatError) {
        var reader = body.reader()
        controlEvents = try reader.integer("control events")
        dataEvents = try reader.integer("data events")
        blocks = try reader.integer("blocks")
        indexOffset = try reader.integer("index offset")
        strings = try reader.integer("strings")
        lostEvents = try reader.integer("lost events")
        timeMinNs = try reader.integer("time min")
        timeMaxNs = try reader.integer("time max")
        snapshots = try reader.integer("snapshots")
        facts = try reader.integer("facts")
        inputID = try reader.raw("input id", count: 32)
        outcomeID = try reader.raw("outcome id", count: 32)
        contentID = try reader.raw("content id", count: 32)
        try reader.finish("footer")
        guard facts & ~Self.closedByRecorder == 0 else {
            throw .reservedBits(field: "facts", offset: body.offset + 72)
        }
    }
}
