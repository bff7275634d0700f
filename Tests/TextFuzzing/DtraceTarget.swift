import FreeBSDImport
public import FuzzProperties
import TraceCore

/// Any bytes, taken for what the dtrace script prints.
public enum DtraceTarget {
    /// Checks that the events are sound, and that they do not depend on how the text is cut.
    ///
    /// - Throws: `BrokenProperty`.
    public static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        for window in [1, 65_536] {
            let options = DtraceImportOptions(
                resultForm: bytes.count % 3 == 0 ? .bool : nil, windowLinesMax: window,
                ratePerSecondMax: 20)
            let whole = Outcome(bytes, options, chunkBytes: bytes.count)
            try whole.checkEvents()
            let pieces = Outcome(bytes, options, chunkBytes: 1 + bytes.count % 37)
            try require(whole == pieces, "the chunks of a text change what is made of it")
        }
    }

    /// What an import came to.
    private struct Outcome: Equatable {
        var list = EventList()
        var result: DtraceImportResult?
        var error: FreeBSDImportError?

        init(_ bytes: [UInt8], _ options: DtraceImportOptions, chunkBytes: Int) {
            var importer = DtraceImporter(options: options)
            var start = 0
            do {
                while start < bytes.count {
                    let end = start + min(chunkBytes, bytes.count - start)
                    try importer.consume(bytes.span.extracting(start..<end), into: &list)
                    start = end
                }
                result = try importer.finish(into: &list)
            } catch {
                self.error = error
            }
        }

        static func == (left: Outcome, right: Outcome) -> Bool {
            left.result == right.result && left.error == right.error
                && left.list.events == right.list.events
                && left.list.strings.strings == right.list.strings.strings
        }

        func checkEvents() throws(BrokenProperty) {
            var check = EventCheck(schema: StandardSchema.schema)
            check.take(strings: list.strings.strings)
            for event in list.events { check.take(event.header, event.values.span) }
            if let failure = check.failure { throw failure }
            try require(!check.hasStrayText, "a text has a number that no string has")
            guard let result else { return }
            try require(result.events == check.count, "the result counts other events")
            try require(result.lastTimeNs >= 0, "the recording ends before it begins")
            try require(
                list.events.allSatisfy { (0...result.lastTimeNs).contains($0.header.timeNs) },
                "an event lies outside the recording")
            for drops in result.drops {
                try require(
                    0 <= drops.beginNs && drops.beginNs <= drops.endNs && drops.count > 0,
                    "drops are \(drops)")
            }
        }
    }
}
