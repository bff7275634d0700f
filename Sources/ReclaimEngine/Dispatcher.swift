import TraceCore

/// Which CPU a woken thread gets, and when: engine specification 4.16.
///
/// A CPU is occupied by its ktls worker while that encrypts, and by threads outside the model for
/// one stretch in each window. A woken thread takes an idle CPU of its domain, its last one first,
/// after an idle-exit latency; with none idle it waits for the one that is free soonest.
struct Dispatcher {
    private static let otherLengthPurpose: UInt64 = 0x6f74_6865_726c
    private static let otherStartPurpose: UInt64 = 0x6f74_6865_7273
    private static let idleExitPurpose: UInt64 = 0x6964_6c65

    private let otherLoadPpm: Int64
    private let otherWindowNs: Int64
    private let contextSwitchNs: Int64
    private let workerSliceNs: Int64
    private let otherLength: KeyedRandom
    private let otherStart: KeyedRandom
    private let idleExit: KeyedRandom
    private var dispatches: UInt64 = 0
    /// Per CPU: when the worker's present stretch began, and when it ends.
    private var workerSinceNs: [Int64]
    private var workerUntilNs: [Int64]

    init(model: ModelParameters, cpuCount: Int) {
        let salt = UInt64(bitPattern: model.salt)
        otherLoadPpm = model.otherLoadPpm
        otherWindowNs = model.otherWindowNs
        contextSwitchNs = model.contextSwitchNs
        workerSliceNs = model.workerSliceNs
        otherLength = KeyedRandom(seed: salt, purpose: Self.otherLengthPurpose)
        otherStart = KeyedRandom(seed: salt, purpose: Self.otherStartPurpose)
        idleExit = KeyedRandom(seed: salt, purpose: Self.idleExitPurpose)
        workerSinceNs = [Int64](repeating: 0, count: cpuCount)
        workerUntilNs = [Int64](repeating: 0, count: cpuCount)
    }

    /// The worker of a CPU has `costNs` more to do, from `now` or after what it is doing.
    mutating func occupyWorker(cpu: Int, costNs: Int64, now: Int64) {
        if workerUntilNs[cpu] <= now {
            workerSinceNs[cpu] = now
            workerUntilNs[cpu] = now + costNs
        } else {
            workerUntilNs[cpu] += costNs
        }
    }

    /// The CPU for a woken thread and the instant of its first instruction.
    ///
    /// - Complexity: O(CPUs of the domain).
    mutating func dispatch(
        cpus: Range<Int>, lastCpu: Int, now: Int64
    ) -> (cpu: Int, startNs: Int64) {
        dispatches += 1
        var best = (cpu: lastCpu, freeNs: freeAt(cpu: lastCpu, now: now))
        for offset in 1..<max(cpus.count, 1) where best.freeNs > now {
            let cpu = cpus.lowerBound + (lastCpu - cpus.lowerBound + offset) % cpus.count
            let freeNs = freeAt(cpu: cpu, now: now)
            if freeNs < best.freeNs { best = (cpu, freeNs) }
        }
        guard best.freeNs <= now else { return (best.cpu, best.freeNs + contextSwitchNs) }
        let draw = idleExit.bits(entity: UInt64(cpus.lowerBound), index: dispatches)
        return (best.cpu, now + IdleExitLatency.quantileNs(draw))
    }

    /// When a CPU is free for the waiting thread: now, or when whoever runs there stops.
    private func freeAt(cpu: Int, now: Int64) -> Int64 {
        var freeNs = now
        if workerUntilNs[cpu] > now {
            freeNs = min(workerUntilNs[cpu], max(now, workerSinceNs[cpu] + workerSliceNs))
        }
        if let end = otherStretchEnd(cpu: cpu, now: now) { freeNs = max(freeNs, end) }
        return freeNs
    }

    /// The end of the stretch of another thread that occupies the CPU now, or `nil`.
    ///
    /// Each window has one stretch per CPU, of half to one and a half times the mean, placed at
    /// random; above two thirds the idle time is drawn that way instead, so that it fits.
    private func otherStretchEnd(cpu: Int, now: Int64) -> Int64? {
        guard otherLoadPpm > 0 else { return nil }
        let window = now / otherWindowNs
        let entity = UInt64(cpu)
        let index = UInt64(bitPattern: window)
        let spread = Int64(
            otherLength.number(below: 1_000_000, entity: entity, index: index))
        func drawn(_ ppm: Int64) -> Int64 {
            otherWindowNs * ppm / 1_000_000 * (500_000 + spread) / 1_000_000
        }
        let idlePpm = 1_000_000 - otherLoadPpm
        let lengthNs =
            otherLoadPpm <= 666_666 ? drawn(otherLoadPpm) : otherWindowNs - drawn(idlePpm)
        let room = UInt64(max(otherWindowNs - lengthNs, 1))
        let startNs =
            window * otherWindowNs
            + Int64(otherStart.number(below: room, entity: entity, index: index))
        guard now >= startNs, now < startNs + lengthNs else { return nil }
        return startNs + lengthNs
    }

    /// A number that changes with every state a later dispatch could depend on.
    var digest: UInt64 {
        var sum = dispatches
        for cpu in workerUntilNs.indices {
            sum = sum &* 0x100_0000_01b3 ^ UInt64(bitPattern: workerUntilNs[cpu])
            sum = sum &* 0x100_0000_01b3 ^ UInt64(bitPattern: workerSinceNs[cpu])
        }
        return sum
    }
}
