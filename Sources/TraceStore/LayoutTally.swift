import TraceCore
import TraceFormat

/// Where the bytes of a trace's blocks are.
public struct LayoutTally: Sendable {
    /// The bytes of one column over all blocks.
    public struct Row: Equatable, Sendable {
        /// The column: `control.time`, `request.pages`, `request.cpu`, or what else takes bytes.
        public var name: String
        /// Values it has, in large and small sections.
        public var values: UInt64 = 0
        /// Bytes of its planes as they are stored. Planes in a shared stream count what they take
        /// before compression, scaled by how well the stream was compressed.
        public var storedBytes: UInt64 = 0
        /// Values by transform, in the order of their first use.
        public var transforms: [(name: String, values: UInt64)] = []

        /// Whether two rows say the same.
        public static func == (left: Row, right: Row) -> Bool {
            left.name == right.name && left.values == right.values
                && left.storedBytes == right.storedBytes
                && left.transforms.elementsEqual(right.transforms, by: ==)
        }
    }

    private var rows: [Row] = []
    private var positions: [String: Int] = [:]
    private var directoryBytes: UInt64 = 0
    private var sharedBytes: UInt64 = 0
    private var blockBytes: UInt64 = 0
    private var blocks: UInt64 = 0

    /// Makes a tally of nothing.
    public init() {}

    mutating func addBlock(bytes: Int64) {
        blockBytes += UInt64(bytes)
        blocks += 1
    }

    mutating func add(
        _ lane: LaneLayout, _ sections: [BlockSection], _ name: Lane, _ schema: EventSchema
    ) {
        directoryBytes += UInt64(lane.directoryBytes)
        var inShared: UInt64 = 0
        for column in lane.columns {
            let position = position(of: Self.name(column.column, sections, name, schema))
            rows[position].values += UInt64(column.valueCount)
            count(column, in: position)
            for plane in column.planes where plane.storage != "constant" {
                var bytes = UInt64(plane.storedBytes)
                if plane.storage == "shared" {
                    bytes =
                        bytes * UInt64(lane.sharedStoredBytes)
                        / UInt64(max(1, lane.sharedRawBytes))
                    inShared += bytes
                }
                rows[position].storedBytes += bytes
            }
        }
        // What is left of the shared stream are the columns of small sections.
        sharedBytes +=
            UInt64(lane.sharedStoredBytes) - min(inShared, UInt64(lane.sharedStoredBytes))
    }

    private mutating func position(of name: String) -> Int {
        if let position = positions[name] { return position }
        positions[name] = rows.count
        rows.append(Row(name: name))
        return rows.count - 1
    }

    private mutating func count(_ column: ColumnLayout, in position: Int) {
        let values = UInt64(column.valueCount)
        let known = rows[position].transforms.firstIndex { $0.name == column.transform }
        if let known {
            rows[position].transforms[known].values += values
        } else {
            rows[position].transforms.append((column.transform, values))
        }
    }

    private static func name(
        _ column: BlockColumn, _ sections: [BlockSection], _ lane: Lane, _ schema: EventSchema
    ) -> String {
        func kind(_ section: Int) -> EventKind? { schema.kind(sections[section].kind) }
        switch column {
        case .order: return "\(lane).order"
        case .time: return "\(lane).time"
        case .sequence: return "\(lane).sequence"
        case .cpu(let section): return "\(kind(section)?.name ?? "?").cpu"
        case .causeDistance(let section): return "\(kind(section)?.name ?? "?").cause"
        case .value(let section, let column):
            let kind = kind(section)
            return "\(kind?.name ?? "?").\(kind?.columns[column].name ?? "?")"
        }
    }

    /// The columns, most bytes first, then what is no column; together all bytes of the blocks.
    ///
    /// - Complexity: O(n log n).
    public var sortedRows: [Row] {
        var sorted = rows.enumerated()
            .sorted { ($1.element.storedBytes, $0.offset) < ($0.element.storedBytes, $1.offset) }
            .map(\.element)
        sorted.append(Row(name: "(columns of small sections)", storedBytes: sharedBytes))
        sorted.append(Row(name: "(directories)", storedBytes: directoryBytes))
        let told = sorted.reduce(UInt64(0)) { $0 + $1.storedBytes }
        sorted.append(
            Row(name: "(heads and checksums)", storedBytes: blockBytes - min(told, blockBytes)))
        return blocks > 0 ? sorted : []
    }
}
