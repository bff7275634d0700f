public import PhysicalMemory
public import TraceCore

/// The model of FreeBSD's kernel-TLS buffers and their helper thread in virtual time.
///
/// A pure function of its initial memory, its settings and the inputs applied to it. Things due at
/// one instant happen in this order: releases of records, timers, steps of page daemons, steps of
/// helper threads, inputs; within one class in the order in which they were scheduled.
public struct Engine: Sendable {
    /// The machine.
    public let host: Host
    /// Costs and other numbers.
    public let model: ModelParameters
    /// How much is recorded, 0 to 2.
    public let detail: Int
    /// The rule set in force.
    public internal(set) var policy: Policy
    /// The page layer.
    public internal(set) var memory: PhysicalMemory
    /// Virtual time, in nanoseconds since the start.
    public internal(set) var nowNs: Int64 = 0
    /// Events produced and not yet taken.
    public var outbox = EventOutbox()
    /// Strings the events refer to, in the order of their first use.
    public internal(set) var strings = StringTable()

    let ticks: KernelTicks
    var zone: BufferZone
    var dispatcher: Dispatcher
    var workers: [Worker]
    var threads: [HelperThread]
    var records = RecordTable()
    var timers = TimedQueue<Timer>()
    var daemonSteps = TimedQueue<PageDaemonStep>()
    var steps = TimedQueue<Int>()
    /// By domain; empty when there are none.
    var pageDaemons: [PageDaemon] = []
    var pageCache: PageCache
    /// Scratch space of page cache imports.
    var pageRuns: [PhysicalMemory.PageRun] = []
    var waiters: [Waiter] = []
    var spinningThreads = 0
    /// The domain that left the min set last.
    var recoveredDomain = 0
    /// Where background content lies.
    var contents: ContentTable
    var inUse: [Int64]
    var fallbackPages: [Int64]
    var lastSequence: UInt64 = 0
    var words: Words
    let counterNames: CounterNames
    private(set) var isFinished = false

    /// What a timer does.
    enum Timer: Sendable {
        case sample
        case counters
        case zoneCheck
        /// A worker that found no page although memory is not short tries again.
        case workerRetry(cpu: Int)
    }

    /// Who sleeps on the global vm_wait channel.
    enum Waiter: Sendable {
        case thread(domain: Int)
        case worker(cpu: Int)
    }

    /// Makes an engine at time 0 and records the first samples.
    ///
    /// - Parameters:
    ///   - host: the machine; its segments must be those of `memory`.
    ///   - memory: the initial state of all pages. The pages of files and of anonymous memory
    ///     become slots, see `Host.slot(ofPage:domain:)`; the object of a reservation is the
    ///     extent of its slots.
    ///   - detail: 0 omits inputs, 1 is replayable, 2 adds single services and runs.
    /// - Throws: `EngineError` when the initial state is not a possible one or not this host's.
    public init(
        host: Host, memory: MemorySnapshot, model: ModelParameters, policy: Policy, detail: Int
    ) throws(EngineError) {
        do {
            try host.check()
        } catch {
            throw .host(error)
        }
        self.host = host
        self.model = model
        self.policy = policy
        self.detail = detail
        do {
            self.memory = try PhysicalMemory(memory)
        } catch {
            throw .snapshot(error)
        }
        guard self.memory.segments == host.segments else { throw .hostDiffers }
        guard host.segments.allSatisfy({ $0.end <= Int32.max }) else { throw .pageNumbersTooLarge }
        for (number, domain) in self.memory.domains.enumerated() {
            let limits = domain.thresholds
            guard limits.interruptFreeMin <= limits.reserved, limits.reserved <= limits.severe,
                limits.severe <= limits.min, limits.reserved < limits.min
            else { throw .thresholdsUnordered(domain: number) }
            guard domain.isInMinSet == (domain.freeCount < limits.min),
                domain.isInSevereSet == (domain.freeCount < limits.severe)
            else { throw .levelsDiffer(domain: number) }
        }
        ticks = KernelTicks(hz: model.hz, atStart: Int32(model.ticksAtStart))
        zone = BufferZone(
            bucketSize: Int(model.bucketSize), bucketSizeChanges: model.bucketGrowth != 0,
            lockNs: model.zoneLockNs, domainOfCpu: host.domainOfCpu,
            domainCount: host.domains.count)
        pageCache = PageCache(
            batchPages: Int(model.pgcachePages), cpuCount: host.cpuCount,
            domainCount: host.domains.count)
        dispatcher = Dispatcher(
            model: model, cpuCount: host.cpuCount, threadCount: host.domains.count)
        workers = [Worker](repeating: Worker(), count: host.cpuCount)
        inUse = [Int64](repeating: 0, count: host.domains.count)
        fallbackPages = [Int64](repeating: 0, count: host.domains.count)
        contents = ContentTable(slotCount: host.initialSlotCount)
        threads = []
        words = Words(&strings)
        counterNames = CounterNames(
            &strings, domainCount: host.domains.count,
            threadCounter: policy.definition.threadCounter)
        if let name = policy.definition.threadName {
            for domain in host.domains.indices {
                threads.append(
                    HelperThread(
                        name: "\(name)_\(domain)", lastCpu: host.cpus(of: domain).lowerBound,
                        program: policy.definition.makeProgram()))
            }
        }
        try nameContents()
        self.memory.ticks = ticks.at(0)
        if model.pageDaemon == 1 { startPageDaemons() }
        recordThreadNames()
        recordSamples()
        recordCounters()
        timers.insert(.sample, at: model.sampleIntervalNs)
        timers.insert(.counters, at: model.counterIntervalNs)
        timers.insert(.zoneCheck, at: Self.zoneCheckIntervalNs)
    }

    /// `UMA_TIMEOUT`: how often the zone looks after itself (engine specification 2).
    static let zoneCheckIntervalNs: Int64 = 20_000_000_000

    /// Whether an input fits: its CPUs and domain exist, or some policy has the tunable and
    /// allows the value; see ``Policy/checkChange(_:to:)``.
    public func accepts(_ input: Input) -> Bool {
        switch input.action {
        case .request(let request):
            return (0..<host.cpuCount).contains(request.cpu)
                && (0..<host.cpuCount).contains(request.freeCpu)
                && (0...MemoryGeometry.bufferPages).contains(request.pages)
        case .background(let background):
            return host.domains.indices.contains(background.domain) && background.handle >= 0
                && background.pages >= 0
                && background.handle + Int64(background.pages) <= slotLimit
        case .set(let name, let value):
            do {
                try policy.checkChange(name, to: value)
                return true
            } catch {
                return false
            }
        }
    }

    /// Slots an input may name: initial memory, and content several times the size of memory.
    ///
    /// The bound keeps a damaged input from making the table of slots as large as it likes.
    private var slotLimit: Int64 { 8 * Int64(host.initialSlotCount) + 1 << 20 }

    /// Applies one input, after everything that is due up to its instant.
    ///
    /// Inputs come in ascending order of time; one that goes back in time, or that the engine
    /// does not accept, traps.
    public mutating func apply(_ input: Input) {
        run(until: input.timeNs)
        let cause = recordInput(input)
        switch input.action {
        case .request(let request): arrive(request, cause: cause)
        case .background(let background): carryOut(background, cause: cause)
        case .set(let name, let value): change(name, to: value)
        }
        settle()
    }

    private mutating func change(_ name: String, to value: Int64) {
        do {
            try policy.change(name, to: value)
        } catch {
            preconditionFailure("a setting the engine does not accept: \(error)")
        }
    }

    /// What became of reservations since the start.
    public var reservationCounts: ReservationCounts { memory.reservationCounts }

    /// Lets virtual time pass: everything due up to and including `timeNs` happens.
    public mutating func run(until timeNs: Int64) {
        precondition(timeNs >= nowNs, "an input lies before the engine's present time")
        precondition(!isFinished, "the run is finished")
        while let next = nextDue(), next.timeNs <= timeNs {
            setNow(next.timeNs)
            switch next.source {
            case .releases: release(records.takeFirst())
            case .timers: fire(timers.removeFirst())
            case .daemonSteps: step(daemonSteps.removeFirst())
            case .steps: step(domain: steps.removeFirst())
            }
            settle()
        }
        setNow(timeNs)
    }

    /// The same, but with `orFirstEvent` time stops as soon as an event is waiting.
    public mutating func run(until timeNs: Int64, orFirstEvent: Bool) {
        while orFirstEvent, let next = nextDue(), next.timeNs <= timeNs {
            guard outbox.count == 0 else { return }
            run(until: next.timeNs)
        }
        if !orFirstEvent || outbox.count == 0 { run(until: timeNs) }
    }

    /// Ends the recording at `timeNs`: open stretches are closed and last samples taken.
    public mutating func finish(at timeNs: Int64) {
        run(until: timeNs)
        closeStretches()
        recordSamples()
        recordCounters()
        isFinished = true
    }

    private enum Source { case releases, timers, daemonSteps, steps }

    /// Inlined: the call would copy the whole engine first.
    @inline(__always)
    private func nextDue() -> (timeNs: Int64, source: Source)? {
        var best: (timeNs: Int64, source: Source)?
        if let timeNs = records.firstReleaseNs { best = (timeNs, .releases) }
        if let timeNs = timers.firstTimeNs, best.map({ timeNs < $0.timeNs }) ?? true {
            best = (timeNs, .timers)
        }
        if let timeNs = daemonSteps.firstTimeNs, best.map({ timeNs < $0.timeNs }) ?? true {
            best = (timeNs, .daemonSteps)
        }
        if let timeNs = steps.firstTimeNs, best.map({ timeNs < $0.timeNs }) ?? true {
            best = (timeNs, .steps)
        }
        return best
    }

    private mutating func setNow(_ timeNs: Int64) {
        nowNs = timeNs
        memory.ticks = ticks.at(timeNs)
    }

    private mutating func fire(_ timer: Timer) {
        switch timer {
        case .sample:
            recordSamples()
            timers.insert(.sample, at: nowNs + model.sampleIntervalNs)
        case .workerRetry(let cpu): serveBlocked(cpu: cpu)
        case .counters:
            recordCounters()
            timers.insert(.counters, at: nowNs + model.counterIntervalNs)
        case .zoneCheck:
            checkZone()
            timers.insert(.zoneCheck, at: nowNs + Self.zoneCheckIntervalNs)
        }
    }

    /// Lets the rest of the system react to what the last action did to memory.
    mutating func settle() {
        while !memory.signals.isEmpty {
            let signals = memory.signals
            memory.drainSignals()
            for signal in signals { react(to: signal) }
        }
        if spinningThreads > 0 { endFutileSpins() }
    }

    /// Gives the content of the initial pages its slots.
    private mutating func nameContents() throws(EngineError) {
        var wrongReservation: Int?
        memory.forEachReservation { entry in
            let domain = memory.domain(of: entry.first)
            let slot = host.slot(ofPage: entry.first, domain: domain)
            if Int(entry.object) != slot / ContentTable.extentSlots || entry.pageIndex != 0 {
                wrongReservation = wrongReservation ?? entry.first
            }
        }
        if let wrongReservation { throw .reservationOfOtherContent(first: wrongReservation) }
        for (domain, segment) in memory.segments.enumerated() {
            for page in segment.start..<segment.end {
                // Only content that a slot can be asked to free or wire; other pages that a call
                // may take apart have no slot that would outlive them.
                guard [.file, .anonymous].contains(memory.kind(of: page)) else { continue }
                let slot = host.slot(ofPage: page, domain: domain)
                memory.setOwner(of: page, to: Int32(slot))
                contents.fill(slot, page: page)
            }
        }
        memory.forEachReservation { entry in
            contents.noteReservation(extent: Int(entry.object), first: entry.first)
        }
    }
}

/// Why an engine cannot start.
public enum EngineError: Error, Equatable, Sendable {
    /// The host has a domain without memory or without CPUs.
    case host(HostError)
    /// The initial state is not a possible one.
    case snapshot(SnapshotError)
    /// The initial state has other memory segments than the host.
    case hostDiffers
    /// A page of the host lies beyond 8 TiB, where 32 bits do not number it.
    case pageNumbersTooLarge
    /// The thresholds of a domain are not in ascending order.
    case thresholdsUnordered(domain: Int)
    /// A domain is said to be short of pages and is not, or the other way round.
    case levelsDiffer(domain: Int)
    /// The reservation that begins at this page is for content that lies elsewhere.
    case reservationOfOtherContent(first: PageNumber)
}
