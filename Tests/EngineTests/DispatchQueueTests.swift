import TestRandomness
import Testing

@testable import ReclaimEngine

/// Run queues under random wakeups, against rules that hold for every history.
struct DispatchQueueTests {
    @Test(arguments: TestSeeds.all)
    func noCpuHasTwoAndQueuesKeepTheirOrder(seed: UInt64) {
        var history = RandomHistory(seed: seed)
        for _ in 0..<4000 { history.goOn() }
        #expect(history.faults.isEmpty, "seed \(seed)")
        #expect(history.runs > 50, "seed \(seed)")
    }
}

/// A dispatcher, what is done to it, and what must follow.
private struct RandomHistory {
    private enum Phase { case asleep, waiting, running }

    /// What the history knows about a helper thread.
    private struct Thread {
        var phase = Phase.asleep
        var cpu = 0
        var wokenNs: Int64 = 0
        /// When it must ask for its turn.
        var askNs: Int64?
    }

    private var random: TestRandom
    private let model: ModelParameters
    private let cpus: Int
    private var dispatcher: Dispatcher
    private var threads: [Thread]
    private var workerUntilNs: [Int64]
    private var now: Int64 = 0
    /// What was found wrong.
    private(set) var faults: [String] = []
    /// How often a thread got a CPU.
    private(set) var runs = 0

    init(seed: UInt64) {
        random = TestRandom(seed: seed, purpose: 0x7175)
        var model = ModelParameters()
        model.otherLoadPpm = random.choice([0, 100_000, 700_000])
        model.workerSliceNs = random.choice([2000, 20_000, 100_000])
        self.model = model
        cpus = random.number(1...4)
        let threadCount = random.number(1...6)
        dispatcher = Dispatcher(model: model, cpuCount: cpus, threadCount: threadCount)
        threads = [Thread](repeating: Thread(), count: threadCount)
        workerUntilNs = [Int64](repeating: 0, count: cpus)
    }

    /// One thing happens, some microseconds after the last.
    mutating func goOn() {
        let untilNs = now + random.number(1...5000)
        askForTurns(untilNs: untilNs)
        now = untilNs
        let thread = random.below(threads.count)
        switch threads[thread].phase {
        case .asleep where random.isOneIn(2): wake(thread)
        case .running where random.isOneIn(2): leave(thread)
        default: occupy(random.below(cpus))
        }
    }

    private mutating func askForTurns(untilNs: Int64) {
        func due() -> Int? {
            threads.indices.filter { threads[$0].askNs.map { $0 <= untilNs } ?? false }
                .min { threads[$0].askNs ?? 0 < threads[$1].askNs ?? 0 }
        }
        while let thread = due() {
            now = threads[thread].askNs ?? now
            follow(thread, dispatcher.turn(of: thread, now: now))
        }
    }

    private mutating func wake(_ thread: Int) {
        let place = dispatcher.wake(
            thread: thread, cpus: 0..<cpus, lastCpu: random.below(cpus), now: now)
        threads[thread] = Thread(phase: .waiting, cpu: place.cpu, wokenNs: now)
        if case .runs = place.turn, workerUntilNs[place.cpu] > now {
            faults.append("\(now): CPU \(place.cpu) is busy")
        }
        follow(thread, place.turn)
    }

    private mutating func leave(_ thread: Int) {
        threads[thread].phase = .asleep
        let waiting = threads.indices.filter {
            threads[$0].phase == .waiting && threads[$0].cpu == threads[thread].cpu
        }
        guard let next = dispatcher.leave(thread: thread) else {
            if !waiting.isEmpty { faults.append("\(now): \(waiting) are forgotten") }
            return
        }
        if waiting.contains(where: { threads[$0].wokenNs < threads[next].wokenNs }) {
            faults.append("\(now): \(next) overtakes")
        }
        follow(next, dispatcher.turn(of: next, now: now))
    }

    private mutating func occupy(_ cpu: Int) {
        let costNs: Int64 = random.number(1...30_000)
        dispatcher.occupyWorker(cpu: cpu, costNs: costNs, now: now)
        workerUntilNs[cpu] = max(workerUntilNs[cpu], now) + costNs
    }

    private mutating func follow(_ thread: Int, _ turn: Dispatcher.Turn) {
        let rivals = threads.indices.filter {
            $0 != thread && threads[$0].phase != .asleep
                && threads[$0].cpu == threads[thread].cpu
        }
        threads[thread].askNs = nil
        switch turn {
        case .queued:
            if rivals.isEmpty { faults.append("\(now): \(thread) is queued behind nobody") }
        case .waits(let timeNs):
            // Those who were there leave at the end of their slice or stretch.
            let lastNs = threads[thread].wokenNs + max(model.workerSliceNs, model.otherWindowNs)
            if timeNs <= now || timeNs > lastNs { faults.append("\(now): waits until \(timeNs)") }
            threads[thread].askNs = timeNs
        case .runs(let timeNs):
            if timeNs < now { faults.append("\(now): runs at \(timeNs)") }
            for rival in rivals {
                if threads[rival].phase == .running { faults.append("\(now): two on a CPU") }
                if threads[rival].wokenNs < threads[thread].wokenNs {
                    faults.append("\(now): \(thread) overtakes \(rival)")
                }
            }
            threads[thread].phase = .running
            runs += 1
        }
    }
}
