public import TraceCore

/// How one plane of a column is stored.
public struct PlaneLayout: Hashable, Sendable {
    /// `constant`, `raw`, `frame` or `shared`.
    public var storage: String
    /// Bytes it takes; those of a shared plane are before the shared stream's compression.
    public var storedBytes: Int
}

/// How one column of a block is stored.
public struct ColumnLayout: Hashable, Sendable {
    /// Which column.
    public var column: BlockColumn
    /// `constant`, `offset`, `delta`, `complement`, `recency`, `linked`, or `varint` for a column of a small section.
    public var transform: String
    /// Number of values.
    public var valueCount: Int
    /// Its planes, lowest byte first; for `recency` the places, then the planes of literals.
    public var planes: [PlaneLayout]
}

/// How one lane of a block is stored.
public struct LaneLayout: Hashable, Sendable {
    /// Bytes of its directory.
    public var directoryBytes: Int
    /// Bytes of planes in the record.
    public var rawBytes: Int
    /// Bytes of frames after the record.
    public var frameBytes: Int
    /// Bytes of the shared stream as stored.
    public var sharedStoredBytes: Int
    /// Bytes of the shared stream before compression.
    public var sharedRawBytes: Int
    /// Its columns in the order of the directory.
    public var columns: [ColumnLayout]
}

extension BlockDecoder {
    /// How a lane of the current block is stored.
    ///
    /// - Complexity: O(directory).
    public func layout(_ lane: Lane) -> LaneLayout {
        let number = Int(lane.rawValue)
        let directory = directories[number]
        var columns: [ColumnLayout] = []
        if directory.eventCount > 0 {
            for (index, column) in [BlockColumn.order, .time, .sequence].enumerated() {
                columns.append(layout(column, directory.columns[index], directory, false))
            }
        }
        for (position, section) in directory.sections.enumerated() {
            var names: [BlockColumn] = [.cpu(section: position), .causeDistance(section: position)]
            names += (0..<section.width).map { .value(section: position, column: $0) }
            for (index, name) in names.enumerated() {
                var entry = directory.columns[section.firstColumn + index]
                if entry.transform == .recency, let literals = section.link?.literals, literals >= 0
                {
                    // Written one after the other, so one range covers both.
                    let last = directory.columns[literals].planes.upperBound
                    entry.planes = entry.planes.lowerBound..<max(last, entry.planes.upperBound)
                }
                columns.append(layout(name, entry, directory, section.isSmall))
            }
        }
        return LaneLayout(
            directoryBytes: current.directoryBytes[number], rawBytes: current.rawBytes[number],
            frameBytes: current.frameBytes[number],
            sharedStoredBytes: directory.sharedPlane?.storedBytes ?? 0,
            sharedRawBytes: directory.sharedBytes, columns: columns)
    }

    private func layout(
        _ column: BlockColumn, _ entry: LaneDirectory.ColumnEntry, _ directory: LaneDirectory,
        _ isSmall: Bool
    ) -> ColumnLayout {
        let planes = entry.planes.map { index in
            let plane = directory.planes[index]
            return PlaneLayout(storage: "\(plane.storage)", storedBytes: plane.storedBytes)
        }
        return ColumnLayout(
            column: column, transform: isSmall ? "varint" : "\(entry.transform)",
            valueCount: entry.cells.count, planes: planes)
    }
}
