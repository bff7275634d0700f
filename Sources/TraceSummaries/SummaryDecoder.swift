import TraceFormat

/// Reads the fields of a summary, into an empty one or into that of another run.
struct SummaryDecoder: SummaryVisitor {
    private var reader: ByteReader
    private let bytes: [UInt8]
    /// Whether what is read is combined with what is there; otherwise it takes its place.
    private var merges: Bool

    init(_ bytes: [UInt8], merges: Bool) {
        self.bytes = bytes
        self.merges = merges
        reader = ByteReader(bytes, 0..<bytes.count, fileOffset: 0)
    }

    /// Combines a part with another of the same kind.
    static func merge<Part: SummaryPart>(
        _ other: Part, into part: inout Part
    ) throws(SummaryError) {
        var decoder = SummaryDecoder(try SummaryEncoder.encode(other), merges: true)
        try part.visit(&decoder)
        try decoder.finish()
    }

    func finish() throws(SummaryError) {
        do {
            try reader.finish("summary")
        } catch {
            throw .format(error)
        }
    }

    private mutating func varint() throws(SummaryError) -> UInt64 {
        do {
            return try reader.varint("summary")
        } catch {
            throw .format(error)
        }
    }

    mutating func number(_ value: inout Int64, _ rule: NumberRule) throws(SummaryError) {
        let other: Int64
        do {
            other = try reader.signedVarint("summary")
        } catch {
            throw .format(error)
        }
        guard merges else {
            value = other
            return
        }
        switch rule {
        case .sum:
            let (sum, overflow) = value.addingReportingOverflow(other)
            value = overflow ? (other < 0 ? .min : .max) : sum
        case .least: value = min(value, other)
        case .most: value = max(value, other)
        case .leastKnown: value = value < 0 ? other : other < 0 ? value : min(value, other)
        case .key, .thread: break
        }
    }

    mutating func count(_ value: inout UInt64, _ rule: NumberRule) throws(SummaryError) {
        let other: UInt64
        do {
            // Keys are numbers of any size.
            let limit = rule == .sum ? SummaryLimits.count : .max
            other = try reader.varint("count of a summary", limit: limit)
        } catch {
            throw .format(error)
        }
        guard merges else {
            value = other
            return
        }
        switch rule {
        case .sum: try value.add(other)
        case .most: value = max(value, other)
        case .least, .leastKnown: value = min(value, other)
        case .key, .thread: break
        }
    }

    mutating func wide(_ value: inout UInt128) throws(SummaryError) {
        let low = try varint()
        let other = UInt128(try varint()) << 64 | UInt128(low)
        guard merges else {
            value = other
            return
        }
        let (sum, overflow) = value.addingReportingOverflow(other)
        guard !overflow else { throw .overflow }
        value = sum
    }

    mutating func text(_ value: inout String) throws(SummaryError) {
        do {
            let other = try reader.text("summary", limit: FormatLimits.textBytes)
            if !merges { value = other }
        } catch {
            throw .format(error)
        }
    }

    mutating func combined<Value: CombinedValue>(_ value: inout Value) throws(SummaryError) {
        guard merges else {
            value = Value()
            try value.visit(&self)
            return
        }
        try value.combine(read(Value()))
    }

    /// Reads a part that stands alone, whatever is done with it then.
    private mutating func read<Part: SummaryPart>(_ empty: Part) throws(SummaryError) -> Part {
        let merged = merges
        merges = false
        defer { merges = merged }
        var part = empty
        try part.visit(&self)
        return part
    }

    mutating func rows<Row: SummaryRow>(
        _ rows: inout [Row], _ isBefore: (Row, Row) -> Bool
    ) throws(SummaryError) {
        // A row takes a byte at least, so a count from nowhere ends with the bytes.
        let count = try varint()
        guard count <= SummaryLimits.rows else {
            throw .format(
                .limit(
                    field: "rows of a summary", offset: reader.offset, value: count,
                    limit: SummaryLimits.rows))
        }
        var positions: [Row.Key: Int] = [:]
        if merges {
            for (position, row) in rows.enumerated() { positions[row.key] = position }
        } else {
            rows = []
        }
        for _ in 0..<count {
            let start = reader
            let row = try read(Row())
            if let position = positions[row.key] {
                guard merges else {
                    throw .format(.order(field: "rows of a summary", offset: start.offset))
                }
                reader = start
                try rows[position].visit(&self)
            } else {
                // Of a merge, rows of the other run have distinct keys too.
                positions[row.key] = rows.count
                rows.append(row)
            }
        }
        guard UInt64(rows.count) <= SummaryLimits.rows else { throw .overflow }
        if merges { rows.sort(by: isBefore) }
    }

    mutating func threadRows<Row: SummaryRow>(_ rows: inout [Row]) throws(SummaryError)
    where Row.Key == Int64 {
        try self.rows(&rows) { $0.key < $1.key }
    }

    mutating func ifAll<Value: CombinedValue>(_ value: inout Value?) throws(SummaryError) {
        let isThere = try varint()
        guard isThere <= 1 else {
            throw .format(
                .invalidValue(field: "summary", offset: reader.offset, value: isThere))
        }
        let other: Value? = isThere == 1 ? try read(Value()) : nil
        guard merges else {
            value = other
            return
        }
        guard let other, value != nil else {
            value = nil
            return
        }
        try value?.combine(other)
    }
}
