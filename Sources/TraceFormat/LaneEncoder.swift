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

    private var sharedPlanes: [UInt8] = []
    private var sharedValues = ByteWriter()
    private var plane = [UInt8](repeating: 0, count: FormatLimits.blockEvents)
    private var deltas = [Int64](repeating: 0, count: FormatLimits.blockEvents)
    private var compressed: [UInt8] = []
    private var offsetSamples = [UInt64](repeating: 0, count: EntropyEstimate.samplesMax)
    private var deltaSamples = [UInt64](repeating: 0, count: EntropyEstimate.samplesMax)
    private var estimate = EntropyEstimate()

    /// Starts a lane; storage is kept.
    mutating func begin() {
        directory.removeAll()
        raw.removeAll(keepingCapacity: true)
        frames.removeAll(keepingCapacity: true)
        sharedPlanes.removeAll(keepingCapacity: true)
        sharedValues.removeAll()
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
            let largest = LaneEncoder.union(deltas, count: range.count)
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

    /// Completes the directory with the shared stream.
    ///
    /// - Complexity: O(shared stream).
    /// - Throws: `CodecFault`.
    mutating func end(codec: inout some FrameCodec & ~Copyable) throws(CodecFault) {
        sharedPlanes.append(contentsOf: sharedValues.bytes)
        directory.appendVarint(UInt64(sharedPlanes.count))
        guard !sharedPlanes.isEmpty else { return }
        try appendStored(sharedPlanes, count: sharedPlanes.count, codec: &codec)
    }

    private mutating func appendHead(_ transform: ColumnTransform, base: Int64, planes: Int) {
        directory.append(transform.rawValue | UInt8(planes << 4))
        directory.appendSignedVarint(base)
    }

    private mutating func appendPlanes(
        _ values: [Int64], _ range: Range<Int>, base: Int64, planes: Int,
        codec: inout some FrameCodec & ~Copyable
    ) throws(CodecFault) {
        for number in 0..<planes {
            BytePlanes.split(values, range, base: base, plane: number, into: &plane)
            if BytePlanes.isConstant(plane, count: range.count) {
                directory.append(PlaneStorage.constant.rawValue)
                directory.append(plane[0])
            } else if range.count < Self.framePlaneBytesMin {
                directory.append(PlaneStorage.shared.rawValue)
                sharedPlanes.append(contentsOf: plane[0..<range.count])
            } else {
                try appendStored(plane, count: range.count, codec: &codec)
            }
        }
    }

    /// Stores bytes as a frame, or as they are where a frame gains less than one part in 64.
    private mutating func appendStored(
        _ bytes: [UInt8], count: Int, codec: inout some FrameCodec & ~Copyable
    ) throws(CodecFault) {
        if compressed.count < count {
            compressed = [UInt8](repeating: 0, count: max(count, FormatLimits.blockEvents))
        }
        let limit = count - count / 64 - 1
        if let length = try codec.compress(bytes, 0..<count, into: &compressed, limit: limit) {
            directory.append(PlaneStorage.frame.rawValue)
            directory.appendVarint(UInt64(length))
            directory.append(Checksum.crc32c(compressed.span.extracting(0..<length)))
            frames.append(contentsOf: compressed[0..<length])
        } else {
            directory.append(PlaneStorage.raw.rawValue)
            directory.append(Checksum.crc32c(bytes.span.extracting(0..<count)))
            raw.append(contentsOf: bytes[0..<count])
        }
    }

    /// Whether sampled differences cost less than sampled values.
    private mutating func prefersDelta(
        _ values: [Int64], _ range: Range<Int>, base: Int64
    ) -> Bool {
        guard range.count >= 4 else { return false }
        let samples = min(range.count - 1, EntropyEstimate.samplesMax, max(64, range.count / 16))
        let step = (range.count - 1) / samples
        var index = range.lowerBound + 1
        for sample in 0..<samples {
            offsetSamples[sample] = UInt64(bitPattern: values[index] &- base)
            deltaSamples[sample] = Zigzag.encode(values[index] &- values[index - 1])
            index += step
        }
        // Differences take longer to read: they must gain more than what chance could make of it.
        let offsetCost = estimate.cost(offsetSamples, count: samples)
        return estimate.cost(deltaSamples, count: samples) < offsetCost - offsetCost / 32
    }

    /// How many bytes the largest of some numbers needs.
    private static func planeCount(_ largest: UInt64) -> Int {
        (64 - largest.leadingZeroBitCount + 7) / 8
    }

    /// All bits that any of the first `count` values has.
    private static func union(_ values: [Int64], count: Int) -> UInt64 {
        var all: Int64 = 0
        for index in 0..<count { all |= values[index] }
        return UInt64(bitPattern: all)
    }
}
