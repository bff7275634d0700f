public import TraceCore

/// What the importer does with a tracepoint.
public enum TracepointUse: UInt8, Hashable, Sendable, CaseIterable {
    /// Its lines become events, or feed the events of others.
    case mapped
    /// It is known, and nothing is derived from it.
    case unused
    /// The importer has never heard of it.
    case unknown
}

/// How often a tracepoint occurred inside the window.
public struct TracepointCount: Hashable, Sendable {
    /// The tracepoint's name.
    public let name: String
    /// What is done with it.
    public let use: TracepointUse
    /// Lines with this name.
    public let lines: Int
}

/// Lines that could not be read, with the first of them to look at.
public struct UnreadLines: Hashable, Sendable {
    /// Lines whose prefix or whose needed fields could not be read.
    public internal(set) var count = 0
    /// The number of the first such line, 0 when there is none; the first line of a text is 1.
    public internal(set) var firstLine = 0
    /// At most 200 bytes of it.
    public internal(set) var firstText = ""
}

/// A marker written by the recorder: the same instant on two host clocks.
public struct SyncMarker: Hashable, Sendable {
    /// When the trace says the marker was written, in ns of the trace clock.
    public let traceNs: Int64
    /// The monotonic clock read just before, in ns.
    public let monoNs: Int64
    /// The wall clock read just before, in ns since 1970.
    public let realNs: Int64
}

/// What an import found out besides the events.
public struct FtraceImportResult: Hashable, Sendable {
    /// Origin of the trace; see `FtraceTextImporter.finish(into:)` for the names.
    public let parameters: ParameterList
    /// All tracepoints seen inside the window, sorted by name.
    public let tracepoints: [TracepointCount]
    /// Lines of tracepoints that did not fit in `tracepoints` because there were too many names.
    public let unlistedLines: Int
    /// Lines read, comments and unreadable ones included.
    public let lines: Int
    /// Event lines that lay outside the window.
    public let linesOutsideWindow: Int
    /// Lines that could not be read.
    public let unreadLines: UnreadLines
    /// Whether the text ends within a line; that line is dropped and not part of `lines`.
    public let endsWithinLine: Bool
    /// Event lines whose time was moved up to their predecessor's.
    public let stepsBack: Int
    /// Events the recorder lost: written but no longer in the buffer, or reported between lines.
    public let lostEvents: Int
    /// Whether the recorder reported a loss without its size at least once.
    public let lostEventsAreUncounted: Bool
    /// What the recording does not have of what could become events: tracepoints, and needed
    /// fields as `TRACEPOINT.FIELD`, sorted. A text does not say; its list is empty.
    public internal(set) var missing: [String] = []
    /// Events handed to the sink.
    public let events: Int
    /// The absolute time of `timeNs` 0, or `nil` when there is no event line in the window.
    public let startNs: Int64?
    /// The time of the last event line in the window, relative to the start.
    public let lastTimeNs: Int64
    /// The first and the last synchronization marker of the text, also outside the window.
    public let syncMarkers: [SyncMarker]
}
