import EngineTestSupport
import PhysicalMemory
import Testing
import TraceCore

@testable import ReclaimEngine

/// vm_wait and the levels of free memory (engine specification 4.10 step 4, 4.13, 5.2).
struct WaitTests {
    private let host = PageMap.host((4096, 2))
    private var limits: Thresholds { PageMap.thresholds(host) }

    /// So many single free pages, 64 file pages at the end of the domain, the rest kernel.
    /// The file pages are slots 0 to 63.
    private func memory(_ free: Int, others: PageKind = .file) -> MemorySnapshot {
        PageMap.memory(host) { _, offset in
            offset >= 4032 ? others : offset % 2 == 0 && offset / 2 < free ? .free : .kernel
        }.snapshot()
    }

    private func run(free: Int, others: PageKind = .file) throws -> EngineRun {
        try EngineRun(host, memory(free, others: others), policy: .named("reclaim-batch"))
    }

    /// The record that fails takes four of the free pages for itself.
    @Test func threePagesAboveTheReserveRefuseTheCall() throws {
        var run = try run(free: limits.reserved + 3 + 4)
        run.apply(.record(at: 0))
        run.run(until: 10_000_000)
        let end = try #require(run.log.all(.batchEnd).first)
        #expect(end.text("result") == "refused")
        #expect(end["passes"] == 0)
        #expect(end["tried"] == 0)
        #expect(end["nominal"] == 0)
        #expect(run.log.count(.batchPass) == 0)
        let wait = try #require(run.log.all(.waitBegin).first)
        #expect(wait["free_pages"] == Int64(limits.reserved + 3))
        #expect(wait["free_min"] == Int64(limits.min))
        #expect(wait["thread"] == 100)
        #expect(wait.timeNs == end.timeNs)
        #expect(run.log.count(.threadSleep) == 0)
    }

    @Test func fourPagesAboveItAreEnough() throws {
        var run = try run(free: limits.reserved + 4 + 4)
        run.apply(.record(at: 0))
        run.run(until: 10_000_000)
        #expect(run.log.all(.batchEnd).map { $0.text("result") } == ["ok"])
        #expect(run.log.count(.batchPass) == 3)
    }

    @Test func theWaitEndsWhenTheMinimumIsReached() throws {
        var run = try run(free: limits.reserved + 3 + 4)
        run.apply(.record(at: 0))
        let missing = limits.min - limits.reserved - 3
        run.apply(.background(at: 20_000_000, .free, slot: 0, pages: missing - 1))
        #expect(run.log.count(.waitEnd) == 0)
        run.apply(.background(at: 30_000_000, .free, slot: missing - 1))
        let begin = try #require(run.log.all(.waitBegin).first)
        let end = try #require(run.log.all(.waitEnd).first)
        #expect(end.timeNs == 30_000_000)
        #expect(end["woken_by"] == 0)
        #expect(end["free_pages"] == Int64(limits.min))
        #expect(end["ns"] == 30_000_000 - begin.timeNs)
        #expect(end.cause == begin.sequence)
        let level = try #require(run.log.all(.domainLevel).last { $0.text("level") == "min" })
        #expect(level["on"] == 0)
        #expect(level.timeNs == 30_000_000)
        run.run(until: 40_000_000)
        #expect(run.log.count(.threadSleep) == 1)
        // On a CPU twice: for the call, and after the wait.
        #expect(run.log.all(.onCpu).map { $0.text("state") } == ["vm_wait", "sleep"])
        #expect(run.log.count(.threadRun) == 1)
    }

    /// A call that finds nothing fails; it waits exactly when pages are short.
    @Test(arguments: [(0, "wait_skip"), (-1, "wait_begin"), (1, "wait_skip")])
    func aFailedCallWaitsBelowTheMinimumOnly(distance: Int, kind: String) throws {
        var run = try run(free: limits.min + distance + 4, others: .kernel)
        run.apply(.record(at: 0))
        run.run(until: 10_000_000)
        #expect(run.log.all(.batchEnd).map { $0.text("result") } == ["failed"])
        #expect(run.log.all(.batchEnd).map { $0["passes"] } == [3])
        let waits = run.log.all(.waitBegin, .waitSkip)
        #expect(waits.map(\.kind.name) == [kind])
        #expect(waits.map { $0["free_pages"] } == [Int64(limits.min + distance)])
        #expect(run.log.count(.threadSleep) == (kind == "wait_skip" ? 1 : 0))
    }

    /// One channel for all: domain 1 recovers and wakes the thread of domain 0, which does not
    /// look again.
    @Test func anotherDomainsRecoveryEndsTheWait() throws {
        let host = PageMap.host((4096, 1), (4096, 1))
        let memory = PageMap.memory(host) { domain, offset in
            if domain == 1, offset == 4095 { return .file }
            return offset % 2 == 0 && offset / 2 < limits.min - 1 ? .free : .kernel
        }.snapshot()
        var run = try EngineRun(host, memory, policy: .named("reclaim-batch"))
        run.apply(.record(at: 0, cpu: 0))
        run.run(until: 10_000_000)
        #expect(run.log.all(.waitBegin).map(\.domain) == [0])
        run.apply(.background(at: 20_000_000, .free, slot: 0, domain: 1))
        let end = try #require(run.log.all(.waitEnd).first)
        #expect(end.domain == 0)
        #expect(end["woken_by"] == 1)
        #expect(end["free_pages"] < end.domainMinimum(host))
        run.run(until: 30_000_000)
        #expect(run.log.all(.threadSleep).map(\.domain) == [0])
    }

    @Test func aWorkerWithoutPagesSleepsAndItsRecordsQueueUp() throws {
        var run = try EngineRun(
            host, memory(limits.reserved + 2), policy: .named("cache-only"), detail: 2)
        run.apply(.record(at: 0, handle: 7), .record(at: 100, handle: 8))
        let begin = try #require(run.log.all(.waitBegin).first)
        #expect(begin["thread"] == 1000)
        #expect(begin["free_pages"] == Int64(limits.reserved))
        #expect(run.log.count(.waitBegin) == 1)
        #expect(run.log.count(.fallback) == 0)
        run.apply(
            .background(at: 1000, .free, slot: 0, pages: limits.min - limits.reserved))
        let end = try #require(run.log.all(.waitEnd).first)
        #expect(end["thread"] == 1000)
        #expect(end["ns"] == 1000)
        #expect(end.cause == begin.sequence)
        #expect(run.log.all(.fallback).map { $0["handle"] } == [7, 8])
        #expect(run.log.all(.fallback).map(\.timeNs) == [1000, 1000])
        // The second record finds the limiter still closed.
        #expect(run.engine.workers[0].served.limited == 1)
        #expect(run.engine.invariantViolations() == [])
    }

    @Test func aQueueThatRunsDryAgainKeepsItsOrder() throws {
        var run = try EngineRun(
            host, memory(limits.reserved), policy: .named("cache-only"), detail: 2)
        run.apply((0..<8).map { .record(at: $0, handle: 50 + $0) })
        #expect(run.log.count(.waitBegin) == 1)
        // Enough for four records and two pages of the fifth.
        run.apply(.background(at: 1000, .free, slot: 0, pages: limits.min - limits.reserved))
        let served = (limits.min - limits.reserved) / 4
        #expect(
            run.log.all(.fallback).map { $0["handle"] }
                == (0..<Int64(served)).map { 50 + $0 })
        #expect(run.log.count(.waitBegin) == 2)
        run.apply(.background(at: 2000, .free, slot: 20, pages: limits.min - limits.reserved))
        #expect(run.log.all(.fallback).map { $0["handle"] } == (0..<8).map { 50 + $0 })
        #expect(run.engine.invariantViolations() == [])
    }

    @Test func eachLevelIsReportedAsItIsCrossed() throws {
        var run = try EngineRun(
            host, memory(limits.min + 1), policy: .named("cache-only"))
        let toSevere = limits.min + 1 - limits.severe
        run.apply(
            .background(at: 1, .allocate, slot: 100, kind: .kernel),
            .background(at: 2, .allocate, slot: 101, kind: .kernel),
            .background(at: 3, .allocate, slot: 102, pages: toSevere - 1, kind: .kernel),
            .background(at: 4, .free, slot: 100),
            .background(at: 5, .free, slot: 102, pages: toSevere - 1))
        let levels = run.log.all(.domainLevel).map {
            "\($0.timeNs) \($0.text("level")) \($0["on"]) \($0["free_pages"])"
        }
        #expect(
            levels == [
                "2 min 1 \(limits.min - 1)", "3 severe 1 \(limits.severe - 1)",
                "4 severe 0 \(limits.severe)", "5 min 0 \(limits.min)",
            ])
    }
}

extension LoggedEvent {
    /// `free_min` of the event's domain.
    fileprivate func domainMinimum(_ host: Host) -> Int64 {
        Int64(PageMap.thresholds(host, domain).min)
    }
}
