import TraceFormat

/// A file that holds nothing but a summary: one record and its frames.
public enum SummaryFile {
    /// Writes a summary and makes the file whole.
    ///
    /// - Parameters:
    ///   - content: The summary in bytes.
    ///   - version: The version of the definitions of its metrics.
    /// - Complexity: O(content).
    /// - Throws: `StoreError`.
    public static func write(
        _ content: [UInt8], version: UInt64, to sink: some ByteSink
    ) throws(StoreError) {
        guard content.count <= FormatLimits.summaryBytes else {
            throw .limit(
                field: "summary bytes", value: UInt64(content.count),
                limit: UInt64(FormatLimits.summaryBytes))
        }
        var codec = StoreCodec(level: 19)
        do {
            let (table, frames) = try StoredFrames.make(of: content, &codec)
            var record = ByteWriter()
            SummaryRecord(version: version, frames: table).encode(to: &record)
            try sink.write(record.bytes)
            try sink.write(frames)
        } catch let error as StoreError {
            throw error
        } catch let fault as CodecFault {
            throw .compression(code: fault.code)
        } catch {
            preconditionFailure("writing a summary has no other errors: \(error)")
        }
        try sink.commit()
    }

    /// Whether a source starts as a summary file does.
    ///
    /// - Throws: What the source throws.
    public static func isAt(_ source: PeekedSource) throws(StoreError) -> Bool {
        guard let head = try? RecordHead(decoding: source.start, fileOffset: 0) else {
            return false
        }
        return head.type == RecordType.summary.rawValue
    }

    /// Reads a summary.
    ///
    /// - Complexity: O(bytes).
    /// - Throws: `StoreError.format` for what is cut, damaged or followed by something.
    public static func read(
        _ source: any ByteSource
    ) throws(StoreError) -> (version: UInt64, content: [UInt8]) {
        func refuse(_ error: FormatError) -> StoreError { .format(error, path: source.path) }
        func cut(_ offset: Int64, _ needed: Int64) -> StoreError {
            refuse(.truncated(field: "summary", offset: offset, needed: needed, available: 0))
        }
        var input = RecordInput(source)
        let head: RecordHead
        switch try input.readHead() {
        case .record(let found): head = found
        case .damaged(let error): throw refuse(error)
        case .end, .cut: throw refuse(.notATrace)
        }
        if try input.load(Int(head.recordBytes)) != nil { throw cut(0, head.recordBytes) }
        var content: [UInt8] = []
        do {
            let body = try RecordBody(record: input.bytes, head: head, fileOffset: 0)
            let record = try SummaryRecord(body: body, dataBytes: head.dataBytes)
            var codec = StoreCodec()
            let end = try StoredFrames.forEach(
                of: record.frames, at: head.recordBytes, field: "summary", in: &input, &codec
            ) { content.append(contentsOf: $0) }
            switch end {
            case .good: break
            case .cut(let bytes): throw cut(head.recordBytes + bytes, head.dataBytes - bytes)
            case .damaged(let error): throw error
            }
            try requireEnd(head.extentBytes, source, &input)
            return (record.version, content)
        } catch let error as FormatError {
            throw refuse(error)
        } catch let error as StoreError {
            throw error
        } catch {
            preconditionFailure("reading a summary has no other errors: \(error)")
        }
    }

    private static func requireEnd(
        _ end: Int64, _ source: any ByteSource, _ input: inout RecordInput
    ) throws(StoreError) {
        var more: [UInt8] = [0]
        guard try input.read(at: end, into: &more, at: 0, count: 1) == 0 else {
            throw .format(.trailingBytes(offset: end, count: 1), path: source.path)
        }
    }
}

extension CodecFault {
    fileprivate var code: Int {
        switch self {
        case .compression(let code), .decompression(let code): code
        }
    }
}

/// A source whose first bytes were looked at, to tell what it holds.
public final class PeekedSource: ByteSource {
    /// The first bytes, filled up with zeros: as many as a record's head has.
    public let start: [UInt8]
    /// How many of them there are.
    private let startCount: Int
    private let source: any ByteSource

    /// Looks at the first bytes of a source that nobody has read from.
    ///
    /// - Throws: What the source throws.
    public init(_ source: any ByteSource) throws(StoreError) {
        self.source = source
        var start = [UInt8](repeating: 0, count: RecordHead.byteCount)
        startCount = try source.read(at: 0, into: &start, at: 0, count: start.count)
        self.start = start
    }

    /// The path of the source.
    public var path: String { source.path }
    /// The length of the source, `nil` for a stream.
    public var length: Int64? { source.length }

    /// Reads bytes into a part of `buffer`, the first ones from memory.
    public func read(
        at offset: Int64, into buffer: inout [UInt8], at first: Int, count: Int
    ) throws(StoreError) -> Int {
        var taken = 0
        if offset < Int64(startCount), count > 0 {
            taken = min(count, startCount - Int(offset))
            buffer.replaceSubrange(
                first..<first + taken, with: start[Int(offset)..<Int(offset) + taken])
        }
        guard taken < count else { return taken }
        return try taken
            + source.read(
                at: offset + Int64(taken), into: &buffer, at: first + taken, count: count - taken)
    }
}
