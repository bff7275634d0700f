public import TraceCore

/// Collects the events of one block, row after row.
///
/// Taking an event only copies its cells: one table look-up for its section, and stores to the end
/// of one flat buffer. Sorting into columns is left to the encoder, which does it once per block.
public struct BlockBuilder: Sendable {
    /// The events of one kind and domain.
    struct Section: Sendable {
        var kind: UInt16
        var domain: Int32
        var lane: Lane
        /// Columns of the kind.
        var width: Int
    }

    /// Cells of an event before its values: sequence, time, section and CPU, distance to its
    /// cause.
    static let headCells = 4

    /// Most events of this builder's blocks.
    public let eventLimit: Int
    /// Events collected so far.
    public internal(set) var eventCount = 0

    /// The rows; what lies after `cellCount` is left over from earlier blocks.
    var cells = [Int64](repeating: 0, count: FormatLimits.blockCells)
    var cellCount = 0
    /// The sections in the order of their first events.
    private(set) var sections: [Section] = []
    /// Events of each section, and 0 for sections that are not there yet.
    var sectionCounts = [Int](repeating: 0, count: 2 * FormatLimits.laneSections)

    private var laneSectionCounts = [0, 0]
    var lastSequence: UInt64 = 0
    var lastTimeNs = Int64.min

    // For the usual domains the sections by kind and domain, so that no event needs a hash.
    let kinds: KindTable
    var usualSections: [Int32]
    private var otherSections: [UInt64: Int32] = [:]
    static let usualDomains = 64

    /// Makes an empty builder.
    ///
    /// - Parameters:
    ///   - eventLimit: Most events of a block, from 1 to `FormatLimits.blockEvents`.
    /// - Complexity: O(schema).
    public init(schema: EventSchema, eventLimit: Int = FormatLimits.blockEvents) {
        precondition(
            (1...FormatLimits.blockEvents).contains(eventLimit),
            "a block holds from 1 to 65536 events")
        self.eventLimit = eventLimit
        kinds = KindTable(schema)
        usualSections = [Int32](repeating: -1, count: schema.kinds.count * Self.usualDomains)
    }

    /// Takes an event, or returns `false` when the block has no room for it.
    ///
    /// Programmer errors: a kind that is not in the schema, a number of values other than the
    /// kind's columns, a sequence number not above the last, a time before the last, a cause that
    /// is not an earlier event.
    public mutating func append(_ header: EventHeader, _ values: Span<Int64>) -> Bool {
        let position = kinds.position(header.kind.rawValue)
        precondition(position >= 0, "an event's kind is in the trace's schema")
        precondition(
            values.count == kinds.widths[position], "an event has one value for each column")
        precondition(header.sequence > lastSequence, "sequence numbers strictly increase")
        precondition(header.timeNs >= lastTimeNs, "times never decrease")
        precondition(
            header.cause < header.sequence, "an event's cause is an earlier event")
        let start = cellCount
        let end = start + Self.headCells + values.count
        guard eventCount < eventLimit, end <= FormatLimits.blockCells else { return false }
        let section = section(position, header.domain)
        guard section >= 0 else { return false }
        sectionCounts[section] += 1
        eventCount += 1
        cellCount = end
        lastSequence = header.sequence
        lastTimeNs = header.timeNs
        var row = cells.mutableSpan
        row[start] = Int64(bitPattern: header.sequence)
        row[start + 1] = header.timeNs
        row[start + 2] = Self.place(section, header.cpu)
        row[start + 3] = Self.distance(header)
        for index in 0..<values.count { row[start + Self.headCells + index] = values[index] }
        return true
    }

    @inline(__always)
    static func place(_ section: Int, _ cpu: Int32) -> Int64 {
        Int64(section) << 32 | Int64(UInt32(bitPattern: cpu))
    }

    @inline(__always)
    static func distance(_ header: EventHeader) -> Int64 {
        header.cause == 0 ? 0 : Int64(bitPattern: header.sequence &- header.cause)
    }

    /// Hands all events to `body`: for each its sequence number, its time, its section above 32 bits
    /// with its CPU, the distance to its cause or 0, and its values; and what each section is.
    ///
    /// - Complexity: O(sections).
    public func withRows<Result>(
        _ body: (Span<Int64>, [(kind: KindID, domain: Int32)]) -> Result
    ) -> Result {
        let all = sections.map { (kind: KindID(rawValue: $0.kind), domain: $0.domain) }
        return body(cells.span.extracting(0..<cellCount), all)
    }

    /// Forgets the events and keeps the storage and what the next event must come after.
    ///
    /// - Complexity: O(sections + kinds).
    public mutating func removeAll() {
        eventCount = 0
        cellCount = 0
        for section in sections.indices { sectionCounts[section] = 0 }
        sections.removeAll(keepingCapacity: true)
        laneSectionCounts = [0, 0]
        for index in usualSections.indices { usualSections[index] = -1 }
        otherSections.removeAll(keepingCapacity: true)
    }

    /// The section of a kind and domain, new where there is none, or -1 when the lane has no room
    /// for another.
    @inline(__always)
    private mutating func section(_ position: Int, _ domain: Int32) -> Int {
        // -1, for no domain, takes slot 0.
        let slot = Int(domain) + 1
        if slot >= 0, slot < Self.usualDomains {
            let found = usualSections[position * Self.usualDomains + slot]
            if found >= 0 { return Int(found) }
        }
        return newOrUnusualSection(position, domain)
    }

    private mutating func newOrUnusualSection(_ position: Int, _ domain: Int32) -> Int {
        let slot = Int(domain) + 1
        if slot >= 0, slot < Self.usualDomains {
            let added = addSection(position, domain)
            usualSections[position * Self.usualDomains + slot] = Int32(added)
            return added
        }
        let key = UInt64(position) << 32 | UInt64(UInt32(bitPattern: domain))
        if let found = otherSections[key] { return Int(found) }
        let added = addSection(position, domain)
        if added >= 0 { otherSections[key] = Int32(added) }
        return added
    }

    private mutating func addSection(_ position: Int, _ domain: Int32) -> Int {
        let lane = kinds.lanes[position]
        guard laneSectionCounts[Int(lane.rawValue)] < FormatLimits.laneSections else { return -1 }
        laneSectionCounts[Int(lane.rawValue)] += 1
        sections.append(
            Section(
                kind: kinds.numbers[position], domain: domain, lane: lane,
                width: kinds.widths[position]))
        return sections.count - 1
    }
}
