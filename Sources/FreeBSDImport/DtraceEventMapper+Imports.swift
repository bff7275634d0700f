import TraceCore

/// Buffers: imports, failures and what is too frequent for events of its own.
extension DtraceEventMapper {
    /// A worker whose import failed tries no other for a second, so what follows sooner is the
    /// second import of one attempt.
    private static let attemptNs: Int64 = 100_000_000

    private enum Place {
        static let want = 0
        static let got = 1
        static let ns = 2
        static let free = 3
    }

    /// An import that got less than it wanted, or the first full one after one that got nothing.
    ///
    /// An attempt without success is an import for a bucket and then one of a single buffer, or
    /// only the latter while buckets are disabled: the single one tells.
    mutating func importCall(
        _ item: DtraceItem, into sink: inout some EventSink & ~Copyable
    ) {
        let (want, got) = (item.values[Place.want], item.values[Place.got])
        let values: [5 of Int64] = [-1, want, got, item.values[Place.ns], want == 1 ? 1 : 0]
        let sequence = writer.emit(.importCall, item, values, into: &sink)
        guard got == 0, want == 1, !isHelper(item.thread) else { return }
        if let last = failures[item.thread], item.timeNs - last.timeNs < Self.attemptNs { return }
        fail(item, cause: sequence, into: &sink)
    }

    private mutating func fail(
        _ item: DtraceItem, cause: UInt64, into sink: inout some EventSink & ~Copyable
    ) {
        let values: [7 of Int64] = [
            Self.bufferOrder, Self.bufferBytes, number("ktls worker", into: &sink),
            number("M_NOWAIT|M_NORECLAIM", into: &sink), item.values[Place.free], -1, item.thread,
        ]
        let sequence = writer.emit(.allocFail, item, cause: cause, values, into: &sink)
        if failures.count >= Self.threadsMax { failures.removeAll() }
        failures[item.thread] = Failure(timeNs: item.timeNs, sequence: sequence)
        unanswered(item, sequence, into: &sink)
    }

    /// A failure that wakes nobody: the helper works already, or has been woken already.
    private mutating func unanswered(
        _ item: DtraceItem, _ failure: UInt64, into sink: inout some EventSink & ~Copyable
    ) {
        guard let helper = helpers[item.domain] else { return }
        let effect: Int64
        switch helper.activity {
        case .unknown, .asleep: return
        case .woken: effect = WakeEffect.noSleeper
        case .running, .away: effect = WakeEffect.suppressed
        }
        let values: [3 of Int64] = [
            helper.thread, effect, number("allocation failure", into: &sink),
        ]
        writer.emit(.wakeSend, item, cause: failure, values, into: &sink)
        failures[item.thread]?.sequence = 0
    }

    mutating func trim(_ item: DtraceItem, into sink: inout some EventSink & ~Copyable) {
        // Why is not told.
        let values: [2 of Int64] = [-1, item.values[0]]
        writer.emit(.zoneTrim, item, values, into: &sink)
    }

    /// One of the events that a count stands for.
    mutating func rate(_ item: DtraceItem, into sink: inout some EventSink & ~Copyable) {
        switch RateKind(rawValue: item.values[RateSlot.kind]) {
        case .request:
            let values: [5 of Int64] = [-1, -1, 0, -1, -1]
            writer.emit(.request, item, values, into: &sink)
        case .returned:
            let values: [3 of Int64] = [-1, -1, 0]
            writer.emit(.returned, item, values, into: &sink)
        case .fallback:
            // Pages that are given back.
            let values: [3 of Int64] = [-1, 1, -1]
            writer.emit(.fallback, item, values, into: &sink)
        case nil: break
        }
    }
}

/// Labels of the `effect` column of `wake_send`.
enum WakeEffect {
    static let woke: Int64 = 0
    static let noSleeper: Int64 = 1
    static let suppressed: Int64 = 3
}
