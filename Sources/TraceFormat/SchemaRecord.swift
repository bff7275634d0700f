public import TraceCore

/// The record that describes every kind of event in the file.
public enum SchemaRecord {
    /// Whether a schema keeps within the limits of the format, and if not, which it breaks.
    ///
    /// - Complexity: O(schema).
    /// - Throws: `FormatError.limit`, with offset 0.
    public static func validate(_ schema: EventSchema) throws(FormatError) {
        try check(schema.kinds.count, FormatLimits.kinds, "kinds")
        for kind in schema.kinds {
            try check(kind.columns.count, FormatLimits.columns, "columns")
            try check(kind.name.utf8.count, FormatLimits.nameBytes, "kind name")
            try check(kind.meaning.utf8.count, FormatLimits.nameBytes, "meaning")
            for column in kind.columns {
                try check(column.name.utf8.count, FormatLimits.nameBytes, "column name")
                guard case .label(let labels) = column.type else { continue }
                try check(labels.count, FormatLimits.labels, "labels")
                for label in labels {
                    try check(label.utf8.count, FormatLimits.nameBytes, "label")
                }
            }
        }
        var writer = ByteWriter()
        encode(schema, to: &writer)
        try check(writer.count, FormatLimits.recordBodyBytes, "schema")
    }

    private static func check(_ value: Int, _ limit: Int, _ field: String) throws(FormatError) {
        guard value <= limit else {
            throw .limit(field: field, offset: 0, value: UInt64(value), limit: UInt64(limit))
        }
    }

    /// Appends the whole record.
    ///
    /// - Complexity: O(schema).
    public static func encode(_ schema: EventSchema, to writer: inout ByteWriter) {
        let start = writer.beginRecord(.schema)
        writer.appendVarint(UInt64(schema.kinds.count))
        for kind in schema.kinds {
            writer.appendVarint(UInt64(kind.id.rawValue))
            writer.append(kind.lane.rawValue)
            writer.append(kind.role.rawValue)
            writer.appendText(kind.name)
            writer.appendText(kind.meaning)
            writer.appendVarint(UInt64(kind.columns.count))
            for column in kind.columns { encode(column, to: &writer) }
        }
        writer.endRecord(at: start)
    }

    private static func encode(_ column: Column, to writer: inout ByteWriter) {
        writer.appendText(column.name)
        writer.append(typeNumber(column.type))
        writer.append(column.unit.rawValue)
        guard case .label(let labels) = column.type else { return }
        writer.appendVarint(UInt64(labels.count))
        for label in labels { writer.appendText(label) }
    }

    /// The number of a column type in the file.
    static func typeNumber(_ type: ColumnType) -> UInt8 {
        switch type {
        case .integer: 0
        case .flag: 1
        case .bits: 2
        case .label: 3
        case .text: 4
        }
    }

    /// Reads the body.
    ///
    /// - Complexity: O(schema).
    /// - Throws: `FormatError` where a value, text or limit is broken or names repeat.
    public static func decode(_ body: RecordBody) throws(FormatError) -> EventSchema {
        var reader = body.reader()
        let kindCount = try reader.count("kinds", limit: FormatLimits.kinds)
        var kinds: [EventKind] = []
        for _ in 0..<kindCount { kinds.append(try decodeKind(&reader)) }
        try reader.finish("schema")
        for (left, right) in zip(kinds, kinds.dropFirst()) where left.id >= right.id {
            throw .invalidValue(
                field: "kind order", offset: body.offset, value: UInt64(right.id.rawValue))
        }
        guard let schema = EventSchema(kinds: kinds) else {
            throw .invalidValue(
                field: "schema", offset: body.offset, value: UInt64(kinds.count))
        }
        return schema
    }

    private static func decodeKind(_ reader: inout ByteReader) throws(FormatError) -> EventKind {
        let id = try reader.varint("kind", limit: UInt64(UInt16.max))
        let lane: Lane = try number(&reader, "lane")
        let role: Role = try number(&reader, "role")
        let name = try reader.text("kind name", limit: FormatLimits.nameBytes)
        let meaning = try reader.text("meaning", limit: FormatLimits.nameBytes)
        let columnCount = try reader.count("columns", limit: FormatLimits.columns)
        var columns: [Column] = []
        for _ in 0..<columnCount { columns.append(try decodeColumn(&reader)) }
        return EventKind(id: UInt16(id), name, lane, role, meaning: meaning, columns)
    }

    private static func decodeColumn(_ reader: inout ByteReader) throws(FormatError) -> Column {
        let name = try reader.text("column name", limit: FormatLimits.nameBytes)
        let typeOffset = reader.offset
        let typeNumber = try reader.integer("column type", as: UInt8.self)
        let unit: Unit = try number(&reader, "unit")
        let type: ColumnType
        switch typeNumber {
        case 0: type = .integer
        case 1: type = .flag
        case 2: type = .bits
        case 3:
            var labels: [String] = []
            let labelCount = try reader.count("labels", limit: FormatLimits.labels)
            for _ in 0..<labelCount {
                labels.append(try reader.text("label", limit: FormatLimits.nameBytes))
            }
            type = .label(labels)
        case 4: type = .text
        default:
            throw .invalidValue(
                field: "column type", offset: typeOffset, value: UInt64(typeNumber))
        }
        return Column(name, type, unit: unit)
    }

    private static func number<Value: RawRepresentable<UInt8>>(
        _ reader: inout ByteReader, _ field: String
    ) throws(FormatError) -> Value {
        let offset = reader.offset
        let raw = try reader.integer(field, as: UInt8.self)
        guard let value = Value(rawValue: raw) else {
            throw .invalidValue(field: field, offset: offset, value: UInt64(raw))
        }
        return value
    }
}
