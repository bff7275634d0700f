public import TraceCore
import TraceFormat

/// Goes through the events of a trace one by one; holds one block of them.
public struct EventCursor {
    /// The trace.
    public let reader: TraceReader
    /// The header of the present event; `nil` before the first and behind the last one.
    public private(set) var header: EventHeader?
    /// The values of the present event.
    public private(set) var values: [Int64] = []

    /// A copy of the present event.
    public var event: Event? { header.map { Event($0, values) } }

    private var rows = BlockRows()

    /// Makes a cursor in front of the next block of a reader.
    public init(_ reader: TraceReader) { self.reader = reader }

    /// Goes to the next event.
    ///
    /// - Returns: whether there is one; if not, the reader's `completeness` tells why.
    /// - Complexity: O(1) amortized, O(block) for the first event of one.
    /// - Throws: What the source throws.
    public mutating func advance() throws(StoreError) -> Bool {
        while rows.isEmpty {
            rows.removeAll()
            guard try reader.nextBlock(), try reader.forEachEvent(.both, { rows.append($0, $1) })
            else {
                header = nil
                return false
            }
        }
        header = rows.header
        rows.take(&values)
        return true
    }
}
