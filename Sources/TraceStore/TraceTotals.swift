import TraceFormat
public import TraceIdentity

/// What a whole trace adds up to.
public struct TraceTotals: Hashable, Sendable {
    /// The three identities.
    public var ids: TraceIDs
    /// Events in the control lane.
    public var controlEvents: UInt64
    /// Events in the data lane.
    public var dataEvents: UInt64
    /// Events that are known to be lost.
    public var lostEvents: UInt64
    /// Number of blocks.
    public var blocks: UInt64
    /// Strings in the table, the empty one included.
    public var strings: UInt64
    /// Number of snapshots.
    public var snapshots: UInt64
    /// Time of the first event in nanoseconds; 0 without events.
    public var timeMinNs: Int64
    /// Time of the last event in nanoseconds; 0 without events.
    public var timeMaxNs: Int64
    /// Length of the file in bytes.
    public var fileBytes: Int64
    /// Whether the recorder ended the trace itself; false in a file rebuilt by recovery.
    public var isClosedByRecorder: Bool

    /// Events in both lanes.
    public var events: UInt64 { controlEvents &+ dataEvents }

    init(_ footer: FooterRecord, fileBytes: Int64) {
        ids = TraceIDs(
            input: TraceID(bytes: footer.inputID), outcome: TraceID(bytes: footer.outcomeID),
            content: TraceID(bytes: footer.contentID))
        controlEvents = footer.controlEvents
        dataEvents = footer.dataEvents
        lostEvents = footer.lostEvents
        blocks = footer.blocks
        strings = footer.strings
        snapshots = footer.snapshots
        timeMinNs = footer.timeMinNs
        timeMaxNs = footer.timeMaxNs
        self.fileBytes = fileBytes
        isClosedByRecorder = footer.facts & FooterRecord.closedByRecorder != 0
    }
}
