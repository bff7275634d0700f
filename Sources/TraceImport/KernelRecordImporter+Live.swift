public import TraceCore

// What only somebody knows who is on the host while it is recorded.
extension KernelRecordImporter {
    /// Adds an event that is in no ring, such as a reading of the host's state.
    ///
    /// - Parameters:
    ///   - traceNs: The time of the trace clock; an earlier one than the last event's becomes that.
    ///   - values: One for each column of the kind.
    public mutating func add(
        _ kind: KindID, traceNs: Int64, domain: Int32, _ values: Span<Int64>,
        into sink: inout some EventSink & ~Copyable
    ) {
        let timeNs = timeline.sinceStart(traceNs)
        mapper.emitter.pass(
            kind, Moment(timeNs: timeNs, cpu: EventHeader.none), domain: domain, values,
            into: &sink)
    }

    /// From here on all switches of these threads are recorded, and of no others but the reclaim
    /// threads: CPU time in batches is known of those that begin later.
    ///
    /// - Complexity: O(threads that were ever seen).
    public mutating func follow(_ threads: Set<Int32>) {
        mapper.table.follow(threads)
    }
}
