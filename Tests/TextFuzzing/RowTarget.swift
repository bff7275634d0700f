public import FuzzProperties
import RowSchemas
import TraceCore
import YAMLTrees

/// Any bytes, read as rows or as the schema of rows.
public enum RowTarget {
    /// Checks that rows of the neutral stream become sound events, however they are cut.
    ///
    /// - Throws: `BrokenProperty`.
    public static func checkRows(_ bytes: [UInt8]) throws(BrokenProperty) {
        guard let schema = RowSchema.named("neutral-stream") else {
            throw BrokenProperty("there is no schema of the neutral stream")
        }
        try check(bytes, schema)
    }

    /// Checks that a schema is refused in one line, or that any rows of it become sound events.
    ///
    /// - Throws: `BrokenProperty`.
    public static func checkSchema(_ bytes: [UInt8]) throws(BrokenProperty) {
        let schema: RowSchema
        do {
            schema = try RowSchema(yaml: bytes)
        } catch {
            let sentence = error.sentence(file: "f")
            try require(!sentence.contains { $0.isNewline }, "two lines: \(sentence)")
            try require(sentence.utf8.count < 2_000, "an error is long: \(sentence)")
            return
        }
        // Rows of the file's own bytes are as good as any.
        try check(bytes + bytes, schema)
        try check([UInt8](repeating: 0, count: 3 * schema.rowBytes), schema)
    }

    private static func check(_ bytes: [UInt8], _ schema: RowSchema) throws(BrokenProperty) {
        try require(schema.rowBytes > 0, "rows have \(schema.rowBytes) bytes")
        let rows = bytes.count / schema.rowBytes
        let whole = Outcome(bytes, schema, rows: rows, step: max(rows, 1))
        try whole.checkEvents(schema)
        let pieces = Outcome(bytes, schema, rows: rows, step: 1)
        try require(whole == pieces, "the chunks of a file change what is made of it")
    }

    /// What an import came to.
    private struct Outcome: Equatable {
        var list = EventList()
        var error: RowError?
        var events: UInt64 = 0
        var skipped: UInt64 = 0

        init(_ bytes: [UInt8], _ schema: RowSchema, rows: Int, step: Int) {
            let padding = [UInt8](repeating: 0xA5, count: RowImporter.paddingBytes)
            var importer = RowImporter(schema, skipsUnknown: bytes.count % 2 == 0)
            _ = importer.begin((bytes + padding).span, rows: rows)
            var row = 0
            do {
                while row < rows {
                    let count = min(step, rows - row)
                    let start = row * schema.rowBytes
                    let piece = bytes[start..<start + count * schema.rowBytes] + padding
                    try importer.read(Array(piece).span, rows: count, into: &list)
                    row += count
                }
            } catch {
                self.error = error
            }
            events = importer.events
            skipped = importer.skippedRows
        }

        static func == (left: Outcome, right: Outcome) -> Bool {
            left.error == right.error && left.events == right.events
                && left.skipped == right.skipped && left.list.events == right.list.events
                && left.list.strings.strings == right.list.strings.strings
        }

        func checkEvents(_ schema: RowSchema) throws(BrokenProperty) {
            var check = EventCheck(schema: schema.events)
            check.take(strings: list.strings.strings)
            for event in list.events { check.take(event.header, event.values.span) }
            if let failure = check.failure { throw failure }
            try require(!check.hasStrayText, "a text has a number that no string has")
            if let error {
                let sentence = error.sentence(file: "f")
                try require(!sentence.contains { $0.isNewline }, "two lines: \(sentence)")
            }
        }
    }
}
