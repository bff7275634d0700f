/// Why a text could not be imported.
public enum ImportError: Error, Equatable, Sendable {
    /// Neither a preamble nor a single event line was found.
    ///
    /// `line` is the number of the first line that was not understood, 0 for an empty input.
    case notFtraceText(line: Int)
    /// An event is earlier than its predecessor by more than the tolerated step.
    ///
    /// Usually two recordings were joined into one file. Times are nanoseconds of the trace clock.
    case timeWentBackwards(line: Int, timeNs: Int64, previousNs: Int64)
}
