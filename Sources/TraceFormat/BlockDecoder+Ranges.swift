public import TraceCore

// Which parts of a block some columns need.
extension BlockDecoder {
    /// Parts that lie closer together than this are read as one, in bytes.
    private static let joinBytes = 4_096

    /// The parts of the content that columns of a lane need, ascending.
    ///
    /// - Parameter columns: Which columns; `nil` for all.
    /// - Complexity: O(directory).
    public func contentRanges(_ lane: Lane, _ columns: ColumnSelection? = nil) -> [Range<Int>] {
        var ranges = columns.map { planeRanges(lane, $0) } ?? wholeRanges(lane)
        if lane == .data, sequencesFollow {
            ranges +=
                columns.map { _ in planeRanges(.control, ColumnSelection()) }
                ?? wholeRanges(.control)
        }
        ranges.removeAll { $0.isEmpty }
        ranges.sort { $0.lowerBound < $1.lowerBound }
        var joined: [Range<Int>] = []
        for range in ranges {
            if let last = joined.last, range.lowerBound - last.upperBound < Self.joinBytes {
                joined[joined.count - 1] =
                    last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        return joined
    }

    private func wholeRanges(_ lane: Lane) -> [Range<Int>] {
        [current.rawRange(lane), current.frameRange(lane)]
    }

    private func planeRanges(_ lane: Lane, _ columns: ColumnSelection) -> [Range<Int>] {
        let directory = directories[Int(lane.rawValue)]
        guard directory.eventCount > 0 else { return [] }
        var planes = neededColumns(lane, columns).flatMap { column in
            directory.columns[column].planes.map { directory.planes[$0] }
        }
        if let shared = directory.sharedPlane { planes.append(shared) }
        return planes.compactMap { plane in
            let lower: Int
            switch plane.storage {
            case .constant, .shared: return nil
            case .raw: lower = current.rawRange(lane).lowerBound + plane.offset
            case .frame: lower = current.frameRange(lane).lowerBound + plane.offset
            }
            return lower..<lower + plane.storedBytes
        }
    }

    /// Positions in the directory of the sections' columns that are wanted.
    func wantedColumns(_ lane: Lane, _ columns: ColumnSelection?) -> [Int] {
        let directory = directories[Int(lane.rawValue)]
        guard let columns else { return Array(directory.columns.indices.dropFirst(3)) }
        return directory.sections.flatMap { section in
            let wanted = columns[section.kind]
            return (0..<section.width + 2).filter { wanted?.contains($0) ?? false }
                .map { section.firstColumn + $0 }
        }
    }

    /// The lane's own columns, those that are wanted, and those that these refer to.
    private func neededColumns(_ lane: Lane, _ columns: ColumnSelection) -> [Int] {
        let directory = directories[Int(lane.rawValue)]
        var isNeeded = [Bool](repeating: false, count: directory.columns.count)
        for column in 0..<3 { isNeeded[column] = true }
        let wanted = wantedColumns(lane, columns)
        for column in wanted { isNeeded[column] = true }
        let hasLinks = wanted.contains {
            let transform = directory.columns[$0].transform
            return transform == .recency || transform == .linked
        }
        guard hasLinks else { return isNeeded.indices.filter { isNeeded[$0] } }
        // Key columns are decoded all together.
        for section in directory.sections {
            guard let link = section.link else { continue }
            let source = directory.sections[link.source].firstColumn
            isNeeded[link.keyColumn] = true
            isNeeded[source + link.sourceColumn] = true
            if link.literals >= 0 { isNeeded[link.literals] = true }
            for column in section.firstColumn..<section.firstColumn + section.width + 2
            where isNeeded[column] && directory.columns[column].transform == .linked {
                isNeeded[source + directory.columns[column].sourceColumn] = true
            }
        }
        return isNeeded.indices.filter { isNeeded[$0] }
    }
}
