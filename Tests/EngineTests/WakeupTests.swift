import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import Testing
import TraceCore

/// What a failed allocation does to the helper thread (engine specification 4.2, 4.16).
struct WakeupTests {
    private let host = PageMap.host((4096, 4))

    /// Free pages enough, but nothing that could be made contiguous: every attempt fails.
    private func run(_ policy: String) throws -> EngineRun {
        try EngineRun(
            host, PageMap.fragmented(host, others: .kernel), policy: .named(policy))
    }

    private func effects(_ run: EngineRun) -> [String] {
        run.log.all(.wakeSend).map { $0.text("effect") }
    }

    @Test(arguments: ["reclaim-batch", "alloc-thread"])
    func onlyTheFirstOfTwoFindsASleeper(policy: String) throws {
        var run = try run(policy)
        run.apply(.record(at: 0, cpu: 0), .record(at: 100, cpu: 1))
        #expect(effects(run) == ["woke", "no_sleeper"])
        run.run(until: 10_000_000)
        #expect(run.log.count(.threadRun) == 1)
    }

    @Test(arguments: ["reclaim-batch", "alloc-thread"])
    func aRunningThreadIsNotWoken(policy: String) throws {
        var run = try run(policy)
        run.apply(.record(at: 0, cpu: 0))
        let startNs = try #require(run.time(ofNext: .threadRun))
        run.apply(.record(at: startNs - 1, cpu: 1), .record(at: startNs, cpu: 2))
        #expect(effects(run) == ["woke", "no_sleeper", "suppressed"])
        run.run(until: 900_000_000)
        #expect(run.log.count(.threadRun) == 1)
    }

    @Test func aWakeupBetweenTheFlagAndTheSleepIsLost() throws {
        var run = try run("reclaim-batch")
        run.apply(.record(at: 0, cpu: 0))
        let sleepNs = try #require(run.time(ofNext: .threadSleep))
        run.apply(
            .record(at: sleepNs - 1, cpu: 1), .record(at: sleepNs, cpu: 2),
            .record(at: sleepNs + 499, cpu: 3))
        #expect(effects(run) == ["woke", "suppressed", "lost", "lost"])
        run.run(until: 900_000_000)
        #expect(run.log.count(.threadRun) == 1)
        #expect(run.log.count(.threadSleep) == 1)
    }

    @Test func atTheEndOfTheWindowItIsNot() throws {
        var run = try run("reclaim-batch")
        run.apply(.record(at: 0, cpu: 0))
        let sleepNs = try #require(run.time(ofNext: .threadSleep))
        run.apply(.record(at: sleepNs + 500, cpu: 1))
        #expect(effects(run) == ["woke", "woke"])
        run.run(until: 900_000_000)
        #expect(run.log.all(.threadRun).map { $0["counter"] } == [1, 2])
    }

    @Test func theThreadOfTheFailingCpusDomainIsMeant() throws {
        let host = PageMap.host((4096, 1), (4096, 1))
        var run = try EngineRun(
            host, PageMap.fragmented(host, others: .kernel), policy: .named("reclaim-batch"))
        run.apply(.record(at: 0, cpu: 1))
        run.run(until: 10_000_000)
        #expect(run.log.all(.wakeSend).map { $0["target"] } == [101])
        #expect(run.log.all(.threadRun).map(\.domain) == [1])
        #expect(run.log.all(.threadRun).map(\.cpu) == [1])
        #expect(run.log.all(.batchBegin).map(\.domain) == [1])
    }

    @Test func withoutAThreadNobodyIsWoken() throws {
        var run = try run("cache-only")
        run.apply(.record(at: 0, cpu: 0), .record(at: 0, cpu: 1), .record(at: 1_000_000_000))
        run.finish(at: 2_000_000_000)
        #expect(run.log.count(.allocFail) == 3)
        #expect(run.log.count(.wakeSend) == 0)
        #expect(
            run.log.all(.threadName).map { $0.text("role") }
                == Array(repeating: "worker", count: 4))
    }

    @Test(arguments: [("reclaim-batch", "reclaim_0"), ("alloc-thread", "alloc_0")])
    func theThreadHasItsName(policy: String, name: String) throws {
        let names = try run(policy).log.all(.threadName)
        #expect(names.filter { $0.text("role") == "reclaim" }.map { $0.text("name") } == [name])
        #expect(
            names.filter { $0.text("role") == "worker" }.map { $0.text("name") }
                == ["thr_0", "thr_1", "thr_2", "thr_3"])
    }
}
