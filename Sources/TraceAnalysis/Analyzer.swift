public import TraceCore

/// Turns the events of one trace into a summary, event by event.
///
/// Kinds are bound by their meaning and columns by their name, so the kinds' numbers and names are
/// the trace's own affair. Only events whose kinds have a meaning are read, the others counted.
public struct Analyzer {
    private let binding: SchemaBinding
    private let window: Window
    private let recordingEndNs: Int64
    private let isCutAtEnd: Bool
    private let filter: AnalysisFilter
    private let kindNames: [String]?
    /// Whether the schema has runs of threads.
    private let hasRuns: Bool
    private var lastNs: Int64
    private var counts: [UInt64]
    private var outsideWindow: UInt64 = 0
    private var otherDomains: UInt64 = 0
    private var otherKinds: UInt64 = 0
    private var otherThreads: UInt64 = 0
    private var unknownKind: UInt64 = 0
    private var names = ThreadNames()
    private var cpu: CPUTracker
    private var wakeups = WakeupTracker()
    private var failures: FailureTracker
    private var batches: BatchTracker
    private var waits: WaitTracker
    private var service: ServiceTracker
    private var memory = MemoryTracker()
    private var totals: TotalsTracker
    private var counters = CounterTracker()
    private var relief = ReliefTracker()
    private var chains: ChainTracker?
    private var timeline: TimelineTracker?

    /// Whether a kind that an analysis reads, or that was asked for, is in the data lane, so that
    /// both lanes are needed.
    public let needsDataLane: Bool
    /// Whether the data lane has kinds that make a report more exact (relief), where such events
    /// were recorded.
    public let usesDataLane: Bool

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
        self.window = window
        recordingEndNs = options.recordingEndNs ?? 0
        isCutAtEnd = options.endNs != nil
        filter = AnalysisFilter(options, schema)
        kindNames = options.kinds.map { kinds in
            schema.kinds.filter { kinds.contains($0.id) }.map(\.name)
        }
        lastNs = window.beginNs
        counts = [UInt64](repeating: 0, count: schema.kinds.count)
        cpu = CPUTracker(window)
        failures = FailureTracker(window, intervalNs: options.intervalNs)
        batches = BatchTracker(window)
        waits = WaitTracker(window)
        service = ServiceTracker(window)
        totals = TotalsTracker(window)
        chains = options.worstChains > 0 ? ChainTracker(limit: options.worstChains) : nil
        timeline = options.collectsTimeline ? TimelineTracker(window, hasRuns: hasRuns) : nil
        needsDataLane =
            binding.kinds.contains {
                $0.isData && $0.meaning != .other && !$0.meaning.isService
            }
            || schema.kinds.contains {
                $0.lane == .data && options.kinds?.contains($0.id) ?? false
            }
        usesDataLane = binding.kinds.contains { $0.meaning.isService }
    }

    /// Takes one event; events must come in the order of their sequence numbers.
    ///
    /// - Complexity: O(1) amortized; O(waiting failures) for a wakeup that answers them.
    public mutating func consume(_ header: EventHeader, _ values: Span<Int64>) {
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
        counts[kind.position] += 1
        timeline?.take(header, kind, values)
        // Before the others, which forget the failures that a wakeup answers.
        if chains != nil { follow(header, kind, values) }
        dispatch(header, kind, values)
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
        case .spinEnd: cpu.spinEndAfter(header, kind, values)
        case .waitEnd: waits.endAfter(header, kind, values)
        default: break
        }
    }

    private mutating func lookBefore(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) {
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

    private mutating func follow(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) {
        func thread(_ slot: Int) -> Int64 { kind.number(slot, values, default: -1) }
        switch kind.meaning {
        case .allocFail: chains?.fail(header)
        case .wakeSend:
            guard kind.label(SendSlot.effect, values, default: 0) == 0 else { return }
            chains?.wake(
                header, thread: thread(SendSlot.target), named: wakeups.domain(of: header.cause))
        case .threadRun: chains?.run(header, thread: thread(ThreadSlot.thread))
        case .threadSleep: chains?.sleep(thread: thread(ThreadSlot.thread))
        case .batchBegin: chains?.batchBegin(header, thread: thread(BeginSlot.thread))
        case .batchEnd: chains?.batchEnd(header, thread: thread(EndSlot.thread))
        case .importCall:
            if kind.number(ImportSlot.got, values, default: 0) > 0 { chains?.relieve(header) }
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
    private mutating func dispatch(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) {
        switch kind.meaning {
        case .allocFail:
            failures.fail(header, kind, values)
            wakeups.fail(header)
            counters.fail()
            relief.fail(header, kind, values)
        case .wakeSend: wakeups.send(header, kind, values)
        case .threadRun:
            wakeups.run(header, kind, values)
            cpu.run(header, kind, values)
            counters.run(header)
        case .threadSleep:
            wakeups.sleep(kind, values)
            counters.sleep(header)
        case .onCPU:
            if !cpu.stretch(header, kind, values) { wakeups.missedRun(kind, values) }
        case .batchBegin:
            batches.begin(header, kind, values)
            cpu.batchBegin(header, kind, values)
            if !hasRuns { wakeups.batchBegin(header, kind, values) }
        case .batchPass:
            let ns = cpu.pass(header, kind, values)
            batches.pass(kind.number(PassSlot.thread, values, default: -1), ns: ns)
        case .batchEnd:
            let known = batches.end(header, kind, values)
            let mode = BatchMode(label: kind.label(EndSlot.mode, values, default: 0))
            cpu.batchEnd(header, known, isDirect: mode == .direct)
            counters.batchEnd(header, kind, values)
        case .spinBegin: cpu.spinBegin(header, kind, values)
        case .spinEnd: cpu.spinEnd(header, kind, values)
        case .waitBegin: waits.begin(header, kind, values)
        case .waitEnd: waits.end(header, kind, values)
        case .waitSkip: waits.skip(header, kind, values)
        case .sample:
            memory.sample(header, kind, values)
            counters.sample(header, kind, values)
        case .service:
            service.sample(header, kind, values)
            counters.service(header, kind, values)
            relief.service(header, kind, values)
        case .batchDeferred: batches.deferred(kind, values)
        case .wakeRequest: totals.wakeRequest(kind, values)
        case .allocFallback: totals.fallback(kind, values)
        case .domainLevel:
            totals.level(header, kind, values)
            counters.level(kind, values)
        case .pageout: totals.pageout(kind, values)
        case .zoneTrim: totals.trim(kind, values)
        case .zoneBucket: totals.bucketChange()
        case .reservationBreak:
            totals.reservationBreak(kind, values)
            counters.reservationBreak()
        case .counter: counters.read(header, kind, values)
        case .set: totals.setting(kind, values)
        case .hit: relief.hit(header)
        case .importCall: relief.importCall(header, kind, values)
        case .threadName, .other: break
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
        summary.events = eventCounts
        summary.missingColumns = binding.missing
        summary.threads = names.finish(text)
        summary.cpu = cpu.finish(endNs: endNs, openPasses: batches.openPasses) { thread in
            names.isReclaim(thread) ?? (wakeups.isTarget(thread) ? true : nil)
        }
        summary.wakeups = wakeups.finish()
        summary.wakeups.runEvidence = hasRuns ? .runs : .batches
        summary.failures = failures.finish(endNs: endNs, text)
        summary.batches = batches.finish(endNs: endNs, text)
        summary.waits = waits.finish(endNs: endNs, text)
        summary.service = service.finish()
        summary.memory = memory.finish()
        summary.relief = relief.finish()
        summary.chains = chains?.finish()
        summary.timeline = timeline?.finish(endNs: summary.window.endNs)
        summary.counters = counters.finish(text)
        summary.totals = totals.finish(endNs: endNs, text)
        summary.totals.counters = summary.counters.rows.filter { !$0.isSum }.map(\.range)
        return summary
    }

    private var eventCounts: EventCounts {
        var result = EventCounts()
        for (position, count) in counts.enumerated() where count > 0 {
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
