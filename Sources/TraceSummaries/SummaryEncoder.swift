import TraceFormat

/// Writes the fields of a summary one after the other.
struct SummaryEncoder: SummaryVisitor {
    private(set) var writer = ByteWriter()

    var bytes: [UInt8] { writer.bytes }

    /// The bytes of a part.
    static func encode(_ part: some SummaryPart) throws(SummaryError) -> [UInt8] {
        var encoder = SummaryEncoder()
        var copy = part
        try copy.visit(&encoder)
        return encoder.bytes
    }

    mutating func number(_ value: inout Int64, _ rule: NumberRule) {
        writer.appendSignedVarint(value)
    }

    mutating func count(_ value: inout UInt64, _ rule: NumberRule) { writer.appendVarint(value) }

    mutating func wide(_ value: inout UInt128) {
        writer.appendVarint(UInt64(truncatingIfNeeded: value))
        writer.appendVarint(UInt64(truncatingIfNeeded: value >> 64))
    }

    mutating func text(_ value: inout String) { writer.appendText(value) }

    mutating func combined<Value: CombinedValue>(_ value: inout Value) throws(SummaryError) {
        try value.visit(&self)
    }

    mutating func rows<Row: SummaryRow>(
        _ rows: inout [Row], _ isBefore: (Row, Row) -> Bool
    ) throws(SummaryError) {
        writer.appendVarint(UInt64(rows.count))
        for position in rows.indices { try rows[position].visit(&self) }
    }

    mutating func threadRows<Row: SummaryRow>(_ rows: inout [Row]) throws(SummaryError)
    where Row.Key == Int64 {
        try self.rows(&rows) { $0.key < $1.key }
    }

    mutating func ifAll<Value: CombinedValue>(_ value: inout Value?) throws(SummaryError) {
        writer.appendVarint(value == nil ? 0 : 1)
        try value?.visit(&self)
    }
}
