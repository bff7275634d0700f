public import TraceFormat

/// Whether a trace was read to a proper end.
public enum Completeness: Equatable, Sendable {
    /// Everything is there, to the footer.
    case complete
    /// The recording was cut off: all whole blocks were delivered, and so many bytes after them
    /// are ignored.
    case incomplete(ignoredBytes: Int64)
    /// What stands at `offset` is damaged: what was before it was delivered, and nothing after.
    case damaged(FormatError, offset: Int64)
}
