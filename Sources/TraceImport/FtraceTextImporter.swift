public import TraceCore

/// Turns the text of a tracefs `trace` file into events of the standard schema.
///
/// The text is fed in chunks of any size; memory use depends on the number of threads and
/// different strings, not on the length of the text. Everything that can be told from the text is
/// in the events; what is not known on Linux is -1 in them (`free_pages`, `desired`,
/// `gained_blocks` and so on). In short:
/// - `thread` is the process number. `cpu` is the line's CPU. `domain` is the tracepoint's node,
///   else the number in the reclaim thread's name, else 0 on a host with one node (see
///   `FtraceImportOptions.nodeCount`).
/// - `thread_run` follows a `wake_send` of effect `woke`, its cause, or has cause 0 when the thread
///   slept and no wakeup was seen. Coming back after a preemption is no `thread_run`.
/// - `on_cpu` has -1 ns when the thread was not seen switching in.
/// - A `batch_end` has its `batch_begin` as cause, or 0 when that lies before the window.
///   Routines are `compaction` (results such as `sync/complete`), `kswapd` (`next_round`, `sleep`)
///   and `direct_reclaim` (`reclaimed`, `nothing`).
/// - Pages moved outside any compaction batch, or in one that never ended, are in `counter` events
///   `mm_compaction_migratepages/unbatched/...`; with the batches they add up to the exact total.
/// - `wait_end` stands for a whole throttling; the kernel reports it when it is over.
///
/// Times in the text must not decrease. A step back within the text's resolution is taken as
/// rounding and the event gets its predecessor's time; a larger one is an error.
public struct FtraceTextImporter: ~Copyable {
    /// Bytes of a line that are kept; what is longer is no event line.
    static let lineBytesMax = 1 << 16
    /// Unreadable lines after which an input without any event line is given up.
    static let strangeLinesMax = 1000
    private static let sampleBytes = 200

    private let form: TextForm
    private var timeline: HostTimeline
    private var mapper: HostEventMapper
    private var preamble = Preamble()

    /// The start of a line whose end is not there yet, and how long that line is so far.
    private var partialLine: [UInt8] = []
    private var partialLength = 0

    private var lines = 0
    private var eventLines = 0
    private var unreadLines = UnreadLines()
    private var reportedLost: Int64 = 0
    private var lostAreUncounted = false
    private var isFinished = false

    /// Makes an importer for one text.
    public init(options: FtraceImportOptions = FtraceImportOptions(), form: TextForm = .ftrace) {
        self.form = form
        timeline = HostTimeline(options)
        mapper = HostEventMapper(options: options)
    }

    /// Reads the next piece of the text.
    ///
    /// All calls must be given the same sink.
    ///
    /// After an error the importer is of no further use.
    ///
    /// - Complexity: O(bytes).
    /// - Throws: `notFtraceText`, `timeWentBackwards`.
    public mutating func consume(
        _ bytes: Span<UInt8>, into sink: inout some EventSink & ~Copyable
    ) throws(ImportError) {
        precondition(!isFinished, "an importer takes no text after it was finished")
        var start = 0
        do throws(ImportError) {
            while let end = newlinePosition(in: bytes, from: start) {
                if partialLength == 0 {
                    try lineIsComplete(bytes.extracting(start..<end), length: end - start)
                } else {
                    try completePartialLine(bytes.extracting(start..<end))
                }
                start = end + 1
                if mapper.emitter.isFull { mapper.flush(into: &sink) }
            }
        } catch {
            mapper.flush(into: &sink)
            throw error
        }
        mapper.flush(into: &sink)
        keep(bytes.extracting(start..<bytes.count))
    }

    /// Ends the text and says what was found.
    ///
    /// A last line without its end is dropped: half a number cannot be told from a whole one.
    ///
    /// The parameters are `source` (`linux`) and, where known, `host.clock`, `host.cpus`,
    /// `host.entries_in_buffer`, `host.entries_written`, `host.lost_events`, `host.start_ns` (trace
    /// clock at time 0), `host.sync.count`, `host.sync.first.trace_ns`, `.mono_ns`, `.real_ns`, the
    /// same for `host.sync.last`, `host.tracer` and `host.wall_start_ns` (ns since 1970 at time 0).
    ///
    /// - Complexity: O(n log n) in the number of tracepoints and threads.
    /// - Throws: `notFtraceText`.
    public mutating func finish(
        into sink: inout some EventSink & ~Copyable
    ) throws(ImportError) -> FtraceImportResult {
        precondition(!isFinished, "an importer is finished once")
        isFinished = true
        guard eventLines > 0 || preamble.isFtrace else {
            throw .notFtraceText(line: unreadLines.firstLine)
        }
        mapper.releaseAllUnfinished(timeNs: timeline.lastTimeNs)
        mapper.flush(into: &sink)
        return FtraceImportResult(
            parameters: parameters(), tracepoints: timeline.census.counts(),
            unlistedLines: timeline.census.unlistedLines, lines: lines,
            linesOutsideWindow: timeline.outsideWindow, unreadLines: unreadLines,
            endsWithinLine: partialLength > 0, stepsBack: timeline.stepsBack,
            lostEvents: lostEvents, lostEventsAreUncounted: lostAreUncounted,
            events: Int(mapper.emitter.lastSequence), startNs: timeline.startNs,
            lastTimeNs: timeline.lastTimeNs, syncMarkers: timeline.syncMarkers)
    }

    // MARK: Lines

    /// Keeps the start of a line for the next chunk, up to the longest line there can be.
    private mutating func keep(_ piece: Span<UInt8>) {
        let room = Self.lineBytesMax - partialLine.count
        for index in 0..<min(room, piece.count) { partialLine.append(piece[index]) }
        partialLength += piece.count
    }

    private mutating func completePartialLine(_ rest: Span<UInt8>) throws(ImportError) {
        keep(rest)
        // Taken out of self while it is read, and put back for its capacity.
        var line: [UInt8] = []
        swap(&line, &partialLine)
        let length = partialLength
        partialLength = 0
        try lineIsComplete(line.span, length: length)
        line.removeAll(keepingCapacity: true)
        swap(&line, &partialLine)
    }

    /// Handles one line; `length` is more than what is in `bytes` when the line is too long.
    private mutating func lineIsComplete(_ bytes: Span<UInt8>, length: Int) throws(ImportError) {
        lines += 1
        let hasReturn =
            length > 0 && length <= Self.lineBytesMax
            && bytes[bytes.count - 1] == Ascii.carriageReturn
        let line = bytes.extracting(0..<(hasReturn ? bytes.count - 1 : bytes.count))
        if length == 0 || line.isEmpty { return }
        if line[0] == Ascii.hash {
            preamble.read(line)
            return
        }
        guard length <= Self.lineBytesMax, let header = EventLine(line, form) else {
            try lineWithoutEvent(line)
            return
        }
        try handle(line, header)
    }

    private mutating func lineWithoutEvent(_ line: Span<UInt8>) throws(ImportError) {
        if form == .traceCmdReport, preamble.readReport(line) { return }
        // perf prints the functions that led to an event behind it, indented by a tab.
        if form == .perfScript, line[0] == Ascii.tab { return }
        if let lost = lostEventCount(line) {
            if lost < 0 { lostAreUncounted = true } else { reportedLost &+= lost }
            return
        }
        noteUnread(line)
        if eventLines == 0, !preamble.isFtrace, unreadLines.count >= Self.strangeLinesMax {
            throw .notFtraceText(line: unreadLines.firstLine)
        }
    }

    private mutating func noteUnread(_ line: Span<UInt8>) {
        unreadLines.count += 1
        guard unreadLines.firstLine == 0 else { return }
        unreadLines.firstLine = lines
        unreadLines.firstText = lineText(line, 0..<min(line.count, Self.sampleBytes))
    }

    private mutating func handle(_ line: Span<UInt8>, _ header: EventLine) throws(ImportError) {
        eventLines += 1
        let timeNs = try timeInOrder(header)
        let entry = timeline.census.entry(line, header.name)
        let tracepoint = timeline.census.tracepoint(entry)
        if tracepoint == .marker {
            timeline.markers.read(line, bodyStart: header.bodyStart, timeNs: header.timeNs)
        }
        guard timeline.admit(entry, timeNs: timeNs, resolutionNs: header.resolutionNs),
            let tracepoint
        else { return }
        let mapped = MappedLine(
            task: header.task, pid: header.pid, cpu: header.cpu, timeNs: timeline.lastTimeNs,
            fields: FieldCursor(bodyStart: header.bodyStart))
        if !mapper.handle(tracepoint, mapped, line) { noteUnread(line) }
    }

    /// The time of a line, made not to decrease.
    private mutating func timeInOrder(_ header: EventLine) throws(ImportError) -> Int64 {
        let toleratedNs = timeline.options.toleratedStepBackNs ?? header.resolutionNs
        let previousNs = timeline.previousNs
        guard let timeNs = timeline.timeInOrder(header.timeNs, toleratedNs: toleratedNs) else {
            throw .timeWentBackwards(line: lines, timeNs: header.timeNs, previousNs: previousNs)
        }
        return timeNs
    }

    // MARK: The result

    private var lostEvents: Int {
        let overwritten = preamble.entries.map { max(0, $0.written - $0.inBuffer) } ?? 0
        return Int(overwritten &+ reportedLost)
    }

    private func parameters() -> ParameterList {
        var list = ParameterList([("source", "linux")])
        list["host.tracer"] = preamble.tracer
        list["host.clock"] = timeline.markers.isMonotonicClock ? "mono" : nil
        list.set("host.sync.count", Int64(timeline.markers.count))
        let hasLosses = preamble.entries != nil || reportedLost > 0
        let numbers: [(String, Int64?)] = [
            ("host.cpus", preamble.cpuCount),
            ("host.entries_in_buffer", preamble.entries?.inBuffer),
            ("host.entries_written", preamble.entries?.written),
            ("host.lost_events", hasLosses ? Int64(lostEvents) : nil),
        ]
        for (name, number) in numbers + timeline.parameters {
            list[name] = number.map { String($0) }
        }
        return list
    }
}
