import EngineTestSupport
import PhysicalMemory
import Testing
import TraceCore

@testable import ReclaimEngine

/// How the engine calls the zone's reclaims, and their events (engine specification 4.3).
struct ZoneReclaimTests {
    private func run(
        _ host: Host, _ memory: MemorySnapshot, bucketSize: Int64 = 2, growth: Int64 = 1
    ) throws -> EngineRun {
        var model = ModelParameters.quiet
        model.bucketSize = bucketSize
        model.bucketGrowth = growth
        return try EngineRun(
            host, memory, policy: .named("cache-only"), model: model, detail: 2)
    }

    /// 20 records on CPU 0 of an empty host, all freed there: 16 buffers are listed.
    private func filled(bucketSize: Int64 = 2, growth: Int64 = 0) throws -> EngineRun {
        let host = PageMap.host((4096, 2))
        var run = try run(host, PageMap.empty(host), bucketSize: bucketSize, growth: growth)
        run.apply((0..<20).map { .record(at: $0, lifetimeNs: 1000 - $0) })
        run.run(until: 1_000_000)
        return run
    }

    @Test func aTrimUnderPressureKeepsTheWorkingSet() throws {
        var run = try filled()
        #expect(run.engine.zone.listedItems == [16])
        run.engine.trimZone(domain: 0, cause: 7)
        run.run(until: 2_000_000)
        let trims = run.log.all(.zoneTrim)
        #expect(trims.map { $0.text("why") } == ["pressure"])
        #expect(trims.map(\.cause) == [7])
        let kept = run.engine.zone.listedItems[0]
        #expect(trims.map { $0["buffers"] } == [Int64(16 - kept)])
        #expect(kept == 0 || kept - 2 < run.engine.zone.domains[0].list.workingSet)
        #expect(run.engine.invariantViolations() == [])
    }

    /// Repeated trims let the working set decay.
    @Test func repeatedTrimsGoDeeper() throws {
        var run = try filled()
        var listed: [Int] = []
        for _ in 0..<12 {
            run.engine.trimZone(domain: 0, cause: 0)
            listed.append(run.engine.zone.listedItems[0])
        }
        #expect(listed == listed.sorted(by: >))
        #expect(listed.last == 0)
        #expect(run.engine.memory.domains[0].freeCount == 4096 - 4 * 4)
    }

    @Test func theEmergencyDrainLeavesNothingCached() throws {
        var run = try filled(bucketSize: 20, growth: 1)
        run.engine.drainCpuBuckets(cause: 5)
        run.run(until: 2_000_000)
        #expect(run.engine.memory.domains[0].freeCount == 4096)
        let size = run.log.all(.zoneBucket)
        #expect(size.map { [$0["old_size"], $0["new_size"]] } == [[20, 9]])
        #expect(run.log.all(.zoneTrim).map { $0["buffers"] } == [20])
        #expect(run.log.all(.zoneTrim, .zoneBucket).map(\.cause) == [5, 5])
        #expect(run.engine.invariantViolations() == [])
    }

    @Test func everyReclaimButThePeriodicOneShrinksTheSize() throws {
        var run = try filled(bucketSize: 3, growth: 1)
        run.run(until: 21_000_000_000)
        #expect(run.log.count(.zoneBucket) == 0)
        run.apply(.background(at: 21_000_000_001, .drain))
        run.engine.trimZone(domain: 0, cause: 0)
        run.engine.trimZone(domain: 0, cause: 0)
        run.run(until: 21_000_000_002)
        #expect(run.log.all(.zoneBucket).map { $0["new_size"] } == [2, 1])
        #expect(run.engine.zone.bucketSize == 1)
    }

    @Test func theSizeStaysWithoutGrowth() throws {
        var run = try filled(bucketSize: 3)
        run.apply(.background(at: 2_000_000, .drain))
        run.engine.drainCpuBuckets(cause: 0)
        run.run(until: 3_000_000)
        #expect(run.log.count(.zoneBucket) == 0)
        #expect(run.engine.zone.bucketSize == 3)
    }

    /// Two CPUs give buckets to the list at one instant.
    @Test func twoCpusAtOneListMakeBucketsLarger() throws {
        let host = PageMap.host((4096, 2))
        var run = try run(host, PageMap.empty(host))
        run.apply(
            (0..<20).map { number in
                .record(
                    at: number, cpu: Int(number) % 2, lifetimeNs: 1_000_000 - number,
                    freeCpu: Int(number) % 2)
            })
        run.run(until: 1_000_000)
        let sizes = run.log.all(.zoneBucket)
        #expect(sizes.first.map { [$0["old_size"], $0["new_size"]] } == [2, 3])
        #expect(sizes.allSatisfy { $0.cpu >= 0 && $0.timeNs == 1_000_000 })
        #expect(run.engine.zone.bucketSize == 2 + sizes.count)
        #expect(run.engine.invariantViolations() == [])
    }

    /// The first period saw the imports; 46 idle ones later a part goes back.
    @Test func idleBuffersGoBackAfterFifteenMinutes() throws {
        let host = PageMap.host((16_384, 1))
        var run = try run(host, PageMap.empty(host), growth: 0)
        run.apply((0..<2000).map { .record(at: $0, lifetimeNs: 100_000 - $0) })
        run.run(until: 939_000_000_000)
        #expect(run.log.count(.zoneTrim) == 0)
        run.run(until: 960_000_000_000)
        let trims = run.log.all(.zoneTrim)
        #expect(trims.first.map { $0.timeNs } == 940_000_000_000)
        #expect(trims.allSatisfy { $0.text("why") == "idle" && $0["buffers"] > 0 })
        #expect(run.engine.zone.bucketSize == 2)
    }

    // MARK: Without buckets

    @Test func withoutBucketsAReturnGoesToTheSystem() throws {
        let host = PageMap.host((4096, 2))
        let min = PageMap.thresholds(host).min
        let memory = PageMap.memory(host) { _, offset in
            offset < min + 3 ? .free : .kernel
        }.snapshot()
        var run = try run(host, memory)
        // The first record takes the domain below free_min.
        run.apply(.record(at: 0, lifetimeNs: 100), .background(at: 2, .drain))
        #expect(run.engine.zone.bucketsDisabled)
        run.apply(
            .record(at: 3, lifetimeNs: 50), .record(at: 4, cpu: 1, lifetimeNs: 200, freeCpu: 0))
        run.run(until: 1000)
        let levels = run.log.all(.returned).map { $0.text("level") }
        #expect(levels == ["cpu", "cpu", "system"])
        #expect(run.engine.zoneCounters.frees == 3)
        #expect(run.engine.zoneCounters.allocs == 3)
        #expect(run.engine.zone.released == 1)
        #expect(run.engine.invariantViolations() == [])
    }

    /// What no bucket can be had for while a cross bucket is sorted counts as trimmed.
    @Test func sortingWithoutBucketsIsRecorded() throws {
        let host = PageMap.host((4096, 1), (4096, 1), (4096, 1))
        var run = try run(host, PageMap.empty(host))
        run.apply(
            .record(at: 0, cpu: 1, lifetimeNs: 1000, freeCpu: 0),
            .record(at: 1, cpu: 2, lifetimeNs: 1000, freeCpu: 0),
            .record(at: 2, cpu: 2, lifetimeNs: 1000, freeCpu: 0))
        run.run(until: 1001)
        run.engine.zone.bucketsDisabled = true
        run.run(until: 1002)
        let trims = run.log.all(.zoneTrim)
        #expect(trims.map(\.domain) == [1, 2])
        #expect(trims.map { $0["buffers"] } == [1, 1])
        #expect(trims.allSatisfy { $0.text("why") == "pressure" })
        #expect(run.log.all(.returned).map { $0.text("level") } == ["cpu", "cpu", "system"])
        #expect(run.engine.zoneCounters.xdomain == 2)
        #expect(run.engine.invariantViolations() == [])
    }

    // MARK: The old thread

    /// It fills its bucket before it has a buffer; what it lacks it waits for.
    @Test func theOldThreadFillsWholeBuckets() throws {
        let host = PageMap.host((4096, 1))
        let memory = PageMap.memory(host) { _, offset in
            offset % 16 < 4 && offset < 32 || offset % 2 == 0 ? .free : .kernel
        }.snapshot()
        var model = ModelParameters.quiet
        model.bucketSize = 3
        var run = try EngineRun(
            host, memory, policy: .named("alloc-thread"), model: model, detail: 2)
        let attempts = (0..<2).map { _ in run.engine.allocateWaiting(cpu: 0, domain: 0) }
        #expect(attempts.allSatisfy { $0.page == nil && $0.costNs == model.spinTurnNs })
        #expect(run.engine.zone.imported == 2)
        #expect(run.engine.zone.counters == ZoneCounters())
        #expect(run.engine.invariantViolations() == [])
        for offset in 64..<68 where offset % 2 == 1 {
            run.engine.memory.free(host.domains[0].firstPage + offset)
        }
        let last = run.engine.allocateWaiting(cpu: 0, domain: 0)
        #expect(last.page == host.domains[0].firstPage + 64)
        #expect(last.costNs == 3 * model.importNs)
        #expect(run.engine.allocateWaiting(cpu: 0, domain: 0).costNs == model.hitCpuNs)
        #expect(run.engine.zoneCounters.allocs == 2)
    }
}
