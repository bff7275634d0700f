/// The record of opaque bytes, such as an engine's state, stored as frames that follow it.
public struct SnapshotRecord: Equatable, Sendable {
    /// One frame of a snapshot.
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

    /// The snapshot's name; the state a replay starts from is called `initial`.
    public var name: String
    /// The frames in order.
    public var chunks: [Chunk]
    /// CRC-32C of all stored bytes.
    public var checksum: UInt32

    /// Makes a record.
    public init(name: String, chunks: [Chunk], checksum: UInt32) {
        self.name = name
        self.chunks = chunks
        self.checksum = checksum
    }

    /// Length of the snapshot in bytes.
    ///
    /// - Complexity: O(chunks).
    public var rawBytes: Int { chunks.reduce(0) { $0 + $1.rawBytes } }
    /// Length of its frames in bytes.
    ///
    /// - Complexity: O(chunks).
    public var storedBytes: Int { chunks.reduce(0) { $0 + $1.storedBytes } }

    /// Appends the whole record; the frames come directly after it.
    public func encode(to writer: inout ByteWriter) {
        let start = writer.beginRecord(.snapshot)
        writer.appendText(name)
        writer.append(UInt64(rawBytes))
        writer.append(UInt64(storedBytes))
        writer.append(checksum)
        writer.appendVarint(UInt64(chunks.count))
        for chunk in chunks {
            writer.appendVarint(UInt64(chunk.storedBytes))
            writer.appendVarint(UInt64(chunk.rawBytes))
        }
        writer.endRecord(at: start, dataBytes: storedBytes)
    }

    /// Reads the body of a record whose head declares `dataBytes` of frames.
    ///
    /// - Complexity: O(chunks).
    /// - Throws: `FormatError` where lengths do not add up or exceed the limits.
    public init(body: RecordBody, dataBytes: Int64) throws(FormatError) {
        var reader = body.reader()
        name = try reader.text("snapshot name", limit: FormatLimits.nameBytes)
        let raw = try reader.integer("raw length", as: UInt64.self)
        guard raw <= UInt64(FormatLimits.snapshotBytes) else {
            throw .limit(
                field: "raw length", offset: body.offset, value: raw,
                limit: UInt64(FormatLimits.snapshotBytes))
        }
        let stored = try reader.integer("stored length", as: UInt64.self)
        checksum = try reader.integer("stored checksum")
        let limit = FormatLimits.snapshotBytes / FormatLimits.snapshotChunkBytes
        let count = try reader.count("chunks", limit: limit)
        chunks = []
        for _ in 0..<count {
            // A frame that does not shrink may be a little longer than its content.
            let storedBytes = try reader.count(
                "chunk stored length", limit: 2 * FormatLimits.snapshotChunkBytes)
            let rawBytes = try reader.count(
                "chunk raw length", limit: FormatLimits.snapshotChunkBytes)
            chunks.append(Chunk(storedBytes: storedBytes, rawBytes: rawBytes))
        }
        try reader.finish("snapshot")
        try expect("raw length", UInt64(rawBytes), raw, body)
        try expect("stored length", UInt64(storedBytes), stored, body)
        try expect("data length", UInt64(dataBytes), stored, body)
    }

    private func expect(
        _ field: String, _ found: UInt64, _ expected: UInt64, _ body: RecordBody
    ) throws(FormatError) {
        guard found == expected else {
            throw .mismatch(field: field, offset: body.offset, found: found, expected: expected)
        }
    }
}
