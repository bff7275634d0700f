import TraceFormat
import TraceIdentity

// Snapshots and the index.
extension TraceReader {
    func takeSnapshot(_ head: RecordHead, _ body: RecordBody) throws(StoreError) {
        let entry: SnapshotEntry
        do {
            try Self.check(
                "snapshots", snapshots.count + 1, FormatLimits.snapshots, body.offset)
            let record = try SnapshotRecord(body: body, dataBytes: head.dataBytes)
            state.snapshotBytes += record.frames.rawBytes
            try Self.check(
                "snapshot bytes", state.snapshotBytes, FormatLimits.snapshotBytes, body.offset)
            entry = SnapshotEntry(record: record, dataOffset: input.offset + head.recordBytes)
        } catch {
            damage(error)
            return
        }
        if keepsSnapshots, input.source.length == nil {
            switch try load(entry) {
            case .bytes(let bytes): keptSnapshots.append((entry.record.name, bytes))
            case .cut(let bytes):
                endOfData(ignoredBytes: head.recordBytes + bytes)
                return
            case .damaged(let error):
                endAtSnapshot(error, entry)
                return
            }
        } else if sumsSnapshots {
            var sum = SnapshotSum()
            switch try forEachChunk(entry, { sum.add($0) }) {
            case .good: snapshotSums.append(sum)
            case .cut(let bytes):
                endOfData(ignoredBytes: head.recordBytes + bytes)
                return
            case .damaged(let error):
                endAtSnapshot(error, entry)
                return
            }
        } else if checksAll {
            switch try verify(entry) {
            case .good: break
            case .cut(let bytes):
                endOfData(ignoredBytes: head.recordBytes + bytes)
                return
            case .damaged(let error):
                if snapshotDamage == nil { snapshotDamage = (error, entry.dataOffset) }
            }
        }
        snapshots.append(entry)
        input.advance()
    }

    /// The bytes of the last snapshot with a name among those found so far, or `nil`.
    ///
    /// Those before the first block are found when the trace is opened.
    ///
    /// - Complexity: O(bytes).
    /// - Throws: `StoreError.format` where it is damaged, `notSeekable` for a stream whose
    ///   snapshots are not kept, and what the source throws.
    public func snapshot(_ name: String) throws(StoreError) -> [UInt8]? {
        guard let number = snapshots.lastIndex(where: { $0.record.name == name }) else {
            return nil
        }
        return try snapshot(at: number)
    }

    /// The bytes of a snapshot by its number in `snapshots`.
    ///
    /// - Complexity: O(bytes).
    /// - Throws: As `snapshot`.
    public func snapshot(at number: Int) throws(StoreError) -> [UInt8] {
        switch try storedSnapshot(number) {
        case .success(let bytes): return bytes
        case .failure(let error): throw .format(error, path: path)
        }
    }

    /// The bytes of a snapshot by its number among those found so far, or what is wrong with them.
    ///
    /// - Complexity: O(bytes).
    func storedSnapshot(_ number: Int) throws(StoreError) -> Result<[UInt8], FormatError> {
        if number < keptSnapshots.count { return .success(keptSnapshots[number].bytes) }
        guard input.source.length != nil else { throw .notSeekable(path: path) }
        let entry = snapshots[number]
        switch try load(entry) {
        case .bytes(let bytes): return .success(bytes)
        case .damaged(let error): return .failure(error)
        case .cut(let bytes):
            return .failure(
                .truncated(
                    field: "snapshot", offset: entry.dataOffset,
                    needed: Int64(entry.record.frames.storedBytes), available: bytes))
        }
    }

    /// Frees the memory of a snapshot that was kept and is not needed any more.
    func forgetSnapshot(_ number: Int) {
        if number < keptSnapshots.count { keptSnapshots[number].bytes = [] }
    }

    /// Reading ends because a snapshot is damaged; what is damaged are its frames.
    func endAtSnapshot(_ error: FormatError, _ entry: SnapshotEntry) {
        state.hasBlock = false
        completeness = .damaged(error, offset: entry.dataOffset)
    }

    typealias StoredSnapshot = StoredFrames.End

    /// Checks the sum of a snapshot's stored bytes, without decompressing them.
    func verify(_ entry: SnapshotEntry) throws(StoreError) -> StoredSnapshot {
        let count = Int64(entry.record.frames.storedBytes)
        var piece = [UInt8](repeating: 0, count: Int(min(count, 1 << 18)))
        var sum: UInt32 = 0
        var done: Int64 = 0
        while done < count {
            let wanted = Int(min(count - done, Int64(piece.count)))
            let taken = try input.read(
                at: entry.dataOffset + done, into: &piece, at: 0, count: wanted)
            sum = Checksum.crc32c(piece.span.extracting(0..<taken), continuing: sum)
            done += Int64(taken)
            if taken < wanted { return .cut(bytes: done) }
        }
        guard sum != entry.record.frames.checksum else { return .good }
        return .damaged(
            .checksum(
                field: "snapshot", offset: entry.dataOffset, stored: entry.record.frames.checksum,
                computed: sum))
    }

    enum LoadedSnapshot {
        case bytes([UInt8])
        case cut(bytes: Int64)
        case damaged(FormatError)
    }

    /// Reads a snapshot frame by frame, so that memory grows with what is really there.
    func load(_ entry: SnapshotEntry) throws(StoreError) -> LoadedSnapshot {
        var result: [UInt8] = []
        switch try forEachChunk(entry, { result.append(contentsOf: $0) }) {
        case .good: return .bytes(result)
        case .cut(let bytes): return .cut(bytes: bytes)
        case .damaged(let error): return .damaged(error)
        }
    }

    /// Hands on the bytes of a snapshot frame by frame; never more than one is in memory.
    ///
    /// What was handed on counts only where the end is `good`.
    ///
    /// - Complexity: O(bytes).
    func forEachChunk(
        _ entry: SnapshotEntry, _ body: ([UInt8]) -> Void
    ) throws(StoreError) -> StoredSnapshot {
        try StoredFrames.forEach(
            of: entry.record.frames, at: entry.dataOffset, field: "snapshot", in: &input, &codec,
            body)
    }
}
