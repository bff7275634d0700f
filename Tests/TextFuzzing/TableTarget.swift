import EventTables
public import FuzzProperties
import TraceCore

/// Any bytes, read as a table of events.
public enum TableTarget {
    /// Checks that the events of a CSV table are sound and do not depend on how it is cut.
    ///
    /// - Throws: `BrokenProperty`.
    public static func checkCSV(_ bytes: [UInt8]) throws(BrokenProperty) {
        try check(bytes, .csv)
    }

    /// Checks that the events of an NDJSON table are sound and do not depend on how it is cut.
    ///
    /// - Throws: `BrokenProperty`.
    public static func checkNDJSON(_ bytes: [UInt8]) throws(BrokenProperty) {
        try check(bytes, .ndjson)
    }

    private static func check(_ bytes: [UInt8], _ form: TableForm) throws(BrokenProperty) {
        let skipsUnknown = bytes.count % 2 == 0
        let whole = Outcome(bytes, form, skipsUnknown, chunkBytes: max(bytes.count, 1))
        try whole.checkEvents()
        let pieces = Outcome(bytes, form, skipsUnknown, chunkBytes: 1 + bytes.count % 61)
        try require(whole == pieces, "the chunks of a table change what is made of it")
    }

    /// What an import came to.
    private struct Outcome: Equatable {
        // Few texts, so that their limits are reached.
        private static let limits = TableLimits(texts: 40, textBytes: 60, allTextBytes: 600)

        var list = EventList()
        var schema = StandardSchema.schema
        var directives: [TableDirective] = []
        var result: TableImporter.Result?
        var error: TableError?

        init(_ bytes: [UInt8], _ form: TableForm, _ skipsUnknown: Bool, chunkBytes: Int) {
            var importer = TableImporter(
                form: form, skipsUnknown: skipsUnknown, limits: Self.limits)
            var waiting: [UInt8] = []
            var next = 0
            do {
                repeat {
                    let end = min(next + chunkBytes, bytes.count)
                    waiting += bytes[next..<end]
                    next = end
                    try take(&waiting, &importer, isAtEnd: next == bytes.count)
                } while next < bytes.count
                result = try importer.finish()
            } catch {
                self.error = error
            }
        }

        private mutating func take(
            _ waiting: inout [UInt8], _ importer: inout TableImporter, isAtEnd: Bool
        ) throws(TableError) {
            var position = 0
            while true {
                let step = try importer.read(
                    waiting.span, from: position, isAtEnd: isAtEnd, into: &list)
                position = step.end
                guard let directive = step.directive else { break }
                directives.append(directive)
                if case .preamble(let preamble) = directive { schema = preamble.schema }
            }
            waiting.removeFirst(position)
        }

        static func == (left: Outcome, right: Outcome) -> Bool {
            left.result == right.result && left.error == right.error
                && left.directives == right.directives
                && left.list.events == right.list.events
                && left.list.strings.strings == right.list.strings.strings
        }

        func checkEvents() throws(BrokenProperty) {
            var check = EventCheck(schema: schema)
            check.take(strings: list.strings.strings)
            for event in list.events { check.take(event.header, event.values.span) }
            if let failure = check.failure { throw failure }
            try require(!check.hasStrayText, "a text has a number that no string has")
            if let result {
                try require(result.events == UInt64(check.count), "other events are counted")
            }
            if let error {
                let sentence = error.sentence(file: "f")
                try require(!sentence.contains { $0.isNewline }, "two lines: \(sentence)")
                try require(error.line >= 1 && error.column >= 1, "no place: \(sentence)")
            }
        }
    }
}
