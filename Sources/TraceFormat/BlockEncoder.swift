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
    private var controlLinks = LaneLinks()
    private var dataLinks = LaneLinks()

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
        controlLinks.prepare(columns, .control)
        dataLinks.prepare(columns, .data)
        try Self.encode(.control, columns, controlLinks, into: &control, codec: &codec)
        try Self.encode(.data, columns, dataLinks, into: &data, codec: &codec)
        frames.removeAll(keepingCapacity: true)
        frames.append(contentsOf: control.frames)
        frames.append(contentsOf: data.frames)
        assemble(columns.summary)
        return columns.summary
    }

    private static func encode(
        _ lane: Lane, _ columns: BlockColumns, _ links: LaneLinks,
        into encoder: inout LaneEncoder, codec: inout some FrameCodec & ~Copyable
    ) throws(CodecFault) {
        encoder.begin()
        let sections = columns.sections(lane)
        encoder.appendSections(sections)
        if columns.laneCounts[Int(lane.rawValue)] > 0 {
            let values = columns.values
            encoder.enter(kind: 0, column: 0)
            try encoder.appendColumn(values, columns.orderRange(lane), codec: &codec)
            encoder.enter(kind: 0, column: 1)
            try encoder.appendColumn(values, columns.timeRange(lane), codec: &codec)
            if lane == .data, columns.sequencesFollow {
                encoder.appendComplement()
            } else {
                encoder.enter(kind: 0, column: 2)
                try encoder.appendColumn(values, columns.sequenceRange(lane), codec: &codec)
            }
            for (index, sorted) in sections.enumerated() {
                if sorted.count < FormatLimits.largeSectionEvents {
                    for column in 0..<sorted.width {
                        encoder.appendSmallColumn(values, sorted.range(column))
                    }
                } else if let link = links.links[index] {
                    try encode(
                        sorted, sections[link.source], link, links, values, into: &encoder,
                        codec: &codec)
                } else {
                    for column in 0..<sorted.width {
                        encoder.enter(kind: sorted.section.kind, column: column)
                        try encoder.appendColumn(values, sorted.range(column), codec: &codec)
                    }
                }
            }
        }
        try encoder.end(codec: &codec)
    }

    /// Encodes a section that takes values of another.
    private static func encode(
        _ section: BlockColumns.SortedSection, _ source: BlockColumns.SortedSection,
        _ link: LaneLinks.Link, _ links: LaneLinks, _ values: [Int64],
        into encoder: inout LaneEncoder, codec: inout some FrameCodec & ~Copyable
    ) throws(CodecFault) {
        for column in 0..<section.width {
            let range = section.range(column)
            encoder.enter(kind: section.section.kind, column: column)
            if column == link.rule.key {
                try encoder.appendKey(values, range, link, places: links.places, codec: &codec)
            } else if let pair = link.columns.first(where: { $0.column == column }) {
                try encoder.appendLinked(
                    values, range, sourceColumn: pair.sourceColumn,
                    source: source.range(pair.sourceColumn), references: links.references,
                    at: link.output, codec: &codec)
            } else {
                try encoder.appendColumn(values, range, codec: &codec)
            }
        }
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
        record.append(summary.kindMask)
        record.append(summary.domainMin)
        record.append(summary.domainMax)
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
