/// Where a block is and what it spans.
public struct IndexEntry: Hashable, Sendable {
    /// Length of an entry in bytes.
    public static let byteCount = 64

    /// Offsets of an entry's fields in bytes, for the documentation's test.
    static let fieldOffsets = [
        "offset": 0, "length": 8, "time min": 16, "time max": 24, "first sequence": 32,
        "control events": 40, "data events": 44, "kind mask": 48, "domain min": 56,
        "domain max": 60,
    ]

    /// Offset of the block's record in the file in bytes.
    public var offset: Int64
    /// Length of the record and its frames in bytes.
    public var length: Int64
    /// Time of the first event in nanoseconds.
    public var timeMinNs: Int64
    /// Time of the last event in nanoseconds.
    public var timeMaxNs: Int64
    /// Sequence number of the first event.
    public var firstSequence: UInt64
    /// Events in the control lane.
    public var controlEvents: Int
    /// Events in the data lane.
    public var dataEvents: Int
    /// Bit `number % 64` for each kind that occurs.
    public var kindMask: UInt64
    /// The lowest domain of an event.
    public var domainMin: Int32
    /// The highest domain of an event.
    public var domainMax: Int32

    /// Makes the entry of a block.
    public init(offset: Int64, length: Int64, block: BlockSummary) {
        self.offset = offset
        self.length = length
        timeMinNs = block.timeMinNs
        timeMaxNs = block.timeMaxNs
        firstSequence = block.firstSequence
        controlEvents = block.controlEvents
        dataEvents = block.dataEvents
        kindMask = block.kindMask
        domainMin = block.domainMin
        domainMax = block.domainMax
    }

    fileprivate init(_ reader: inout ByteReader) throws(FormatError) {
        offset = try reader.integer("offset")
        length = try reader.integer("length")
        timeMinNs = try reader.integer("time min")
        timeMaxNs = try reader.integer("time max")
        firstSequence = try reader.integer("first sequence")
        controlEvents = Int(try reader.integer("control events", as: UInt32.self))
        dataEvents = Int(try reader.integer("data events", as: UInt32.self))
        kindMask = try reader.integer("kind mask")
        domainMin = try reader.integer("domain min")
        domainMax = try reader.integer("domain max")
    }

    /// The sum of the entry's bytes, continuing from that of the entries before it.
    public func checksum(continuing previous: UInt32) -> UInt32 {
        var writer = ByteWriter()
        encode(to: &writer)
        return Checksum.crc32c(writer.bytes.span, continuing: previous)
    }

    fileprivate func encode(to writer: inout ByteWriter) {
        writer.append(offset)
        writer.append(length)
        writer.append(timeMinNs)
        writer.append(timeMaxNs)
        writer.append(firstSequence)
        writer.append(UInt32(controlEvents))
        writer.append(UInt32(dataEvents))
        writer.append(kindMask)
        writer.append(domainMin)
        writer.append(domainMax)
    }
}

/// The records that list the blocks.
public enum IndexRecord {
    /// Appends one record with some of the entries.
    ///
    /// - Complexity: O(entries).
    public static func encode(_ entries: ArraySlice<IndexEntry>, to writer: inout ByteWriter) {
        precondition(
            entries.count <= FormatLimits.indexEntries, "an index record holds a part of the index")
        let start = writer.beginRecord(.index, isSkippable: true)
        writer.append(UInt32(entries.count))
        for entry in entries { entry.encode(to: &writer) }
        writer.endRecord(at: start)
    }

    /// Reads the body.
    ///
    /// - Complexity: O(entries).
    /// - Throws: `FormatError`.
    public static func decode(_ body: RecordBody) throws(FormatError) -> [IndexEntry] {
        var reader = body.reader()
        let count = Int(try reader.integer("entries", as: UInt32.self))
        guard reader.remaining == count * IndexEntry.byteCount else {
            throw .mismatch(
                field: "entries", offset: body.offset, found: UInt64(reader.remaining),
                expected: UInt64(count * IndexEntry.byteCount))
        }
        var entries: [IndexEntry] = []
        entries.reserveCapacity(count)
        for _ in 0..<count { entries.append(try IndexEntry(&reader)) }
        return entries
    }
}
