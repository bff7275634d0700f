public import FuzzProperties
import TraceCore
import TraceImport

/// Any bytes, taken for a text of a kernel's events.
public enum HostTextTarget {
    /// Checks the text of tracefs.
    ///
    /// - Throws: `BrokenProperty`.
    public static func checkFtrace(_ bytes: [UInt8]) throws(BrokenProperty) {
        try check(bytes, .ftrace)
    }

    /// Checks the text of `perf script`.
    ///
    /// - Throws: `BrokenProperty`.
    public static func checkPerf(_ bytes: [UInt8]) throws(BrokenProperty) {
        try check(bytes, .perfScript)
    }

    /// Checks the text of `trace-cmd report`.
    ///
    /// - Throws: `BrokenProperty`.
    public static func checkReport(_ bytes: [UInt8]) throws(BrokenProperty) {
        try check(bytes, .traceCmdReport)
    }

    /// Checks that the events are sound, and that they do not depend on how the text is cut.
    private static func check(_ bytes: [UInt8], _ form: TextForm) throws(BrokenProperty) {
        _ = TextForm.guess(bytes)
        for toleratedNs in [nil, Int64.max] {
            var options = FtraceImportOptions(
                nodeCount: 1 + bytes.count % 2,
                followedTaskPrefixes: bytes.count % 3 == 0 ? [""] : [],
                toleratedStepBackNs: toleratedNs)
            let whole = outcome(bytes, form, options, chunkBytes: bytes.count)
            try whole.check()
            let pieces = outcome(bytes, form, options, chunkBytes: 1 + bytes.count % 37)
            try pieces.requireSame(as: whole, "cutting a text")
            options.window = whole.window
            guard options.window != nil else { continue }
            try whole.checkWindow(outcome(bytes, form, options, chunkBytes: bytes.count))
        }
    }

    private static func outcome(
        _ bytes: [UInt8], _ form: TextForm, _ options: FtraceImportOptions, chunkBytes: Int
    ) -> HostOutcome<ImportError> {
        var outcome = HostOutcome<ImportError>()
        var importer = FtraceTextImporter(options: options, form: form)
        var start = 0
        do {
            while start < bytes.count {
                let end = start + min(chunkBytes, bytes.count - start)
                try importer.consume(bytes.span.extracting(start..<end), into: &outcome.list)
                start = end
            }
            outcome.result = try importer.finish(into: &outcome.list)
        } catch {
            outcome.faults = [error]
        }
        return outcome
    }
}
