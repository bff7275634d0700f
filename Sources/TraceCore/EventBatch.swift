/// Events on their way to a sink, many at a time, so that handing them over costs little for each.
///
/// An event is a row of cells: sequence number, time in ns, kind above 32 bits with the domain,
/// number of its values above 32 bits with the CPU, the cause's sequence number or 0, and then the
/// values.
public struct EventBatch: Sendable {
    /// Cells of an event before its values.
    public static let headCells = 5

    /// The rows; what lies after `cellCount` is left over from earlier events.
    public private(set) var cells: [Int64]
    /// Cells that events take.
    public private(set) var cellCount = 0

    /// Makes an empty batch with room for so many cells.
    public init(cellLimit: Int) { cells = [Int64](repeating: 0, count: cellLimit) }

    /// Replaces the events by those that `body` writes.
    ///
    /// - Parameter body: Gets the room, and returns how many cells it filled with whole rows.
    public mutating func fill(_ body: (inout MutableSpan<Int64>) -> Int) {
        cellCount = 0
        var room = cells.mutableSpan
        let filled = body(&room)
        precondition(0...cells.count ~= filled, "a batch has room for its events")
        cellCount = filled
    }

    /// Adds one event, and room where there is none for it.
    public mutating func append(_ header: EventHeader, _ values: Span<Int64>) {
        let start = cellCount
        let first = start + Self.headCells
        let missing = first + values.count - cells.count
        if missing > 0 { cells += [Int64](repeating: 0, count: max(missing, cells.count)) }
        var room = cells.mutableSpan
        Self.write(header, values: values.count, to: &room, at: start)
        for index in values.indices { room[first + index] = values[index] }
        cellCount = first + values.count
    }

    /// Lets `body` change the values of every event: it gets the kind, and which cells they are.
    public mutating func changeValues(
        _ body: (KindID, Range<Int>, inout MutableSpan<Int64>) -> Void
    ) {
        let end = cellCount
        var room = cells.mutableSpan
        var start = 0
        while start < end {
            let kind = Self.header(room.span, at: start).kind
            let range = Self.values(room.span, at: start)
            body(kind, range, &room)
            start = range.upperBound
        }
    }

    /// Lets go of all events, and keeps the room.
    public mutating func removeAll() { cellCount = 0 }

    /// Writes what comes before an event's values.
    @inlinable @inline(__always)
    public static func write(
        _ header: EventHeader, values count: Int, to cells: inout MutableSpan<Int64>, at start: Int
    ) {
        precondition(start >= 0 && start <= cells.count - headCells, "an event's head has room")
        // There is room for all five, as just checked.
        unsafe cells[unchecked: start] = Int64(bitPattern: header.sequence)
        unsafe cells[unchecked: start &+ 1] = header.timeNs
        unsafe cells[unchecked: start &+ 2] =
            Int64(header.kind.rawValue) << 32 | Int64(UInt32(bitPattern: header.domain))
        unsafe cells[unchecked: start &+ 3] =
            Int64(count) << 32 | Int64(UInt32(bitPattern: header.cpu))
        unsafe cells[unchecked: start &+ 4] = Int64(bitPattern: header.cause)
    }

    /// Where the values of the row that starts at a cell are.
    @inlinable @inline(__always)
    public static func values(_ cells: Span<Int64>, at start: Int) -> Range<Int> {
        let first = start + headCells
        return first..<first + Int(cells[start + 3] >> 32)
    }

    /// The header of the row that starts at a cell.
    @inlinable @inline(__always)
    public static func header(_ cells: Span<Int64>, at start: Int) -> EventHeader {
        EventHeader(
            sequence: UInt64(bitPattern: cells[start]), timeNs: cells[start + 1],
            kind: KindID(rawValue: UInt16(truncatingIfNeeded: cells[start + 2] >> 32)),
            domain: Int32(truncatingIfNeeded: cells[start + 2]),
            cpu: Int32(truncatingIfNeeded: cells[start + 3]),
            cause: UInt64(bitPattern: cells[start + 4]))
    }
}
