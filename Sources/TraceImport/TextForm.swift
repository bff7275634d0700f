/// Who printed a text of events; they differ in how a line begins.
public enum TextForm: String, Hashable, Sendable, CaseIterable {
    /// The kernel itself: a tracefs file `trace` or `trace_pipe`.
    case ftrace = "ftrace-text"
    /// `perf script`.
    case perfScript = "perf-script"
    /// `trace-cmd report`.
    case traceCmdReport = "trace-cmd-report"
}
