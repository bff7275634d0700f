public import TraceCore

/// Turns the events of one trace into a summary, event by event.
///
/// Kinds are bound by their meaning and columns by their name, so the kinds' numbers and names are
/// the trace's own affair. Only events whose kinds have a meaning are read, the others counted.
public struct Analyzer {
    let binding: SchemaBinding
    let window: Window
    private let recordingEndNs: Int64
    private let isCutAtEnd: Bool
    private let filter: AnalysisFilter
    /// What is followed, and what was asked for.
    private let sections: SectionMask
    /// What is done with the events of a stretch, by number of the kind, and whether that is enough.
    let roles: [StretchSplit.Role]
    let takesStretches: Bool
    var split = StretchSplit()
    /// The failures of a stretch by section, as far as they do not wait for a wakeup yet.
    var failed: [StretchSplit.Rows] = []
    private let askedSections: [ReportSection]?
    private let kindNames: [String]?
    /// Whether the schema has runs of threads.
    private let hasRuns: Bool
    var lastNs: Int64
    /// Events used, by the position of their kind; those of the first ones where no array must be
    /// asked for its owner.
    private var counts: [UInt64]
    private var usualCounts = InlineArray<64, UInt64>(repeating: 0)
    private var outsideWindow: UInt64 = 0
    private var otherDomains: UInt64 = 0
    private var otherKinds: UInt64 = 0
    private var otherThreads: UInt64 = 0
    private var unknownKind: UInt64 = 0
    var names = ThreadNames()
    private var cpu: CPUTracker
    private var stalls: StallTracker
    var wakeups = WakeupTracker()
    private var runs = RunTracker()
    var failures: FailureTracker
    private var batches: BatchTracker
    private var waits: WaitTracker
    private var service: ServiceTracker
    private var memory: MemoryTracker
    private var totals: TotalsTracker
    private var counters = CounterTracker()
    private var relief = ReliefTracker()
    private var chains: ChainTracker?
    private let keepsChains: Bool
    private var timeline: TimelineTracker?

    /// Whether a kind that an analysis reads, or that was asked for, is in the data lane, so that
    /// both lanes are needed.
    public let needsDataLane: Bool
    /// Whether the data lane has kinds that make a report more exact (relief), where such events
    /// were recorded.
    public let usesDataLane: Bool
    /// The columns that are looked at, of the kinds whose events have to be given; those of other
    /// kinds may be left out.
    public let columns: ColumnSelection

    /// Makes an analyzer for traces of one schema.
    ///
    /// - Complexity: O(kinds x columns).
    /// - Throws: `AnalysisError` for options that make no sense.
    public init(
        schema: EventSchema, options: AnalysisOptions = AnalysisOptions()
    ) throws(AnalysisError) {
        let window = try Window(options)
        if let interval = options.intervalNs, interval <= 0 {
            throw .invalidInterval(intervalNs: interval)
        }
        if let domains = options.domains, domains.isEmpty { throw .noDomains }
        if let kinds = options.kinds, kinds.isEmpty { throw .noKinds }
        if let threads = options.threads, threads.isEmpty { throw .noThreads }
        binding = SchemaBinding(schema)
        hasRuns = binding.kinds.contains { $0.meaning == .threadRun }
        var sections = SectionMask(options)
        if hasRuns, sections.contains(.wakeups) { sections.insert(.runs) }
        self.sections = sections
        roles = Self.roles(binding, sections)
        askedSections = options.sections.map { asked in
            ReportSection.allCases.filter(asked.contains)
        }
        self.window = window
        recordingEndNs = options.recordingEndNs ?? 0
        isCutAtEnd = options.endNs != nil
        filter = AnalysisFilter(options, schema)
        takesStretches = !filter.isActive && !options.collectsTimeline
        kindNames = options.kinds.map { kinds in
            schema.kinds.filter { kinds.contains($0.id) }.map(\.name)
        }
        lastNs = window.beginNs
        counts = [UInt64](repeating: 0, count: schema.kinds.count)
        cpu = CPUTracker(window)
        failures = FailureTracker(window, intervalNs: options.intervalNs)
        batches = BatchTracker(window)
        let hasStretches = binding.kinds.contains { $0.meaning == .onCPU }
        waits = WaitTracker(window, hasStretches: hasStretches)
        stalls = StallTracker(hasStretches: hasStretches)
        service = ServiceTracker(window)
        memory = MemoryTracker(window)
        totals = TotalsTracker(window)
        keepsChains = options.worstChains > 0
        chains = sections.contains(.chains) ? ChainTracker(limit: options.worstChains) : nil
        timeline = options.collectsTimeline ? TimelineTracker(window, hasRuns: hasRuns) : nil
        needsDataLane =
            binding.kinds.contains {
                $0.isData && !$0.meaning.isService
                    && !$0.meaning.sections.isDisjoint(with: sections)
            }
            || schema.kinds.contains {
                $0.lane == .data && options.kinds?.contains($0.id) ?? false
            }
        usesDataLane = binding.kinds.contains {
            $0.meaning.isService && !$0.meaning.sections.isDisjoint(with: sections)
        }
        columns = binding.columns(schema, options, sections)
    }

    /// Takes one event; events must come in the order of their sequence numbers.
    ///
    /// - Complexity: O(1) amortized; O(waiting failures) for a wakeup that answers them.
    public mutating func consume(_ header: EventHeader, _ values: Span<Int64>) {
        take(header, values)
    }

    @inline(__always)
    mutating func take(_ header: EventHeader, _ values: Span<Int64>) {
        let number = Int(header.kind.rawValue)
        guard number < binding.kinds.count, binding.kinds[number].isKnown else {
            unknownKind += 1
            return
        }
        let kind = binding.kinds[number]
        if header.timeNs > lastNs { lastNs = header.timeNs }
        // Names hold for the whole trace, so a window must not hide them.
        if kind.meaning == .threadName { names.name(kind, values) }
        guard window.contains(header.timeNs) else {
            outsideWindow += 1
            if !filter.isActive || filter.reason(header, values) == nil {
                lookOutside(header, kind, values)
            }
            return
        }
        if filter.isActive, let reason = filter.reason(header, values) {
            leaveOut(reason)
            return
        }
        count(kind.position, times: 1)
        timeline?.take(header, kind, values)
        follow(header, kind, values)
        dispatch(header, kind, values)
    }

    /// Has chains and runs followed; before the others, which forget the failures that a wakeup
    /// answers.
    @inline(__always)
    mutating func follow(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        if sections.contains(.chains) {
            let named = kind.meaning == .wakeSend ? wakeups.domain(of: header.cause) : nil
            chains?.take(header, kind, values, named: named)
        }
        if sections.contains(.runs) { runs.take(kind, values) }
    }

    /// Counts events of a kind.
    @inline(__always)
    mutating func count(_ position: Int, times: UInt64) {
        if position < usualCounts.count {
            usualCounts[position] += times
        } else {
            counts[position] += times
        }
    }

    /// Takes from an event outside the window what it tells of intervals that reach into it.
    private mutating func lookOutside(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) {
        timeline?.takeOutside(header, kind, values)
        if header.timeNs < window.beginNs {
            lookBefore(header, kind, values)
            return
        }
        switch kind.meaning {
        case .onCPU: cpu.stretchAfter(header, kind, values)
        case .spinBegin: cpu.spinBeginAfter(header, kind, values)
        case .spinEnd: cpu.spinEndAfter(header, kind, values)
        case .waitBegin: waits.beginAfter(kind, values)
        case .waitEnd: waits.endAfter(header, kind, values)
        default: break
        }
    }

    private mutating func lookBefore(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) {
        if asks(.runs) { runs.work(kind, values) }
        switch kind.meaning {
        case .threadRun: cpu.run(header, kind, values)
        case .onCPU: cpu.stretchBefore(header, kind, values)
        case .batchBegin:
            batches.beginBefore(header, kind, values)
            cpu.batchBegin(header, kind, values)
        case .batchEnd: batches.endBefore(kind, values)
        case .spinBegin: cpu.spinBegin(header, kind, values)
        case .spinEnd: cpu.spinEndBefore(header, kind, values)
        case .waitBegin: waits.beginBefore(header, kind, values)
        case .waitEnd: waits.endBefore(kind, values)
        case .domainLevel:
            totals.levelBefore(header, kind, values)
            counters.level(kind, values)
        default: break
        }
    }

    private mutating func leaveOut(_ reason: AnalysisFilter.Reason) {
        switch reason {
        case .domain: otherDomains += 1
        case .kind: otherKinds += 1
        case .thread: otherThreads += 1
        }
    }

    @inline(__always)
    mutating func dispatch(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) {
        switch kind.meaning {
        case .allocFail: fail(header, kind, values)
        case .wakeSend: if asks(.wakeups) { wakeups.send(header, kind, values) }
        case .threadRun:
            if asks(.wakeups) { wakeups.run(header, kind, values) }
            if asks(.cpu) { cpu.run(header, kind, values) }
            if asks(.counters) { counters.run(header) }
        case .threadSleep:
            if asks(.wakeups) { wakeups.sleep(kind, values) }
            if asks(.counters) { counters.sleep(header) }
        case .onCPU: stretch(header, kind, values)
        case .batchBegin: beginBatch(header, kind, values)
        case .batchPass: passBatch(header, kind, values)
        case .batchEnd: endBatch(header, kind, values)
        case .batchDeferred: if asks(.batches) { batches.deferred(kind, values) }
        case .spinBegin: if asks(.cpu) { cpu.spinBegin(header, kind, values) }
        case .spinEnd: if asks(.cpu) { cpu.spinEnd(header, kind, values) }
        case .waitBegin: if asks(.waits) { waits.begin(header, kind, values) }
        case .waitEnd: if asks(.waits) { waits.end(header, kind, values) }
        case .waitSkip: if asks(.waits) { waits.skip(header, kind, values) }
        case .sample:
            if asks(.memory) { memory.sample(header, kind, values) }
            if asks(.counters) { counters.sample(header, kind, values) }
        case .service:
            if asks(.service) { service.sample(header, kind, values) }
            if asks(.counters) { counters.service(header, kind, values) }
            if asks(.relief) { relief.service(header, kind, values) }
        case .hit: if asks(.relief) { relief.hit(header) }
        case .importCall: if asks(.relief) { relief.importCall(header, kind, values) }
        case .counter: if asks(.counters) { counters.read(header, kind, values) }
        case .wakeRequest, .allocFallback, .domainLevel, .pageout, .zoneTrim, .zoneBucket,
            .reservationBreak, .set:
            rest(header, kind, values)
        case .threadName, .other: break
        }
    }

    @inline(__always)
    func asks(_ section: SectionMask) -> Bool { sections.contains(section) }

    @inline(__always)
    private mutating func fail(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) {
        if asks(.failures) { failures.fail(header, kind, values) }
        if asks(.wakeups) { wakeups.fail(header) }
        failFurther(header, kind, values)
    }

    /// Takes a failure, but for the reports on failures and wakeups.
    mutating func failFurther(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) {
        if asks(.counters) { counters.fail() }
        if asks(.relief) { relief.fail(header, kind, values) }
    }

    private mutating func stretch(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) {
        let isRecorded =
            asks(.cpu)
            ? cpu.stretch(header, kind, values)
            : kind.number(ThreadSlot.ns, values, default: -1) >= 0
        if !isRecorded, asks(.wakeups) { wakeups.missedRun(kind, values) }
        if asks(.cpu) { stalls.stretch(header, kind, values) }
        if asks(.waits) { waits.stretch(header, kind, values) }
    }

    @inline(__always)
    mutating func beginBatch(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) {
        if asks(.batches) { batches.begin(header, kind, values) }
        if asks(.cpu) {
            cpu.batchBegin(header, kind, values)
            stalls.begin(header, kind, values)
        }
        if !hasRuns, asks(.wakeups) { wakeups.batchBegin(header, kind, values) }
    }

    private mutating func passBatch(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) {
        let thread = kind.number(PassSlot.thread, values, default: -1)
        let ns =
            asks(.cpu)
            ? cpu.pass(header, kind, values) : CPUTracker.passNs(window, header, kind, values)
        if asks(.batches) { batches.pass(thread, ns: ns) }
    }

    @inline(__always)
    mutating func endBatch(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) {
        if asks(.batches) {
            let known = batches.end(header, kind, values)
            let mode = BatchMode(label: kind.label(EndSlot.mode, values, default: 0))
            if asks(.cpu) {
                cpu.batchEnd(header, known, mode)
                stalls.end(header, kind, values)
            }
        }
        if asks(.counters) { counters.batchEnd(header, kind, values) }
    }

    private mutating func rest(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) {
        if asks(.counters) {
            if kind.meaning == .domainLevel { counters.level(kind, values) }
            if kind.meaning == .reservationBreak { counters.reservationBreak() }
        }
        guard asks(.totals) else { return }
        switch kind.meaning {
        case .wakeRequest: totals.wakeRequest(kind, values)
        case .allocFallback: totals.fallback(kind, values)
        case .domainLevel: totals.level(header, kind, values)
        case .pageout: totals.pageout(kind, values)
        case .zoneTrim: totals.trim(kind, values)
        case .zoneBucket: totals.bucketChange()
        case .reservationBreak: totals.reservationBreak(kind, values)
        case .set: totals.setting(kind, values)
        default: break
        }
    }

    /// The summary of the events so far.
    ///
    /// Where `AnalysisOptions.recordingEndNs` is not given, the recording ends with the last
    /// event seen, so with an end of the window it takes the events after it to know that the
    /// recording goes on.
    ///
    /// - Parameters:
    ///   - strings: the trace's strings.
    ///   - readNs: for a trace that was not read to its end, how far it was read; the recording
    ///     then ends there, whatever was known of it beforehand. Not before the last event taken.
    /// - Complexity: O(n log n) for n samples kept exactly.
    public func finish(strings: StringTable, readNs: Int64? = nil) -> TraceSummary {
        let binding = binding
        func text(_ key: TextKey) -> String { binding.text(key, strings) }
        let recordedNs = max(lastNs, readNs ?? recordingEndNs)
        let endNs = min(window.endNs, recordedNs)
        var summary = TraceSummary(
            window: SummaryWindow(
                beginNs: window.beginNs, endNs: max(endNs, window.beginNs),
                isCutAtBegin: window.isCutAtBegin,
                isCutAtEnd: isCutAtEnd && window.endNs <= recordedNs, domains: filter.domains,
                kinds: kindNames, threads: filter.threads))
        summary.sections = askedSections
        summary.events = eventCounts
        summary.missingColumns = binding.missing
        summary.threads = names.finish(text)
        summary.cpu = cpu.finish(endNs: endNs, openPasses: batches.openPasses) { thread in
            names.isReclaim(thread) ?? (wakeups.isTarget(thread) ? true : nil)
        }
        summary.cpu.stalls = stalls.finish(text)
        summary.cpu.stallsByThread = stalls.finishThreads()
        summary.cpu.untracked += stalls.untracked
        summary.wakeups = wakeups.finish()
        runs.finish(&summary.wakeups)
        summary.wakeups.runEvidence = hasRuns ? .runs : .batches
        summary.failures = failures.finish(endNs: endNs, text)
        summary.batches = batches.finish(endNs: endNs, text)
        summary.waits = waits.finish(endNs: endNs, text)
        summary.service = service.finish()
        summary.memory = memory.finish()
        summary.memoryOverTime = memory.finishOverTime()
        summary.relief = relief.finish()
        summary.chains = keepsChains ? chains?.finish() : nil
        if asks(.relief), let chains { summary.batchRelief = chains.finishBatches() }
        summary.timeline = timeline?.finish(endNs: summary.window.endNs)
        summary.counters = counters.finish(text)
        summary.totals = totals.finish(endNs: endNs, text)
        summary.totals.counters = summary.counters.rows.filter { !$0.isSum }.map(\.range)
        return summary
    }

    private var eventCounts: EventCounts {
        var result = EventCounts()
        for (position, rest) in counts.enumerated() {
            let count = position < usualCounts.count ? usualCounts[position] : rest
            guard count > 0 else { continue }
            result.byKind.append(NamedCount(name: binding.kindNames[position], count: count))
            result.inWindow += count
        }
        result.outsideWindow = outsideWindow
        result.otherDomains = otherDomains
        result.otherKinds = otherKinds
        result.otherThreads = otherThreads
        result.unknownKind = unknownKind
        return result
    }
}
