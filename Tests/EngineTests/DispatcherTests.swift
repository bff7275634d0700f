import Testing

@testable import ReclaimEngine

/// Which CPU a woken thread gets and when (engine specification 4.16).
struct DispatcherTests {
    /// No other threads on the CPUs, a context switch of 70 ns.
    private func dispatcher(
        cpus: Int, threads: Int = 1, _ change: (inout ModelParameters) -> Void = { _ in }
    ) -> Dispatcher {
        var model = ModelParameters()
        model.otherLoadPpm = 0
        model.contextSwitchNs = 70
        change(&model)
        return Dispatcher(model: model, cpuCount: cpus, threadCount: threads)
    }

    /// Whether a thread has got an idle CPU: it runs after a latency of the table.
    private func isIdleExit(_ turn: Dispatcher.Turn, from now: Int64) -> Bool {
        guard case .runs(let timeNs) = turn else { return false }
        let table = IdleExitLatency.quantilesNs
        return table[0]...table[256] ~= timeNs - now
    }

    // MARK: Idle CPUs

    @Test func anIdleHostRunsItOnItsLastCpuAfterAMeasuredLatency() throws {
        var dispatcher = dispatcher(cpus: 4)
        var latencies: [Int64] = []
        for step in 0..<2000 {
            let now = Int64(step) * 1_000_000
            let place = dispatcher.wake(thread: 0, cpus: 0..<4, lastCpu: 2, now: now)
            #expect(place.cpu == 2)
            #expect(isIdleExit(place.turn, from: now))
            guard case .runs(let startNs) = place.turn else { continue }
            latencies.append(startNs - now)
            #expect(dispatcher.leave(thread: 0) == nil)
        }
        latencies.sort()
        // The draws follow the table: about 2000/8 of them lie in each eighth of it.
        let table = IdleExitLatency.quantilesNs
        for eighth in 0..<8 {
            let range = table[32 * eighth]..<table[32 * eighth + 32]
            #expect(190...310 ~= latencies.count { range.contains($0) }, "eighth \(eighth)")
        }
    }

    @Test func aBusyLastCpuGivesWayToAnIdleOne() {
        var dispatcher = dispatcher(cpus: 4)
        dispatcher.occupyWorker(cpu: 1, costNs: 50_000, now: 0)
        dispatcher.occupyWorker(cpu: 2, costNs: 50_000, now: 0)
        let place = dispatcher.wake(thread: 0, cpus: 0..<4, lastCpu: 1, now: 10)
        #expect(place.cpu == 3)
        #expect(isIdleExit(place.turn, from: 10))
    }

    @Test func onlyTheCpusOfTheDomainCount() {
        var dispatcher = dispatcher(cpus: 4)
        dispatcher.occupyWorker(cpu: 2, costNs: 5000, now: 0)
        dispatcher.occupyWorker(cpu: 3, costNs: 4000, now: 0)
        let place = dispatcher.wake(thread: 0, cpus: 2..<4, lastCpu: 2, now: 0)
        #expect(place == (3, .waits(untilNs: 4000)))
    }

    @Test func aFreeCpuCountsFromTheInstantTheWorkIsDone() {
        var dispatcher = dispatcher(cpus: 1)
        dispatcher.occupyWorker(cpu: 0, costNs: 5000, now: 0)
        let place = dispatcher.wake(thread: 0, cpus: 0..<1, lastCpu: 0, now: 5000)
        #expect(isIdleExit(place.turn, from: 5000))
    }

    // MARK: Workers

    @Test func withoutAnIdleCpuTheSoonestIsWaitedFor() {
        var dispatcher = dispatcher(cpus: 3)
        dispatcher.occupyWorker(cpu: 0, costNs: 9000, now: 0)
        dispatcher.occupyWorker(cpu: 1, costNs: 4000, now: 0)
        dispatcher.occupyWorker(cpu: 2, costNs: 6000, now: 0)
        let place = dispatcher.wake(thread: 0, cpus: 0..<3, lastCpu: 0, now: 1000)
        #expect(place == (1, .waits(untilNs: 4000)))
        #expect(dispatcher.turn(of: 0, now: 4000) == .runs(atNs: 4070))
        #expect(dispatcher.turn(of: 0, now: 4070) == .runs(atNs: 4070))
    }

    @Test func aWorkerThatGetsMoreToDoIsWaitedForToItsEnd() {
        var dispatcher = dispatcher(cpus: 1)
        dispatcher.occupyWorker(cpu: 0, costNs: 5000, now: 0)
        let place = dispatcher.wake(thread: 0, cpus: 0..<1, lastCpu: 0, now: 1000)
        #expect(place.turn == .waits(untilNs: 5000))
        dispatcher.occupyWorker(cpu: 0, costNs: 2500, now: 4000)
        #expect(dispatcher.turn(of: 0, now: 5000) == .waits(untilNs: 7500))
        #expect(dispatcher.turn(of: 0, now: 7500) == .runs(atNs: 7570))
    }

    @Test func butNotBeyondItsSlice() {
        var dispatcher = dispatcher(cpus: 1) { $0.workerSliceNs = 3000 }
        dispatcher.occupyWorker(cpu: 0, costNs: 2000, now: 0)
        let place = dispatcher.wake(thread: 0, cpus: 0..<1, lastCpu: 0, now: 1000)
        #expect(place.turn == .waits(untilNs: 2000))
        dispatcher.occupyWorker(cpu: 0, costNs: 100_000, now: 1500)
        #expect(dispatcher.turn(of: 0, now: 2000) == .waits(untilNs: 3000))
        #expect(dispatcher.turn(of: 0, now: 3000) == .runs(atNs: 3070))
    }

    @Test func aWorkerThatBeginsLaterIsBehind() {
        var dispatcher = dispatcher(cpus: 1)
        dispatcher.occupyWorker(cpu: 0, costNs: 2000, now: 0)
        _ = dispatcher.wake(thread: 0, cpus: 0..<1, lastCpu: 0, now: 1000)
        // At the instant at which the first stretch ends, another begins.
        dispatcher.occupyWorker(cpu: 0, costNs: 9000, now: 2000)
        #expect(dispatcher.turn(of: 0, now: 2000) == .runs(atNs: 2070))
    }

    /// A worker that nobody waits for goes on past its slice, and its CPU is not idle then.
    @Test(arguments: [(1000, 3000), (2999, 3000), (3000, 6000), (7500, 9000), (99_500, 100_000)])
    func aWorkerPastItsSliceIsBusyUntilTheNextOneEnds(nowNs: Int64, freeNs: Int64) {
        var dispatcher = dispatcher(cpus: 1) { $0.workerSliceNs = 3000 }
        dispatcher.occupyWorker(cpu: 0, costNs: 100_000, now: 0)
        let place = dispatcher.wake(thread: 0, cpus: 0..<1, lastCpu: 0, now: nowNs)
        #expect(place.turn == .waits(untilNs: freeNs))
        #expect(dispatcher.turn(of: 0, now: freeNs) == .runs(atNs: freeNs + 70))
    }

    @Test func anIdleCpuIsPreferredToAWorkerPastItsSlice() {
        var dispatcher = dispatcher(cpus: 2) { $0.workerSliceNs = 3000 }
        dispatcher.occupyWorker(cpu: 0, costNs: 100_000, now: 0)
        let place = dispatcher.wake(thread: 0, cpus: 0..<2, lastCpu: 0, now: 3000)
        #expect(place.cpu == 1)
        #expect(isIdleExit(place.turn, from: 3000))
    }

    @Test func aSliceOfNothingGivesWayAtOnce() {
        var dispatcher = dispatcher(cpus: 1) { $0.workerSliceNs = 0 }
        dispatcher.occupyWorker(cpu: 0, costNs: 100_000, now: 0)
        let place = dispatcher.wake(thread: 0, cpus: 0..<1, lastCpu: 0, now: 500)
        #expect(place.turn == .waits(untilNs: 501))
    }

    /// What a worker does is the same whether or not a helper thread has its CPU.
    @Test func aHelperThreadTakesNothingFromTheWorker() {
        var dispatcher = dispatcher(cpus: 1)
        _ = dispatcher.wake(thread: 0, cpus: 0..<1, lastCpu: 0, now: 0)
        dispatcher.occupyWorker(cpu: 0, costNs: 5000, now: 100_000)
        #expect(dispatcher.leave(thread: 0) == nil)
        let place = dispatcher.wake(thread: 0, cpus: 0..<1, lastCpu: 0, now: 101_000)
        #expect(place.turn == .waits(untilNs: 105_000))
    }

    // MARK: Helper threads

    @Test func helperThreadsGetACpuInTheOrderTheyWereWoken() {
        var dispatcher = dispatcher(cpus: 1, threads: 4)
        for (step, thread) in [2, 0, 3, 1].enumerated() {
            let place = dispatcher.wake(
                thread: thread, cpus: 0..<1, lastCpu: 0, now: Int64(step))
            #expect(step == 0 ? isIdleExit(place.turn, from: 0) : place.turn == .queued)
        }
        #expect(dispatcher.turn(of: 3, now: 10) == .queued)
        for (before, after) in [(2, 0), (0, 3), (3, 1)] {
            #expect(dispatcher.leave(thread: before) == after)
            #expect(dispatcher.turn(of: after, now: 500_000) == .runs(atNs: 500_070))
        }
        #expect(dispatcher.leave(thread: 1) == nil)
    }

    @Test func aCpuWithAHelperThreadIsNotIdle() {
        var dispatcher = dispatcher(cpus: 3, threads: 3)
        dispatcher.occupyWorker(cpu: 2, costNs: 40_000, now: 0)
        #expect(dispatcher.wake(thread: 0, cpus: 0..<3, lastCpu: 1, now: 0).cpu == 1)
        #expect(dispatcher.wake(thread: 1, cpus: 0..<3, lastCpu: 1, now: 0).cpu == 0)
        // A worker's end can be told, a helper thread's cannot.
        let third = dispatcher.wake(thread: 2, cpus: 0..<3, lastCpu: 1, now: 0)
        #expect(third == (2, .waits(untilNs: 40_000)))
    }

    @Test func theShortestQueueIsJoined() {
        var dispatcher = dispatcher(cpus: 2, threads: 4)
        #expect(dispatcher.wake(thread: 0, cpus: 0..<2, lastCpu: 0, now: 0).cpu == 0)
        #expect(dispatcher.wake(thread: 1, cpus: 0..<2, lastCpu: 0, now: 0).cpu == 1)
        #expect(dispatcher.wake(thread: 2, cpus: 0..<2, lastCpu: 0, now: 0) == (0, .queued))
        #expect(dispatcher.wake(thread: 3, cpus: 0..<2, lastCpu: 0, now: 0) == (1, .queued))
    }

    @Test func whoWaitsForAHelperThreadWaitsForTheWorkerThatWasThereToo() {
        var dispatcher = dispatcher(cpus: 1, threads: 2) { $0.workerSliceNs = 1_000_000 }
        _ = dispatcher.wake(thread: 0, cpus: 0..<1, lastCpu: 0, now: 0)
        dispatcher.occupyWorker(cpu: 0, costNs: 300_000, now: 10)
        #expect(dispatcher.wake(thread: 1, cpus: 0..<1, lastCpu: 0, now: 20).turn == .queued)
        #expect(dispatcher.leave(thread: 0) == 1)
        #expect(dispatcher.turn(of: 1, now: 200_000) == .waits(untilNs: 300_010))
        #expect(dispatcher.turn(of: 1, now: 300_010) == .runs(atNs: 300_080))
    }

    // MARK: Digest

    /// Every kind of step leads to a state with a digest of its own.
    @Test func theDigestCoversTheWholeState() {
        var digests: [UInt64] = []
        var dispatcher = dispatcher(cpus: 2, threads: 3)
        func note() { digests.append(dispatcher.digest) }
        note()
        dispatcher.occupyWorker(cpu: 0, costNs: 5000, now: 0)
        note()
        dispatcher.occupyWorker(cpu: 0, costNs: 1000, now: 0)
        note()
        dispatcher.occupyWorker(cpu: 1, costNs: 9000, now: 0)
        note()
        _ = dispatcher.wake(thread: 0, cpus: 0..<2, lastCpu: 0, now: 10)
        note()
        _ = dispatcher.turn(of: 0, now: 6000)
        note()
        _ = dispatcher.wake(thread: 1, cpus: 0..<2, lastCpu: 0, now: 7000)
        note()
        _ = dispatcher.wake(thread: 2, cpus: 0..<2, lastCpu: 0, now: 7000)
        note()
        _ = dispatcher.leave(thread: 0)
        note()
        _ = dispatcher.turn(of: 2, now: 8000)
        note()
        #expect(Set(digests).count == digests.count)
    }

    /// States that differ in one thing only, and in what later answers depend on.
    @Test func statesThatDifferInOneThingHaveOtherDigests() {
        func digest(_ steps: (inout Dispatcher) -> Void) -> UInt64 {
            var dispatcher = dispatcher(cpus: 2, threads: 2) { $0.workerSliceNs = 1_000_000 }
            steps(&dispatcher)
            return dispatcher.digest
        }
        func wake(_ thread: Int, _ lastCpu: Int, _ now: Int64) -> (inout Dispatcher) -> Void {
            { _ = $0.wake(thread: thread, cpus: 0..<2, lastCpu: lastCpu, now: now) }
        }
        let digests = [
            digest { $0.occupyWorker(cpu: 0, costNs: 100, now: 10) },
            digest { $0.occupyWorker(cpu: 1, costNs: 100, now: 10) },
            // The same end, another beginning: the slice ends at another time.
            digest { $0.occupyWorker(cpu: 0, costNs: 99, now: 11) },
            digest(wake(0, 0, 10)),
            digest(wake(1, 0, 10)),
            digest(wake(0, 1, 10)),
            digest(wake(0, 0, 11)),
            // Nobody is on a CPU, but the next draw is another one.
            digest {
                wake(0, 0, 10)(&$0); _ = $0.leave(thread: 0)
            },
            digest { _ in },
        ]
        #expect(Set(digests).count == digests.count)
    }
}
