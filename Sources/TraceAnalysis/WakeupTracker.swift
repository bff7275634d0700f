import Histograms
import TraceCore

/// Pairs effective wakeups with the runs that follow, and failures with effective wakeups.
struct WakeupTracker {
    /// Failures of one domain that may wait for a wakeup at once.
    static let unansweredLimit = 65_536
    private static let threadLimit = 16_384
    private static let domainLimit = 4_096

    private struct Target {
        var domain: Int32 = -1
        /// When the effective wakeup was sent whose run is awaited, or -1.
        var pendingNs: Int64 = -1
        var counts = WakeupCounts()
        var latency = LatencySeries()

        // Changes go through methods, because reading members through the array would copy the
        // whole target each time.

        mutating func isSent(_ effect: Int, at timeNs: Int64, domain: Int32) {
            if self.domain < 0 { self.domain = domain }
            counts.sent += 1
            switch effect {
            case 0:
                counts.woke += 1
                if pendingNs >= 0 { counts.wokeAgain += 1 } else { pendingNs = timeNs }
            case 1: counts.noSleeper += 1
            case 2: counts.lost += 1
            case 3: counts.suppressed += 1
            default: counts.unknownEffect += 1
            }
        }

        mutating func runs(at timeNs: Int64, domain: Int32) {
            if self.domain < 0 { self.domain = domain }
            counts.runs += 1
            guard pendingNs >= 0 else {
                counts.runsWithoutWakeup += 1
                return
            }
            latency.record(timeNs - pendingNs)
            pendingNs = -1
        }

        /// A batch begins in a trace that has no runs: the first one after a wakeup stands for it.
        mutating func beginsBatch(at timeNs: Int64, domain: Int32) {
            if pendingNs >= 0 { runs(at: timeNs, domain: domain) }
        }

        mutating func sleeps() { counts.sleeps += 1 }

        mutating func missesRun() {
            guard pendingNs >= 0 else { return }
            pendingNs = -1
            counts.missedRuns += 1
        }
    }

    private struct Failure {
        var sequence: UInt64
        var timeNs: Int64
    }

    private struct Domain {
        /// Failures since the last effective wakeup, ascending.
        var waiting: [Failure] = []
        var answers = FailureAnswers()

        mutating func fail(_ sequence: UInt64, _ timeNs: Int64) {
            guard waiting.count < WakeupTracker.unansweredLimit else {
                answers.untracked += 1
                return
            }
            waiting.append(Failure(sequence: sequence, timeNs: timeNs))
        }

        /// Takes the failures before an event off some rows of a stretch.
        mutating func fail(
            _ rows: inout StretchSplit.Rows, before event: Int, _ split: StretchSplit,
            _ timesNs: Span<Int64>, _ sequences: Span<Int64>
        ) {
            var row = rows.range.lowerBound
            while row < rows.range.upperBound, Int(split.events[row]) < event {
                let failure = Int(split.events[row])
                fail(UInt64(bitPattern: sequences[failure]), timesNs[failure])
                row += rows.cells
            }
            rows.range = row..<rows.range.upperBound
        }
    }

    private var threads = KeyIndex(limit: threadLimit)
    private var targets: [Target] = []
    private var domainIndex = KeyIndex(limit: domainLimit)
    private var domains: [Domain] = []
    /// Room for the answers to the failures of a domain, ns.
    private var delays: [Int64] = []
    private var untracked: UInt64 = 0

    @inline(__always)
    private mutating func target(_ thread: Int64) -> Int? {
        guard let index = threads.index(of: thread) else {
            untracked += 1
            return nil
        }
        if index == targets.count { targets.append(Target()) }
        return index
    }

    @inline(__always)
    private mutating func domain(_ number: Int32) -> Int? {
        guard let index = domainIndex.index(of: Int64(number)) else {
            untracked += 1
            return nil
        }
        if index == domains.count { domains.append(Domain()) }
        return index
    }

    mutating func send(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(SendSlot.target, values, default: -1)
        guard let index = target(thread) else { return }
        let effect = kind.label(SendSlot.effect, values, default: 0)
        targets[index].isSent(effect, at: header.timeNs, domain: header.domain)
        if effect == 0 { answerFailures(header) }
    }

    mutating func run(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(ThreadSlot.thread, values, default: -1)
        guard let index = target(thread) else { return }
        targets[index].runs(at: header.timeNs, domain: header.domain)
    }

    /// Takes the begin of a batch in a trace that has no runs.
    mutating func batchBegin(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(BeginSlot.thread, values, default: -1)
        guard let index = threads.existing(thread) else { return }
        targets[index].beginsBatch(at: header.timeNs, domain: header.domain)
    }

    mutating func sleep(_ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(ThreadSlot.thread, values, default: -1)
        guard let index = target(thread) else { return }
        targets[index].sleeps()
    }

    /// A stretch on a CPU whose begin was not recorded: the run that a pending wakeup led to was
    /// missed, so its latency is not known.
    mutating func missedRun(_ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(ThreadSlot.thread, values, default: -1)
        if let index = threads.existing(thread) { targets[index].missesRun() }
    }

    mutating func fail(_ header: EventHeader) {
        guard let index = domain(header.domain) else { return }
        domains[index].fail(header.sequence, header.timeNs)
    }

    /// Takes the failures before an event off the rows of a domain in a stretch.
    ///
    /// - Complexity: O(failures).
    mutating func fail(
        _ rows: inout StretchSplit.Rows, before event: Int, _ split: StretchSplit,
        _ timesNs: Span<Int64>, _ sequences: Span<Int64>, _ domain: Int32
    ) {
        guard !rows.range.isEmpty, Int(split.events[rows.range.lowerBound]) < event else { return }
        guard let index = self.domain(domain) else {
            // One is counted for the domain already.
            untracked += UInt64(rows.count) - 1
            rows.range = rows.range.upperBound..<rows.range.upperBound
            return
        }
        domains[index].fail(&rows, before: event, split, timesNs, sequences)
    }

    /// An effective wakeup answers the waiting failures of its domain; where it names a failure as
    /// its cause, of that failure's domain.
    private mutating func answerFailures(_ header: EventHeader) {
        var answered = domainIndex.existing(Int64(header.domain))
        if header.cause != 0, let (index, failure) = waitingFailure(header.cause, near: answered) {
            domains[index].answers.namedCause.record(header.timeNs - failure.timeNs)
            answered = index
        }
        guard let answered, let first = domains[answered].waiting.first else { return }
        domains[answered].answers.firstFailure.record(header.timeNs - first.timeNs)
        delays.removeAll(keepingCapacity: true)
        for failure in domains[answered].waiting { delays.append(header.timeNs - failure.timeNs) }
        domains[answered].answers.everyFailure.record(delays)
        domains[answered].waiting.removeAll(keepingCapacity: true)
    }

    /// The domain of a failure that still waits for an effective wakeup, by its number.
    func domain(of failure: UInt64) -> Int32? {
        guard failure != 0, let (index, _) = waitingFailure(failure, near: nil) else { return nil }
        return Int32(truncatingIfNeeded: domainIndex.keys[index])
    }

    private func waitingFailure(_ sequence: UInt64, near: Int?) -> (Int, Failure)? {
        if let near, let failure = find(sequence, in: near) { return (near, failure) }
        for index in domains.indices where index != near {
            if let failure = find(sequence, in: index) { return (index, failure) }
        }
        return nil
    }

    /// Looks for a waiting failure by bisection.
    private func find(_ sequence: UInt64, in index: Int) -> Failure? {
        var low = 0
        var high = domains[index].waiting.count
        while low < high {
            let middle = (low + high) / 2
            let failure = domains[index].waiting[middle]
            if failure.sequence == sequence { return failure }
            if failure.sequence < sequence { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// Whether a thread was sent a wakeup.
    func isTarget(_ thread: Int64) -> Bool {
        threads.existing(thread).map { targets[$0].counts.sent > 0 } ?? false
    }

    func finish() -> WakeupSummary {
        var result = WakeupSummary()
        result.untracked = untracked
        for (index, thread) in threads.keys.enumerated() {
            var row = ThreadWakeups(thread: thread)
            row.domain = targets[index].domain
            row.counts = targets[index].counts
            row.counts.pendingAtEnd = targets[index].pendingNs >= 0 ? 1 : 0
            row.latency = targets[index].latency
            row.latency.sort()
            result.latency.add(row.latency)
            result.counts.add(row.counts)
            result.threads.append(row)
        }
        result.latency.sort()
        result.threads.sort { $0.thread < $1.thread }
        for (index, number) in domainIndex.keys.enumerated() {
            var answers = domains[index].answers
            answers.domain = Int32(truncatingIfNeeded: number)
            answers.unanswered = UInt64(domains[index].waiting.count)
            result.answers.add(answers)
            answers.sort()
            result.answersByDomain.append(answers)
        }
        result.answers.sort()
        result.answersByDomain.sort { $0.domain < $1.domain }
        return result
    }
}

extension FailureAnswers {
    fileprivate mutating func add(_ other: FailureAnswers) {
        firstFailure.add(other.firstFailure)
        everyFailure.add(other.everyFailure)
        namedCause.add(other.namedCause)
        unanswered += other.unanswered
        untracked += other.untracked
    }

    fileprivate mutating func sort() {
        firstFailure.sort()
        everyFailure.sort()
        namedCause.sort()
    }
}

extension LatencySeries {
    /// Adds the samples of a series of the same trace, whose counts cannot overflow together.
    mutating func add(_ other: LatencySeries) {
        do {
            try merge(other)
        } catch {
            preconditionFailure("two series of one trace cannot overflow: \(error)")
        }
    }
}
