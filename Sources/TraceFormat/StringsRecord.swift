/// The record that appends strings to the table.
public enum StringsRecord {
    /// Appends the whole record.
    ///
    /// - Parameters:
    ///   - strings: The strings, numbered from `firstNumber`.
    /// - Complexity: O(bytes).
    public static func encode(
        _ strings: ArraySlice<String>, firstNumber: Int, to writer: inout ByteWriter
    ) {
        let start = writer.beginRecord(.strings)
        writer.appendVarint(UInt64(firstNumber))
        writer.appendVarint(UInt64(strings.count))
        for string in strings { writer.appendText(string) }
        writer.endRecord(at: start)
    }

    /// Appends the body's strings to `table`.
    ///
    /// - Complexity: O(bytes).
    /// - Throws: `FormatError`, also when the first number is not the next one, or the table would
    ///   exceed its limits.
    public static func decode(
        _ body: RecordBody, into table: inout [String], tableBytes: inout Int
    ) throws(FormatError) {
        var reader = body.reader()
        let first = try reader.varint("first number")
        guard first == UInt64(table.count) else {
            throw .mismatch(
                field: "first number", offset: body.offset, found: first,
                expected: UInt64(table.count))
        }
        let room = FormatLimits.strings - table.count
        let count = try reader.count("strings", limit: room)
        var added: [String] = []
        var bytes = tableBytes
        for _ in 0..<count {
            let offset = reader.offset
            let string = try reader.text("string", limit: FormatLimits.textBytes)
            bytes += string.utf8.count
            guard bytes <= FormatLimits.stringTableBytes else {
                throw .limit(
                    field: "string table", offset: offset, value: UInt64(bytes),
                    limit: UInt64(FormatLimits.stringTableBytes))
            }
            added.append(string)
        }
        try reader.finish("strings")
        table.append(contentsOf: added)
        tableBytes = bytes
    }
}
