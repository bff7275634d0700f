public import TraceCore
public import TraceFormat
public import TraceStore

/// What reading a trace gave.
public struct ReadBack: Equatable {
    /// The events in the order of delivery.
    public var events: [Event] = []
    /// How reading ended.
    public var completeness: Completeness
    /// The strings.
    public var strings: [String]

    /// Reads everything of some lanes.
    public init(
        _ source: any ByteSource, lanes: LaneSelection = .both
    ) throws(StoreError) {
        let reader = try TraceReader(source: source)
        var events: [Event] = []
        completeness = try reader.readEvents(lanes) { header, values in
            events.append(Event(header, values.indices.map { values[$0] }))
        }
        self.events = events
        strings = reader.strings
    }
}
