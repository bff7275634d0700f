import TraceCore

/// The run queues of the CPUs: which one a woken helper thread gets, and when (engine
/// specification 4.16).
///
/// A CPU is occupied by its ktls worker while that encrypts, by threads outside the model in
/// their stretches, and by a helper thread from the moment it has got the CPU until it sleeps. A
/// woken helper thread takes an idle CPU of its domain, its last one first, after an idle-exit
/// latency. With none idle it joins one run queue and stays there: behind whoever occupied that
/// CPU when it came and behind the helper threads that came before it, not behind those who come
/// later. A worker that goes on encrypting gives way at the end of its slice.
///
/// Helper threads take nothing from workers and threads outside the model: these do as if the
/// helper threads were not there.
struct Dispatcher: Sendable {
    /// What a helper thread is told about its CPU.
    enum Turn: Equatable, Sendable {
        /// It has the CPU; its first instruction runs at this instant.
        case runs(atNs: Int64)
        /// Not before this instant; then ask again.
        case waits(untilNs: Int64)
        /// Another helper thread is before it; `leave` tells when it is gone.
        case queued
    }

    /// A helper thread's place.
    private struct Place: Sendable {
        enum Phase: UInt64, Sendable { case away, queued, onCpu }
        var phase = Phase.away
        var cpu = 0
        /// When it was woken, and the number of that wakeup.
        var wokenNs: Int64 = 0
        var ticket: UInt64 = 0
        /// On a CPU: its first instruction.
        var startNs: Int64 = 0
    }

    private static let idleExitPurpose: UInt64 = 0x6964_6c65

    private let contextSwitchNs: Int64
    private let workerSliceNs: Int64
    private let others: OtherThreads
    private let idleExit: KeyedRandom
    /// Wakeups so far: the number of the next draw, and the order within a queue.
    private var wakeups: UInt64 = 0
    /// Per CPU: when the worker's present stretch began, and when it ends.
    private var workerSinceNs: [Int64]
    private var workerUntilNs: [Int64]
    /// Per CPU: helper threads that have it or wait for it.
    private var helpers: [Int]
    /// Per helper thread.
    private var places: [Place]

    init(model: ModelParameters, cpuCount: Int, threadCount: Int) {
        contextSwitchNs = model.contextSwitchNs
        workerSliceNs = max(model.workerSliceNs, 1)
        others = OtherThreads(model)
        idleExit = KeyedRandom(
            seed: UInt64(bitPattern: model.salt), purpose: Self.idleExitPurpose)
        workerSinceNs = [Int64](repeating: 0, count: cpuCount)
        workerUntilNs = [Int64](repeating: 0, count: cpuCount)
        helpers = [Int](repeating: 0, count: cpuCount)
        places = [Place](repeating: Place(), count: threadCount)
    }

    // MARK: Workers

    /// The worker of a CPU has `costNs` more to do, from `now` or after what it is doing.
    mutating func occupyWorker(cpu: Int, costNs: Int64, now: Int64) {
        if workerUntilNs[cpu] <= now {
            workerSinceNs[cpu] = now
            workerUntilNs[cpu] = now + costNs
        } else {
            workerUntilNs[cpu] += costNs
        }
    }

    // MARK: Helper threads

    /// A helper thread is woken: it gets a CPU of its domain, or a place in the queue of one.
    ///
    /// - Complexity: O(CPUs of the domain).
    mutating func wake(
        thread: Int, cpus: Range<Int>, lastCpu: Int, now: Int64
    ) -> (cpu: Int, turn: Turn) {
        precondition(places[thread].phase == .away, "a thread is woken that does not sleep")
        precondition(cpus.contains(lastCpu), "the last CPU is of another domain")
        wakeups += 1
        var best = (cpu: lastCpu, helpers: Int.max, freeNs: Int64.max)
        for offset in 0..<cpus.count {
            var cpu = lastCpu + offset
            if cpu >= cpus.upperBound { cpu -= cpus.count }
            let freeNs = freeNs(cpu: cpu, wokenNs: now, now: now)
            if (helpers[cpu], freeNs) < (best.helpers, best.freeNs) {
                best = (cpu, helpers[cpu], freeNs)
            }
            if best.helpers == 0, best.freeNs <= now { break }
        }
        helpers[best.cpu] += 1
        places[thread] = Place(phase: .queued, cpu: best.cpu, wokenNs: now, ticket: wakeups)
        guard best.helpers == 0, best.freeNs <= now else {
            return (best.cpu, turn(of: thread, now: now))
        }
        let draw = idleExit.bits(entity: UInt64(cpus.lowerBound), index: wakeups)
        places[thread].phase = .onCpu
        places[thread].startNs = now + IdleExitLatency.quantileNs(draw)
        return (best.cpu, .runs(atNs: places[thread].startNs))
    }

    /// What a woken thread may do at `now`; it gets its CPU when nobody is before it any more.
    mutating func turn(of thread: Int, now: Int64) -> Turn {
        let place = places[thread]
        switch place.phase {
        case .away: preconditionFailure("a thread that sleeps asks for a CPU")
        case .onCpu: return .runs(atNs: place.startNs)
        case .queued: break
        }
        guard helpers[place.cpu] == 1 || isFirst(thread) else { return .queued }
        let freeNs = freeNs(cpu: place.cpu, wokenNs: place.wokenNs, now: now)
        guard freeNs <= now else { return .waits(untilNs: freeNs) }
        places[thread].phase = .onCpu
        places[thread].startNs = now + contextSwitchNs
        return .runs(atNs: now + contextSwitchNs)
    }

    /// A helper thread gives its CPU up. The thread that is first in the queue there, if any,
    /// must ask for its turn now.
    ///
    /// - Complexity: O(threads) when somebody waits.
    mutating func leave(thread: Int) -> Int? {
        let cpu = places[thread].cpu
        precondition(places[thread].phase == .onCpu, "a thread leaves a CPU it does not have")
        places[thread].phase = .away
        helpers[cpu] -= 1
        guard helpers[cpu] > 0 else { return nil }
        return places.indices.first {
            places[$0].phase != .away && places[$0].cpu == cpu && isFirst($0)
        }
    }

    /// No helper thread has the CPU or came to its queue before this one.
    private func isFirst(_ thread: Int) -> Bool {
        !places.contains {
            $0.phase != .away && $0.cpu == places[thread].cpu && $0.ticket < places[thread].ticket
        }
    }

    /// When those are gone who occupied a CPU at `wokenNs`, helper threads apart; `now` when they
    /// are gone already.
    private func freeNs(cpu: Int, wokenNs: Int64, now: Int64) -> Int64 {
        var freeNs = now
        if workerUntilNs[cpu] > now, workerSinceNs[cpu] <= wokenNs {
            // With nobody waiting, one slice follows the other; the present one is finished.
            let slices = (wokenNs - workerSinceNs[cpu]) / workerSliceNs + 1
            let sliceEndNs = workerSinceNs[cpu] + slices * workerSliceNs
            freeNs = max(freeNs, min(workerUntilNs[cpu], sliceEndNs))
        }
        if let endNs = others.stretchEndNs(cpu: cpu, at: wokenNs) { freeNs = max(freeNs, endNs) }
        return freeNs
    }

    // MARK: State

    /// A number that changes with everything a later answer depends on.
    ///
    /// - Complexity: O(CPUs and threads).
    var digest: UInt64 {
        var sum = wakeups
        func add(_ word: UInt64) {
            sum = (sum ^ word) &* 0x100_0000_01b3
            sum ^= sum >> 29
        }
        for cpu in workerUntilNs.indices {
            add(UInt64(bitPattern: workerSinceNs[cpu]))
            add(UInt64(bitPattern: workerUntilNs[cpu]))
            add(UInt64(helpers[cpu]))
        }
        for place in places {
            add(place.phase.rawValue)
            add(UInt64(place.cpu))
            add(UInt64(bitPattern: place.wokenNs))
            add(place.ticket)
            add(UInt64(bitPattern: place.startNs))
        }
        return sum
    }
}
