/// Who printed a text of events; they differ in how a line begins.
public enum TextForm: String, Hashable, Sendable, CaseIterable {
    /// The kernel itself: a tracefs file `trace` or `trace_pipe`.
    case ftrace = "ftrace-text"
    /// `perf script`.
    case perfScript = "perf-script"
    /// `trace-cmd report`.
    case traceCmdReport = "trace-cmd-report"
}

extension TextForm {
    /// Lines that are looked at to find out who printed a text.
    private static let linesMax = 100

    /// Who printed a text that begins with these bytes, or `nil` where it is no text of events.
    ///
    /// - Complexity: O(bytes).
    public static func guess(_ beginning: [UInt8]) -> TextForm? {
        let newline = Ascii.newline
        var lines = beginning.split(separator: newline, maxSplits: linesMax)
        // The last piece may be the start of a line only.
        if beginning.last != newline || lines.count > linesMax { lines = lines.dropLast() }
        for line in lines {
            let bytes = Array(line)
            if bytes.starts(with: "# tracer:".utf8) { return .ftrace }
            if bytes.starts(with: "cpus=".utf8) { return .traceCmdReport }
            if bytes[0] == Ascii.hash { continue }
            if EventLine(bytes.span, .perfScript) != nil { return .perfScript }
            guard let event = EventLine(bytes.span) else { continue }
            return event.resolutionNs == 1 ? .traceCmdReport : .ftrace
        }
        return nil
    }
}
