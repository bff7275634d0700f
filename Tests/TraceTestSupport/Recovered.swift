public import TraceCore
public import TraceFormat
public import TraceStore

/// What recovering a trace gave.
public struct Recovered {
    /// What the recovery says.
    public var report: RecoveryReport
    /// The bytes of the new trace.
    public var bytes: [UInt8]
    /// The new trace, read back.
    public var back: ReadBack
    /// Its losses.
    public var losses: [LossRecord]
    /// Its notes.
    public var notes: [TextPair]
    /// Whether its footer says that its recorder closed it.
    public var isClosedByRecorder: Bool

    /// Recovers a trace and reads the result.
    public init(_ source: any ByteSource) throws(StoreError) {
        let reader = try TraceRecovery.open(source)
        var recovery = TraceRecovery(reader)
        let sink = MemorySink()
        let notes = reader.description.notes.count
        var writer = try TraceWriter(sink: sink, description: reader.description)
        while try recovery.copyNextBlock(from: reader, to: &writer) {}
        writer.addNotes(Array(reader.description.notes.dropFirst(notes)))
        try recovery.finish(reader, to: &writer)
        _ = try writer.finish(isClosedByRecorder: recovery.report.isWhole)
        report = recovery.report
        bytes = sink.bytes
        back = try ReadBack(MemorySource(bytes))
        let whole = try TraceReader(source: MemorySource(bytes))
        _ = try whole.readEvents { _, _ in }
        losses = whole.losses
        self.notes = whole.description.notes
        isClosedByRecorder = whole.totals?.isClosedByRecorder == true
    }
}
