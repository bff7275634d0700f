import FuzzProperties
import TraceCore
import TraceImport

/// What the import of a kernel's recording came to.
struct HostOutcome<Fault: Error & Equatable> {
    var list = EventList()
    var result: FtraceImportResult?
    var faults: [Fault] = []

    /// Checks that the events are sound, and that the counts fit them and each other.
    ///
    /// - Throws: `BrokenProperty`.
    func check() throws(BrokenProperty) {
        var check = EventCheck(schema: StandardSchema.schema)
        check.take(strings: list.strings.strings)
        for event in list.events { check.take(event.header, event.values.span) }
        if let failure = check.failure { throw failure }
        try require(!check.hasStrayText, "a text has a number that no string has")
        // Cut at 512 bytes, of which each may have become a replacement character.
        try require(
            list.strings.strings.allSatisfy { $0.utf8.count <= 3 * 512 }, "a string is long")
        guard let result else { return }
        try require(result.events == check.count, "the result counts other events")
        try require(
            list.events.allSatisfy { (0...result.lastTimeNs).contains($0.header.timeNs) },
            "an event lies outside the recording")
        try require(
            result.tracepointLines + result.linesOutsideWindow <= result.lines,
            "more events than lines")
        try require(
            (result.startNs == nil) == (result.tracepointLines == 0),
            "a start is known of \(result.tracepointLines) lines")
        let unread = result.unreadLines
        try require(
            unread.count == 0 ? unread.firstLine == 0 : 1...result.lines ~= unread.firstLine,
            "the first of \(unread.count) unread lines is \(unread.firstLine)")
        try require(result.lostEvents >= 0, "\(result.lostEvents) events are lost")
    }

    /// Checks that another import of the same bytes came to the same.
    ///
    /// - Throws: `BrokenProperty` with what should have made no difference.
    func requireSame(
        as other: HostOutcome, _ reason: @autoclosure () -> String
    ) throws(BrokenProperty) {
        let isSame =
            result == other.result && faults == other.faults
            && list.events == other.list.events
            && list.strings.strings == other.list.strings.strings
        try require(isSame, "\(reason()) changes what is made of it")
    }

    /// A stretch inside the recording, or `nil` where there is none.
    var window: TimeWindow? {
        guard let result, let startNs = result.startNs else { return nil }
        let quarterNs = result.lastTimeNs / 4
        return TimeWindow(beginNs: startNs + quarterNs, endNs: startNs + 3 * quarterNs)
    }

    /// Checks the import of a window of this recording.
    ///
    /// - Throws: `BrokenProperty`.
    func checkWindow(_ part: HostOutcome) throws(BrokenProperty) {
        try part.check()
        guard let result, let inside = part.result else { return }
        try require(
            inside.tracepointLines + inside.linesOutsideWindow == result.tracepointLines,
            "a window loses lines")
        try require(inside.lines == result.lines, "a window changes the number of lines")
    }
}

extension FtraceImportResult {
    /// Event lines inside the window.
    var tracepointLines: Int { tracepoints.reduce(unlistedLines) { $0 + $1.lines } }
}
