import TraceCore

/// When and where something happened.
struct Moment {
    /// Since the start of the trace.
    var timeNs: Int64
    var cpu: Int32
}

/// Numbers events and hands them to the sink.
struct EventEmitter {
    /// The number of the last event.
    private(set) var lastSequence: UInt64 = 0

    /// Emits one event and returns its number.
    @discardableResult
    mutating func emit<let count: Int>(
        _ kind: KindID, _ moment: Moment, domain: Int32, cause: UInt64 = 0,
        _ values: [count of Int64], into sink: inout some EventSink & ~Copyable
    ) -> UInt64 {
        emit(kind, moment, domain: domain, cause: cause, values.span, into: &sink)
    }

    /// Emits one event and returns its number.
    @discardableResult
    mutating func emit(
        _ kind: KindID, _ moment: Moment, domain: Int32, cause: UInt64 = 0,
        _ values: Span<Int64>, into sink: inout some EventSink & ~Copyable
    ) -> UInt64 {
        lastSequence += 1
        let header = EventHeader(
            sequence: lastSequence, timeNs: moment.timeNs, kind: kind, domain: domain,
            cpu: moment.cpu, cause: cause)
        sink.record(header, values)
        return lastSequence
    }
}
