import TraceCore

/// Encodes the columns of one lane of one block.
struct LaneEncoder {
    /// What the directory says.
    private(set) var directory = ByteWriter()
    /// The planes stored as they are.
    private(set) var raw: [UInt8] = []
    /// The frames.
    private(set) var frames: [UInt8] = []

    /// A plane shorter than this is not worth a frame of its own and joins the shared stream.
    static let framePlaneBytesMin = 1_024

    /// Stands for the shared stream among the lane's own columns.
    private static let sharedColumn = 3

    private var sharedPlanes: [UInt8] = []
    private var sharedValues = ByteWriter()
    private var plane = [UInt8](repeating: 0, count: FormatLimits.blockEvents)
    private var deltas = [Int64](repeating: 0, count: FormatLimits.blockEvents)
    private var packer = FramePacker()
    private var trials = TrialSchedule()
    /// The columns that are written as differences, as the latest trial has it.
    private var differences: [UInt32: Bool] = [:]
    private var name = FramePacker.PlaneName()
    private var literals: [Int64] = []
    private var cost = ColumnCost()

    /// Starts a lane; storage and what is known of its planes are kept.
    mutating func begin() {
        trials.beginBlock()
        directory.removeAll()
        raw.removeAll(keepingCapacity: true)
        frames.removeAll(keepingCapacity: true)
        sharedPlanes.removeAll(keepingCapacity: true)
        sharedValues.removeAll()
    }

    /// Says what column comes next: one of a kind, or with kind 0 one of the lane.
    mutating func enter(kind: UInt16, column: Int) {
        name = FramePacker.PlaneName(kind: kind, column: UInt8(column))
    }

    /// Appends the list of sections to the directory.
    ///
    /// - Complexity: O(sections).
    mutating func appendSections(_ sections: [BlockColumns.SortedSection]) {
        directory.appendVarint(UInt64(sections.count))
        for sorted in sections {
            directory.appendVarint(UInt64(sorted.section.kind))
            directory.appendSignedVarint(Int64(sorted.section.domain))
            directory.appendVarint(UInt64(sorted.count))
        }
    }

    /// Appends the data lane's sequence column where it follows from the control lane's.
    mutating func appendComplement() {
        directory.append(ColumnTransform.complement.rawValue)
    }

    /// Appends a column of a small section to the shared stream.
    ///
    /// - Complexity: O(range).
    mutating func appendSmallColumn(_ values: [Int64], _ range: Range<Int>) {
        var before: Int64 = 0
        for index in range {
            sharedValues.appendSignedVarint(values[index] &- before)
            before = values[index]
        }
    }

    /// Encodes a column.
    ///
    /// - Complexity: O(range).
    /// - Throws: `CodecFault`.
    mutating func appendColumn(
        _ values: [Int64], _ range: Range<Int>, codec: inout some FrameCodec & ~Copyable
    ) throws(CodecFault) {
        let bounds = BytePlanes.bounds(values, range)
        if bounds.min == bounds.max {
            appendHead(.constant, base: bounds.min, planes: 0)
            return
        }
        if prefersDelta(values, range, base: bounds.min) {
            BytePlanes.differences(values, range, into: &deltas)
            let first = values[range.lowerBound]
            let step = Zigzag.decode(UInt64(bitPattern: deltas[0]))
            let largest = BytePlanes.union(deltas, 0..<range.count)
            let planes = LaneEncoder.planeCount(largest)
            appendHead(.delta, base: first &- step, planes: planes)
            try appendPlanes(deltas, 0..<range.count, base: 0, planes: planes, codec: &codec)
        } else {
            let span = UInt64(bitPattern: bounds.max) &- UInt64(bitPattern: bounds.min)
            let planes = LaneEncoder.planeCount(span)
            appendHead(.offset, base: bounds.min, planes: planes)
            try appendPlanes(values, range, base: bounds.min, planes: planes, codec: &codec)
        }
    }

    /// Encodes the key column of a link: a place for each value, then the values without one.
    ///
    /// - Complexity: O(range).
    /// - Throws: `CodecFault`.
    mutating func appendKey(
        _ values: [Int64], _ range: Range<Int>, _ link: LaneLinks.Link, places: [UInt8],
        codec: inout some FrameCodec & ~Copyable
    ) throws(CodecFault) {
        name.transform = .recency
        directory.append(ColumnTransform.recency.rawValue)
        directory.appendVarint(UInt64(link.source))
        directory.appendVarint(UInt64(link.rule.sourceKey))
        directory.appendVarint(UInt64(link.literalCount))
        BytePlanes.copy(places, at: link.output, count: range.count, into: &plane, at: 0)
        try appendPlane(count: range.count, codec: &codec)
        guard link.literalCount > 0 else { return }
        literals.removeAll(keepingCapacity: true)
        for event in 0..<range.count where places[link.output + event] == 0 {
            literals.append(values[range.lowerBound + event])
        }
        try appendColumn(literals, literals.indices, codec: &codec)
    }

    /// Encodes a column of a link's section combined with what it repeats.
    ///
    /// - Parameters:
    ///   - source: Where the values referred to are.
    ///   - start: The position of the column's first event among the references.
    /// - Complexity: O(range).
    /// - Throws: `CodecFault`.
    mutating func appendLinked(
        _ values: [Int64], _ range: Range<Int>, sourceColumn: Int, source: Range<Int>,
        references: [Int32], at start: Int, codec: inout some FrameCodec & ~Copyable
    ) throws(CodecFault) {
        let base = BytePlanes.bounds(values, range).min
        RecencyWalk.combine(
            values, range, source: source, base: base, references: references, at: start,
            into: &deltas)
        let planes = LaneEncoder.planeCount(BytePlanes.union(deltas, 0..<range.count))
        appendHead(.linked, base: base, planes: planes)
        directory.appendVarint(UInt64(sourceColumn))
        try appendPlanes(deltas, 0..<range.count, base: 0, planes: planes, codec: &codec)
    }

    /// Completes the directory with the shared stream.
    ///
    /// - Complexity: O(shared stream).
    /// - Throws: `CodecFault`.
    mutating func end(codec: inout some FrameCodec & ~Copyable) throws(CodecFault) {
        enter(kind: 0, column: Self.sharedColumn)
        sharedPlanes.append(contentsOf: sharedValues.bytes)
        directory.appendVarint(UInt64(sharedPlanes.count))
        guard !sharedPlanes.isEmpty else { return }
        try appendStored(sharedPlanes, count: sharedPlanes.count, codec: &codec)
    }

    private mutating func appendHead(_ transform: ColumnTransform, base: Int64, planes: Int) {
        name.transform = transform
        directory.append(transform.rawValue | UInt8(planes << 4))
        directory.appendSignedVarint(base)
    }

    private mutating func appendPlanes(
        _ values: [Int64], _ range: Range<Int>, base: Int64, planes: Int,
        codec: inout some FrameCodec & ~Copyable
    ) throws(CodecFault) {
        for number in 0..<planes {
            name.plane = UInt8(number)
            BytePlanes.split(values, range, base: base, plane: number, into: &plane)
            try appendPlane(count: range.count, codec: &codec)
        }
    }

    /// Stores the first bytes of `plane`.
    private mutating func appendPlane(
        count: Int, codec: inout some FrameCodec & ~Copyable
    ) throws(CodecFault) {
        if BytePlanes.isConstant(plane, count: count) {
            directory.append(PlaneStorage.constant.rawValue)
            directory.append(plane[0])
        } else if count < Self.framePlaneBytesMin {
            directory.append(PlaneStorage.shared.rawValue)
            sharedPlanes.append(contentsOf: plane[0..<count])
        } else {
            try appendStored(plane, count: count, codec: &codec)
        }
    }

    /// Stores bytes as a frame, or as they are where a frame gains less than one part in 64.
    private mutating func appendStored(
        _ bytes: [UInt8], count: Int, codec: inout some FrameCodec & ~Copyable
    ) throws(CodecFault) {
        if let length = try packer.pack(
            bytes, count: count, name, isTrial: trials.isTrial, codec: &codec)
        {
            directory.append(PlaneStorage.frame.rawValue)
            directory.appendVarint(UInt64(length))
            directory.append(Checksum.crc32c(packer.frame.span.extracting(0..<length)))
            frames.append(contentsOf: packer.frame[0..<length])
        } else {
            directory.append(PlaneStorage.raw.rawValue)
            directory.append(Checksum.crc32c(bytes.span.extracting(0..<count)))
            raw.append(contentsOf: bytes[0..<count])
        }
    }

    /// Whether differences cost less than values; they take longer to read and must gain more than
    /// what chance could make of the samples.
    private mutating func prefersDelta(
        _ values: [Int64], _ range: Range<Int>, base: Int64
    ) -> Bool {
        let column = UInt32(name.kind) << 8 | UInt32(name.column)
        if !trials.isTrial, let known = differences[column] { return known }
        let costs = cost.plain(values, range, base: base)
        let isSmaller = costs.delta < costs.offset - costs.offset / 32
        differences[column] = isSmaller
        return isSmaller
    }

    /// How many bytes the largest of some numbers needs.
    private static func planeCount(_ largest: UInt64) -> Int {
        (64 - largest.leadingZeroBitCount + 7) / 8
    }
}
