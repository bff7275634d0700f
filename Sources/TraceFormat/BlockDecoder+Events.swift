public import TraceCore

/// One column of a block.
public enum BlockColumn: Hashable, Sendable {
    /// The section of each event of the lane.
    case order
    /// The time of each event of the lane, in nanoseconds.
    case time
    /// The sequence number of each event of the lane.
    case sequence
    /// The CPU of each event of a section.
    case cpu(section: Int)
    /// The distance in sequence numbers from each event of a section to its cause; 0 is none.
    case causeDistance(section: Int)
    /// A payload column of each event of a section.
    case value(section: Int, column: Int)
}

/// The events of one kind and domain within a lane of a block.
public struct BlockSection: Hashable, Sendable {
    /// The kind.
    public var kind: KindID
    /// The domain.
    public var domain: Int32
    /// The number of events.
    public var eventCount: Int
}

// What callers read.
extension BlockDecoder {
    /// The sections of a lane, in the numbering of the order column.
    ///
    /// - Complexity: O(sections).
    public func sections(_ lane: Lane) -> [BlockSection] {
        directories[Int(lane.rawValue)].sections.map {
            BlockSection(kind: $0.kind, domain: $0.domain, eventCount: $0.count)
        }
    }

    /// Decodes one column, unless it is decoded already.
    ///
    /// - Parameters:
    ///   - content: The block's content; only the parts of `contentRanges` are read.
    /// - Complexity: O(events of the lane or section).
    /// - Throws: `FormatError`.
    public mutating func decode(
        _ column: BlockColumn, of lane: Lane, content: [UInt8],
        codec: inout some FrameCodec & ~Copyable
    ) throws(FormatError) {
        switch column {
        case .order, .time, .sequence:
            try decodeLaneColumns(lane, content: content, codec: &codec)
        case .cpu, .causeDistance, .value:
            let index = position(column, lane)
            try decodeColumn(lane, index, content: content, codec: &codec)
        }
    }

    /// Hands the values of a decoded column to `body`.
    ///
    /// Programmer error: the column is not decoded.
    public func withColumn<Result>(
        _ column: BlockColumn, of lane: Lane, _ body: (Span<Int64>) -> Result
    ) -> Result {
        let directory = directories[Int(lane.rawValue)]
        guard directory.eventCount > 0 else {
            let none: [Int64] = []
            return body(none.span)
        }
        let entry = directory.columns[position(column, lane)]
        let isLaneWide = column == .order || column == .time || column == .sequence
        let decoded =
            isLaneWide ? directory.columns[LaneDirectory.sequenceColumn].isDecoded : entry.isDecoded
        precondition(decoded, "a column is decoded before it is read")
        return body(cells.span.extracting(entry.cells))
    }

    private func position(_ column: BlockColumn, _ lane: Lane) -> Int {
        let sections = directories[Int(lane.rawValue)].sections
        switch column {
        case .order: return LaneDirectory.orderColumn
        case .time: return LaneDirectory.timeColumn
        case .sequence: return LaneDirectory.sequenceColumn
        case .cpu(let section): return sections[section].firstColumn
        case .causeDistance(let section): return sections[section].firstColumn + 1
        case .value(let section, let column):
            precondition(column < sections[section].width, "a column of the section's kind")
            return sections[section].firstColumn + 2 + column
        }
    }

    /// Hands the events of the decoded lanes to `body`, in the order of their sequence numbers.
    ///
    /// Programmer error: a lane's wanted columns are not decoded.
    ///
    /// - Parameter columns: Which kinds' events, and which of their columns are decoded, `nil` for
    ///   all. The others' values are whatever was there before; CPU and cause are 0 then.
    ///
    /// - Complexity: O(cells).
    public func forEachEvent(
        _ lanes: LaneSelection, _ columns: ColumnSelection? = nil,
        _ body: (EventHeader, Span<Int64>) -> Void
    ) {
        forEachStretch(lanes, columns) { order, timesNs, sequences, rows, sections in
            SectionRows.forEachEvent(order, timesNs, sequences, rows, &sections, body)
        }
    }

    /// Hands the events of the decoded lanes to `body`, in the order of their sequence numbers,
    /// some at a time.
    ///
    /// Programmer error: a lane's wanted columns are not decoded.
    ///
    /// - Parameter columns: As for single events.
    /// - Complexity: O(cells).
    public func forEachStretch(
        _ lanes: LaneSelection, _ columns: ColumnSelection? = nil, _ body: EventStretch
    ) {
        for lane in lanes.lanes where directories[Int(lane.rawValue)].eventCount > 0 {
            let directory = directories[Int(lane.rawValue)]
            precondition(
                directory.columns[LaneDirectory.sequenceColumn].isDecoded
                    && wantedColumns(lane, columns).allSatisfy { directory.columns[$0].isDecoded },
                "a lane is decoded before its events are read")
        }
        var control = LaneRows(self, .control, columns)
        var data = LaneRows(self, .data, columns)
        if lanes == .both {
            // In runs: all data events before the next control event, and the other way round.
            while !control.isAtEnd, !data.isAtEnd {
                data.deliver(cells, through: control.nextSequence(cells) - 1, body)
                guard !data.isAtEnd else { break }
                control.deliver(cells, through: data.nextSequence(cells) - 1, body)
            }
        }
        if lanes != .data { control.deliver(cells, through: .max, body) }
        if lanes != .control { data.deliver(cells, through: .max, body) }
    }
}
