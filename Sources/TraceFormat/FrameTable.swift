/// How bytes of any length are cut into frames that follow a record: those of a snapshot or summary.
public struct FrameTable: Equatable, Sendable {
    /// One frame.
    public struct Chunk: Equatable, Sendable {
        /// Length of the frame in bytes.
        public var storedBytes: Int
        /// Length of what it decompresses to in bytes.
        public var rawBytes: Int

        /// Makes a chunk.
        public init(storedBytes: Int, rawBytes: Int) {
            self.storedBytes = storedBytes
            self.rawBytes = rawBytes
        }
    }

    /// The frames in order.
    public var chunks: [Chunk]
    /// CRC-32C of all stored bytes.
    public var checksum: UInt32

    /// Makes a table.
    public init(chunks: [Chunk], checksum: UInt32) {
        self.chunks = chunks
        self.checksum = checksum
    }

    /// Length of the bytes before compression.
    ///
    /// - Complexity: O(chunks).
    public var rawBytes: Int { chunks.reduce(0) { $0 + $1.rawBytes } }
    /// Length of the frames in bytes.
    ///
    /// - Complexity: O(chunks).
    public var storedBytes: Int { chunks.reduce(0) { $0 + $1.storedBytes } }

    func encode(to writer: inout ByteWriter) {
        writer.append(UInt64(rawBytes))
        writer.append(UInt64(storedBytes))
        writer.append(checksum)
        writer.appendVarint(UInt64(chunks.count))
        for chunk in chunks {
            writer.appendVarint(UInt64(chunk.storedBytes))
            writer.appendVarint(UInt64(chunk.rawBytes))
        }
    }

    /// Reads a table from the body of a record whose head declares `dataBytes` of frames.
    ///
    /// - Parameter limit: The most bytes there may be before compression.
    init(
        from reader: inout ByteReader, of body: RecordBody, dataBytes: Int64, limit: Int
    ) throws(FormatError) {
        let raw = try reader.integer("raw length", as: UInt64.self)
        guard raw <= UInt64(limit) else {
            throw .limit(
                field: "raw length", offset: body.offset, value: raw, limit: UInt64(limit))
        }
        let stored = try reader.integer("stored length", as: UInt64.self)
        checksum = try reader.integer("stored checksum")
        let count = try reader.count("chunks", limit: limit / FormatLimits.snapshotChunkBytes)
        chunks = []
        for _ in 0..<count {
            // A frame that does not shrink may be a little longer than its content.
            let storedBytes = try reader.count(
                "chunk stored length", limit: 2 * FormatLimits.snapshotChunkBytes)
            let rawBytes = try reader.count(
                "chunk raw length", limit: FormatLimits.snapshotChunkBytes)
            chunks.append(Chunk(storedBytes: storedBytes, rawBytes: rawBytes))
        }
        try Self.expect("raw length", UInt64(rawBytes), raw, body)
        try Self.expect("stored length", UInt64(storedBytes), stored, body)
        try Self.expect("data length", UInt64(dataBytes), stored, body)
    }

    private static func expect(
        _ field: String, _ found: UInt64, _ expected: UInt64, _ body: RecordBody
    ) throws(FormatError) {
        guard found == expected else {
            throw .mismatch(field: field, offset: body.offset, found: found, expected: expected)
        }
    }
}
