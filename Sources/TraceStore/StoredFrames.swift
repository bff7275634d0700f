import TraceFormat

/// Bytes of any length as frames that follow a record, and back.
enum StoredFrames {
    /// What was found where frames should be.
    enum End {
        case good
        case cut(bytes: Int64)
        case damaged(FormatError)
    }

    /// Compresses bytes chunk by chunk.
    ///
    /// - Complexity: O(bytes).
    static func make(
        of bytes: [UInt8], _ codec: inout StoreCodec
    ) throws(CodecFault) -> (table: FrameTable, frames: [UInt8]) {
        var frames: [UInt8] = []
        var chunks: [FrameTable.Chunk] = []
        let size = FormatLimits.snapshotChunkBytes
        // Enough for a chunk that does not shrink.
        var compressed = [UInt8](repeating: 0, count: size + size / 128 + 1_024)
        for start in stride(from: 0, to: bytes.count, by: size) {
            let end = min(start + size, bytes.count)
            let length = try codec.compress(
                bytes, start..<end, into: &compressed, limit: compressed.count, .repeating)
            guard let length else { throw .compression(code: 0) }
            frames.append(contentsOf: compressed[0..<length])
            chunks.append(FrameTable.Chunk(storedBytes: length, rawBytes: end - start))
        }
        return (FrameTable(chunks: chunks, checksum: Checksum.crc32c(frames.span)), frames)
    }

    /// Hands on the bytes chunk by chunk; never more than one is in memory.
    ///
    /// What was handed on counts only where the end is `good`.
    ///
    /// - Complexity: O(bytes).
    /// - Throws: What the source throws.
    static func forEach(
        of table: FrameTable, at dataOffset: Int64, field: String, in input: inout RecordInput,
        _ codec: inout StoreCodec, _ body: ([UInt8]) -> Void
    ) throws(StoreError) -> End {
        var stored: [UInt8] = []
        var raw: [UInt8] = []
        var sum: UInt32 = 0
        var offset = dataOffset
        for chunk in table.chunks {
            if stored.count < chunk.storedBytes {
                stored = [UInt8](repeating: 0, count: chunk.storedBytes)
            }
            let taken = try input.read(at: offset, into: &stored, at: 0, count: chunk.storedBytes)
            guard taken == chunk.storedBytes else {
                return .cut(bytes: offset - dataOffset + Int64(taken))
            }
            sum = Checksum.crc32c(stored.span.extracting(0..<taken), continuing: sum)
            if raw.count != chunk.rawBytes {
                raw = [UInt8](repeating: 0, count: chunk.rawBytes)
            }
            do {
                try codec.decompress(stored, 0..<taken, into: &raw, count: chunk.rawBytes)
            } catch {
                return .damaged(.frame(field: field, offset: offset))
            }
            body(raw)
            offset += Int64(taken)
        }
        guard sum == table.checksum else {
            return .damaged(
                .checksum(
                    field: field, offset: dataOffset, stored: table.checksum, computed: sum))
        }
        return .good
    }
}
