public import TraceCore
import TraceFormat

/// What the blocks of a trace hold and take, added up from their directories.
public struct TraceTally: Sendable {
    /// Blocks counted.
    public private(set) var blocks = 0
    /// Length of the blocks in bytes, records and frames together.
    public private(set) var blockBytes: Int64 = 0
    /// Events counted.
    public private(set) var events: UInt64 = 0
    /// Length in bytes of the same events as rows of 64-bit words: five and one for each value.
    public private(set) var rowBytes: UInt64 = 0
    /// Times of the first and the last event in nanoseconds; `nil` without events.
    public private(set) var timesNs: (first: Int64, last: Int64)?
    /// Where the bytes are; empty unless asked for.
    public private(set) var layout = LayoutTally()

    private let keepsLayout: Bool
    private let schema: EventSchema
    // By number of the kind.
    private var counts: [UInt64]
    // By domain, ascending.
    private var domainNumbers: [Int32] = []

    /// Makes a tally of nothing.
    ///
    /// - Parameter keepsLayout: Whether to add up the bytes of each column, too.
    public init(schema: EventSchema, keepsLayout: Bool = false) {
        self.schema = schema
        self.keepsLayout = keepsLayout
        counts = [UInt64](repeating: 0, count: Int(schema.kinds.last?.id.rawValue ?? 0) + 1)
    }

    /// Counts the current block of a reader.
    ///
    /// - Complexity: O(sections), O(directory) with the layout.
    public mutating func add(_ reader: TraceReader) {
        let block = reader.block
        for lane in Lane.allCases {
            for section in reader.sections(lane) {
                let number = Int(section.kind.rawValue)
                counts[number] += UInt64(section.eventCount)
                let width = schema.kind(section.kind)?.columns.count ?? 0
                rowBytes += UInt64(section.eventCount * (5 + width) * 8)
                add(section.domain)
            }
            if keepsLayout { layout.add(reader.layout(lane), reader.sections(lane), lane, schema) }
        }
        blocks += 1
        blockBytes += reader.blockPlace.length
        if keepsLayout { layout.addBlock(bytes: reader.blockPlace.length) }
        events += UInt64(block.eventCount)
        timesNs = (timesNs?.first ?? block.timeMinNs, block.timeMaxNs)
    }

    private mutating func add(_ domain: Int32) {
        // A file may name more domains than anybody wants to see.
        guard domainNumbers.count < 4_096 else { return }
        var position = 0
        var end = domainNumbers.count
        while position < end {
            let middle = (position + end) / 2
            if domainNumbers[middle] < domain { position = middle + 1 } else { end = middle }
        }
        if position == domainNumbers.count || domainNumbers[position] != domain {
            domainNumbers.insert(domain, at: position)
        }
    }

    /// The kinds that have events, with their numbers, in the order of the schema.
    ///
    /// - Complexity: O(kinds).
    public var kinds: [(kind: EventKind, events: UInt64)] {
        schema.kinds.compactMap { kind in
            let count = counts[Int(kind.id.rawValue)]
            return count > 0 ? (kind, count) : nil
        }
    }

    /// The domains that have events, ascending; the first 4096 found.
    public var domains: [Int32] { domainNumbers }
}
