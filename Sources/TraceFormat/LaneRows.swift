import TraceCore

/// The events of a decoded lane as rows, a stretch at a time.
///
/// A block's columns are many and far apart; taking one cell from each for every event would miss
/// the cache nearly every time. So a stretch of events is first turned from columns into rows,
/// column by column, which reads every column in order.
struct LaneRows {
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

    private var sections: [SectionPlace]
    private var cursors: [SectionRows]
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
            return SectionRows(
                kind: $0.kind, domain: $0.domain,
                width: columns == nil || wanted != nil ? $0.width : nil,
                hasCPU: wanted?.hasCPU ?? true, hasCause: wanted?.hasCause ?? true)
        }
    }

    /// Whether all events were handed on.
    var isAtEnd: Bool { next == count }

    /// The sequence number of the next event, where there is one.
    func nextSequence(_ cells: [Int64]) -> UInt64 { UInt64(bitPattern: cells[sequence + next]) }

    /// Hands on the events whose sequence numbers are not above `bound`, some at a time.
    ///
    /// - Complexity: O(cells of the events).
    mutating func deliver(_ cells: [Int64], through bound: UInt64, _ body: EventStretch) {
        while next < count {
            if next == stretchEnd { fill(cells) }
            var end = stretchEnd
            if bound < UInt64(bitPattern: cells[sequence + end - 1]) {
                end = next
                while UInt64(bitPattern: cells[sequence + end]) <= bound { end += 1 }
            }
            Self.deliver(cells, rows, next..<end, (order, time, sequence), &cursors, body)
            next = end
            if next < stretchEnd { return }
        }
    }

    private static func deliver(
        _ cells: [Int64], _ rows: [Int64], _ events: Range<Int>,
        _ columns: (order: Int, time: Int, sequence: Int), _ cursors: inout [SectionRows],
        _ body: EventStretch
    ) {
        let all = cells.span
        func column(_ start: Int) -> Range<Int> {
            start + events.lowerBound..<start + events.upperBound
        }
        var sections = cursors.mutableSpan
        body(
            all.extracting(column(columns.order)), all.extracting(column(columns.time)),
            all.extracting(column(columns.sequence)), rows.span, &sections)
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
