/// What every event has, whatever its kind.
public struct EventHeader: Hashable, Sendable {
    /// Position in the total order of the trace; starts at 1, strictly increasing.
    public var sequence: UInt64
    /// Nanoseconds since the start of the trace; never decreases with the sequence number.
    public var timeNs: Int64
    /// The kind.
    public var kind: KindID
    /// The memory domain, or `EventHeader.none`.
    public var domain: Int32
    /// The CPU, or `EventHeader.none`.
    public var cpu: Int32
    /// The sequence number of the event that led to this one, or 0.
    public var cause: UInt64

    /// The value of `domain` and `cpu` that stands for "not known" or "not applicable".
    public static let none: Int32 = -1

    /// Makes a header.
    public init(
        sequence: UInt64, timeNs: Int64, kind: KindID, domain: Int32 = none, cpu: Int32 = none,
        cause: UInt64 = 0
    ) {
        self.sequence = sequence
        self.timeNs = timeNs
        self.kind = kind
        self.domain = domain
        self.cpu = cpu
        self.cause = cause
    }
}

/// One event with its values, one per column of its kind.
public struct Event: Hashable, Sendable {
    /// The common part.
    public var header: EventHeader
    /// The values in column order; unsigned and text columns hold their bit pattern.
    public var values: [Int64]

    /// Makes an event.
    public init(_ header: EventHeader, _ values: [Int64]) {
        self.header = header
        self.values = values
    }

    /// Makes an event of a copy of its values.
    public init(_ header: EventHeader, _ values: Span<Int64>) {
        var copy: [Int64] = []
        copy.reserveCapacity(values.count)
        for index in values.indices { copy.append(values[index]) }
        self.init(header, copy)
    }
}

/// Where events go: a file writer, a comparison, a test.
public protocol EventSink: ~Copyable {
    /// Takes one event. `values` has one element per column of the kind.
    ///
    /// Sequence numbers rise from event to event, times never fall, a cause is smaller than its
    /// event's own number, and values of text columns come from `intern`.
    mutating func record(_ header: EventHeader, _ values: Span<Int64>)

    /// Takes the events of a batch, as if one by one.
    mutating func record(_ batch: EventBatch)

    /// The index of a string in the trace's string table, added when it is new.
    mutating func intern(_ text: String) -> Int64
}

extension EventSink where Self: ~Copyable {
    /// Takes one event whose values are in an array.
    public mutating func record(_ event: Event) {
        record(event.header, event.values.span)
    }

    /// Takes them one by one.
    public mutating func record(_ batch: EventBatch) {
        let cells = batch.cells.span
        var start = 0
        while start < batch.cellCount {
            let values = EventBatch.values(cells, at: start)
            record(EventBatch.header(cells, at: start), cells.extracting(values))
            start = values.upperBound
        }
    }
}

/// A sink that keeps everything in memory, for tests and small imports.
public struct EventList: EventSink {
    /// The events in the order of arrival.
    public private(set) var events: [Event] = []
    /// The strings interned so far.
    public private(set) var strings = StringTable()

    /// Makes an empty list.
    public init() {}

    /// Keeps a copy of one event.
    public mutating func record(_ header: EventHeader, _ values: Span<Int64>) {
        events.append(Event(header, values))
    }

    /// The number of a string, added when it is new.
    public mutating func intern(_ text: String) -> Int64 { strings.intern(text) }
}
