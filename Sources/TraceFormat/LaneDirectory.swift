import TraceCore

/// What the directory of one lane of a block says.
struct LaneDirectory {
    /// One kind and domain.
    struct Section {
        var kind: KindID
        var domain: Int32
        var count: Int
        /// Payload columns.
        var width: Int
        /// Position of the CPU column among `columns`; the cause and the payload follow.
        var firstColumn: Int
        /// Position of the first column's first value among the block's cells.
        var firstCell: Int
        /// Whether its values are in the shared stream.
        var isSmall: Bool
        /// The source that its key column takes from, where it has one.
        var link: Link?
    }

    /// What a key column says.
    struct Link {
        /// The source's number in the lane, and the number of its column that is taken.
        var source: Int
        var sourceColumn: Int
        /// Position of the key column among `columns`.
        var keyColumn: Int
        /// Position of the places' plane among `planes`.
        var places: Int
        /// Position of the literals among `columns`, -1 where there are none.
        var literals = -1
        var literalCount: Int
    }

    /// One column.
    struct ColumnEntry {
        var transform: ColumnTransform
        var base: Int64
        /// Its planes' positions among `planes`.
        var planes: Range<Int>
        /// Its values' positions among the block's cells.
        var cells: Range<Int>
        var isDecoded = false
        /// For a linked column, the number of the source's column that it is combined with.
        var sourceColumn = 0
    }

    /// One plane, or the shared stream.
    struct PlaneEntry {
        var storage: PlaneStorage
        /// The byte of a constant plane.
        var value: UInt8 = 0
        /// Offset in the lane's raw bytes, its frames or its shared stream.
        var offset = 0
        var storedBytes = 0
        var checksum: UInt32 = 0
    }

    /// Positions among `columns` of those of the whole lane.
    static let orderColumn = 0
    static let timeColumn = 1
    static let sequenceColumn = 2

    private(set) var eventCount = 0
    private(set) var sections: [Section] = []
    var columns: [ColumnEntry] = []
    private(set) var planes: [PlaneEntry] = []
    /// Length of the shared stream in bytes, and of the planes at its start.
    private(set) var sharedBytes = 0
    private(set) var sharedPlaneBytes = 0
    private(set) var sharedPlane: PlaneEntry?
    /// Cells that the lane's columns take, and how many of them are literals of key columns.
    private(set) var cellCount = 0
    private(set) var literalCells = 0
    /// Sections with a key column.
    private(set) var linkCount = 0

    private var rawBytes = 0
    private var frameBytes = 0

    /// What the block's head says of a lane.
    struct Declared {
        var events: Int
        var rawBytes: Int
        var frameBytes: Int
        /// Position of the lane's first cell.
        var firstCell: Int
    }

    /// Reads a directory.
    ///
    /// - Complexity: O(directory).
    /// - Throws: `FormatError`.
    mutating func decode(
        _ reader: inout ByteReader, lane: Lane, declared: Declared, kinds: KindTable
    ) throws(FormatError) {
        reset(declared)
        let start = reader.offset
        try decodeSections(&reader, lane: lane, kinds: kinds)
        if eventCount > 0 {
            try decodeColumns(&reader, lane: lane, firstCell: declared.firstCell)
        }
        sharedPlaneBytes = sharedBytes
        sharedBytes = try reader.count("shared stream", limit: FormatLimits.blockBytes)
        if sharedBytes > 0 {
            let shared = try decodePlane(&reader, count: sharedBytes)
            guard shared.storage == .raw || shared.storage == .frame else {
                throw .invalidValue(
                    field: "shared stream storage", offset: reader.offset,
                    value: UInt64(shared.storage.rawValue))
            }
            sharedPlane = shared
        }
        guard sharedBytes > 0 || !sections.contains(where: \.isSmall) else {
            throw .mismatch(field: "shared stream", offset: start, found: 0, expected: 1)
        }
        try reader.finish("directory")
        try expect("shared planes", sharedPlaneBytes, atMost: sharedBytes, start)
        try expect("raw length", rawBytes, declared.rawBytes, start)
        try expect("stored length", frameBytes, declared.frameBytes, start)
    }

    private mutating func reset(_ declared: Declared) {
        eventCount = declared.events
        sections.removeAll(keepingCapacity: true)
        columns.removeAll(keepingCapacity: true)
        planes.removeAll(keepingCapacity: true)
        sharedBytes = 0
        sharedPlane = nil
        rawBytes = 0
        frameBytes = 0
        cellCount = 0
        literalCells = 0
        linkCount = 0
    }

    private mutating func decodeSections(
        _ reader: inout ByteReader, lane: Lane, kinds: KindTable
    ) throws(FormatError) {
        let start = reader.offset
        let count = try reader.count("sections", limit: FormatLimits.laneSections)
        var events = 0
        cellCount = 3 * eventCount
        for _ in 0..<count {
            let offset = reader.offset
            let section = try decodeSection(&reader, lane: lane, kinds: kinds)
            if let last = sections.last,
                (last.kind.rawValue, last.domain) >= (section.kind.rawValue, section.domain)
            {
                throw .order(field: "sections", offset: offset)
            }
            sections.append(section)
            events += section.count
            cellCount += section.count * (section.width + 2)
        }
        try expect("lane events", events, eventCount, start)
    }

    private func decodeSection(
        _ reader: inout ByteReader, lane: Lane, kinds: KindTable
    ) throws(FormatError) -> Section {
        let offset = reader.offset
        let kind = UInt16(try reader.varint("kind", limit: UInt64(UInt16.max)))
        let position = kinds.position(kind)
        guard position >= 0, kinds.lanes[position] == lane else {
            throw .invalidValue(field: "kind", offset: offset, value: UInt64(kind))
        }
        let domain = try reader.signedVarint("domain")
        guard let domain = Int32(exactly: domain) else {
            throw .invalidValue(
                field: "domain", offset: offset, value: UInt64(bitPattern: domain))
        }
        let count = try reader.count("section events", limit: eventCount)
        guard count > 0 else {
            throw .invalidValue(field: "section events", offset: offset, value: 0)
        }
        return Section(
            kind: KindID(rawValue: kind), domain: domain, count: count,
            width: kinds.widths[position], firstColumn: 0, firstCell: 0,
            isSmall: count < FormatLimits.largeSectionEvents)
    }

    private mutating func decodeColumns(
        _ reader: inout ByteReader, lane: Lane, firstCell: Int
    ) throws(FormatError) {
        let start = reader.offset
        var next = firstCell
        for column in 0..<3 {
            let mayFollow = lane == .data && column == Self.sequenceColumn
            columns.append(
                try decodeColumn(
                    &reader, cells: next..<next + eventCount, mayFollow: mayFollow))
            next += eventCount
        }
        // Where the literals of key columns go: after all columns.
        var literals: [(section: Int, entry: ColumnEntry)] = []
        for index in sections.indices {
            let section = sections[index]
            sections[index].firstColumn = columns.count
            sections[index].firstCell = next
            for _ in 0..<section.width + 2 {
                let cells = next..<next + section.count
                if section.isSmall {
                    columns.append(
                        ColumnEntry(transform: .constant, base: 0, planes: 0..<0, cells: cells))
                } else if try Self.isKey(reader) {
                    let entry = try decodeKey(&reader, section: index, cells: cells)
                    if let entry { literals.append((index, entry)) }
                } else {
                    columns.append(try decodeColumn(&reader, cells: cells, mayFollow: false))
                }
                next += section.count
            }
        }
        for literal in literals {
            var entry = literal.entry
            entry.cells = next..<next + entry.cells.count
            next = entry.cells.upperBound
            literalCells += entry.cells.count
            sections[literal.section].link?.literals = columns.count
            columns.append(entry)
        }
        cellCount += literalCells
        try checkLinks(start)
    }

    /// Whether the column that follows is a key column.
    private static func isKey(_ reader: ByteReader) throws(FormatError) -> Bool {
        var ahead = reader
        return try ahead.integer("encoding", as: UInt8.self) == ColumnTransform.recency.rawValue
    }

    private mutating func decodeColumn(
        _ reader: inout ByteReader, cells: Range<Int>, mayFollow: Bool
    ) throws(FormatError) -> ColumnEntry {
        let offset = reader.offset
        let encoding = try reader.integer("encoding", as: UInt8.self)
        let planeCount = Int(encoding >> 4)
        guard let transform = ColumnTransform(rawValue: encoding & 15),
            transform != .complement || mayFollow, transform != .recency,
            transform == .offset || transform == .delta || transform == .linked
                ? planeCount <= 8 && (planeCount > 0 || transform == .linked) : planeCount == 0
        else {
            throw .invalidValue(field: "encoding", offset: offset, value: UInt64(encoding))
        }
        let base = transform == .complement ? 0 : try reader.signedVarint("base")
        let sourceColumn =
            transform == .linked ? try reader.count("source column", limit: 255) : 0
        let first = planes.count
        for _ in 0..<planeCount {
            planes.append(try decodePlane(&reader, count: cells.count))
        }
        return ColumnEntry(
            transform: transform, base: base, planes: first..<planes.count, cells: cells,
            sourceColumn: sourceColumn)
    }

    /// Reads a key column, and gives the entry of its literals where it has any.
    private mutating func decodeKey(
        _ reader: inout ByteReader, section: Int, cells: Range<Int>
    ) throws(FormatError) -> ColumnEntry? {
        let offset = reader.offset
        _ = try reader.integer("encoding", as: UInt8.self)
        guard sections[section].link == nil else {
            throw .invalidValue(
                field: "encoding", offset: offset, value: UInt64(ColumnTransform.recency.rawValue))
        }
        linkCount += 1
        try expect("key columns", linkCount, atMost: FormatLimits.laneLinks, offset)
        let source = try reader.count("source", limit: sections.count - 1)
        let sourceColumn = try reader.count("source column", limit: 255)
        let literalCount = try reader.count("literals", limit: cells.count)
        sections[section].link = Link(
            source: source, sourceColumn: sourceColumn, keyColumn: columns.count,
            places: planes.count, literalCount: literalCount)
        planes.append(try decodePlane(&reader, count: cells.count))
        columns.append(
            ColumnEntry(
                transform: .recency, base: 0, planes: planes.count - 1..<planes.count,
                cells: cells))
        guard literalCount > 0 else { return nil }
        let literals = try decodeColumn(&reader, cells: 0..<literalCount, mayFollow: false)
        guard literals.transform != .linked else {
            throw .invalidValue(
                field: "literals", offset: offset, value: UInt64(literals.transform.rawValue))
        }
        return literals
    }

    /// Checks that links and linked columns name columns that can be known before them.
    private func checkLinks(_ offset: Int64) throws(FormatError) {
        var isTaken = [Bool](repeating: false, count: sections.count)
        for section in sections where !section.isSmall {
            if let link = section.link {
                guard !isTaken[link.source], isSource(link.source, link.sourceColumn) else {
                    throw .invalidValue(
                        field: "source", offset: offset, value: UInt64(link.source))
                }
                isTaken[link.source] = true
            }
            for column in columns[section.firstColumn..<section.firstColumn + section.width + 2]
            where column.transform == .linked {
                guard let link = section.link, isSource(link.source, column.sourceColumn) else {
                    throw .invalidValue(
                        field: "source column", offset: offset,
                        value: UInt64(column.sourceColumn))
                }
            }
        }
    }

    private func isSource(_ number: Int, _ column: Int) -> Bool {
        let section = sections[number]
        return !section.isSmall && column < section.width + 2
            && columns[section.firstColumn + column].transform != .linked
    }

    private mutating func decodePlane(
        _ reader: inout ByteReader, count: Int
    ) throws(FormatError) -> PlaneEntry {
        let offset = reader.offset
        let raw = try reader.integer("plane storage", as: UInt8.self)
        guard let storage = PlaneStorage(rawValue: raw) else {
            throw .invalidValue(field: "plane storage", offset: offset, value: UInt64(raw))
        }
        var plane = PlaneEntry(storage: storage)
        switch storage {
        case .constant:
            plane.value = try reader.integer("plane value")
        case .raw:
            plane.offset = rawBytes
            plane.storedBytes = count
            rawBytes += count
            plane.checksum = try reader.integer("plane checksum")
        case .frame:
            plane.offset = frameBytes
            plane.storedBytes = try reader.count("frame length", limit: count)
            frameBytes += plane.storedBytes
            plane.checksum = try reader.integer("plane checksum")
        case .shared:
            plane.offset = sharedBytes
            plane.storedBytes = count
            sharedBytes += count
        }
        return plane
    }

    private func expect(
        _ field: String, _ found: Int, _ expected: Int, _ offset: Int64
    ) throws(FormatError) {
        guard found == expected else {
            throw .mismatch(
                field: field, offset: offset, found: UInt64(found), expected: UInt64(expected))
        }
    }

    private func expect(
        _ field: String, _ found: Int, atMost limit: Int, _ offset: Int64
    ) throws(FormatError) {
        guard found <= limit else {
            throw .limit(
                field: field, offset: offset, value: UInt64(found), limit: UInt64(limit))
        }
    }
}
