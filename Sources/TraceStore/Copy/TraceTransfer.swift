import TraceFormat

/// Copies a trace into another, block by block: the core of every command that makes a trace out
/// of traces.
///
/// The caller makes the writer with the description it wants and goes from block to block:
///
///     var transfer = TraceTransfer(reader, filter: filter)
///     while try transfer.nextBlock(reader) {
///         try transfer.copyBlock(from: reader, to: &writer)
///     }
///     try transfer.copyContext(from: reader, to: &writer)
///
/// Strings go with the events that use them. Losses that touch the filter's window go too, and
/// snapshots if nothing is left out but a tail, because they mean nothing otherwise.
public struct TraceTransfer {
    /// Events that were copied.
    public var copiedEvents: UInt64 { copier.takenEvents }
    /// Texts of copied events whose number had no string; they became `?` and the number.
    public var missingTexts: UInt64 { copier.missingTexts }
    /// Snapshots that were not copied because they cannot be read.
    public private(set) var lostSnapshots = 0

    private var copier: EventCopier
    private let lanes: LaneSelection
    private var snapshots = 0
    private var losses = 0

    /// Makes the transfer of a trace, before its first block.
    ///
    /// - Parameters:
    ///   - reader: The trace to copy from; of a stream, one that keeps its snapshots.
    ///   - filter: Which events are copied.
    /// - Complexity: O(schema).
    public init(_ reader: TraceReader, filter: EventFilter = EventFilter()) {
        copier = EventCopier(schema: reader.description.schema, filter: filter)
        lanes = filter.lanes(reader.description.schema)
    }

    /// Goes to the next block that may hold wanted events.
    ///
    /// - Returns: Whether there is one; if not, the reader's `completeness` tells why.
    /// - Complexity: O(directories) for each block passed over; O(block) for a stream.
    /// - Throws: What the source throws.
    public func nextBlock(_ reader: TraceReader) throws(StoreError) -> Bool {
        while try reader.nextBlock() {
            if copier.filter.mayTake(reader.block) { return true }
        }
        return false
    }

    /// Copies the wanted events of the current block, and first what stands before it.
    ///
    /// A block is copied as a whole or, when something in it is damaged, not at all.
    ///
    /// - Returns: Whether the block was good; if not, the reader's `completeness` tells why.
    /// - Complexity: O(cells).
    /// - Throws: What the source throws; what the writer meets is in its `failure`.
    @discardableResult
    public mutating func copyBlock(
        from reader: TraceReader, to writer: inout TraceWriter
    ) throws(StoreError) -> Bool {
        // Decoded before anything of it counts, and the strings it uses are known.
        guard try reader.decode(lanes) else { return false }
        try copyContext(from: reader, to: &writer)
        copier.update(strings: reader.strings)
        return try reader.forEachEvent(lanes) { header, values in
            copier.copy(header, values, to: &writer)
        }
    }

    /// Copies the snapshots and losses that were found and not copied yet.
    ///
    /// - Complexity: O(bytes of the snapshots).
    /// - Throws: What the source throws.
    public mutating func copyContext(
        from reader: TraceReader, to writer: inout TraceWriter
    ) throws(StoreError) {
        while snapshots < reader.snapshots.count {
            let name = reader.snapshots[snapshots].record.name
            if copier.filter.takesFromTheStart {
                switch try reader.storedSnapshot(snapshots) {
                case .success(let bytes): writer.addSnapshot(name: name, bytes)
                case .failure: lostSnapshots += 1
                }
            }
            reader.forgetSnapshot(snapshots)
            snapshots += 1
        }
        for loss in reader.losses.dropFirst(losses) where copier.filter.takes(loss) {
            writer.addLoss(loss)
        }
        losses = reader.losses.count
    }
}
