import EngineTestSupport
import PhysicalMemory
import Testing
import TraceCore

@testable import ReclaimEngine

/// How the load of the CPUs moves wakeup latencies (engine specification 4.16).
struct DispatchLoadTests {
    /// Nearest-rank quantiles of latencies.
    private struct Quantiles: CustomStringConvertible {
        let sorted: [Int64]

        init(_ latencies: [Int64]) { sorted = latencies.sorted() }

        func p(_ percent: Int) -> Int64 { sorted[(sorted.count * percent + 99) / 100 - 1] }
        var description: String {
            "n \(sorted.count) p10 \(p(10)) p50 \(p(50)) p90 \(p(90)) p99 \(p(99)) max \(p(100))"
        }
    }

    private func model(loadPpm: Int64, salt: Int64 = 5) -> ModelParameters {
        var model = ModelParameters.quiet
        model.otherLoadPpm = loadPpm
        model.salt = salt
        return model
    }

    /// Latencies of one thread at a share of the CPUs taken by others.
    private func latencies(_ model: ModelParameters, cpus: Int = 1) -> Quantiles {
        var dispatcher = Dispatcher(model: model, cpuCount: cpus, threadCount: 1)
        var lastCpu = 0
        return Quantiles(
            (0..<10_000).map { step in
                let now = Int64(step) * 1_234_567
                var (cpu, turn) = dispatcher.wake(
                    thread: 0, cpus: 0..<cpus, lastCpu: lastCpu, now: now)
                lastCpu = cpu
                while true {
                    switch turn {
                    case .waits(let timeNs): turn = dispatcher.turn(of: 0, now: timeNs)
                    case .runs(let startNs):
                        _ = dispatcher.leave(thread: 0)
                        return startNs - now
                    case .queued: preconditionFailure("queued behind nobody")
                    }
                }
            })
    }

    /// Each step of load moves the median and the tail by a quarter at least.
    private func expectVisibleSteps(_ byLoad: [Quantiles]) {
        for (less, more) in zip(byLoad, byLoad.dropFirst()) {
            #expect(5 * less.p(50) < 4 * more.p(50), "\(less); \(more)")
            #expect(5 * less.p(99) < 4 * more.p(99), "\(less); \(more)")
        }
    }

    @Test(arguments: [1, 2])
    func moreLoadMeansLongerLatencies(cpus: Int) {
        expectVisibleSteps(
            [100_000, 500_000, 900_000].map { latencies(model(loadPpm: $0), cpus: cpus) })
    }

    /// How far the model is from a real, fully loaded host: Docs/ENGINE.md has these figures.
    ///
    /// There half of the woken threads displaced whoever ran, and the others waited for slices
    /// of several milliseconds; here everybody waits for a stretch of a window of one.
    @Test func theDistanceFromTheRecordedHostIsTheDocumentedOne() throws {
        let recorded = try DispatchFixture.load().reclaimThreadPercentilesNs["together"]
        let measured = try #require(recorded)
        #expect(measured.n == 2993)
        #expect([50, 90, 99].map { measured.p0ToP100[$0] / 1000 } == [68, 3873, 9642])
        let modelled = latencies(model(loadPpm: 990_000), cpus: 2)
        #expect([50, 90, 99].map { modelled.p($0) / 1000 } == [489, 888, 978])
    }

    /// The share of instants at which the CPU is taken is the load that was asked for.
    @Test(arguments: [100_000, 500_000, 666_666, 700_000, 900_000, 950_000] as [Int64])
    func theLoadIsTheOneAskedFor(loadPpm: Int64) {
        let others = OtherThreads(model(loadPpm: loadPpm))
        let busy = (0..<20_000).count { others.stretchEndNs(cpu: 0, at: $0 * 1_234_567) != nil }
        #expect(abs(Int64(busy) * 50 - loadPpm) < 15_000)
    }

    @Test func equalSaltsGiveEqualDraws() {
        let load = { (salt: Int64) in latencies(model(loadPpm: 300_000, salt: salt)).sorted }
        #expect(load(5) == load(5))
        #expect(load(5) != load(6))
    }

    /// The same through the engine: two CPUs, a failure a second on one of them, each of which
    /// wakes the thread.
    private func throughTheEngine(loadPpm: Int64) throws -> Quantiles {
        let host = PageMap.host((1024, 2))
        var run = try EngineRun(
            host, PageMap.fragmented(host, others: .kernel), policy: .named("reclaim-batch"),
            model: model(loadPpm: loadPpm))
        for step in 0..<1000 {
            run.apply(.record(at: Int64(step) * 1_000_234_567, lifetimeNs: 1000))
        }
        run.finish(at: 1_001_000_000_000)
        let woken = run.log.all(.wakeSend).filter { $0.text("effect") == "woke" }
        let ran = run.log.all(.threadRun)
        try #require(woken.count == 1000)
        try #require(ran.count == 1000)
        return Quantiles(zip(woken, ran).map { $1.timeNs - $0.timeNs })
    }

    @Test func theSettingOtherLoadMovesTheLatenciesOfARun() throws {
        expectVisibleSteps(
            try [100_000, 500_000, 900_000].map { try throughTheEngine(loadPpm: $0) })
    }
}
