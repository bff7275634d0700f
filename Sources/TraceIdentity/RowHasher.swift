import TraceCore

/// Hashes rows of 64-bit words, many at a time.
struct RowHasher {
    private static let bufferWords = 4_096

    private var words = [UInt64](repeating: 0, count: bufferWords)
    private var count = 0
    private var digest = Digest()

    /// Adds the row of an event.
    ///
    /// - Parameters:
    ///   - isOrdered: Whether the sequence number and the cause belong to the row.
    /// - Returns: Where the row's values start; they can be replaced until the next row.
    mutating func add(_ header: EventHeader, _ values: Span<Int64>, isOrdered: Bool) -> Int {
        let length = (isOrdered ? 5 : 3) + values.count
        if count + length > Self.bufferWords { flush() }
        var next = count
        count += length
        var row = words.mutableSpan
        let domain = UInt64(UInt32(bitPattern: header.domain))
        let cpu = UInt64(UInt32(bitPattern: header.cpu))
        row[next] = (UInt64(header.kind.rawValue) | domain << 32).littleEndian
        row[next + 1] = (cpu | UInt64(values.count) << 32).littleEndian
        row[next + 2] = UInt64(bitPattern: header.timeNs).littleEndian
        next += 3
        if isOrdered {
            row[next] = header.sequence.littleEndian
            row[next + 1] = header.cause.littleEndian
            next += 2
        }
        for index in 0..<values.count {
            row[next + index] = UInt64(bitPattern: values[index]).littleEndian
        }
        return next
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
