import Testing

@testable import ReclaimEngine

/// Which CPU a woken thread gets and when (engine specification 4.16).
struct DispatcherTests {
    private func dispatcher(
        cpus: Int, _ change: (inout ModelParameters) -> Void = { _ in }
    ) -> Dispatcher {
        var model = ModelParameters()
        model.otherLoadPpm = 0
        change(&model)
        return Dispatcher(model: model, cpuCount: cpus)
    }

    @Test func anIdleHostRunsItOnItsLastCpuAfterAMeasuredLatency() {
        var dispatcher = dispatcher(cpus: 4)
        var latencies: [Int64] = []
        for step in 0..<500 {
            let now = Int64(step) * 1_000_000
            let place = dispatcher.dispatch(cpus: 0..<4, lastCpu: 2, now: now)
            #expect(place.cpu == 2)
            latencies.append(place.startNs - now)
        }
        let table = IdleExitLatency.quantilesNs
        #expect(latencies.allSatisfy { table[0]...table[256] ~= $0 })
        latencies.sort()
        // The draws follow the table: their quartiles lie near those of the table.
        for quarter in 1...3 {
            #expect(abs(latencies[125 * quarter] - table[64 * quarter]) <= 4000)
        }
    }

    @Test func aBusyLastCpuGivesWayToAnIdleOne() {
        var dispatcher = dispatcher(cpus: 4)
        dispatcher.occupyWorker(cpu: 1, costNs: 50_000, now: 0)
        dispatcher.occupyWorker(cpu: 2, costNs: 50_000, now: 0)
        let place = dispatcher.dispatch(cpus: 0..<4, lastCpu: 1, now: 10)
        #expect(place.cpu == 3)
        #expect(place.startNs >= 10 + IdleExitLatency.quantilesNs[0])
    }

    @Test func withoutAnIdleCpuTheSoonestIsWaitedFor() {
        var dispatcher = dispatcher(cpus: 3) { $0.contextSwitchNs = 70 }
        dispatcher.occupyWorker(cpu: 0, costNs: 9000, now: 0)
        dispatcher.occupyWorker(cpu: 1, costNs: 4000, now: 0)
        dispatcher.occupyWorker(cpu: 2, costNs: 6000, now: 0)
        let place = dispatcher.dispatch(cpus: 0..<3, lastCpu: 0, now: 1000)
        #expect(place.cpu == 1)
        #expect(place.startNs == 4070)
    }

    @Test func workOnTopOfWorkIsDoneAfterIt() {
        var dispatcher = dispatcher(cpus: 1) { $0.contextSwitchNs = 0 }
        dispatcher.occupyWorker(cpu: 0, costNs: 5000, now: 0)
        dispatcher.occupyWorker(cpu: 0, costNs: 5000, now: 4000)
        let first = dispatcher.dispatch(cpus: 0..<1, lastCpu: 0, now: 4000)
        #expect(first.startNs == 10_000)
        dispatcher.occupyWorker(cpu: 0, costNs: 1000, now: 20_000)
        let second = dispatcher.dispatch(cpus: 0..<1, lastCpu: 0, now: 20_500)
        #expect(second.startNs == 21_000)
    }

    @Test func aWorkerYieldsAtTheEndOfItsSlice() {
        var dispatcher = dispatcher(cpus: 1) {
            $0.contextSwitchNs = 0
            $0.workerSliceNs = 3000
        }
        dispatcher.occupyWorker(cpu: 0, costNs: 100_000, now: 0)
        let place = dispatcher.dispatch(cpus: 0..<1, lastCpu: 0, now: 1000)
        #expect(place.startNs == 3000)
    }

    @Test func onlyTheCpusOfTheDomainCount() {
        var dispatcher = dispatcher(cpus: 4) { $0.contextSwitchNs = 0 }
        dispatcher.occupyWorker(cpu: 2, costNs: 5000, now: 0)
        dispatcher.occupyWorker(cpu: 3, costNs: 4000, now: 0)
        let place = dispatcher.dispatch(cpus: 2..<4, lastCpu: 2, now: 0)
        #expect(place.cpu == 3)
        #expect(place.startNs == 4000)
    }

    /// Latencies of one thread on one CPU, at a share of it taken by others.
    private func latencies(loadPpm: Int64, salt: Int64 = 5) -> [Int64] {
        var dispatcher = dispatcher(cpus: 1) {
            $0.otherLoadPpm = loadPpm
            $0.salt = salt
        }
        return (0..<2000).map { step in
            let now = Int64(step) * 1_234_567
            return dispatcher.dispatch(cpus: 0..<1, lastCpu: 0, now: now).startNs - now
        }.sorted()
    }

    @Test func moreLoadMeansLongerLatencies() {
        let byLoad = [100_000, 500_000, 900_000].map { latencies(loadPpm: $0) }
        for (less, more) in zip(byLoad, byLoad.dropFirst()) {
            #expect(less[1000] < more[1000])
            #expect(less[1980] < more[1980])
        }
    }

    /// The share of instants at which the CPU is taken is the load that was asked for.
    @Test(arguments: [100_000, 500_000, 666_666, 700_000, 900_000, 950_000] as [Int64])
    func theLoadIsTheOneAskedFor(loadPpm: Int64) {
        var dispatcher = dispatcher(cpus: 1) {
            $0.otherLoadPpm = loadPpm
            $0.contextSwitchNs = 500_000_000
        }
        let busy = (0..<20_000).filter { step in
            let now = Int64(step) * 1_234_567
            return dispatcher.dispatch(cpus: 0..<1, lastCpu: 0, now: now).startNs - now
                >= 500_000_000
        }.count
        #expect(abs(Int64(busy) * 50 - loadPpm) < 15_000)
    }

    @Test func equalSaltsGiveEqualDraws() {
        #expect(latencies(loadPpm: 300_000) == latencies(loadPpm: 300_000))
        #expect(latencies(loadPpm: 300_000) != latencies(loadPpm: 300_000, salt: 6))
    }
}
