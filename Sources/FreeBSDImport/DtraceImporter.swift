public import TraceCore

/// Turns what the dtrace script prints into events of the standard schema.
///
/// The text is fed in chunks of any size. What dtrace says on its standard error may stand among
/// the lines, also within one, and so may the output of sysctl(8) and `vmstat -z`. Lines are sorted
/// by their times within a window; memory use depends on that, not on the length of the text. In
/// short:
/// - `thread` is the kernel's thread number. What is not known is -1.
/// - `alloc_fail` is told from imports of single buffers that got none. A `wake_send` of effect
///   `woke` is the scheduler's; one that is `suppressed` or finds `no_sleeper` follows from what the
///   helper thread does at a failure.
/// - `thread_run` follows a `wake_send`, its cause; coming back after a wait is no `thread_run`.
/// - Counts of a second become `request`, `return` and `fallback` events spread evenly over it, with
///   handle -1, and running totals (`counter`). The parameter `recording.fidelity` is `rate` then.
/// - Readings of the host are `counter` events under the engine's names; free lists are `sample`
///   events as well.
public struct DtraceImporter: ~Copyable {
    /// Bytes of a line that are kept; what is longer cannot be read.
    static let lineBytesMax = 1 << 16
    /// Unreadable lines after which a text without any line of the script is given up.
    static let strangeLinesMax = 1_000
    /// No recording stands still for longer; times further ahead are damage.
    private static let jumpMaxNs: Int64 = 86_400_000_000_000
    private static let timeMaxNs: Int64 = 4_000_000_000_000_000_000
    private static let dropsMax = 1_024
    private static let messagesMax = 256
    private static let messageBytesMax = 200

    let options: DtraceImportOptions
    private var mapper = DtraceEventMapper()
    private var window = SortingWindow()
    private(set) var rates: Rates
    var statistics = HostStatistics()
    var header = DtraceHeader()
    private var messages = ByteTable(capacity: messagesMax)

    private var partialLine: [UInt8] = []
    private var partialLength = 0
    /// The start of a line into which a message of dtrace's was printed.
    private var splicedStart: [UInt8] = []

    private var lines = 0
    private var unreadLines = UnreadDtraceLines()
    private var unknownLines = 0
    private var scriptLines = 0
    private var lateLines = 0
    private(set) var probeErrors = 0
    private(set) var rateEvents = 0
    private(set) var aggregationDrops: UInt64 = 0
    private(set) var isAborted = false
    private var drops: [DtraceDrops] = []
    /// What dtrace said first on its standard error.
    private var firstMessage = ""
    /// The latest time of any line.
    private var newestNs: Int64?
    private(set) var startNs: Int64?
    /// The time of the last event or line that left the window.
    private var lastNs: Int64 = 0
    /// Whether the lines at this place are readings, whose other lines nobody needs.
    private var isInReadings = false
    /// Readings before any time is known.
    private var earlyItems: [DtraceItem] = []
    private var isFinished = false

    /// Makes an importer for one text.
    public init(options: DtraceImportOptions = DtraceImportOptions()) {
        self.options = options
        rates = Rates(perSecondMax: options.ratePerSecondMax)
        mapper.resultForm = options.resultForm
    }

    /// Takes the next bytes of the text and emits the events that can be sorted now.
    ///
    /// - Complexity: O(n log n) in the lines of the window.
    /// - Throws: `FreeBSDImportError`; the importer is of no further use then.
    public mutating func consume(
        _ bytes: Span<UInt8>, into sink: inout some EventSink & ~Copyable
    ) throws(FreeBSDImportError) {
        precondition(!isFinished, "an importer takes no text after it was finished")
        var start = 0
        while let end = newlinePosition(in: bytes, from: start) {
            if partialLength == 0 {
                try lineIsComplete(bytes.extracting(start..<end), length: end - start)
            } else {
                try completePartialLine(bytes.extracting(start..<end))
            }
            release(into: &sink)
            start = end + 1
        }
        keep(bytes.extracting(start..<bytes.count))
    }

    /// Ends the text, emits the rest and says what was found.
    ///
    /// A last line without its end is dropped: half a number cannot be told from a whole one.
    ///
    /// The parameters are `source` (`freebsd`), `host.tracer` (`dtrace`), `host.clock` (`mono`) and,
    /// where known, `host.start_ns` and `host.wall_start_ns` (the kernel's clock and ns since 1970
    /// at time 0), `host.cpus`, `host.domains`, `host.helper` (`reclaim` or `alloc`), `host.kernel`,
    /// `host.lost_events`, `host.aggregation_drops`, `host.probe_errors`, `host.tracer_aborted`,
    /// `host.result_form`, `host.sysctl.NAME` for each setting that was read, and
    /// `recording.fidelity`.
    ///
    /// - Throws: `notDtraceText` or `dtraceFailed`.
    public mutating func finish(
        into sink: inout some EventSink & ~Copyable
    ) throws(FreeBSDImportError) -> DtraceImportResult {
        precondition(!isFinished, "an importer is finished once")
        isFinished = true
        guard scriptLines > 0 else {
            throw firstMessage.isEmpty
                ? .notDtraceText(line: unreadLines.firstLine) : .dtraceFailed(firstMessage)
        }
        if !splicedStart.isEmpty { noteUnread() }
        endReadings()
        while window.count > 0 { emitFirst(into: &sink) }
        let form = mapper.evidence.form
        return DtraceImportResult(
            parameters: parameters(form), lines: lines, unreadLines: unreadLines,
            unknownLines: unknownLines, lateLines: lateLines, probeErrors: probeErrors,
            endsWithinLine: partialLength > 0, drops: relativeDrops, resultForm: form,
            rateEvents: rateEvents, countsWithoutEvents: rates.countsWithoutEvents,
            events: Int(mapper.writer.lastSequence), startNs: startNs,
            lastTimeNs: startNs.map { max(0, (newestNs ?? $0) - $0) } ?? 0)
    }

    // MARK: Lines

    /// Keeps the start of a line for the next chunk, up to the longest line there can be.
    private mutating func keep(_ piece: Span<UInt8>) {
        let room = Self.lineBytesMax - partialLine.count
        for index in 0..<min(room, piece.count) { partialLine.append(piece[index]) }
        partialLength += piece.count
    }

    private mutating func completePartialLine(_ rest: Span<UInt8>) throws(FreeBSDImportError) {
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
    private mutating func lineIsComplete(
        _ bytes: Span<UInt8>, length: Int
    ) throws(FreeBSDImportError) {
        lines += 1
        guard length <= Self.lineBytesMax else { return try unread() }
        let hasReturn = length > 0 && bytes[length - 1] == UInt8(ascii: "\r")
        let line = bytes.extracting(0..<(hasReturn ? length - 1 : length))
        guard !splicedStart.isEmpty, !isMessage(line) else { return try take(line) }
        var whole: [UInt8] = []
        swap(&whole, &splicedStart)
        for index in line.indices { whole.append(line[index]) }
        if whole.count <= Self.lineBytesMax, JSONLine(whole.span) != nil {
            return try take(whole.span)
        }
        // It does not go on here.
        noteUnread()
        try take(line)
    }

    private func isMessage(_ line: Span<UInt8>) -> Bool {
        Bytes.starts(line, at: 0, with: DtraceMessage.prefix)
    }

    private mutating func take(_ line: Span<UInt8>) throws(FreeBSDImportError) {
        if let json = JSONLine(line) {
            endReadings()
            return try take(json, line)
        }
        if let place = Bytes.find(DtraceMessage.prefix, line, 0..<line.count),
            let message = DtraceMessage(line, place..<line.count)
        {
            take(message)
            if firstMessage.isEmpty {
                let text = (place..<line.count).dropFirst(DtraceMessage.prefix.utf8.count)
                firstMessage = Bytes.text(line, text.prefix(Self.messageBytesMax))
            }
            try keepStart(line, place)
            return
        }
        if statistics.take(line) {
            isInReadings = true
            addReadings()
        } else if !isInReadings {
            try unread()
        }
    }

    /// A line into which a message was printed goes on behind that.
    private mutating func keepStart(_ line: Span<UInt8>, _ end: Int) throws(FreeBSDImportError) {
        guard end > 0 else { return }
        guard splicedStart.isEmpty, line[0] == UInt8(ascii: "{") else { return try unread() }
        for index in 0..<end { splicedStart.append(line[index]) }
    }

    private mutating func take(_ message: DtraceMessage) {
        switch message {
        case .drops(let count): addDrops(count)
        case .aggregationDrops(let count): aggregationDrops &+= count
        case .probeError: probeErrors += 1
        case .aborted: isAborted = true
        case .other: break
        }
    }

    private mutating func unread() throws(FreeBSDImportError) {
        noteUnread()
        if scriptLines == 0, unreadLines.count >= Self.strangeLinesMax {
            throw .notDtraceText(line: unreadLines.firstLine)
        }
    }

    private mutating func noteUnread() {
        unreadLines.count += 1
        if unreadLines.firstLine == 0 { unreadLines.firstLine = lines }
    }

    /// A line of the script.
    private mutating func take(
        _ json: JSONLine, _ line: Span<UInt8>
    ) throws(FreeBSDImportError) {
        guard let name = json.text("e", line), name.count <= 32 else { return try unread() }
        let text = Bytes.text(line, name)
        if let sum = Rates.sums.firstIndex(where: { $0.name == text }) {
            scriptLines += 1
            guard let count = json.integer("n", line) else { return noteUnread() }
            for item in rates.items(
                sum, count, cpu: DtraceFields.number(json.integer("cpu", line), below: 65_536),
                domain: DtraceFields.number(json.integer("dom", line), below: 1_024))
            {
                window.add(item)
            }
            return
        }
        guard let timeNs = json.integer("t", line), isPossible(timeNs) else {
            return try unread()
        }
        scriptLines += 1
        newestNs = max(newestNs ?? timeNs, timeNs)
        addEarlyItems(timeNs)
        switch text {
        case "hdr": try begin(json, line, timeNs)
        case "stat": isInReadings = true
        case "agg": rates.end(timeNs)
        case "err": probeErrors += 1
        default:
            guard let fields = DtraceFields.byName[text] else {
                unknownLines += 1
                return
            }
            add(fields.item(json, line, timeNs: timeNs), json, line)
        }
    }

    private func isPossible(_ timeNs: Int64) -> Bool {
        guard (0...Self.timeMaxNs).contains(timeNs) else { return false }
        return newestNs.map { timeNs - $0 <= Self.jumpMaxNs } ?? true
    }

    private mutating func begin(
        _ json: JSONLine, _ line: Span<UInt8>, _ timeNs: Int64
    ) throws(FreeBSDImportError) {
        let version = json.integer("v", line) ?? 1
        guard version == DtraceScript.version else {
            throw .unknownVersion(version, line: lines)
        }
        guard header.timeNs == nil else { return }
        header = DtraceHeader(json, line, timeNs: timeNs)
        if startNs == nil { startNs = timeNs }
        if let helper = header.helper { mapper.helperName = helper.rawValue }
        rates.begin(timeNs)
    }

    private mutating func add(_ item: DtraceItem, _ json: JSONLine, _ line: Span<UInt8>) {
        var item = item
        switch item.kind {
        case .switchOut:
            let message = json.text("wmesg", line).map { $0.prefix(64) }
            item.values[0] = message.flatMap { messages.number(line, $0) }.map(Int64.init) ?? -1
        case .spin:
            // Counted until now: the stretch began then.
            item.timeNs -= min(item.timeNs, max(0, item.values[1]))
        default: break
        }
        window.add(item)
    }

    // MARK: Readings

    private mutating func endReadings() {
        statistics.endTable()
        addReadings()
        isInReadings = false
    }

    private mutating func addReadings() {
        for reading in statistics.takeReadings() {
            var item = DtraceItem(.reading, timeNs: 0)
            item.domain = reading.domain
            item.values[0] = reading.value
            item.values[1] = Int64(reading.name)
            add(item)
        }
        for lists in statistics.takeFreeLists() {
            var item = DtraceItem(.freeBlocks, timeNs: 0)
            item.domain = lists.domain
            for (order, count) in lists.blocks.enumerated() { item.values[order] = count }
            add(item)
        }
    }

    /// Adds what has no time of its own: it is of the time of the line before.
    private mutating func add(_ item: DtraceItem) {
        var item = item
        if let newestNs {
            item.timeNs = newestNs
            window.add(item)
        } else if earlyItems.count < options.windowLinesMax {
            earlyItems.append(item)
        }
    }

    private mutating func addEarlyItems(_ timeNs: Int64) {
        for item in earlyItems {
            var item = item
            item.timeNs = timeNs
            window.add(item)
        }
        earlyItems.removeAll()
    }

    // MARK: Drops

    /// dtrace looks for drops once a second, so they are of the second before.
    private mutating func addDrops(_ count: UInt64) {
        let endNs = newestNs ?? 0
        let beginNs = max(0, endNs - 1_000_000_000)
        if let last = drops.last, drops.count >= Self.dropsMax || last.endNs == endNs {
            drops[drops.count - 1].endNs = max(last.endNs, endNs)
            let (sum, overflow) = last.count.addingReportingOverflow(count)
            drops[drops.count - 1].count = overflow ? .max : sum
        } else {
            drops.append(DtraceDrops(beginNs: beginNs, endNs: endNs, count: count))
        }
    }

    private var relativeDrops: [DtraceDrops] {
        let startNs = startNs ?? 0
        return drops.map {
            DtraceDrops(
                beginNs: max(0, $0.beginNs - startNs), endNs: max(0, $0.endNs - startNs),
                count: $0.count)
        }
    }

    var lostEvents: UInt64 {
        drops.reduce(0) { sum, drops in
            let (more, overflow) = sum.addingReportingOverflow(drops.count)
            return overflow ? .max : more
        }
    }

    // MARK: Events

    /// Emits what cannot be preceded by anything that still comes.
    private mutating func release(into sink: inout some EventSink & ~Copyable) {
        guard let newestNs else { return }
        while let firstNs = window.firstTimeNs,
            firstNs <= newestNs - options.windowNs || window.count > options.windowLinesMax
        {
            emitFirst(into: &sink)
        }
    }

    private mutating func emitFirst(into sink: inout some EventSink & ~Copyable) {
        guard var item = window.takeFirst() else { return }
        if item.kind == .rate, let rest = Rates.rest(item) { window.add(rest) }
        let originNs = startNs ?? item.timeNs
        startNs = originNs
        mapper.writer.startNs = originNs
        let leastNs = max(originNs, lastNs)
        if item.timeNs < leastNs {
            if item.kind != .rate { lateLines += 1 }
            item.timeNs = leastNs
        }
        lastNs = item.timeNs
        if item.kind == .rate { rateEvents += 1 }
        mapper.handle(item, text: text(item), into: &sink)
    }

    private func text(_ item: DtraceItem) -> String {
        switch item.kind {
        case .switchOut: item.values[0] < 0 ? "" : messages.text(Int(item.values[0]))
        case .reading: statistics.name(Int(item.values[1]))
        case .count: Rates.sums[Int(item.values[1])].counter
        default: ""
        }
    }
}
