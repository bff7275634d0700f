import EngineTestSupport
import PhysicalMemory
import Testing
import TraceCore

@testable import ReclaimEngine

/// Fallback pages through the page caches of CPUs.
struct PageCacheTests {
    private let host = PageMap.host((4096, 2))
    private var limits: Thresholds { PageMap.thresholds(host) }

    private func run(free: Int = 2000, batch: Int64 = 8) throws -> EngineRun {
        let memory = PageMap.memory(host) { _, offset in
            offset % 2 == 1 ? .kernel : offset / 2 < free ? .free : .file
        }.snapshot()
        var model = ModelParameters.quiet
        model.pgcachePages = batch
        return try EngineRun(host, memory, policy: .named("cache-only"), model: model, detail: 2)
    }

    private func freePages(_ run: EngineRun) -> Int { run.engine.memory.domains[0].freeCount }

    private func cached(_ run: EngineRun) -> [Int] {
        var pages: [Int] = []
        run.engine.pageCache.forEachPage { page, _ in if page >= 0 { pages.append(page) } }
        return pages
    }

    @Test func pagesComeInBatches() throws {
        var run = try run()
        var free: [Int] = []
        for number in 0..<5 {
            run.apply(.record(at: Int64(number)))
            free.append(2000 - freePages(run))
        }
        // Four pages a record, eight a batch.
        #expect(free == [8, 8, 16, 16, 24])
        #expect(run.engine.pageCache.pageCounts == [4])
        #expect(run.engine.fallbackPages == [20])
        #expect(cached(run).allSatisfy { run.engine.memory.kind(of: $0) == .fallback })
        #expect(run.engine.invariantViolations() == [])
        run.finish(at: 10)
        #expect(run.log.all(.sample).last?["pgcache_pages"] == 4)
    }

    @Test func thePageFreedLastIsUsedFirst() throws {
        var run = try run()
        run.apply(.record(at: 0, lifetimeNs: 10), .record(at: 5))
        run.run(until: 20)
        let known = cached(run)
        #expect(known.count == 4)
        run.apply(.record(at: 30, pages: 2))
        #expect(cached(run) == Array(known.prefix(2)))
        #expect(freePages(run) == 2000 - 8)
    }

    @Test func aPageGoesToTheCacheOfTheCpuThatFreesIt() throws {
        var run = try run()
        run.apply(.record(at: 0, cpu: 0, lifetimeNs: 10, freeCpu: 1))
        run.run(until: 20)
        #expect(run.engine.pageCache.pageCounts == [8])
        // CPU 0 has four pages left, CPU 1 the four it freed.
        run.apply(.record(at: 30, cpu: 1))
        #expect(freePages(run) == 2000 - 8)
        run.apply(.record(at: 31, cpu: 1))
        #expect(freePages(run) == 2000 - 16)
    }

    @Test func aFullCacheGivesABatchBack() throws {
        var run = try run()
        run.apply((0..<8).map { .record(at: $0, cpu: 0, lifetimeNs: 100, freeCpu: 1) })
        #expect(freePages(run) == 2000 - 32)
        run.run(until: 104)
        // Five of the eight records are back: a batch of eight was given up for the 17th page.
        #expect(run.engine.pageCache.pageCounts == [12])
        #expect(freePages(run) == 2000 - 32 + 8)
        run.run(until: 200)
        #expect(run.engine.pageCache.pageCounts == [16])
        #expect(freePages(run) == 2000 - 16)
        #expect(run.engine.fallbackPages == [0])
        #expect(run.engine.invariantViolations() == [])
    }

    /// A batch is charged whole or not at all; single pages still go through, and go back past
    /// the cache.
    @Test func aRefusedBatchLeavesSinglePages() throws {
        var run = try run(free: limits.reserved + 7)
        let deficit = run.engine.memory.domains[0].pageoutDeficit
        run.apply(.record(at: 0, pages: 2, lifetimeNs: 10))
        #expect(freePages(run) == limits.reserved + 5)
        #expect(run.engine.pageCache.pageCounts == [0])
        #expect(run.engine.memory.domains[0].pageoutDeficit == deficit)
        run.run(until: 20)
        #expect(freePages(run) == limits.reserved + 7)
        #expect(run.engine.pageCache.pageCounts == [0])
        #expect(run.engine.invariantViolations() == [])
    }

    @Test func withoutCachesPagesAreTakenOneByOne() throws {
        var run = try run(batch: 0)
        run.apply(.record(at: 0, lifetimeNs: 10))
        #expect(freePages(run) == 2000 - 4)
        run.run(until: 20)
        #expect(freePages(run) == 2000)
    }

    @Test func aSevereShortageEmptiesThem() throws {
        var run = try run()
        run.apply((0..<3).map { .record(at: $0, cpu: Int($0 % 2)) })
        let pages = run.engine.pageCache.pageCounts[0]
        #expect(pages > 0)
        let free = freePages(run)
        run.engine.drainPageCaches(0)
        #expect(run.engine.pageCache.pageCounts == [0])
        #expect(freePages(run) == free + pages)
        #expect(run.engine.invariantViolations() == [])
    }

    @Test func theirOrderIsInTheDigest() throws {
        var run = try run()
        run.apply(.record(at: 0))
        let before = run.engine.stateDigest
        let (first, second) = (
            run.engine.pageCache.take(cpu: 0, domain: 0),
            run.engine.pageCache.take(cpu: 0, domain: 0)
        )
        run.engine.pageCache.put(try #require(first), cpu: 0, domain: 0)
        run.engine.pageCache.put(try #require(second), cpu: 0, domain: 0)
        #expect(run.engine.stateDigest != before)
    }
}
