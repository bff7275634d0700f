import EngineTestSupport
import PhysicalMemory
import Testing
import TraceCore

@testable import ReclaimEngine

/// What a record takes and gives back (engine specification 4.1, 4.2, 4.8, 4.9).
struct RecordTests {
    private let host = PageMap.host((4096, 2))

    @Test(arguments: [0, 1, 2])
    func aSmallRecordNeverAsksTheZone(pages: Int) throws {
        var run = try EngineRun(
            host, PageMap.empty(host), policy: .named("cache-only"), detail: 2)
        run.apply(.record(at: 0, pages: pages, lifetimeNs: 1000))
        #expect(run.log.count(.importCall) == 0)
        #expect(run.engine.memory.domains[0].freeCount == 4096 - pages)
        #expect(run.engine.workers[0].served.small == 1)
        #expect(run.engine.workers[0].served.fallback == 1)
        run.run(until: 1000)
        #expect(run.engine.memory.domains[0].freeCount == 4096)
    }

    @Test func aSmallRecordStartsNoLimiter() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("cache-only"), detail: 2)
        run.apply(.record(at: 0, pages: 2), .record(at: 1, pages: 4))
        #expect(run.log.count(.limited) == 0)
        #expect(run.log.count(.allocFail) == 1)
    }

    @Test func privateDataNeedsNothing() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("reclaim-batch"), detail: 2)
        run.apply(.record(at: 0, anonymous: true))
        run.finish(at: 1_000_000)
        #expect(run.engine.memory.domains[0].freeCount == 2048)
        #expect(run.log.events(.derived).isEmpty)
        #expect(run.log.all(.service).last { $0.cpu == 0 }?["anonymous"] == 1)
    }

    @Test(arguments: [3, 4])
    func aLargeRecordTakesAWholeBuffer(pages: Int) throws {
        var run = try EngineRun(
            host, PageMap.empty(host), policy: .named("cache-only"), detail: 2)
        run.apply(.record(at: 0, pages: pages))
        #expect(run.engine.memory.domains[0].freeCount == 4092)
        #expect(run.log.count(.fallback) == 0)
    }

    @Test(arguments: [3, 4])
    func withoutABufferItTakesSinglePages(pages: Int) throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("cache-only"), detail: 2)
        run.apply(.record(at: 0, pages: pages, lifetimeNs: 5000, freeCpu: 1))
        #expect(run.engine.memory.domains[0].freeCount == 2048 - pages)
        run.run(until: 4999)
        #expect(run.engine.memory.domains[0].freeCount == 2048 - pages)
        run.run(until: 5000)
        #expect(run.engine.memory.domains[0].freeCount == 2048)
        let events = run.log.all(.fallback)
        #expect(events.map { $0.text("operation") } == ["allocate", "free"])
        #expect(events.map { $0["pages"] } == [Int64(pages), Int64(pages)])
        #expect(events.map(\.cpu) == [0, 1])
    }

    /// The buffer goes into the cache of the CPU that frees it, whichever CPU took it.
    @Test func theFreeingCpuKeepsTheBuffer() throws {
        var run = try EngineRun(
            host, PageMap.empty(host), policy: .named("cache-only"), detail: 2)
        run.apply(.record(at: 0, cpu: 0, lifetimeNs: 1000, freeCpu: 1))
        run.apply(.record(at: 2000, cpu: 0), .record(at: 3000, cpu: 1))
        #expect(run.log.all(.returned).map(\.cpu) == [1])
        #expect(run.log.all(.hit).map(\.cpu) == [1])
        #expect(run.log.all(.importCall).map(\.timeNs) == [0, 2000])
    }

    @Test func theFailureTellsWhatTheDomainHad() throws {
        var run = try EngineRun(host, PageMap.fragmented(host), policy: .named("cache-only"))
        run.apply(.record(at: 7, cpu: 1))
        let failure = try #require(run.log.all(.allocFail).first)
        #expect(failure["order"] == 2)
        #expect(failure["bytes"] == 16_384)
        #expect(failure["free_pages"] == 2048)
        #expect(failure["largest_order"] == 0)
        #expect(failure["thread"] == 1001)
        #expect(failure.text("requester") == "ktls worker")
    }
}
