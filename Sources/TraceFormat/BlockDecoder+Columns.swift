public import TraceCore

// From stored planes to the values of a column.
extension BlockDecoder {
    /// Decodes one column of a lane, unless it is decoded already.
    ///
    /// - Complexity: O(events of the section).
    mutating func decodeColumn(
        _ lane: Lane, _ column: Int, content: [UInt8], codec: inout some FrameCodec & ~Copyable
    ) throws(FormatError) {
        let number = Int(lane.rawValue)
        if cells.count < cellEnds[number] {
            // With room to spare, but not twice as much: the next block is likely to need a little
            // more. What was decoded of the control lane stays.
            let kept = number == 0 ? 0 : cellEnds[0]
            let count = cellEnds[number] + cellEnds[number] / 8
            cells = BytePlanes.room(for: count, keeping: min(kept, cells.count), of: cells)
        }
        try decodeShared(lane, content: content, codec: &codec)
        let entry = directories[number].columns[column]
        guard !entry.isDecoded, entry.transform != .complement else { return }
        switch entry.transform {
        case .recency: return try decodeLinks(lane, content: content, codec: &codec)
        case .linked: return try decodeLinked(lane, column, content: content, codec: &codec)
        case .constant, .offset, .delta, .complement: break
        }
        try decodePlanes(lane, entry, content: content, codec: &codec)
        if entry.transform == .delta {
            BytePlanes.integrate(&cells, entry.cells, base: entry.base)
        }
        directories[number].columns[column].isDecoded = true
    }

    /// Puts a column's planes together; the values are what its transform made of them.
    ///
    /// - Complexity: O(events of the section).
    mutating func decodePlanes(
        _ lane: Lane, _ entry: LaneDirectory.ColumnEntry, content: [UInt8],
        codec: inout some FrameCodec & ~Copyable
    ) throws(FormatError) {
        let number = Int(lane.rawValue)
        let hasOwnBase = entry.transform == .delta || entry.transform == .linked
        var base = hasOwnBase ? 0 : entry.base
        // Constant planes first: they add the same to every value.
        for (position, index) in entry.planes.enumerated() {
            let plane = directories[number].planes[index]
            guard plane.storage == .constant else { continue }
            base &+= Int64(plane.value) << Int64(8 * position)
        }
        var start: Int64? = base
        for (position, index) in entry.planes.enumerated() {
            let plane = directories[number].planes[index]
            guard plane.storage != .constant else { continue }
            try addPlane(
                plane, position, lane, base: start, entry.cells, content: content, codec: &codec)
            start = nil
        }
        if let start { BytePlanes.fill(start, &cells, entry.cells) }
    }

    /// Adds a stored plane to its column, or starts the column with it where `base` is given.
    private mutating func addPlane(
        _ plane: LaneDirectory.PlaneEntry, _ position: Int, _ lane: Lane, base: Int64?,
        _ range: Range<Int>, content: [UInt8], codec: inout some FrameCodec & ~Copyable
    ) throws(FormatError) {
        let head = current
        switch plane.storage {
        case .constant:
            preconditionFailure("a constant plane has no bytes")
        case .raw:
            let start = head.rawRange(lane).lowerBound + plane.offset
            if !isRecordVerified { try verify(plane, content, at: start) }
            Self.combine(content, at: start, position, base, &cells, range)
        case .frame:
            try decompressPlane(plane, lane, count: range.count, content: content, codec: &codec)
            Self.combine(scratch, at: 0, position, base, &cells, range)
        case .shared:
            let stream = sharedStreams[Int(lane.rawValue)]
            Self.combine(stream, at: plane.offset, position, base, &cells, range)
        }
    }

    /// Decompresses a plane's frame to the start of `scratch`, after its checksum was found right.
    mutating func decompressPlane(
        _ plane: LaneDirectory.PlaneEntry, _ lane: Lane, count: Int, content: [UInt8],
        codec: inout some FrameCodec & ~Copyable
    ) throws(FormatError) {
        let start = current.frameRange(lane).lowerBound + plane.offset
        try verify(plane, content, at: start)
        if scratch.isEmpty {
            scratch = [UInt8](repeating: 0, count: FormatLimits.blockEvents)
        }
        try Self.decompress(
            content, start..<start + plane.storedBytes, into: &scratch, count: count,
            offset: contentOffset + Int64(start), codec: &codec)
    }

    private static func combine(
        _ bytes: [UInt8], at start: Int, _ plane: Int, _ base: Int64?, _ cells: inout [Int64],
        _ range: Range<Int>
    ) {
        if let base {
            BytePlanes.assign(bytes, at: start, plane: plane, base: base, &cells, range)
        } else {
            BytePlanes.accumulate(bytes, at: start, plane: plane, &cells, range)
        }
    }

    func verify(
        _ plane: LaneDirectory.PlaneEntry, _ content: [UInt8], at start: Int
    ) throws(FormatError) {
        let sum = Checksum.crc32c(content.span.extracting(start..<start + plane.storedBytes))
        guard sum == plane.checksum else {
            throw .checksum(
                field: "plane", offset: contentOffset + Int64(start), stored: plane.checksum,
                computed: sum)
        }
    }

    /// Checks the sums of a lane's frames without decoding them; its raw planes are part of the
    /// record's sum.
    ///
    /// - Parameters:
    ///   - content: The block's content, the lane's frames included.
    /// - Complexity: O(stored bytes of the lane).
    /// - Throws: `FormatError.checksum`.
    public func verifyFrames(_ lane: Lane, content: [UInt8]) throws(FormatError) {
        let directory = directories[Int(lane.rawValue)]
        let start = current.frameRange(lane).lowerBound
        for plane in directory.planes where plane.storage == .frame {
            try verify(plane, content, at: start + plane.offset)
        }
        if let shared = directory.sharedPlane, shared.storage == .frame {
            try verify(shared, content, at: start + shared.offset)
        }
    }

    static func decompress(
        _ content: [UInt8], _ range: Range<Int>, into destination: inout [UInt8], count: Int,
        offset: Int64, codec: inout some FrameCodec & ~Copyable
    ) throws(FormatError) {
        do {
            try codec.decompress(content, range, into: &destination, count: count)
        } catch {
            throw .frame(field: "plane", offset: offset)
        }
    }

    /// Decodes a lane's shared stream and the small sections in it, unless that is done.
    mutating func decodeShared(
        _ lane: Lane, content: [UInt8], codec: inout some FrameCodec & ~Copyable
    ) throws(FormatError) {
        let number = Int(lane.rawValue)
        guard let plane = directories[number].sharedPlane, sharedStreams[number].isEmpty else {
            return
        }
        let count = directories[number].sharedBytes
        let isRaw = plane.storage == .raw
        let range = isRaw ? current.rawRange(lane) : current.frameRange(lane)
        let start = range.lowerBound + plane.offset
        try verify(plane, content, at: start)
        var stream: [UInt8]
        if isRaw {
            stream = Array(content[start..<start + count])
        } else {
            stream = [UInt8](repeating: 0, count: count)
            try Self.decompress(
                content, start..<start + plane.storedBytes, into: &stream, count: count,
                offset: contentOffset + Int64(start), codec: &codec)
        }
        sharedStreams[number] = stream
        try decodeSmallSections(number, stream, offset: contentOffset + Int64(start))
    }

    private mutating func decodeSmallSections(
        _ lane: Int, _ stream: [UInt8], offset: Int64
    ) throws(FormatError) {
        // Positions inside a compressed stream have no place in the file; errors name its start.
        let planeBytes = directories[lane].sharedPlaneBytes
        var reader = ByteReader(stream, planeBytes..<stream.count, fileOffset: offset)
        for section in directories[lane].sections where section.isSmall {
            for column in section.firstColumn..<section.firstColumn + section.width + 2 {
                var value: Int64 = 0
                for cell in directories[lane].columns[column].cells {
                    value &+= try reader.signedVarint("small section")
                    cells[cell] = value
                }
                directories[lane].columns[column].isDecoded = true
            }
        }
        try reader.finish("shared stream")
    }
}
