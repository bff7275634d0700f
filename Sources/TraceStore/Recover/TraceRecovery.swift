import TraceCore
import TraceFormat

/// Makes a complete trace of an incomplete or damaged one: every block that is whole is kept.
///
/// Call `copyNextBlock` until it returns `false`, then `finish`.
public struct TraceRecovery {
    /// What was found and what was lost, so far.
    public private(set) var report = RecoveryReport()

    private var transfer: TraceTransfer
    private var gap = Gap()
    /// Losses that gaps in the sequence numbers tell; a footer may know better.
    private var estimates: [LossRecord] = []
    private var lastSequence: UInt64 = 0
    private var lastTimeNs: Int64 = 0
    /// Whether the trace numbers its events without gaps, as far as was seen.
    private var isDense: Bool

    /// What was passed over since the last good block.
    private struct Gap {
        /// Sequence numbers of blocks whose heads were right.
        var knownNumbers: UInt64 = 0
        /// Whether there was more than such blocks.
        var hasUnknown = false
        /// Losses that were read from heads of blocks.
        var losses: [LossRecord] = []
    }

    /// The most stretches that a report lists.
    static let listedStretches = 100

    /// Opens a trace, so that reading can go on behind damage.
    ///
    /// A stream takes a window of about 21 MiB for that.
    ///
    /// - Throws: `StoreError`; `format` where header, schema or parameters cannot be read, without
    ///   which nothing can.
    public static func open(_ source: any ByteSource) throws(StoreError) -> TraceReader {
        let isStream = source.length == nil
        return try TraceReader(
            source: isStream ? WindowedSource(source) : source, keepsSnapshots: isStream)
    }

    /// Makes the recovery of a trace that `open` has opened.
    ///
    /// - Complexity: O(schema).
    public init(_ reader: TraceReader) {
        transfer = TraceTransfer(reader)
        // A part of a trace has numbers missing that nobody lost.
        isDense = !reader.description.parameters.contains {
            $0.key.hasPrefix("slice.") || $0.key == TraceDescription.replayRefusedKey
        }
    }

    /// Copies the next good block, wherever it is.
    ///
    /// - Returns: Whether there was one.
    /// - Complexity: O(cells + bytes passed over).
    /// - Throws: What the source throws; what the writer meets is in its `failure`.
    public mutating func copyNextBlock(
        from reader: TraceReader, to writer: inout TraceWriter
    ) throws(StoreError) -> Bool {
        while true {
            if try transfer.nextBlock(reader) {
                let block = reader.block
                if try transfer.copyBlock(from: reader, to: &writer) {
                    closeGap(before: block, &writer)
                    report.blocks += 1
                    return true
                }
            }
            guard let stretch = try reader.resume() else { return false }
            take(stretch, isBehindIndex: reader.state.indexOffset != nil)
            if stretch.reachesEnd { return false }
        }
    }

    private mutating func take(_ stretch: SkippedStretch, isBehindIndex: Bool) {
        guard stretch.byteCount > 0 else { return }
        report.lostBytes += stretch.byteCount
        report.stretchCount += 1
        if report.stretches.count < Self.listedStretches { report.stretches.append(stretch) }
        guard let block = stretch.block, block.firstSequence > lastSequence else {
            // No block stands behind the index.
            if !isBehindIndex { gap.hasUnknown = true }
            return
        }
        // The stretch may reach further than the block; then its end is unknown.
        gap.knownNumbers &+= block.lastSequence - block.firstSequence &+ 1
        for count in stretch.blockEvents {
            gap.losses.append(
                LossRecord(
                    kind: count.kind, beginNs: block.timeMinNs, endNs: block.timeMaxNs,
                    count: UInt64(count.events)))
        }
        gap.hasUnknown = gap.hasUnknown || stretch.byteCount > stretch.blockBytes
    }

    /// Settles what was lost between the last good block and this one.
    private mutating func closeGap(before block: BlockSummary, _ writer: inout TraceWriter) {
        let missing = block.firstSequence - lastSequence - 1
        let numbers = block.lastSequence - block.firstSequence
        if numbers != UInt64(block.eventCount - 1) { isDense = false }
        let isUndamaged = !gap.hasUnknown && gap.losses.isEmpty
        if isUndamaged, missing > 0 { isDense = false }
        let unknown = missing - min(missing, gap.knownNumbers)
        let beginNs = min(lastTimeNs, block.timeMinNs)
        writeLosses(&writer)
        if gap.hasUnknown, unknown > 0 {
            estimate(
                LossRecord(kind: nil, beginNs: beginNs, endNs: block.timeMinNs, count: unknown))
        }
        gap = Gap()
        lastSequence = block.lastSequence
        lastTimeNs = block.timeMaxNs
    }

    private mutating func writeLosses(_ writer: inout TraceWriter) {
        for loss in gap.losses { add(loss, &writer) }
        gap.losses = []
    }

    private mutating func add(_ loss: LossRecord, _ writer: inout TraceWriter) {
        writer.addLoss(loss)
        report.countLost(loss.count)
    }

    /// Takes the number of sequence numbers that are missing for a number of events, where the
    /// trace has not left out any by itself.
    private mutating func estimate(_ loss: LossRecord) {
        guard isDense else {
            noteUnknown(loss.beginNs)
            return
        }
        if estimates.count < FormatLimits.losses {
            estimates.append(loss)
        } else {
            let (sum, overflow) = estimates[0].count.addingReportingOverflow(loss.count)
            estimates[0].count = overflow ? .max : sum
            estimates[0].endNs = loss.endNs
        }
    }

    private mutating func noteUnknown(_ beginNs: Int64) {
        report.isLostCountKnown = false
        report.unknownBeginNs = report.unknownBeginNs ?? beginNs
    }

    /// Ends the copy: what is left besides blocks, what is known of losses, and notes that tell of
    /// the recovery, if anything was lost.
    ///
    /// - Complexity: O(bytes of snapshots).
    /// - Throws: What the source throws; what the writer meets is in its `failure`.
    public mutating func finish(
        _ reader: TraceReader, to writer: inout TraceWriter
    ) throws(StoreError) {
        try transfer.copyContext(from: reader, to: &writer)
        writeLosses(&writer)
        if gap.hasUnknown { noteUnknown(lastTimeNs) }
        report.events = transfer.copiedEvents
        report.lostSnapshots = transfer.lostSnapshots
        report.lostStrings = reader.state.missingStrings
        report.lostTexts = transfer.missingTexts
        report.hadFooter = reader.totals != nil
        if !isDense { for loss in estimates { noteUnknown(loss.beginNs) } }
        if let totals = reader.totals {
            settle(totals, reader, &writer)
        } else if isDense {
            for loss in estimates { add(loss, &writer) }
        }
        if !report.isWhole { writer.addNotes(report.notes) }
    }

    /// A footer knows how many events there were.
    private mutating func settle(
        _ totals: TraceTotals, _ reader: TraceReader, _ writer: inout TraceWriter
    ) {
        let (found, _) = report.events.addingReportingOverflow(report.lostEvents)
        let missing = totals.events - min(totals.events, found)
        let estimated = Self.sum(estimates)
        if missing == estimated {
            for loss in estimates { add(loss, &writer) }
        } else if missing > 0 {
            let beginNs = estimates.first?.beginNs ?? report.unknownBeginNs ?? lastTimeNs
            add(
                LossRecord(
                    kind: nil, beginNs: beginNs, endNs: max(beginNs, totals.timeMaxNs),
                    count: missing), &writer)
        }
        report.isLostCountKnown = true
        // Records of losses can be lost as well.
        let told = Self.sum(reader.losses)
        guard totals.lostEvents > told else { return }
        let beginNs = min(0, lastTimeNs)
        writer.addLoss(
            LossRecord(
                kind: nil, beginNs: beginNs, endNs: max(beginNs, lastTimeNs),
                count: totals.lostEvents - told))
    }

    private static func sum(_ losses: [LossRecord]) -> UInt64 {
        losses.reduce(UInt64(0)) { sum, loss in
            let (total, overflow) = sum.addingReportingOverflow(loss.count)
            return overflow ? .max : total
        }
    }
}
