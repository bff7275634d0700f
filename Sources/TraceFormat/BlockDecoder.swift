public import TraceCore

/// Which lanes of a block are wanted.
public enum LaneSelection: Sendable, CaseIterable {
    case control
    case data
    case both

    /// The lanes, control first.
    public var lanes: [Lane] {
        switch self {
        case .control: [.control]
        case .data: [.data]
        case .both: [.control, .data]
        }
    }
}

/// Reads blocks: first the head and directories, then as many columns as are asked for.
///
/// The decoder owns buffers that it uses again for the next block. It does no input: the caller
/// loads the parts of the block that it names.
public struct BlockDecoder: Sendable {
    /// Length in bytes of what `begin` needs before it knows the directories' lengths.
    public static let prefixByteCount = RecordHead.byteCount + BlockLayout.fixedByteCount

    let kinds: KindTable
    var head: BlockHead?
    var fileOffset: Int64 = 0
    var directories = [LaneDirectory(), LaneDirectory()]
    /// The decoded values of both lanes' columns.
    var cells: [Int64] = []
    /// By lane where its cells end; they get their room when the lane is decoded.
    var cellEnds = [0, 0]
    /// Shared streams by lane, empty until they are decoded.
    var sharedStreams: [[UInt8]] = [[], []]
    /// By lane: whether the key columns are decoded, and which event of its source each event of a
    /// section with a key refers to, the sections one after the other.
    var areLinksResolved = [false, false]
    var references: [[Int32]] = [[], []]
    /// Room for the places of a lane's key columns.
    var places: [UInt8] = []
    /// Room for one plane.
    var scratch: [UInt8] = []
    /// Whether the record's sum was found right, which covers the raw planes.
    var isRecordVerified = false

    /// Makes a decoder of blocks whose events are of this schema.
    public init(schema: EventSchema) {
        kinds = KindTable(schema)
    }

    /// What the current block holds.
    ///
    /// Programmer error: asked before `begin` has succeeded.
    public var summary: BlockSummary { current.summary }

    var current: BlockHead {
        guard let head else { preconditionFailure("a block decoder is asked after begin") }
        return head
    }

    /// How many bytes of a block `begin` needs.
    ///
    /// - Parameters:
    ///   - bytes: The block's first `prefixByteCount` bytes, or more.
    /// - Throws: `FormatError`.
    public static func headByteCount(
        _ bytes: [UInt8], record: RecordHead, fileOffset: Int64
    ) throws(FormatError) -> Int {
        try BlockHead(decoding: bytes, record: record, fileOffset: fileOffset).headBytes
    }

    /// Starts a block: reads and checks its head and directories.
    ///
    /// - Parameters:
    ///   - bytes: The block from its first byte, through its directories.
    /// - Complexity: O(directories).
    /// - Throws: `FormatError`.
    public mutating func begin(
        _ bytes: [UInt8], record: RecordHead, fileOffset: Int64
    ) throws(FormatError) {
        head = nil
        isRecordVerified = false
        let read = try BlockHead(decoding: bytes, record: record, fileOffset: fileOffset)
        try read.verify(bytes, fileOffset: fileOffset)
        var next = Self.prefixByteCount
        var firstCell = 0
        var payload = 0
        for lane in Lane.allCases {
            let number = Int(lane.rawValue)
            let range = next..<next + read.directoryBytes[number]
            var reader = ByteReader(bytes, range, fileOffset: fileOffset)
            let events = number == 0 ? read.summary.controlEvents : read.summary.dataEvents
            let declared = LaneDirectory.Declared(
                events: events, rawBytes: read.rawBytes[number],
                frameBytes: read.frameBytes[number], firstCell: firstCell)
            try directories[number].decode(
                &reader, lane: lane, declared: declared, kinds: kinds)
            next = range.upperBound
            firstCell += directories[number].cellCount
            cellEnds[number] = firstCell
            // The limit counts four cells for the common part, of which five are kept here.
            payload += directories[number].cellCount - events - directories[number].literalCells
            sharedStreams[number].removeAll(keepingCapacity: true)
            areLinksResolved[number] = false
        }
        try checkStatistics(read.summary, fileOffset)
        guard payload <= FormatLimits.blockCells else {
            throw .limit(
                field: "block cells", offset: fileOffset, value: UInt64(payload),
                limit: UInt64(FormatLimits.blockCells))
        }
        self.fileOffset = fileOffset
        head = read
    }

    /// Length in bytes of what follows the head: the content.
    public var contentByteCount: Int { current.contentBytes }

    /// Length in bytes of the head, after which the content starts.
    public var headByteCount: Int { current.headBytes }

    /// Whether the data lane's sequence numbers come from the control lane's.
    var sequencesFollow: Bool {
        let columns = directories[1].columns
        return !columns.isEmpty
            && columns[LaneDirectory.sequenceColumn].transform == .complement
    }

    /// Checks the record's sum, given the bytes that `begin` took and the whole content.
    ///
    /// - Complexity: O(record).
    /// - Throws: `FormatError.checksum`.
    public mutating func verifyRecord(_ bytes: [UInt8], content: [UInt8]) throws(FormatError) {
        let rawEnd = current.rawBytes[0] + current.rawBytes[1]
        var sum = Checksum.crc32c(bytes.span.extracting(0..<current.headBytes))
        sum = Checksum.crc32c(content.span.extracting(0..<rawEnd), continuing: sum)
        var reader = ByteReader(content, rawEnd..<rawEnd + 4, fileOffset: contentOffset)
        let stored = try reader.integer("record", as: UInt32.self)
        guard stored == sum else {
            throw .checksum(field: "record", offset: fileOffset, stored: stored, computed: sum)
        }
        isRecordVerified = true
    }

    /// Offset of the content in the file in bytes.
    var contentOffset: Int64 { fileOffset + Int64(current.headBytes) }

    /// Decodes columns of a lane; those decoded before are kept.
    ///
    /// - Parameters:
    ///   - columns: Which ones; `nil` for all.
    ///   - content: The block's content; only the parts of `contentRanges` are read.
    /// - Complexity: O(cells of the columns).
    /// - Throws: `FormatError`.
    public mutating func decode(
        _ lane: Lane, _ columns: ColumnSelection? = nil, content: [UInt8],
        codec: inout some FrameCodec & ~Copyable
    ) throws(FormatError) {
        try decodeLaneColumns(lane, content: content, codec: &codec)
        for column in wantedColumns(lane, columns) {
            try decodeColumn(lane, column, content: content, codec: &codec)
        }
        try checkSections(lane)
    }

    /// Decodes the order, time and sequence columns of a lane.
    ///
    /// - Complexity: O(events of the lane).
    /// - Throws: `FormatError`.
    public mutating func decodeLaneColumns(
        _ lane: Lane, content: [UInt8], codec: inout some FrameCodec & ~Copyable
    ) throws(FormatError) {
        let number = Int(lane.rawValue)
        guard directories[number].eventCount > 0 else { return }
        guard !directories[number].columns[LaneDirectory.sequenceColumn].isDecoded else { return }
        if lane == .data, sequencesFollow {
            try decodeLaneColumns(.control, content: content, codec: &codec)
        }
        for column in 0..<3 {
            try decodeColumn(lane, column, content: content, codec: &codec)
        }
        try finishOrder(lane)
        try finishTimes(lane)
        try finishSequences(lane)
    }
}
