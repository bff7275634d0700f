import TraceCore

/// Turns the events of a builder into the bytes of a block.
public struct BlockEncoder: Sendable {
    /// The record; `frames` follow it directly.
    public private(set) var record = ByteWriter()
    /// The frames of the control lane, then those of the data lane.
    public private(set) var frames: [UInt8] = []

    private var columns = BlockColumns()
    private var control = LaneEncoder()
    private var data = LaneEncoder()

    /// Makes an encoder, whose buffers grow to what its largest block needs.
    public init() {}

    /// Encodes a block into `record` and `frames`.
    ///
    /// - Complexity: O(cells).
    /// - Throws: `CodecFault`.
    public mutating func encode(
        _ builder: BlockBuilder, codec: inout some FrameCodec & ~Copyable
    ) throws(CodecFault) -> BlockSummary {
        precondition(builder.eventCount > 0, "a block has at least one event")
        columns.sort(builder)
        try Self.encode(.control, columns, into: &control, codec: &codec)
        try Self.encode(.data, columns, into: &data, codec: &codec)
        frames.removeAll(keepingCapacity: true)
        frames.append(contentsOf: control.frames)
        frames.append(contentsOf: data.frames)
        assemble(columns.summary)
        return columns.summary
    }

    private static func encode(
        _ lane: Lane, _ columns: BlockColumns, into encoder: inout LaneEncoder,
        codec: inout some FrameCodec & ~Copyable
    ) throws(CodecFault) {
        encoder.begin()
        let sections = columns.sections(lane)
        encoder.appendSections(sections)
        if columns.laneCounts[Int(lane.rawValue)] > 0 {
            let values = columns.values
            try encoder.appendColumn(values, columns.orderRange(lane), codec: &codec)
            try encoder.appendColumn(values, columns.timeRange(lane), codec: &codec)
            if lane == .data, columns.sequencesFollow {
                encoder.appendComplement()
            } else {
                try encoder.appendColumn(values, columns.sequenceRange(lane), codec: &codec)
            }
            for sorted in sections {
                let count = sorted.count
                for column in 0..<sorted.section.width + 2 {
                    let start = sorted.start + column * count
                    if count < FormatLimits.largeSectionEvents {
                        encoder.appendSmallColumn(values, start..<start + count)
                    } else {
                        try encoder.appendColumn(values, start..<start + count, codec: &codec)
                    }
                }
            }
        }
        try encoder.end(codec: &codec)
    }

    private mutating func assemble(_ summary: BlockSummary) {
        record.removeAll()
        let start = record.beginRecord(.block)
        record.append(summary.firstSequence)
        record.append(summary.lastSequence)
        record.append(summary.timeMinNs)
        record.append(summary.timeMaxNs)
        record.append(UInt32(summary.controlEvents))
        record.append(UInt32(summary.dataEvents))
        record.append(UInt32(control.directory.count))
        record.append(UInt32(data.directory.count))
        record.append(UInt32(control.raw.count))
        record.append(UInt32(data.raw.count))
        record.append(UInt32(control.frames.count))
        record.append(UInt32(data.frames.count))
        let checksumOffset = record.count
        record.append(UInt32(0))
        record.append(contentsOf: control.directory.bytes)
        record.append(contentsOf: data.directory.bytes)
        let directoriesEnd = record.count
        record.append(contentsOf: control.raw)
        record.append(contentsOf: data.raw)
        // The head's own sum lets one lane be read without the rest of the record. It covers the
        // data length, so that is filled in first, and counts its own place as zero.
        record.fillLengths(at: start, dataBytes: frames.count)
        let headSum = Checksum.crc32c(record.bytes.span.extracting(start..<directoriesEnd))
        record.replace(at: checksumOffset, with: headSum)
        record.endRecord(at: start, dataBytes: frames.count)
    }
}
