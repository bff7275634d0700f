import TraceCore

// Columns that refer to events of another section.
extension BlockDecoder {
    /// Decodes all key columns of a lane, unless that is done: they depend on each other.
    ///
    /// - Complexity: O(events of the lane * length of the lists).
    mutating func decodeLinks(
        _ lane: Lane, content: [UInt8], codec: inout some FrameCodec & ~Copyable
    ) throws(FormatError) {
        let number = Int(lane.rawValue)
        guard !areLinksResolved[number] else { return }
        try decodeLaneColumns(lane, content: content, codec: &codec)
        let sections = directories[number].sections
        var walk = sections.map { section in
            var walked = RecencyWalk.Section()
            walked.count = section.count
            walked.key = section.firstCell
            walked.given = section.firstCell
            return walked
        }
        var lists = 0
        var output = 0
        for index in sections.indices {
            guard let link = sections[index].link else { continue }
            let source = sections[link.source]
            let given = source.firstColumn + link.sourceColumn
            if directories[number].columns[given].transform != .recency {
                try decodeColumn(lane, given, content: content, codec: &codec)
            }
            if link.literals >= 0 {
                try decodeColumn(lane, link.literals, content: content, codec: &codec)
                walk[index].literals =
                    directories[number].columns[link.literals].cells.lowerBound
            }
            walk[index].literalCount = link.literalCount
            walk[index].key = directories[number].columns[link.keyColumn].cells.lowerBound
            walk[index].takenList = lists
            walk[index].takenCells = directories[number].columns[given].cells.lowerBound
            walk[index].output = output
            walk[link.source].list = lists
            walk[link.source].given = walk[index].takenCells
            try decodePlaces(
                lane, link.places, count: sections[index].count, at: output, content: content,
                codec: &codec)
            lists += 1
            output += sections[index].count
        }
        try resolve(lane, &walk, lists: lists, events: output)
    }

    private mutating func resolve(
        _ lane: Lane, _ walk: inout [RecencyWalk.Section], lists: Int, events: Int
    ) throws(FormatError) {
        let number = Int(lane.rawValue)
        if references[number].count < events {
            references[number] = [Int32](repeating: -1, count: FormatLimits.blockEvents)
        }
        let order = directories[number].columns[LaneDirectory.orderColumn].cells
        let isGood = RecencyWalk.resolve(
            &cells, order: order, &walk, lists: lists, places: places,
            references: &references[number])
        guard isGood else {
            throw .invalidValue(field: "places", offset: fileOffset, value: UInt64(lists))
        }
        for section in directories[number].sections {
            guard let link = section.link else { continue }
            directories[number].columns[link.keyColumn].isDecoded = true
        }
        areLinksResolved[number] = true
    }

    /// Puts the places of a key column at a position of `places`.
    private mutating func decodePlaces(
        _ lane: Lane, _ plane: Int, count: Int, at start: Int, content: [UInt8],
        codec: inout some FrameCodec & ~Copyable
    ) throws(FormatError) {
        if places.isEmpty { places = [UInt8](repeating: 0, count: FormatLimits.blockEvents) }
        let entry = directories[Int(lane.rawValue)].planes[plane]
        switch entry.storage {
        case .constant:
            for index in start..<start + count { places[index] = entry.value }
        case .raw:
            let position = current.rawRange(lane).lowerBound + entry.offset
            if !isRecordVerified { try verify(entry, content, at: position) }
            BytePlanes.copy(content, at: position, count: count, into: &places, at: start)
        case .shared:
            let stream = sharedStreams[Int(lane.rawValue)]
            BytePlanes.copy(stream, at: entry.offset, count: count, into: &places, at: start)
        case .frame:
            try decompressPlane(entry, lane, count: count, content: content, codec: &codec)
            BytePlanes.copy(scratch, at: 0, count: count, into: &places, at: start)
        }
    }

    /// Decodes a column that is combined with another section's.
    ///
    /// - Complexity: O(events of the section), and that of the lane's key columns.
    mutating func decodeLinked(
        _ lane: Lane, _ column: Int, content: [UInt8], codec: inout some FrameCodec & ~Copyable
    ) throws(FormatError) {
        let number = Int(lane.rawValue)
        try decodeLinks(lane, content: content, codec: &codec)
        let directory = directories[number]
        var start = 0
        for section in directory.sections {
            guard let link = section.link else { continue }
            if column < section.firstColumn + section.width + 2 {
                let entry = directory.columns[column]
                let source = directory.sections[link.source].firstColumn + entry.sourceColumn
                try decodeColumn(lane, source, content: content, codec: &codec)
                try decodePlanes(lane, entry, content: content, codec: &codec)
                RecencyWalk.combine(
                    &cells, entry.cells, source: directory.columns[source].cells,
                    base: entry.base, references: references[number], at: start)
                directories[number].columns[column].isDecoded = true
                return
            }
            start += section.count
        }
        preconditionFailure("a linked column's section has a key")
    }
}
