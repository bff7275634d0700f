public import TraceCore

/// Why a text cannot be imported.
public enum FreeBSDImportError: Error, Hashable, Sendable {
    /// Nothing in the text is a line of the script; the line is the first one that could not be
    /// read, 0 where there is none.
    case notDtraceText(line: Int)
    /// dtrace printed nothing but this message.
    case dtraceFailed(String)
    /// The script that printed the text is of another version.
    case unknownVersion(Int64, line: Int)
}

/// How a kernel's reclaim call says what it came to.
public enum ResultForm: String, Hashable, Sendable, CaseIterable {
    /// 1 is success: kernels of 2023.
    case bool
    /// 0 is success, anything else an error number: later ones.
    case errno
}

/// What an import needs to know that the text does not say.
public struct DtraceImportOptions: Hashable, Sendable {
    /// What the reclaim call's results mean; `nil` decides by the values seen so far, and takes them
    /// for error numbers until there is another one than 0.
    public var resultForm: ResultForm?
    /// How far lines may be out of order, in nanoseconds; longer than a second, so that counts of a
    /// second can be spread over it.
    public var windowNs: Int64
    /// The most lines that are kept to be sorted.
    public var windowLinesMax: Int
    /// The most events that are made of counts, for each second of a CPU.
    public var ratePerSecondMax: Int64

    /// Makes options.
    ///
    /// Programmer error: a negative window or rate, or a window without lines.
    public init(
        resultForm: ResultForm? = nil, windowNs: Int64 = 2_000_000_000,
        windowLinesMax: Int = 65_536, ratePerSecondMax: Int64 = 1_000_000
    ) {
        precondition(windowNs >= 0 && windowLinesMax > 0, "a window holds something")
        precondition((0...1_000_000).contains(ratePerSecondMax), "a rate is 0 to 1000000")
        self.resultForm = resultForm
        self.windowNs = windowNs
        self.windowLinesMax = windowLinesMax
        self.ratePerSecondMax = ratePerSecondMax
    }
}

/// Lines that could not be read, with the first of them to look at.
public struct UnreadDtraceLines: Hashable, Sendable {
    /// How many there are.
    public internal(set) var count = 0
    /// The number of the first, 0 when there is none; the first line of a text is 1.
    public internal(set) var firstLine = 0
}

/// Lines that dtrace dropped, as far as it said when.
public struct DtraceDrops: Hashable, Sendable {
    /// Where the time begins in which they were dropped, relative to the start of the trace.
    public internal(set) var beginNs: Int64
    /// Where it ends.
    public internal(set) var endNs: Int64
    /// How many.
    public internal(set) var count: UInt64
}

/// What an import found out besides the events.
public struct DtraceImportResult: Hashable, Sendable {
    /// Origin and settings of the host; see `DtraceImporter.finish(into:)` for the names.
    public let parameters: ParameterList
    /// Lines read, unreadable ones included.
    public let lines: Int
    /// Lines that could not be read.
    public let unreadLines: UnreadDtraceLines
    /// Lines of the script whose name is not known.
    public let unknownLines: Int
    /// Lines that came too late to be sorted; their events have the time of the event before them.
    public let lateLines: Int
    /// Errors that the script reported: a probe whose clause could not be carried out.
    public let probeErrors: Int
    /// Whether the text ends within a line; that line is dropped and not part of `lines`.
    public let endsWithinLine: Bool
    /// Drops in the order in which they were told.
    public let drops: [DtraceDrops]
    /// What the reclaim call's results mean, by what was seen; `nil` without any evidence.
    public let resultForm: ResultForm?
    /// Events that were made of counts.
    public let rateEvents: Int
    /// Counts of which no events were made, because there are too many.
    public let countsWithoutEvents: UInt64
    /// Events handed to the sink.
    public let events: Int
    /// The kernel's clock at `timeNs` 0; `nil` where no line has a time.
    public let startNs: Int64?
    /// The time of the last line, relative to the start.
    public let lastTimeNs: Int64
}
