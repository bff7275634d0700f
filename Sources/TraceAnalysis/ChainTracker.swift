import Histograms
import TraceCore

/// Follows failures over the wakeup that they led to, the run and its first batch to relief, keeps
/// the longest of these chains, and collects how long all of them took to the end of the batch.
struct ChainTracker {
    /// Chains of one domain that may wait for relief at once; the oldest goes without.
    private static let waitingLimit = 64

    private struct Open {
        var chain: Chain
        var wakeSequence: UInt64
        var runSequence: UInt64 = 0
        /// Whether its thread still works on it.
        var isRunning = true
        /// Whether it is still to be told of relief.
        var isWaiting: Bool
    }

    private struct Domain {
        var firstSequence: UInt64 = 0
        var firstNs: Int64 = -1
        var failures: UInt64 = 0
        /// When an import succeeded after the first of them and before a wakeup, or -1.
        var reliefNs: Int64 = -1
        var open: [Open] = []
        var ended = BatchRelief()
    }

    /// Which of the open chains one is.
    private struct Place: Equatable {
        var domain: Int
        var wakeSequence: UInt64
    }

    /// The chain that a thread works on, and the one that its open batch belongs to: a thread that
    /// waits within a batch can be woken again.
    private struct Thread {
        var current: Place?
        var batch: Place?
    }

    private let limit: Int
    private var domainIndex = KeyIndex(limit: 4_096)
    private var domains: [Domain] = []
    private var threadIndex = KeyIndex(limit: 16_384)
    private var threads: [Thread] = []
    private var summary = ChainSummary()

    /// - Parameter limit: How many chains are kept; with 0 none waits for relief.
    init(limit: Int) {
        self.limit = limit
        summary.limit = UInt64(limit)
    }

    /// Takes an event; those that are no step of a chain are passed over.
    ///
    /// - Parameter named: the domain of the waiting failure that a wakeup names as its cause.
    mutating func take(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>, named: Int32?
    ) {
        func thread(_ slot: Int) -> Int64 { kind.number(slot, values, default: -1) }
        switch kind.meaning {
        case .allocFail: fail(header)
        case .wakeSend:
            guard kind.label(SendSlot.effect, values, default: 0) == 0 else { return }
            wake(header, thread: thread(SendSlot.target), named: named)
        case .threadRun: run(header, thread: thread(ThreadSlot.thread))
        case .threadSleep: sleep(thread: thread(ThreadSlot.thread))
        case .batchBegin: batchBegin(header, thread: thread(BeginSlot.thread))
        case .batchEnd: batchEnd(header, thread: thread(EndSlot.thread))
        case .importCall:
            if kind.number(ImportSlot.got, values, default: 0) > 0 { relieve(header) }
        default: break
        }
    }

    private mutating func domain(_ number: Int32) -> Int? {
        guard let index = domainIndex.index(of: Int64(number)) else {
            summary.untracked += 1
            return nil
        }
        if index == domains.count { domains.append(Domain()) }
        return index
    }

    private mutating func fail(_ header: EventHeader) {
        guard let index = domain(header.domain) else { return }
        if domains[index].failures == 0 {
            domains[index].firstSequence = header.sequence
            domains[index].firstNs = header.timeNs
            domains[index].reliefNs = -1
        }
        domains[index].failures += 1
    }

    private mutating func wake(_ header: EventHeader, thread: Int64, named: Int32?) {
        guard let index = domain(named ?? header.domain) else { return }
        guard let position = threadIndex.index(of: thread) else {
            summary.untracked += 1
            return
        }
        if position == threads.count { threads.append(Thread()) }
        goOn(position)
        guard domains[index].failures > 0 else { return }
        let chain = Chain(
            domain: named ?? header.domain, thread: thread,
            failureSequence: domains[index].firstSequence, failureNs: domains[index].firstNs,
            failures: domains[index].failures, wakeNs: header.timeNs,
            wakeLink: named == nil ? .inferred : .recorded,
            reliefNs: domains[index].reliefNs < 0 ? nil : domains[index].reliefNs)
        domains[index].failures = 0
        domains[index].ended.chains += 1
        makeRoom(index)
        domains[index].open.append(
            Open(
                chain: chain, wakeSequence: header.sequence,
                isWaiting: limit > 0 && chain.reliefNs == nil))
        threads[position].current = Place(domain: index, wakeSequence: header.sequence)
        summary.count += 1
    }

    /// Where too many chains wait for relief, the oldest of them goes without.
    private mutating func makeRoom(_ index: Int) {
        guard domains[index].open.count >= Self.waitingLimit else { return }
        let waiting = domains[index].open.indices.filter { domains[index].open[$0].isWaiting }
        guard waiting.count >= Self.waitingLimit, let oldest = waiting.first else { return }
        domains[index].open[oldest].isWaiting = false
        if !domains[index].open[oldest].isRunning { close(index, oldest) }
    }

    private mutating func run(_ header: EventHeader, thread: Int64) {
        guard let position = threadIndex.existing(thread) else { return }
        change(threads[position].current) { open in
            guard open.chain.runNs == nil else { return }
            open.chain.runNs = header.timeNs
            open.chain.runLink = header.cause == open.wakeSequence ? .recorded : .inferred
            open.runSequence = header.sequence
        }
    }

    private mutating func batchBegin(_ header: EventHeader, thread: Int64) {
        guard let position = threadIndex.existing(thread) else { return }
        var isFirst = false
        change(threads[position].current) { open in
            guard open.chain.batchBeginNs == nil else { return }
            isFirst = true
            open.chain.batchBeginNs = header.timeNs
            let isNamed =
                header.cause != 0
                && (header.cause == open.runSequence || header.cause == open.wakeSequence)
            open.chain.batchLink = isNamed ? .recorded : .inferred
        }
        if isFirst { threads[position].batch = threads[position].current }
    }

    private mutating func batchEnd(_ header: EventHeader, thread: Int64) {
        guard let position = threadIndex.existing(thread), let batch = threads[position].batch
        else { return }
        change(batch) { $0.chain.batchEndNs = header.timeNs }
        if let open = self.position(batch) {
            domains[batch.domain].ended.add(domains[batch.domain].open[open].chain)
        }
        threads[position].batch = nil
        if threads[position].current != batch { leave(batch) }
    }

    private mutating func sleep(thread: Int64) {
        guard let position = threadIndex.existing(thread) else { return }
        goOn(position)
    }

    /// Takes an import that got a buffer: relief for every failure of the domain so far.
    private mutating func relieve(_ header: EventHeader) {
        summary.knowsRelief = true
        guard let index = domainIndex.existing(Int64(header.domain)) else { return }
        if domains[index].failures > 0, domains[index].reliefNs < 0 {
            domains[index].reliefNs = header.timeNs
        }
        for position in domains[index].open.indices
        where domains[index].open[position].isWaiting {
            domains[index].open[position].chain.reliefNs = header.timeNs
            domains[index].open[position].isWaiting = false
        }
        domains[index].open.indices.filter { !domains[index].open[$0].isRunning }.reversed()
            .forEach { close(index, $0) }
    }

    /// The chains, those that are still open as far as the window shows them.
    func finish() -> ChainSummary {
        var copy = self
        for index in copy.domains.indices {
            while !copy.domains[index].open.isEmpty { copy.close(index, 0) }
        }
        return copy.summary
    }

    /// From failures to the end of the batch that they led to.
    func finishBatches() -> BatchReliefSummary {
        var result = BatchReliefSummary()
        result.untracked = summary.untracked
        for (number, domain) in zip(domainIndex.keys, domains) where domain.ended.chains > 0 {
            var row = domain.ended
            row.domain = Int32(truncatingIfNeeded: number)
            result.total.add(row)
            row.duration.sort()
            result.byDomain.append(row)
        }
        result.total.duration.sort()
        result.byDomain.sort { $0.domain < $1.domain }
        return result
    }

    private mutating func change(_ place: Place?, _ body: (inout Open) -> Void) {
        guard let place, let open = position(place) else { return }
        body(&domains[place.domain].open[open])
    }

    private func position(_ place: Place) -> Int? {
        domains[place.domain].open.lastIndex { $0.wakeSequence == place.wakeSequence }
    }

    /// A thread goes on to something else than its chain, but for a batch that is open.
    private mutating func goOn(_ thread: Int) {
        guard let current = threads[thread].current else { return }
        threads[thread].current = nil
        if threads[thread].batch != current { leave(current) }
    }

    /// Nobody works on a chain any more: all that it still waits for is relief.
    private mutating func leave(_ place: Place) {
        guard let open = position(place) else { return }
        domains[place.domain].open[open].isRunning = false
        if !domains[place.domain].open[open].isWaiting { close(place.domain, open) }
    }

    private mutating func close(_ index: Int, _ position: Int) {
        let chain = domains[index].open.remove(at: position).chain
        guard limit > 0 else { return }
        if chain.isRecorded { summary.recorded += 1 }
        if summary.worst.count == limit, let last = summary.worst.last,
            !Chain.isBefore(chain, last)
        {
            return
        }
        let place = summary.worst.firstIndex { Chain.isBefore(chain, $0) } ?? summary.worst.count
        summary.worst.insert(chain, at: place)
        if summary.worst.count > limit { summary.worst.removeLast() }
    }
}

extension BatchRelief {
    /// Takes a chain whose batch has ended.
    fileprivate mutating func add(_ chain: Chain) {
        guard let endNs = chain.batchEndNs else { return }
        duration.record(endNs - chain.failureNs)
        if chain.isRecorded { recorded += 1 } else { inferred += 1 }
    }

    fileprivate mutating func add(_ other: BatchRelief) {
        chains += other.chains
        recorded += other.recorded
        inferred += other.inferred
        duration.add(other.duration)
    }
}
