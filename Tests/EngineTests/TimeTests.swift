import EngineTestSupport
import PhysicalMemory
import TestRandomness
import Testing
import TraceCore

@testable import ReclaimEngine

/// The order of things due at one instant, and the queue and clock behind it.
struct TimeTests {
    private let host = PageMap.host((4096, 2))

    @Test func equalTimesLeaveInTheOrderOfEntry() {
        var queue = TimedQueue<Int>()
        var expected: [(timeNs: Int64, number: Int)] = []
        var random = TestRandom(seed: 11)
        for number in 0..<2000 {
            if random.isOneIn(3), queue.count > 0 {
                let first = expected.removeFirst()
                #expect(queue.firstTimeNs == first.timeNs)
                let number = queue.removeFirst()
                #expect(number == first.number)
            }
            let timeNs = random.number(0...Int64(40))
            let place = expected.firstIndex { $0.timeNs > timeNs } ?? expected.count
            expected.insert((timeNs, number), at: place)
            queue.insert(number, at: timeNs)
        }
        while queue.count > 0 {
            let number = queue.removeFirst()
            #expect(number == expected.removeFirst().number)
        }
        #expect(expected.isEmpty)
        #expect(queue.firstTimeNs == nil)
    }

    @Test(
        arguments: [
            (1000, Int32.max, 999_999, Int32.max), (1000, Int32.max, 1_000_000, Int32.min),
            (100, 0, 9_999_999, 0), (100, 0, 10_000_000, 1),
            (1000, -5, 3_600_000_000_000, 3_599_995),
            (10_000, 0, 500_000_000_000_000, 705_032_704),
        ] as [(Int64, Int32, Int64, Int32)])
    func ticksAreWholeAndWrap(hz: Int64, atStart: Int32, timeNs: Int64, ticks: Int32) {
        #expect(KernelTicks(hz: hz, atStart: atStart).at(timeNs) == ticks)
    }

    @Test func elapsedTicksAreUnsigned() {
        #expect(KernelTicks.elapsed(from: Int32.max, to: Int32.min) == 1)
        #expect(KernelTicks.elapsed(from: 1, to: 0) == UInt32.max)
        #expect(KernelTicks.elapsed(from: 0, to: Int32.min) == 1 << 31)
    }

    /// Releases, then timers, then the helper thread, then inputs.
    @Test func oneInstantHasAFixedOrder() throws {
        var model = ModelParameters.quiet
        model.sampleIntervalNs = 1_000_000
        func run() throws -> EngineRun {
            try EngineRun(
                host, PageMap.fragmented(host, others: .kernel), policy: .named("reclaim-batch"),
                model: model, detail: 2)
        }
        var probe = try run()
        probe.apply(.record(at: 0))
        let latencyNs = try #require(probe.time(ofNext: .threadRun))
        let instantNs = (latencyNs / 1_000_000 + 1) * 1_000_000
        let failNs = instantNs - latencyNs
        var run = try run()
        run.apply(
            .record(at: failNs, lifetimeNs: latencyNs), .record(at: instantNs, cpu: 1))
        let kinds = run.log.all.filter { $0.timeNs == instantNs }.map(\.kind.name)
        #expect(
            kinds == [
                "fallback", "sample", "service", "service", "thread_run", "batch_begin",
                "request", "import", "import", "alloc_fail", "wake_send", "fallback",
            ])
        let sample = try #require(run.log.all(.sample).last)
        #expect(sample["fallback_pages"] == 0)
        #expect(sample["running"] == 0)
        #expect(run.log.all(.wakeSend).last?.text("effect") == "suppressed")
    }

    @Test func samplesComeAtTheirInterval() throws {
        var model = ModelParameters.quiet
        model.sampleIntervalNs = 70_000_000
        var run = try EngineRun(
            host, PageMap.empty(host), policy: .named("cache-only"), model: model)
        run.finish(at: 210_000_000)
        #expect(
            run.log.all(.sample).map(\.timeNs)
                == [0, 70_000_000, 140_000_000, 210_000_000, 210_000_000])
        #expect(run.log.count(.service) == 10)
    }

    @Test func theEndClosesASpin() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("alloc-thread"))
        run.apply(.record(at: 0))
        let sinceNs = try #require(run.time(ofNext: .spinBegin))
        run.finish(at: sinceNs + 1_000_100)
        let end = try #require(run.log.all(.spinEnd).first)
        #expect(end.timeNs == sinceNs + 1_000_100)
        #expect(end["iterations"] == 1666)
        #expect(end["cpu_ns"] == 1_000_100)
        #expect(run.log.all(.onCpu).map { $0["ns"] } == [1_000_100])
        #expect(run.log.all(.onCpu).map { $0.text("state") } == ["running"])
        let kinds = run.log.events.map(\.header.kind).filter { $0 != .counter }
        #expect(kinds.suffix(3) == [.sample, .service, .service])
        #expect(run.log.all(.sample).last?["running"] == 1)
        // Two failed imports of the worker, one of the thread, and 1666 whole turns.
        #expect(run.log.all(.sample).last?["deficit"] == 1669)
    }

    @Test func theEndClosesABatch() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("reclaim-batch"))
        run.apply(.record(at: 0))
        let sinceNs = try #require(run.time(ofNext: .threadRun))
        run.finish(at: sinceNs + 1000)
        #expect(run.log.all(.onCpu).map { $0["ns"] } == [1000])
        #expect(run.log.count(.batchEnd) == 0)
    }

    @Test func theEndOfASleepingThreadClosesNothing() throws {
        var run = try EngineRun(
            host, PageMap.scarce(host, free: 80), policy: .named("reclaim-batch"))
        run.apply(.record(at: 0))
        run.finish(at: 1_000_000_000)
        #expect(run.log.count(.waitBegin) == 1)
        #expect(run.log.all(.onCpu).map { $0.text("state") } == ["vm_wait"])
    }

    @Test func goingBackInTimeTraps() async {
        await #expect(processExitsWith: .failure) {
            let host = PageMap.host((4096, 1))
            var run = try EngineRun(host, PageMap.empty(host), policy: .named("cache-only"))
            run.apply(.record(at: 5), .record(at: 4))
        }
    }

    @Test func goingOnAfterTheEndTraps() async {
        await #expect(processExitsWith: .failure) {
            let host = PageMap.host((4096, 1))
            var run = try EngineRun(host, PageMap.empty(host), policy: .named("cache-only"))
            run.finish(at: 5)
            run.apply(.record(at: 6))
        }
    }

    @Test func aCpuThatIsNotThereTraps() async {
        await #expect(processExitsWith: .failure) {
            let host = PageMap.host((4096, 1))
            var run = try EngineRun(host, PageMap.empty(host), policy: .named("cache-only"))
            run.apply(.record(at: 0, cpu: 1))
        }
    }
}
