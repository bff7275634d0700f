import TraceCore

/// The fixed part of a block's body and what follows from it.
struct BlockHead {
    var summary: BlockSummary
    /// Lengths in bytes by lane.
    var directoryBytes: [Int]
    var rawBytes: [Int]
    var frameBytes: [Int]
    var checksum: UInt32

    /// Length from the record's first byte to the last of the directories.
    var headBytes: Int {
        RecordHead.byteCount + BlockLayout.fixedByteCount + directoryBytes[0] + directoryBytes[1]
    }

    /// Length of all that follows the directories: raw planes, the record's checksum, frames.
    var contentBytes: Int {
        rawBytes[0] + rawBytes[1] + RecordHead.checksumByteCount + frameBytes[0] + frameBytes[1]
    }

    /// Where the raw planes of a lane are in the content.
    func rawRange(_ lane: Lane) -> Range<Int> {
        let start = lane == .control ? 0 : rawBytes[0]
        return start..<start + rawBytes[Int(lane.rawValue)]
    }

    /// Where the frames of a lane are in the content.
    func frameRange(_ lane: Lane) -> Range<Int> {
        let first = rawBytes[0] + rawBytes[1] + RecordHead.checksumByteCount
        let start = lane == .control ? first : first + frameBytes[0]
        return start..<start + frameBytes[Int(lane.rawValue)]
    }

    /// Reads the fixed part.
    ///
    /// - Parameters:
    ///   - bytes: The record's first bytes, at least through the fixed part.
    /// - Throws: `FormatError` where numbers contradict each other or break a limit.
    init(decoding bytes: [UInt8], record: RecordHead, fileOffset: Int64) throws(FormatError) {
        let fixedEnd = RecordHead.byteCount + BlockLayout.fixedByteCount
        guard record.bodyBytes >= BlockLayout.fixedByteCount else {
            throw .truncated(
                field: "block", offset: fileOffset, needed: Int64(BlockLayout.fixedByteCount),
                available: Int64(record.bodyBytes))
        }
        var reader = ByteReader(bytes, RecordHead.byteCount..<fixedEnd, fileOffset: fileOffset)
        let first = try reader.integer("first sequence", as: UInt64.self)
        let last = try reader.integer("last sequence", as: UInt64.self)
        let timeMin = try reader.integer("time min", as: Int64.self)
        let timeMax = try reader.integer("time max", as: Int64.self)
        var numbers: [Int] = []
        for field in ["control events", "data events"] {
            numbers.append(Int(try reader.integer(field, as: UInt32.self)))
        }
        let kindMask = try reader.integer("kind mask", as: UInt64.self)
        let domainMin = try reader.integer("domain min", as: Int32.self)
        let domainMax = try reader.integer("domain max", as: Int32.self)
        for field in [
            "control directory length", "data directory length", "control raw length",
            "data raw length", "control stored length",
            "data stored length",
        ] {
            numbers.append(Int(try reader.integer(field, as: UInt32.self)))
        }
        checksum = try reader.integer("head checksum")
        summary = BlockSummary(
            firstSequence: first, lastSequence: last, timeMinNs: timeMin, timeMaxNs: timeMax,
            controlEvents: numbers[0], dataEvents: numbers[1], kindMask: kindMask,
            domainMin: domainMin, domainMax: domainMax)
        directoryBytes = [numbers[2], numbers[3]]
        rawBytes = [numbers[4], numbers[5]]
        frameBytes = [numbers[6], numbers[7]]
        try checkLengths(record, fileOffset)
        try checkEvents(fileOffset)
    }

    private func checkLengths(_ record: RecordHead, _ offset: Int64) throws(FormatError) {
        let body = headBytes - RecordHead.byteCount + rawBytes[0] + rawBytes[1]
        guard body == record.bodyBytes else {
            throw .mismatch(
                field: "block length", offset: offset, found: UInt64(record.bodyBytes),
                expected: UInt64(body))
        }
        let stored = Int64(frameBytes[0] + frameBytes[1])
        guard stored == record.dataBytes else {
            throw .mismatch(
                field: "data length", offset: offset, found: UInt64(record.dataBytes),
                expected: UInt64(stored))
        }
        guard record.extentBytes <= Int64(FormatLimits.blockBytes) else {
            throw .limit(
                field: "block length", offset: offset, value: UInt64(record.extentBytes),
                limit: UInt64(FormatLimits.blockBytes))
        }
    }

    private func checkEvents(_ offset: Int64) throws(FormatError) {
        let events = summary.eventCount
        guard events <= FormatLimits.blockEvents else {
            throw .limit(
                field: "block events", offset: offset, value: UInt64(events),
                limit: UInt64(FormatLimits.blockEvents))
        }
        guard events > 0, summary.firstSequence > 0 else {
            throw .invalidValue(field: "block events", offset: offset, value: UInt64(events))
        }
        guard summary.timeMinNs <= summary.timeMaxNs,
            summary.firstSequence <= summary.lastSequence,
            summary.lastSequence - summary.firstSequence >= UInt64(events - 1)
        else {
            throw .order(field: "block", offset: offset)
        }
    }

    /// Checks the sum of the head, which counts its own place as zero.
    ///
    /// - Complexity: O(directories).
    /// - Throws: `FormatError.checksum`.
    func verify(_ bytes: [UInt8], fileOffset: Int64) throws(FormatError) {
        let place = RecordHead.byteCount + BlockLayout.checksumOffset
        let zeros: [UInt8] = [0, 0, 0, 0]
        var sum = Checksum.crc32c(bytes.span.extracting(0..<place))
        sum = Checksum.crc32c(zeros.span, continuing: sum)
        sum = Checksum.crc32c(bytes.span.extracting(place + 4..<headBytes), continuing: sum)
        guard sum == checksum else {
            throw .checksum(
                field: "block head", offset: fileOffset, stored: checksum, computed: sum)
        }
    }
}
