import TraceCore

/// Hashes events as rows of 64-bit words, many at a time.
///
/// A field takes the short of two forms wherever it fits, so equal events give equal bytes. Most
/// events need half the words that fixed fields would, and hashing is what a word costs.
struct RowHasher {
    private static let bufferWords = 4_096
    /// Words of a row at most: head, place, time, sequence, cause, 64 values.
    private static let rowWordsMax = 69
    /// Cells of an event in a block before its values: sequence number, time, section and CPU,
    /// distance to the cause.
    private static let headCells = 4

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
    private var last = Last()

    /// What the next row's distances count from.
    private struct Last {
        var timeNs: Int64 = 0
        var sequence: UInt64 = 0
    }

    /// Adds the row of an event.
    ///
    /// - Parameters:
    ///   - isOrdered: Whether the sequence number and the cause belong to the row.
    ///   - texts: A bit for each value that is the number of a string.
    ///   - standIns: What to hash instead, by number of the string.
    mutating func add(
        _ header: EventHeader, _ values: Span<Int64>, isOrdered: Bool, texts: UInt64,
        _ standIns: [UInt64]
    ) {
        if count > Self.bufferWords - Self.rowWordsMax { flush() }
        let start = count
        var last = last
        var row = words.mutableSpan
        let end = Self.write(
            header, values, isOrdered: isOrdered, texts: texts, standIns, &last, to: &row,
            at: start)
        count = end
        self.last = last
    }

    /// Adds the rows of a block's events that are of this hash's role.
    ///
    /// - Parameters:
    ///   - cells: As `IdentityHasher.add` takes them.
    ///   - sections: By number of the section.
    /// - Returns: Whether every text's number is that of a string.
    /// - Complexity: O(cells).
    mutating func add(
        _ cells: Span<Int64>, _ sections: [Section], isOrdered: Bool, _ standIns: [UInt64]
    ) -> Bool {
        var place = 0
        while place < cells.count {
            guard let next = fill(from: cells, place, sections, isOrdered: isOrdered, standIns)
            else { return false }
            place = next
            if place < cells.count { flush() }
        }
        return true
    }

    /// What is the same for all events of a section.
    struct Section {
        var kind: KindID
        var domain: Int32
        var width: Int
        /// A bit for each value that is the number of a string.
        var texts: UInt64
        /// Whether its events are of this hash's role.
        var counts: Bool
    }

    /// Fills the buffer.
    ///
    /// - Returns: The place of the first event that had no room, `nil` where a text has no string.
    private mutating func fill(
        from cells: Span<Int64>, _ start: Int, _ sections: [Section], isOrdered: Bool,
        _ standIns: [UInt64]
    ) -> Int? {
        let sections = sections.span
        var place = start
        var next = count
        var last = last
        var row = words.mutableSpan
        while place < cells.count, next <= Self.bufferWords - Self.rowWordsMax {
            let packed = cells[place + 2]
            let section = sections[Int(packed >> 32)]
            let end = place + Self.headCells + section.width
            defer { place = end }
            guard section.counts else { continue }
            let sequence = UInt64(bitPattern: cells[place])
            let distance = UInt64(bitPattern: cells[place + 3])
            let header = EventHeader(
                sequence: sequence, timeNs: cells[place + 1], kind: section.kind,
                domain: section.domain, cpu: Int32(truncatingIfNeeded: packed),
                cause: distance == 0 ? 0 : sequence &- distance)
            let values = cells.extracting(place + Self.headCells..<end)
            guard section.texts == 0 || Self.areKnown(section.texts, values, standIns.count)
            else { return nil }
            next = Self.write(
                header, values, isOrdered: isOrdered, texts: section.texts, standIns, &last,
                to: &row, at: next)
        }
        count = next
        self.last = last
        return place
    }

    /// Whether all values of text columns are numbers of strings.
    static func areKnown(_ texts: UInt64, _ values: Span<Int64>, _ strings: Int) -> Bool {
        var rest = texts
        while rest != 0 {
            let value = values[rest.trailingZeroBitCount]
            guard value >= 0, value < Int64(strings) else { return false }
            rest &= rest - 1
        }
        return true
    }

    /// Writes a row, and tells where the next one starts.
    @inline(__always)
    private static func write(
        _ header: EventHeader, _ values: Span<Int64>, isOrdered: Bool, texts: UInt64,
        _ standIns: [UInt64], _ last: inout Last, to row: inout MutableSpan<UInt64>, at start: Int
    ) -> Int {
        let distanceNs = UInt64(bitPattern: header.timeNs &- last.timeNs)
        let sequence = isOrdered ? header.sequence &- last.sequence : 0
        last = Last(timeNs: header.timeNs, sequence: header.sequence)
        var next = start + 1
        var head = UInt64(header.kind.rawValue) | UInt64(values.count) << Flag.valueCountShift
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
        let isNarrow = texts == 0 && areNarrow(values)
        if isNarrow { head |= Flag.narrowValues }
        row[start] = head.littleEndian
        let end = add(values, isNarrow: isNarrow, to: &row, at: next)
        var rest = texts
        while rest != 0 {
            let column = rest.trailingZeroBitCount
            row[next + column] = standIns[Int(values[column])].littleEndian
            rest &= rest - 1
        }
        return end
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
