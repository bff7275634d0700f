import TraceCore

/// The events of a decoded lane as rows, a stretch at a time.
///
/// A block's columns are many and far apart; taking one cell from each for every event would miss
/// the cache nearly every time. So a stretch of events is first turned from columns into rows,
/// column by column, which reads every column in order.
struct LaneRows {
    /// What handing on a section's events takes, and how far that is.
    private struct Cursor {
        var kind: KindID
        var domain: Int32
        /// Cells of a row; 0 for a section whose events are not wanted.
        var rowCells: Int
        /// All bits where CPUs, or causes, are wanted, else none.
        var cpuMask: Int64
        var causeMask: Int64
        /// Position among `rows` of the next row.
        var nextRow = 0
    }

    /// A section and how far it has been turned into rows.
    private struct SectionPlace {
        /// Which of its columns are wanted; `nil` for all.
        var columns: ColumnSelection.Columns?
        /// Events of the section, which is how far apart its columns are.
        var count: Int
        /// Position among the block's cells of the first column's next value.
        var nextCell: Int
        /// Events of the section in the stretch.
        var events = 0
    }

    /// Events of a stretch: few enough for their rows to stay in the cache.
    private static let stretchEvents = 2_048
    /// Cells of a row before its values: CPU, distance to the cause.
    private static let headCells = 2

    private var sections: [SectionPlace]
    private var cursors: [Cursor]
    private var rows: [Int64] = []
    private let order: Int
    private let time: Int
    private let sequence: Int
    private let count: Int
    private var next = 0
    private var stretchEnd = 0

    /// Starts before the first event.
    ///
    /// - Parameter columns: What is wanted; `nil` for everything.
    init(_ block: BlockDecoder, _ lane: Lane, _ columns: ColumnSelection?) {
        let cells = block.laneCells(lane)
        order = cells.order
        time = cells.time
        sequence = cells.sequence
        count = cells.count
        let all = block.directories[Int(lane.rawValue)].sections
        sections = all.map {
            SectionPlace(columns: columns?[$0.kind], count: $0.count, nextCell: $0.firstCell)
        }
        cursors = all.map {
            let wanted = columns?[$0.kind]
            let isWanted = columns == nil || wanted != nil
            return Cursor(
                kind: $0.kind, domain: $0.domain,
                rowCells: isWanted ? $0.width + Self.headCells : 0,
                cpuMask: wanted?.hasCPU ?? true ? -1 : 0,
                causeMask: wanted?.hasCause ?? true ? -1 : 0)
        }
    }

    /// Whether all events were handed on.
    var isAtEnd: Bool { next == count }

    /// The sequence number of the next event, where there is one.
    func nextSequence(_ cells: [Int64]) -> UInt64 { UInt64(bitPattern: cells[sequence + next]) }

    /// Hands on the events whose sequence numbers are not above `bound`.
    ///
    /// - Complexity: O(cells of the events).
    mutating func deliver(
        _ cells: [Int64], through bound: UInt64, _ body: (EventHeader, Span<Int64>) -> Void
    ) {
        while next < count {
            if next == stretchEnd { fill(cells) }
            next = Self.deliver(
                cells, rows, next..<stretchEnd, (order, time, sequence), &cursors,
                through: bound, body)
            if next < stretchEnd { return }
        }
    }

    private static func deliver(
        _ cells: [Int64], _ rows: [Int64], _ events: Range<Int>,
        _ columns: (order: Int, time: Int, sequence: Int), _ cursors: inout [Cursor],
        through bound: UInt64, _ body: (EventHeader, Span<Int64>) -> Void
    ) -> Int {
        let all = cells.span
        let values = rows.span
        var places = cursors.mutableSpan
        for event in events {
            let number = UInt64(bitPattern: all[columns.sequence + event])
            if number > bound { return event }
            let section = Int(all[columns.order + event])
            let place = places[section]
            guard place.rowCells > 0 else { continue }
            let start = place.nextRow
            let end = start + place.rowCells
            places[section].nextRow = end
            let distance = UInt64(bitPattern: values[start + 1] & place.causeMask)
            let header = EventHeader(
                sequence: number, timeNs: all[columns.time + event], kind: place.kind,
                domain: place.domain, cpu: Int32(truncatingIfNeeded: values[start] & place.cpuMask),
                cause: distance == 0 ? 0 : number &- distance)
            body(header, values.extracting(start + headCells..<end))
        }
        return events.upperBound
    }

    /// Turns the next stretch into rows, grouped by section.
    private mutating func fill(_ cells: [Int64]) {
        stretchEnd = min(next + Self.stretchEvents, count)
        for event in next..<stretchEnd { sections[Int(cells[order + event])].events += 1 }
        var size = 0
        for section in sections.indices {
            cursors[section].nextRow = size
            size += sections[section].events * cursors[section].rowCells
        }
        if rows.count < size { rows = [Int64](repeating: 0, count: max(size, 2 * rows.count)) }
        for section in sections.indices where sections[section].events > 0 {
            let place = sections[section]
            let width = cursors[section].rowCells
            sections[section].nextCell += place.events
            sections[section].events = 0
            for column in 0..<width where place.columns?.contains(column) ?? true {
                let first = place.nextCell + column * place.count
                BytePlanes.spread(
                    cells, first..<first + place.events, into: &rows,
                    at: cursors[section].nextRow + column, stride: width)
            }
        }
    }
}
