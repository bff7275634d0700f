import TraceFormat

/// Reads records from a source, one after the other, and tells a cut from damage.
struct RecordInput {
    /// What reading a record came to.
    enum Step: Equatable {
        case record(RecordHead)
        /// No bytes are left.
        case end
        /// So many bytes are left, too few for what they start.
        case cut(bytes: Int64)
        case damaged(FormatError)
    }

    let source: any ByteSource
    /// Offset of the record that was read last, or is read next.
    private(set) var offset: Int64 = 0
    /// The record that was read last, from its first byte; for a block its head only.
    private(set) var bytes: [UInt8] = [UInt8](repeating: 0, count: 4_096)
    /// Length in bytes of the record that was read last with its frames; 0 without a whole head.
    private(set) var extent: Int64 = 0
    private var loaded = 0
    /// Bytes read so far.
    private(set) var bytesRead: Int64 = 0

    init(_ source: any ByteSource) { self.source = source }

    private mutating func counted(_ bytes: Int) -> Int {
        bytesRead += Int64(bytes)
        return bytes
    }

    /// Reads from anywhere, as the source does.
    mutating func read(
        at offset: Int64, into buffer: inout [UInt8], at start: Int, count: Int
    ) throws(StoreError) -> Int {
        try counted(source.read(at: offset, into: &buffer, at: start, count: count))
    }

    /// Passes over the record and its frames.
    mutating func advance() {
        offset += extent
        extent = 0
    }

    /// Goes to another offset, where a record may start.
    mutating func move(to offset: Int64) {
        self.offset = offset
        extent = 0
        loaded = 0
    }

    /// The head that was read last, though its record reaches past the end.
    func headOfCutRecord() -> RecordHead? {
        guard loaded >= RecordHead.byteCount else { return nil }
        return try? RecordHead(decoding: bytes, fileOffset: offset)
    }

    /// Reads the head of the record at `offset`.
    ///
    /// - Throws: What the source throws.
    mutating func readHead() throws(StoreError) -> Step {
        loaded = try counted(
            source.read(at: offset, into: &bytes, at: 0, count: RecordHead.byteCount))
        if loaded == 0 { return .end }
        if loaded < RecordHead.byteCount { return .cut(bytes: Int64(loaded)) }
        do {
            let head = try RecordHead(decoding: bytes, fileOffset: offset)
            extent = head.extentBytes
            if let length = source.length, extent > length - offset {
                return .cut(bytes: length - offset)
            }
            return .record(head)
        } catch {
            return .damaged(error)
        }
    }

    /// Reads on until the first `count` bytes of the record are in `bytes`.
    ///
    /// - Returns: `nil`, or the number of bytes there are where they are too few.
    mutating func load(_ count: Int) throws(StoreError) -> Int64? {
        guard loaded < count else { return nil }
        if bytes.count < count {
            bytes.append(contentsOf: [UInt8](repeating: 0, count: count - bytes.count))
        }
        loaded += try counted(
            source.read(
                at: offset + Int64(loaded), into: &bytes, at: loaded, count: count - loaded))
        return loaded < count ? Int64(loaded) : nil
    }

    /// Reads bytes that follow the loaded part of the record.
    ///
    /// - Returns: `nil`, or the number of the record's bytes there are where they are too few.
    mutating func load(
        _ range: Range<Int>, after first: Int, into content: inout [UInt8]
    ) throws(StoreError) -> Int64? {
        let start = offset + Int64(first + range.lowerBound)
        let taken = try read(
            at: start, into: &content, at: range.lowerBound, count: range.count)
        return taken < range.count ? Int64(first + range.lowerBound + taken) : nil
    }

    /// Checks the sum of a record too long, or not worth, to be kept.
    ///
    /// - Returns: What is wrong, or `.record` with the head.
    mutating func verifyUnknown(_ head: RecordHead) throws(StoreError) -> Step {
        var sum = Checksum.crc32c(bytes.span.extracting(0..<RecordHead.byteCount))
        var position = Int64(RecordHead.byteCount)
        let end = position + Int64(head.bodyBytes)
        var piece = [UInt8](repeating: 0, count: 65_536)
        while position < end {
            let count = Int(min(end - position, Int64(piece.count)))
            let taken = try read(at: offset + position, into: &piece, at: 0, count: count)
            sum = Checksum.crc32c(piece.span.extracting(0..<taken), continuing: sum)
            position += Int64(taken)
            if taken < count { return .cut(bytes: position) }
        }
        let taken = try read(at: offset + end, into: &piece, at: 0, count: 4)
        if taken < 4 { return .cut(bytes: end + Int64(taken)) }
        let stored = (0..<4).reduce(UInt32(0)) { $0 | UInt32(piece[$1]) << UInt32(8 * $1) }
        guard stored == sum else {
            return .damaged(
                .checksum(field: "record", offset: offset, stored: stored, computed: sum))
        }
        return .record(head)
    }

    /// Reads the footer at the end of a source that can go back, where there is a good one.
    mutating func probeFooter() throws(StoreError) -> FooterRecord? {
        let size = FooterRecord.recordByteCount
        guard let length = source.length, length >= Int64(size) else { return nil }
        var tail = [UInt8](repeating: 0, count: size)
        let start = length - Int64(size)
        guard try read(at: start, into: &tail, at: 0, count: size) == size else {
            return nil
        }
        guard let head = try? RecordHead(decoding: tail, fileOffset: start),
            head.type == RecordType.footer.rawValue, head.extentBytes == Int64(size),
            let body = try? RecordBody(record: tail, head: head, fileOffset: start)
        else { return nil }
        return try? FooterRecord(body: body)
    }
}
