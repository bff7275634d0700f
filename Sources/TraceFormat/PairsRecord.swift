public import TraceCore

/// The records that hold pairs of texts: parameters and notes.
public enum PairsRecord {
    /// Parameters in the order of the file: ascending by the bytes of their keys.
    ///
    /// - Complexity: O(n log n).
    public static func sorted(_ pairs: [TextPair]) -> [TextPair] {
        pairs.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    /// Whether pairs keep within the limits of the format.
    ///
    /// - Complexity: O(bytes).
    /// - Throws: `FormatError.limit`, with offset 0.
    public static func validate(_ pairs: [TextPair]) throws(FormatError) {
        var bytes = 16
        for pair in pairs {
            try check(pair.key.utf8.count, FormatLimits.nameBytes, "key")
            try check(pair.value.utf8.count, FormatLimits.textBytes, "value")
            bytes += pair.key.utf8.count + pair.value.utf8.count + 8
        }
        try check(pairs.count, FormatLimits.pairs, "pairs")
        try check(bytes, FormatLimits.recordBodyBytes, "pairs")
    }

    private static func check(_ value: Int, _ limit: Int, _ field: String) throws(FormatError) {
        guard value <= limit else {
            throw .limit(field: field, offset: 0, value: UInt64(value), limit: UInt64(limit))
        }
    }

    /// Appends the record of the parameters, whose keys must be sorted and distinct.
    ///
    /// - Complexity: O(bytes).
    public static func encodeParameters(_ pairs: [TextPair], to writer: inout ByteWriter) {
        let start = writer.beginRecord(.parameters)
        encode(pairs, to: &writer)
        writer.endRecord(at: start)
    }

    /// Appends a record of notes, in the order given.
    ///
    /// - Complexity: O(bytes).
    public static func encodeNotes(_ pairs: [TextPair], to writer: inout ByteWriter) {
        let start = writer.beginRecord(.note, isSkippable: true)
        encode(pairs, to: &writer)
        writer.endRecord(at: start)
    }

    private static func encode(_ pairs: [TextPair], to writer: inout ByteWriter) {
        writer.appendVarint(UInt64(pairs.count))
        for pair in pairs {
            writer.appendText(pair.key)
            writer.appendText(pair.value)
        }
    }

    /// Reads the body of parameters.
    ///
    /// - Complexity: O(bytes).
    /// - Throws: `FormatError`, also when the keys do not ascend.
    public static func decodeParameters(_ body: RecordBody) throws(FormatError) -> [TextPair] {
        let pairs = try decodeNotes(body)
        for (left, right) in zip(pairs, pairs.dropFirst())
        where !left.key.utf8.lexicographicallyPrecedes(right.key.utf8) {
            throw .order(field: "parameters", offset: body.offset)
        }
        return pairs
    }

    /// Reads the body of notes.
    ///
    /// - Complexity: O(bytes).
    /// - Throws: `FormatError`.
    public static func decodeNotes(_ body: RecordBody) throws(FormatError) -> [TextPair] {
        var reader = body.reader()
        let count = try reader.count("pairs", limit: FormatLimits.pairs)
        var pairs: [TextPair] = []
        for _ in 0..<count {
            let key = try reader.text("key", limit: FormatLimits.nameBytes)
            pairs.append(TextPair(key, try reader.text("value", limit: FormatLimits.textBytes)))
        }
        try reader.finish("pairs")
        return pairs
    }
}
