/// The rows of one section, the events of one kind and domain, within a stretch of events.
///
/// A row has the cells CPU, distance in sequence numbers to the cause or 0, and the values. The
/// sections' rows stand one after the other; which section the next event is of, its time and its
/// sequence number stand apart.
public struct SectionRows: Sendable {
    /// Cells of a row before its values.
    public static let headCells = 2

    /// The kind.
    public let kind: KindID
    /// The domain.
    public let domain: Int32
    /// Cells of a row; 0 for a section whose events are not wanted, which has no rows.
    public let rowCells: Int
    /// Where the next row starts.
    public var nextRow = 0

    // All bits where CPUs, or causes, are wanted, else none.
    @usableFromInline let cpuMask: Int64
    @usableFromInline let causeMask: Int64

    /// Makes the rows of a section.
    ///
    /// - Parameters:
    ///   - width: Payload columns, or `nil` where the events are not wanted.
    public init(kind: KindID, domain: Int32, width: Int?, hasCPU: Bool, hasCause: Bool) {
        self.kind = kind
        self.domain = domain
        rowCells = width.map { $0 + Self.headCells } ?? 0
        cpuMask = hasCPU ? -1 : 0
        causeMask = hasCause ? -1 : 0
    }

    /// Hands the events of a stretch to `body`, one by one.
    ///
    /// - Complexity: O(events).
    @inlinable @inline(__always)
    public static func forEachEvent(
        _ order: Span<Int64>, _ timesNs: Span<Int64>, _ sequences: Span<Int64>,
        _ rows: Span<Int64>, _ sections: inout MutableSpan<SectionRows>,
        _ body: (EventHeader, Span<Int64>) -> Void
    ) {
        for event in order.indices {
            let number = Int(order[event])
            let section = sections[number]
            guard section.rowCells > 0 else { continue }
            let row = section.nextRow
            sections[number].nextRow = row + section.rowCells
            let header = section.header(
                sequence: sequences[event], timeNs: timesNs[event], rows, at: row)
            body(header, rows.extracting(section.values(at: row)))
        }
    }

    /// The header of the event whose row starts at a place.
    @inlinable @inline(__always)
    public func header(
        sequence: Int64, timeNs: Int64, _ rows: Span<Int64>, at row: Int
    ) -> EventHeader {
        let number = UInt64(bitPattern: sequence)
        let distance = UInt64(bitPattern: rows[row + 1] & causeMask)
        return EventHeader(
            sequence: number, timeNs: timeNs, kind: kind, domain: domain,
            cpu: cpu(rows, at: row), cause: distance == 0 ? 0 : number &- distance)
    }

    /// The CPU of the event whose row starts at a place.
    @inlinable @inline(__always)
    public func cpu(_ rows: Span<Int64>, at row: Int) -> Int32 {
        Int32(truncatingIfNeeded: rows[row] & cpuMask)
    }

    /// Where the values of the row are that starts at a place.
    @inlinable @inline(__always)
    public func values(at row: Int) -> Range<Int> { row + Self.headCells..<row + rowCells }
}

/// Events in a row, in the order of their sequence numbers, as a reader hands them on: for each its
/// section, its time and its sequence number, and the rows of all sections.
///
/// Who takes them moves each section's `nextRow` on, as `SectionRows.forEachEvent` does.
public typealias EventStretch = (
    _ order: Span<Int64>, _ timesNs: Span<Int64>, _ sequences: Span<Int64>, _ rows: Span<Int64>,
    _ sections: inout MutableSpan<SectionRows>
) -> Void
