public import TraceCore

/// The names under which a file says that it holds a stretch of a recording.
///
/// Where the stretch begins is told as for a slice (`SliceWindow.beginKey`).
public enum StretchMarks {
    /// Parameter: the number of the part, from 1.
    public static let partKey = "recording.part"
    /// Parameter: the number of the dump, from 1.
    public static let dumpKey = "recording.dump"
    /// Parameter: events of the recording before the stretch.
    public static let eventsBeforeKey = "recording.events_before"
    /// Note: where the stretch ends, or the recording before its time, in nanoseconds of the
    /// trace's time.
    public static let endKey = "recording.end_ns"
    /// Note: what ended the recording before its time.
    public static let endedByKey = "recording.ended_by"

    /// Whether a trace with these parameters is a stretch of a recording.
    public static func areIn(_ parameters: ParameterList) -> Bool {
        parameters[partKey] != nil || parameters[dumpKey] != nil
    }
}
