import TraceCore

/// Numbers events and hands them to the sink, with times relative to the start of the trace.
struct EventWriter {
    /// The number of the last event.
    private(set) var lastSequence: UInt64 = 0
    /// The kernel's clock at time 0.
    var startNs: Int64 = 0

    /// Emits an event about what an item tells, and returns its number.
    @discardableResult
    mutating func emit<let count: Int>(
        _ kind: KindID, _ item: DtraceItem, cause: UInt64 = 0, _ values: [count of Int64],
        into sink: inout some EventSink & ~Copyable
    ) -> UInt64 {
        lastSequence += 1
        let header = EventHeader(
            sequence: lastSequence, timeNs: item.timeNs - startNs, kind: kind,
            domain: item.domain, cpu: item.cpu, cause: cause)
        sink.record(header, values.span)
        return lastSequence
    }
}
