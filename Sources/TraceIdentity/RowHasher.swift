import TraceCore

/// Hashes events as rows of bytes, many at a time.
///
/// Every field of a row takes as few bytes as it needs, and their numbers stand before them. So
/// equal events give equal bytes, there is little to hash, and nothing to guess for the processor.
struct RowHasher {
    /// Room for rows; one flush for this many bytes.
    private static let bufferBytes = 32_768
    /// Cells of an event in a block before its values: sequence number, time, section and CPU,
    /// distance to the cause.
    private static let headCells = 4

    private var bytes = [UInt8](repeating: 0, count: bufferBytes)
    private var count = 0
    private var digest = Digest()
    private var last = Last()

    /// What the next row's distances count from.
    private struct Last {
        var timeNs: Int64 = 0
        var sequence: UInt64 = 0
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
        if count > Self.bufferBytes - RowFields.rowBytesMax { flush() }
        let start = count
        var last = last
        var row = bytes.mutableSpan
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

    /// Fills the buffer.
    ///
    /// - Returns: The place of the first event that had no room, `nil` where a text has no string.
    private mutating func fill(
        from cells: Span<Int64>, _ start: Int, _ sections: [Section], isOrdered: Bool,
        _ standIns: [UInt64]
    ) -> Int? {
        let sections = sections.span
        var place = start
        var last = last
        var next = count
        var row = bytes.mutableSpan
        while place < cells.count, next <= Self.bufferBytes - RowFields.rowBytesMax {
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
        _ standIns: [UInt64], _ last: inout Last, to row: inout MutableSpan<UInt8>, at start: Int
    ) -> Int {
        let distanceNs = UInt64(bitPattern: header.timeNs &- last.timeNs)
        let sequence = header.sequence &- last.sequence &- 1
        let cause = header.cause == 0 ? 0 : header.sequence &- header.cause
        last = Last(timeNs: header.timeNs, sequence: header.sequence)
        var fields = RowFields(
            in: row, at: start, kind: header.kind.rawValue, values: values.count)
        fields.append(RowFields.place(header.domain, header.cpu), to: &row)
        fields.append(distanceNs, to: &row)
        if isOrdered, sequence | cause != 0 {
            fields.append(sequence, to: &row)
            fields.append(cause, to: &row)
        } else {
            fields.skip(2)
        }
        if texts == 0 {
            fields.finish(values: values.count, to: &row) { Zigzag.encode(values[$0]) }
        } else {
            fields.finish(values: values.count, to: &row) { index in
                let isText = texts >> UInt64(index) & 1 != 0
                return isText ? standIns[Int(values[index])] : Zigzag.encode(values[index])
            }
        }
        return fields.next
    }

    /// The 32 bytes of the sum of all rows so far.
    func finalize() -> [UInt8] {
        var copy = self
        copy.flush()
        return copy.digest.finalize()
    }

    private mutating func flush() {
        digest.update(bytes, count: count)
        count = 0
    }
}
