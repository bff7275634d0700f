import EngineTestSupport
import PhysicalMemory
import Testing
import TraceCore

@testable import ReclaimEngine

/// The thread before the re-work: it allocates and, on a fragmented host, turns in place
/// (engine specification 5.1).
struct SpinTests {
    private let host = PageMap.host((4096, 1))
    private let turnNs = ModelParameters().spinTurnNs

    /// A thread that wants two buffers and spins since the instant returned with it. The file
    /// pages are slots 0 to 2047, at the odd places.
    private func spinning() throws -> (run: EngineRun, sinceNs: Int64) {
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("alloc-thread", ("max_alloc", 2)),
            detail: 2)
        run.apply(.record(at: 0))
        let sinceNs = try #require(run.time(ofNext: .spinBegin))
        #expect(run.time(ofNext: .threadRun) == sinceNs)
        run.run(until: sinceNs)
        return (run, sinceNs)
    }

    @Test(arguments: [1, 599, 600, 601, 10_000_001] as [Int64])
    func itEndsAtTheFirstTurnThatFindsABlock(afterNs: Int64) throws {
        var (run, sinceNs) = try spinning()
        let deficit = run.engine.memory.domains[0].pageoutDeficit
        run.apply(.background(at: sinceNs + afterNs, .free, slot: 2046, pages: 2))
        run.run(until: sinceNs + afterNs + 2 * turnNs)
        let end = try #require(run.log.all(.spinEnd).first)
        let turns = afterNs / turnNs + 1
        #expect(end.timeNs == sinceNs + turns * turnNs)
        #expect(end["iterations"] == turns)
        #expect(end["deficit"] == turns)
        #expect(end["cpu_ns"] == turns * turnNs)
        #expect(end.cause == run.log.all(.spinBegin)[0].sequence)
        // All turns count, and the one failed attempt with which the next spin begins.
        #expect(run.engine.memory.domains[0].pageoutDeficit == deficit + Int(turns) + 1)
    }

    @Test func withEnoughBlocksTheRoundEnds() throws {
        var (run, sinceNs) = try spinning()
        run.apply(
            .background(at: sinceNs + 1_000_000, .free, slot: 2046, pages: 2),
            .background(at: sinceNs + 2_000_000, .free, slot: 2044, pages: 2))
        #expect(run.engine.threads[0].heldBuffers == 1)
        run.run(until: sinceNs + 3_000_000)
        #expect(run.log.count(.spinBegin) == 2)
        #expect(run.log.count(.spinEnd) == 2)
        #expect(run.log.all(.threadSleep).map { $0["counter"] } == [2])
        #expect(run.engine.threads[0].heldBuffers == 0)
        #expect(run.engine.zone.heldItems(cpus: 0..<1) == 2)
        #expect(run.engine.invariantViolations() == [])
        // The next record that asks is served from what the thread gave back.
        run.apply(.record(at: 1_000_000_000))
        #expect(run.log.all(.hit).map(\.timeNs) == [1_000_000_000])
    }

    @Test func cachedBuffersAreTakenFirst() throws {
        let memory = PageMap.memory(host) { _, offset in
            offset < 8 || offset % 2 == 0 ? .free : .kernel
        }.snapshot()
        var run = try EngineRun(
            host, memory, policy: .named("alloc-thread", ("max_alloc", 2)), detail: 2)
        run.apply(
            .record(at: 0, lifetimeNs: 2_000_000), .record(at: 1, lifetimeNs: 2_000_000),
            .record(at: 2))
        #expect(run.log.count(.allocFail) == 1)
        run.run(until: 10_000_000)
        #expect(run.log.count(.spinBegin) == 1)
        // Nothing was imported for the thread, and buffers in a cache do not end its spin.
        #expect(run.log.count(.spinEnd) == 0)
        #expect(run.engine.zone.heldItems(cpus: 0..<1) == 2)
    }

    @Test func itNeverMovesAPage() throws {
        var (run, sinceNs) = try spinning()
        run.apply(.background(at: sinceNs + 1_000_000, .free, slot: 2046, pages: 2))
        run.finish(at: sinceNs + 50_000_000)
        #expect(run.log.all(.batchBegin, .batchPass, .batchEnd, .run).isEmpty)
        let first = host.domains[0].firstPage
        let moved = (0..<2046).filter { number in
            let page = first + 2 * number + 1
            return run.engine.memory.owner(of: page) != Int32(host.slot(ofPage: page, domain: 0))
        }
        #expect(moved.isEmpty)
    }

    @Test func aShortageTurnsTheSpinIntoAWait() throws {
        var (run, sinceNs) = try spinning()
        let limits = PageMap.thresholds(host)
        let free = run.engine.memory.domains[0].freeCount
        run.apply(
            .background(
                at: sinceNs + 1000, .allocate, slot: 5000, pages: free - limits.min + 1,
                kind: .kernel))
        run.run(until: sinceNs + 10_000)
        #expect(run.log.all(.spinEnd).map(\.timeNs) == [sinceNs + 1200])
        let wait = try #require(run.log.all(.waitBegin).first)
        #expect(wait.timeNs == sinceNs + 1200)
        #expect(wait["free_pages"] == Int64(limits.min - 1))
        #expect(run.log.all(.onCpu).map { $0["ns"] } == [1200])
        run.apply(.background(at: sinceNs + 20_000, .free, slot: 5000))
        #expect(run.log.all(.waitEnd).map(\.timeNs) == [sinceNs + 20_000])
        run.run(until: sinceNs + 10_000_000)
        // Back on a CPU it spins again.
        #expect(run.log.count(.spinBegin) == 2)
        #expect(run.log.count(.threadRun) == 1)
    }

    @Test func withoutFragmentationThereIsNoSpin() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("alloc-thread", ("max_alloc", 5)))
        // Ten blocks appear after the failure and before the thread runs.
        run.apply(.record(at: 0), .background(at: 1, .free, slot: 2028, pages: 20))
        run.run(until: 100_000_000)
        #expect(run.log.count(.spinBegin) == 0)
        #expect(run.log.all(.threadSleep).map { $0["counter"] } == [5])
        let model = ModelParameters.quiet
        #expect(run.log.all(.onCpu).map { $0["ns"] } == [5 * model.importNs])
        #expect(run.engine.memory.domains[0].contiguousBlocks == 5)
    }
}
