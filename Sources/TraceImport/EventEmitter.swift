import TraceCore

/// When and where something happened.
struct Moment {
    /// Since the start of the trace.
    var timeNs: Int64
    var cpu: Int32
}

/// Numbers events and keeps them until they are handed to the sink.
///
/// Whoever makes the events knows nothing of the sink, so that its code is made once for each form
/// of the input and not for each sink. Texts have numbers of their own here; the sink's numbers
/// take their place on the way.
struct EventEmitter {
    /// Cells of events from which on they should be handed on.
    private static let cellsMax = 1 << 13
    /// Which columns of a kind are texts, a bit for each, by number of the kind.
    private static let textColumns: [UInt64] = {
        let kinds = StandardSchema.schema.kinds
        var masks = [UInt64](repeating: 0, count: 1 + Int(kinds.map(\.id.rawValue).max() ?? 0))
        for kind in kinds {
            for (position, column) in kind.columns.enumerated() where column.type == .text {
                masks[Int(kind.id.rawValue)] |= 1 << UInt64(position)
            }
        }
        return masks
    }()

    /// The number of the last event.
    private(set) var lastSequence: UInt64 = 0
    /// Events with numbers of texts that are ours.
    private var rows = EventBatch(cellLimit: cellsMax)
    /// The sink's numbers of the texts, as far as it has them.
    private var sinkNumbers: [Int64] = []

    /// Whether there are so many events that they should be handed on before the next.
    var isFull: Bool { rows.cellCount >= Self.cellsMax }

    /// Adds one event and returns its number.
    @discardableResult
    mutating func emit<let count: Int>(
        _ kind: KindID, _ moment: Moment, domain: Int32, cause: UInt64 = 0,
        _ values: [count of Int64]
    ) -> UInt64 {
        lastSequence += 1
        rows.append(
            EventHeader(
                sequence: lastSequence, timeNs: moment.timeNs, kind: kind, domain: domain,
                cpu: moment.cpu, cause: cause),
            values.span)
        return lastSequence
    }

    /// Hands on one event whose values come from the sink; nothing else may be kept.
    mutating func pass(
        _ kind: KindID, _ moment: Moment, domain: Int32, _ values: Span<Int64>,
        into sink: inout some EventSink & ~Copyable
    ) {
        precondition(rows.cellCount == 0, "events are handed on in their order")
        lastSequence += 1
        sink.record(
            EventHeader(
                sequence: lastSequence, timeNs: moment.timeNs, kind: kind, domain: domain,
                cpu: moment.cpu, cause: 0),
            values)
    }

    /// Hands on all events that are kept.
    ///
    /// - Parameter texts: by the numbers in the events.
    /// - Complexity: O(cells + new texts).
    mutating func flush(_ texts: [String], into sink: inout some EventSink & ~Copyable) {
        while sinkNumbers.count < texts.count {
            sinkNumbers.append(sink.intern(texts[sinkNumbers.count]))
        }
        guard rows.cellCount > 0 else { return }
        let textColumns = Self.textColumns
        rows.changeValues { kind, values, cells in
            var columns = textColumns[Int(kind.rawValue)]
            while columns != 0 {
                let cell = values.lowerBound + columns.trailingZeroBitCount
                columns &= columns - 1
                cells[cell] = sinkNumbers[Int(cells[cell])]
            }
        }
        sink.record(rows)
        rows.removeAll()
    }
}
