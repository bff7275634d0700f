import TraceCore

/// Hashes events as rows of 64-bit words, many at a time.
///
/// A field takes the short of two forms wherever it fits, so equal events give equal bytes. Most
/// events need half the words that fixed fields would, and hashing is what a word costs.
struct RowHasher {
    private static let bufferWords = 4_096
    /// Words of a row before its values at most: head, place, time, sequence, cause.
    private static let headWordsMax = 5

    /// Bits of a row's first word above kind, domain and CPU.
    private enum Flag {
        /// Domain and CPU do not fit 16 bits each and have a word of their own.
        static let widePlace: UInt64 = 1 << 48
        /// The distances in time and sequence do not fit 32 bits each and have a word each.
        static let wideDistance: UInt64 = 1 << 49
        /// The distance to the cause follows.
        static let cause: UInt64 = 1 << 50
        /// All values fit 32 bits, and a word holds two.
        static let narrowValues: UInt64 = 1 << 51
        static let valueCountShift: UInt64 = 56
    }

    private var words = [UInt64](repeating: 0, count: bufferWords)
    private var count = 0
    private var digest = Digest()
    private var lastTimeNs: Int64 = 0
    private var lastSequence: UInt64 = 0

    /// Adds the row of an event.
    ///
    /// - Parameters:
    ///   - isOrdered: Whether the sequence number and the cause belong to the row.
    ///   - hasTexts: Whether values are going to be replaced, by words of any size.
    /// - Returns: Where the row's values start; with texts they can be replaced until the next row.
    mutating func add(
        _ header: EventHeader, _ values: Span<Int64>, isOrdered: Bool, hasTexts: Bool
    ) -> Int {
        if count + Self.headWordsMax + values.count > Self.bufferWords { flush() }
        let distanceNs = UInt64(bitPattern: header.timeNs &- lastTimeNs)
        let sequence = isOrdered ? header.sequence &- lastSequence : 0
        lastTimeNs = header.timeNs
        lastSequence = header.sequence
        let start = count
        var next = start + 1
        var head = UInt64(header.kind.rawValue) | UInt64(values.count) << Flag.valueCountShift
        var row = words.mutableSpan
        let domain = UInt64(UInt32(bitPattern: header.domain))
        let cpu = UInt64(UInt32(bitPattern: header.cpu))
        if header.domain == Int32(Int16(truncatingIfNeeded: header.domain)),
            header.cpu == Int32(Int16(truncatingIfNeeded: header.cpu))
        {
            head |= (domain & 0xFFFF) << 16 | (cpu & 0xFFFF) << 32
        } else {
            head |= Flag.widePlace
            row[next] = (domain | cpu << 32).littleEndian
            next += 1
        }
        if (distanceNs | sequence) >> 32 == 0 {
            row[next] = (distanceNs | sequence << 32).littleEndian
            next += 1
        } else {
            head |= Flag.wideDistance
            row[next] = distanceNs.littleEndian
            row[next + 1] = sequence.littleEndian
            next += 2
        }
        if isOrdered, header.cause != 0 {
            head |= Flag.cause
            row[next] = (header.sequence &- header.cause).littleEndian
            next += 1
        }
        let isNarrow = !hasTexts && Self.areNarrow(values)
        if isNarrow { head |= Flag.narrowValues }
        row[start] = head.littleEndian
        count = Self.add(values, isNarrow: isNarrow, to: &row, at: next)
        return next
    }

    /// Adds the values of a row, and tells where the next row starts.
    private static func add(
        _ values: Span<Int64>, isNarrow: Bool, to row: inout MutableSpan<UInt64>, at start: Int
    ) -> Int {
        guard isNarrow else {
            for index in 0..<values.count {
                row[start + index] = UInt64(bitPattern: values[index]).littleEndian
            }
            return start + values.count
        }
        var next = start
        for index in stride(from: 0, to: values.count, by: 2) {
            let low = UInt64(UInt32(truncatingIfNeeded: values[index]))
            let high =
                index + 1 < values.count ? UInt64(UInt32(truncatingIfNeeded: values[index + 1])) : 0
            row[next] = (low | high << 32).littleEndian
            next += 1
        }
        return next
    }

    /// Whether all values fit 32 bits with a sign.
    private static func areNarrow(_ values: Span<Int64>) -> Bool {
        var rest: UInt64 = 0
        for index in 0..<values.count {
            rest |= UInt64(bitPattern: values[index] &+ 0x8000_0000) >> 32
        }
        return rest == 0
    }

    /// Replaces one word of the row that was added last.
    mutating func replace(at index: Int, with word: UInt64) {
        words[index] = word.littleEndian
    }

    /// The 32 bytes of the sum of all rows so far.
    func finalize() -> [UInt8] {
        var copy = self
        copy.flush()
        return copy.digest.finalize()
    }

    private mutating func flush() {
        digest.update(words, count: count)
        count = 0
    }
}
