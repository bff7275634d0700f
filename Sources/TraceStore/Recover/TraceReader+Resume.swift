public import TraceFormat

/// Bytes that were passed over because they cannot be read.
public struct SkippedStretch: Equatable, Sendable {
    /// Offset of its first byte in the file.
    public var offset: Int64
    /// Its length in bytes.
    public var byteCount: Int64
    /// What is wrong at its begin; `nil` where the file just ends too early.
    public var error: FormatError?
    /// The block that begins where the stretch does, if the block's head is right.
    public var block: BlockSummary?
    /// Length of that block in bytes, as its head says; 0 without one.
    public var blockBytes: Int64 = 0
    /// The events of that block by kind.
    public var blockEvents: [KindCount] = []
    /// Whether nothing of the trace follows.
    var reachesEnd = false
}

// Reading on behind damage.
extension TraceReader {
    /// After reading has ended: looks for the next whole record and goes on from there.
    ///
    /// From then on the footer is not compared with what was read, and strings that are missing
    /// are `?` and their number. Reading goes on if `completeness` is `nil` afterwards; there may be
    /// more damage right behind, so that it has to be resumed once more.
    ///
    /// - Returns: What was passed over; `nil` where the trace has ended properly, or nothing is
    ///   left to look at.
    /// - Complexity: O(bytes passed over).
    /// - Throws: What the source throws.
    func resume() throws(StoreError) -> SkippedStretch? {
        guard let completeness else { return nil }
        var stretch = SkippedStretch(offset: input.offset, byteCount: 0)
        switch completeness {
        case .complete: return nil
        case .incomplete(let ignoredBytes):
            if ignoredBytes == 0 { return nil }
        case .damaged(let error, _): stretch.error = error
        }
        var scan = RecordScan(input.source, workBytes: state.scanWorkBytes)
        let next = try nextWhole(&stretch, &scan)
        state.scanWorkBytes = scan.workBytes
        switch next {
        case .end(let offset):
            stretch.byteCount = max(0, offset - stretch.offset)
            stretch.reachesEnd = true
        case .record(let head, let offset):
            stretch.byteCount = offset - stretch.offset
            // Where another trace begins, this one has ended.
            guard head.type != RecordType.header.rawValue, !state.hasFooter else {
                stretch.byteCount = (input.source.length ?? offset) - stretch.offset
                stretch.reachesEnd = true
                break
            }
            input.move(to: offset)
            state.isResumed = true
            self.completeness = nil
            try walkToBlock()
        }
        return stretch
    }

    private func nextWhole(
        _ stretch: inout SkippedStretch, _ scan: inout RecordScan
    ) throws(StoreError) -> RecordScan.Found {
        // Where a head is right its lengths are, and the next record is where they say. It is so
        // even where the damaged part holds bytes that look like a record.
        var decoder = BlockDecoder(schema: description.schema)
        var extentBytes: Int64 = 0
        if let block = try scan.block(at: stretch.offset, &decoder) {
            stretch.block = block.summary
            stretch.blockEvents = block.counts
            stretch.blockBytes = block.extentBytes
            extentBytes = block.extentBytes
        } else if let head = try scan.record(at: stretch.offset) {
            extentBytes = head.extentBytes
        }
        if extentBytes > 0 {
            let offset = stretch.offset + extentBytes
            if let head = try scan.record(at: offset) { return .record(head, offset: offset) }
        }
        let earliest = (input.source as? WindowedSource)?.earliestOffset ?? 0
        return try scan.nextRecord(from: max(stretch.offset + 1, earliest))
    }
}
