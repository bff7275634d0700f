import TraceFormat
import TraceFuzzing

// Frames that hold more, or other things, than they should.
extension HostileTrace {
    private static let mebibyte = 1_048_576

    /// A trace without blocks, and a snapshot of these frames in it.
    private static func snapshotFile(
        _ frames: [[UInt8]], rawBytes: [Int], declared: UInt64? = nil
    ) throws -> (bytes: [UInt8], offset: Int) {
        let forge = try TraceForge()
        let stored = frames.flatMap { $0 }
        var record = ByteWriter()
        SnapshotRecord(
            name: "initial",
            frames: FrameTable(
                chunks: zip(frames, rawBytes).map {
                    FrameTable.Chunk(storedBytes: $0.count, rawBytes: $1)
                }, checksum: Checksum.crc32c(stored.span))
        ).encode(to: &record)
        var bytes = record.bytes
        if let declared {
            // After the name, which is a length and eight letters.
            bytes.replaceSubrange(28..<36, with: TraceForge.little(declared))
            bytes = TraceForge.record(6, body: Array(bytes[20..<bytes.count - 4]), frames: stored)
        } else {
            bytes += stored
        }
        let offset = forge.offset(3)
        return (Array(forge.bytes[0..<offset]) + bytes, offset)
    }

    /// Snapshots that are not what they say.
    static func snapshots() throws -> [HostileTrace] {
        let small = ForgedFrame.zeros(100, contentSize: .bytes(100))
        let terabyte = try snapshotFile([small], rawBytes: [100], declared: 1 << 40)
        let forge = try TraceForge()
        let at = forge.offset(3)
        let absent = TraceForge.record(6, body: [], dataLength: 2_147_483_648)
        var chunks = ByteWriter()
        chunks.appendText("initial")
        chunks.append(UInt64(1 << 30))
        chunks.append(UInt64(1 << 20))
        chunks.append(UInt32(0))
        chunks.appendVarint(1 << 50)
        let empty = TraceForge.record(
            6, body: [1, 0x61] + [UInt8](repeating: 0, count: 21))
        return [
            HostileTrace(
                "a snapshot of a terabyte", terabyte.bytes, .damaged(afterEvents: 0),
                says: "raw length at offset \(at + 20) is 1099511627776"),
            HostileTrace(
                "a snapshot of 2 GiB that is not there", Array(forge.bytes[0..<at]) + absent,
                .cut(afterEvents: 0)),
            HostileTrace(
                "a snapshot of 2^50 chunks",
                Array(forge.bytes[0..<at]) + TraceForge.record(6, body: chunks.bytes),
                .damaged(afterEvents: 0), says: "chunks at offset"),
            HostileTrace(
                "257 snapshots",
                Array(forge.bytes[0..<at]) + Array(repeatElement(empty, count: 257).joined()),
                .damaged(afterEvents: 0), says: "snapshots at offset"),
        ]
    }

    /// A gibibyte of zeros in a snapshot: what the limits allow, and no reason to need as much.
    static func largeBombs() throws -> [HostileTrace] {
        let frame = ForgedFrame.zeros(mebibyte, contentSize: .none)
        let file = try snapshotFile(
            Array(repeating: frame, count: 1_024),
            rawBytes: Array(repeating: mebibyte, count: 1_024))
        let most = try snapshotFile(
            Array(repeating: frame, count: 600), rawBytes: Array(repeating: mebibyte, count: 600))
        let start = try TraceForge().offset(3)
        return [
            HostileTrace("a snapshot of 1 GiB in 37 KB", file.bytes, .cut(afterEvents: 0)),
            HostileTrace(
                "two snapshots of 600 MiB", most.bytes + most.bytes[start...],
                .damaged(afterEvents: 0), says: "snapshot bytes at offset"),
        ]
    }

    static func bombs() throws -> [HostileTrace] {
        var hostile: [HostileTrace] = []
        func add(_ name: String, _ frames: [[UInt8]], _ rawBytes: [Int]) throws {
            let file = try snapshotFile(frames, rawBytes: rawBytes)
            hostile.append(
                HostileTrace(
                    name, file.bytes, .damaged(afterEvents: 0), says: "snapshot at offset",
                    foundBy: .snapshots))
        }
        try add(
            "a chunk that is 256 MiB and says 1 KiB",
            [ForgedFrame.zeros(256 * mebibyte, contentSize: .none)], [1_024])
        try add(
            "a frame that says 1 KiB and is 1 MiB",
            [ForgedFrame.zeros(mebibyte, contentSize: .bytes(1_024))], [1_024])
        try add(
            "a frame that says 1 MiB and is 1 KiB",
            [ForgedFrame.zeros(1_024, contentSize: .bytes(UInt32(mebibyte)))], [mebibyte])
        try add(
            "a frame that says 4 GiB",
            [ForgedFrame.zeros(1_024, contentSize: .bytes(.max))], [1_024])
        try add(
            "a frame with a window of 2 TiB",
            [ForgedFrame.zeros(1_024, contentSize: .none, windowLog: 41)], [2_048])
        return try hostile + planes()
    }

    /// Every frame of a block in turn becomes one that expands to megabytes.
    private static func planes() throws -> [HostileTrace] {
        let forge = try TraceForge()
        let block = forge.index(.block)
        guard let place = RecordPlace(forge.parts[block].bytes, at: 0) else {
            preconditionFailure("a part is a record")
        }
        let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
        let record = forge.parts[block].bytes
        let starts = (place.end..<place.extentEnd - 3).filter {
            record[$0..<$0 + 4].elementsEqual(magic)
        }
        var hostile: [HostileTrace] = []
        for (number, start) in starts.enumerated() {
            let end = number + 1 < starts.count ? starts[number + 1] : place.extentEnd
            guard end - start >= 24 else { continue }
            var changed = forge
            changed.parts[block].bytes.replaceSubrange(
                start..<end, with: ForgedFrame.bomb(storedBytes: end - start))
            changed.mend()
            hostile.append(
                HostileTrace(
                    "a plane that expands, frame \(number)", changed.bytes,
                    .damaged(afterEvents: 0), says: "does not decompress to its length",
                    foundBy: .columns))
        }
        precondition(!hostile.isEmpty, "the block has frames")
        return hostile
    }
}

extension TraceForge {
    /// Puts right the checksums that changes have broken.
    mutating func mend() {
        let mended = ChecksumMending.mended(bytes, alsoNumbers: false)
        parts = RecordPlace.all(mended).map {
            Part(type: RecordType(rawValue: mended[$0.start + 8]), bytes: Array(mended[$0.extent]))
        }
    }
}
