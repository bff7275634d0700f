import TraceCore

/// Makes events of rows: sequence numbers, times that never fall, the sink's numbers of strings.
struct RowEmitter {
    /// The number of the last event.
    private(set) var sequence: UInt64 = 0
    /// Events whose time was moved up.
    private(set) var lateEvents: UInt64 = 0
    /// The longest of those moves.
    private(set) var longestDelayNs: Int64 = 0

    private var lastTicks: UInt64 = 0
    private var lastNs: Int64 = 0
    private let shared: RecorderShared
    /// By number of the kind, a bit for each column that holds texts.
    private let texts: [UInt64]
    /// The sink's number of each string of the recorder.
    private var sinkNumbers: [Int64] = []
    private var values = [Int64](repeating: 0, count: RingLayout.maximumValues)

    init(schema: EventSchema, shared: RecorderShared) {
        self.shared = shared
        var texts = [UInt64](repeating: 0, count: Int(schema.kinds.last?.id.rawValue ?? 0) + 1)
        for kind in schema.kinds {
            for (position, column) in kind.columns.enumerated() where column.type == .text {
                texts[Int(kind.id.rawValue)] |= 1 << UInt64(position)
            }
        }
        self.texts = texts
    }

    /// Emits a lane's rows whose ticks are not above a limit, at least its first.
    ///
    /// - Complexity: O(words).
    mutating func emit(
        _ lane: inout DrainLane, through limit: UInt64, clock: inout TickClock,
        to sink: inout some EventSink & ~Copyable
    ) {
        var next = lane.next
        var ticks = lane.frontTicks
        repeat {
            let head = UInt64(bitPattern: lane.rows[next + 1])
            let timeNs = time(ticks, &clock)
            sequence += 1
            let first = next + RingLayout.rowHeadWords
            next = first + RingLayout.width(head)
            let header = EventHeader(
                sequence: sequence, timeNs: timeNs,
                kind: KindID(rawValue: UInt16(truncatingIfNeeded: head)),
                domain: Int32(Int16(truncatingIfNeeded: head >> 32)),
                cpu: Int32(Int16(truncatingIfNeeded: head >> 48)))
            let mask = texts[RingLayout.kind(head)]
            if mask == 0 {
                sink.record(header, lane.rows.span.extracting(first..<next))
            } else {
                for index in first..<next { values[index - first] = lane.rows[index] }
                translate(mask, to: &sink)
                sink.record(header, values.span.extracting(0..<next - first))
            }
            guard next < lane.end else { break }
            let following = UInt64(bitPattern: lane.rows[next])
            if following > limit { break }
            ticks = following
        } while true
        lane.next = next
        lane.lastTicks = max(lane.lastTicks, ticks)
    }

    /// The time of a row; never before that of the row emitted last.
    private mutating func time(_ ticks: UInt64, _ clock: inout TickClock) -> Int64 {
        let timeNs = clock.timeNs(ticks)
        if ticks >= lastTicks {
            lastTicks = ticks
            lastNs = max(lastNs, timeNs)
            return lastNs
        }
        lateEvents += 1
        longestDelayNs = max(longestDelayNs, lastNs - timeNs)
        return lastNs
    }

    private mutating func translate(_ mask: UInt64, to sink: inout some EventSink & ~Copyable) {
        var rest = mask
        while rest != 0 {
            let column = rest.trailingZeroBitCount
            let number = values[column]
            if number >= sinkNumbers.count {
                for text in shared.strings(from: sinkNumbers.count) {
                    sinkNumbers.append(sink.intern(text))
                }
            }
            precondition(
                sinkNumbers.indices.contains(Int(number)),
                "a text column's value comes from Recorder.intern")
            values[column] = sinkNumbers[Int(number)]
            rest &= rest - 1
        }
    }
}
