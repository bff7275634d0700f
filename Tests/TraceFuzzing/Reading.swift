import FuzzProperties
import TraceCore
import TraceFormat
import TraceStore

/// What reading some bytes as a trace came to; nothing of the events is kept but their sums.
struct Reading {
    let description: TraceDescription
    let completeness: Completeness
    let check: EventCheck
    let losses: [LossRecord]
    let snapshots: [SnapshotEntry]
    let totals: TraceTotals?

    /// Reads bytes to their end, or gives `nil` where they cannot be opened.
    ///
    /// - Throws: `BrokenProperty` where the reader does not keep what it promises.
    init?(
        _ bytes: [UInt8], _ lanes: LaneSelection = .both, isStream: Bool = false
    ) throws(BrokenProperty) {
        do {
            let reader = try TraceReader(source: MemorySource(bytes, isStream: isStream))
            var check = EventCheck(schema: reader.description.schema)
            var place: (offset: Int64, length: Int64) = (0, 0)
            while try reader.nextBlock() {
                try Self.checkPlace(reader.blockPlace, after: place, Int64(bytes.count))
                place = reader.blockPlace
                try Self.take(reader, lanes, &check)
            }
            if let failure = check.failure { throw failure }
            guard let completeness = reader.completeness else {
                throw BrokenProperty("there is no next block, and reading has not ended")
            }
            self.completeness = completeness
            self.check = check
            description = reader.description
            losses = reader.losses
            snapshots = reader.snapshots
            totals = reader.totals
        } catch let error as BrokenProperty {
            throw error
        } catch StoreError.format {
            return nil
        } catch {
            throw BrokenProperty("reading from memory throws \(error)")
        }
        if completeness == .complete, lanes == .both {
            try require(
                totals?.events == UInt64(check.count), "a complete trace has other totals")
        }
    }

    private static func checkPlace(
        _ place: (offset: Int64, length: Int64), after last: (offset: Int64, length: Int64),
        _ end: Int64
    ) throws(BrokenProperty) {
        try require(place.offset >= last.offset + last.length, "a block overlaps the one before")
        try require(place.offset + place.length <= end, "a block reaches past the end")
    }

    /// Takes the current block's events: all that it declares, or none.
    private static func take(
        _ reader: TraceReader, _ lanes: LaneSelection, _ check: inout EventCheck
    ) throws {
        let block = reader.block
        let declared = lanes.lanes.reduce(0) {
            $0 + ($1 == .control ? block.controlEvents : block.dataEvents)
        }
        check.take(strings: reader.strings)
        let before = check.count
        var isWithin = true
        let isGood = try reader.forEachEvent(lanes) { header, values in
            isWithin =
                isWithin && header.sequence >= block.firstSequence
                && header.sequence <= block.lastSequence && header.timeNs >= block.timeMinNs
                && header.timeNs <= block.timeMaxNs
            check.take(header, values)
        }
        let delivered = check.count - before
        try require(isWithin, "an event lies outside what its block spans")
        try require(
            delivered == (isGood ? declared : 0),
            "a block of \(declared) events delivers \(delivered)")
        try require(isGood || reader.completeness != nil, "a bad block does not end reading")
    }
}
