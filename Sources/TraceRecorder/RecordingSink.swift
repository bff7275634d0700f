public import TraceCore
public import TraceFormat
public import TraceStore

/// Where a recorder's events go: a trace file, or what somebody makes of them.
///
/// All calls come from the recorder's own thread. As with every `EventSink`, taking an event cannot
/// throw: the first failure is kept, and `endRecording` throws it.
public protocol RecordingSink: EventSink, ~Copyable {
    /// Takes the count of events of a kind that were lost within an interval.
    mutating func addLoss(_ loss: LossRecord)

    /// Takes notes: how times were taken, when the recording began, what was late.
    mutating func addNotes(_ more: [TextPair])

    /// Hands on what was taken so far, as `RecorderConfiguration.flushNs` asks for.
    mutating func flush()

    /// Completes what was recorded; nothing comes after it.
    ///
    /// - Throws: The first failure.
    mutating func endRecording() throws(StoreError)
}

extension TraceWriter: RecordingSink {
    /// Completes the trace.
    ///
    /// - Complexity: O(cells + blocks).
    /// - Throws: The first failure.
    public mutating func endRecording() throws(StoreError) {
        _ = try finish()
    }
}
