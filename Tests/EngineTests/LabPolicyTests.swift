import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import Testing
import TraceCore

/// The policies that FreeBSD does not have do what they claim.
struct LabPolicyTests {
    private let host = PageMap.host((4096, 4))

    private func policy(_ name: String, _ settings: (String, Int64)...) throws -> Policy {
        var policy = Policy.named(name)
        for (setting, value) in settings { try policy.set(setting, to: value) }
        return policy
    }

    // MARK: reclaim-honest

    /// A failure, and before the thread runs every second of the ten highest units becomes free.
    private func batch(_ name: String) throws -> LoggedEvent {
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named(name, ("max_reclaim", 10)), detail: 2)
        run.apply(.record(at: 0))
        run.apply((0..<5).map { .background(at: 1, .free, slot: 4093 - 8 * $0, pages: 3) })
        run.run(until: 900_000_000)
        #expect(
            run.engine.memory.domains[0].contiguousBlocks == (name == "reclaim-batch" ? 10 : 15))
        #expect(run.engine.invariantViolations() == [])
        return try #require(run.log.all(.batchEnd).first)
    }

    @Test func runsThatAreFreeAlreadyDoNotCount() throws {
        let usual = try batch("reclaim-batch")
        #expect(usual["ok"] == 10)
        #expect(usual["gained_blocks"] == 5)
        #expect(usual["nominal"] == 10)
        let honest = try batch("reclaim-honest")
        #expect(honest["ok"] == 10)
        #expect(honest["gained_blocks"] == 10)
        #expect(honest["nominal"] == 10)
        #expect(honest["moved"] == 20)
        #expect(honest["passes"] == 1)
    }

    /// Half of the pages of the one reservation are populated, no two adjacent; what leaves it
    /// leaves free pages in it that no import can have.
    private func phantoms(_ name: String) throws -> (end: LoggedEvent, run: EngineRun) {
        let memory = PageMap.reserved(host, [{ $0 % 2 == 0 }]) { $0 % 2 == 0 ? .free : .kernel }
        var run = try EngineRun(
            host, memory.snapshot(), policy: .named(name, ("max_reclaim", 10)))
        run.apply(.record(at: 0))
        run.run(until: 900_000_000)
        #expect(run.engine.invariantViolations() == [])
        return (try #require(run.log.all(.batchEnd).first), run)
    }

    @Test func phantomsDoNotCount() throws {
        let usual = try phantoms("reclaim-batch")
        #expect(usual.end.text("result") == "ok")
        #expect(usual.end["phantom"] == 10)
        #expect(usual.end["gained_blocks"] == 0)
        #expect(usual.end["nominal"] == 10)
        let honest = try phantoms("reclaim-honest")
        #expect(honest.end.text("result") == "failed")
        #expect(honest.end["gained_blocks"] == 0)
        #expect(honest.end["nominal"] == 0)
        #expect(honest.run.log.all(.threadSleep).map { $0["counter"] } == [0])
        // Both waited for nothing: pages are not short.
        #expect(honest.run.log.count(.waitSkip) == 1)
        #expect(usual.run.log.count(.waitSkip) == 0)
    }

    // MARK: reclaim-resume

    @Test func aCallGoesOnWhereTheLastOneStopped() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("reclaim-resume", ("max_reclaim", 20)),
            detail: 2)
        run.apply(.record(at: 0))
        run.run(until: 900_000_000)
        let first = try #require(run.log.all(.batchEnd).first)
        #expect(first["gained_blocks"] == 20)
        #expect(first["nominal"] == 20)
        #expect(first["passes"] == 1)
        #expect(run.log.all(.batchPass).map { $0["runs_kept"] } == [35])
        // The lowest 35 units, the highest of them first; the single pages of the record that
        // failed lie in the two below.
        let begin = host.domains[0].firstPage
        #expect(
            run.log.all(.run).map { Int($0["page"]) }
                == (17..<37).reversed().map { begin + 4 * $0 })
        // Twenty more records, and the next one fails.
        run.apply((0..<21).map { .record(at: 1_000_000_000 + $0) })
        run.run(until: 1_900_000_000)
        #expect(run.log.count(.allocFail) == 2)
        let second = run.log.all(.run).dropFirst(20)
        // 35 units more; again two of them hold single pages.
        #expect(second.first?["page"] == Int64(begin + 4 * 73))
        #expect(second.allSatisfy { $0["page"] >= Int64(begin + 4 * 37) })
        let visits = run.log.all(.batchPass).map { $0["visits"] }
        #expect(visits.allSatisfy { $0 < 4096 / 8 })
        #expect(run.log.all(.batchEnd).map { $0["gained_blocks"] } == [20, 20])
        #expect(run.engine.invariantViolations() == [])
    }

    @Test func itGoesRoundAndGivesUpAfterThreeRounds() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host, others: .kernel),
            policy: .named("reclaim-resume", ("max_reclaim", 20)))
        run.apply(.record(at: 0))
        run.run(until: 900_000_000)
        #expect(run.log.all(.batchEnd).map { $0.text("result") } == ["failed"])
        #expect(run.log.all(.batchEnd).map { $0["passes"] } == [3])
        #expect(run.log.all(.threadSleep).map { $0["counter"] } == [0])
    }

    // MARK: watermark

    /// 100 blocks of 16 KiB below; above them free pages of which none are adjacent.
    private func hundredBlocks(others: PageKind) -> MemorySnapshot {
        PageMap.memory(host) { _, offset in
            if offset < 800 { return offset % 8 < 4 ? .free : .kernel }
            return offset % 2 == 0 ? .free : others
        }.snapshot()
    }

    @Test func itRunsBeforeAnythingFails() throws {
        var run = try EngineRun(
            host, hundredBlocks(others: .file),
            policy: try policy(
                "watermark", ("lab.watermark_blocks", 98), ("kern.ipc.tls.max_reclaim", 10)))
        run.apply(.record(at: 0), .record(at: 1_000_000))
        #expect(run.log.count(.wakeSend) == 0)
        run.apply(.record(at: 2_000_000))
        let wake = try #require(run.log.all(.wakeSend).first)
        #expect(wake.text("origin") == "watermark")
        #expect(wake.text("effect") == "woke")
        #expect(wake.cause == run.log.all(.request)[2].sequence)
        // Nothing more is sent while the thread is on its way or at work.
        run.apply(.record(at: 2_000_001))
        run.run(until: 500_000_000)
        #expect(run.log.count(.wakeSend) == 1)
        #expect(run.log.count(.allocFail) == 0)
        #expect(run.log.all(.batchEnd).map { $0["gained_blocks"] } == [10])
        #expect(run.engine.memory.domains[0].contiguousBlocks == 106)
    }

    @Test func aFutileCallIsNotRepeatedAtEveryImport() throws {
        var run = try EngineRun(
            host, hundredBlocks(others: .kernel),
            policy: try policy(
                "watermark", ("lab.watermark_blocks", 1000), ("lab.watermark_pause_ms", 50),
                ("kern.ipc.tls.max_reclaim", 120)))
        run.apply(.record(at: 0))
        let endNs = try #require(run.time(ofNext: .batchEnd))
        run.run(until: endNs)
        #expect(run.log.all(.batchEnd).map { $0["gained_blocks"] } == [0])
        let quietUntilNs = endNs + 50_000_000
        run.apply((1...40).map { .record(at: endNs + $0 * 1_000_000) })
        run.apply(.record(at: quietUntilNs - 1))
        #expect(run.log.count(.wakeSend) == 1)
        run.apply(.record(at: quietUntilNs))
        #expect(run.log.all(.wakeSend).map { $0.text("origin") } == ["watermark", "watermark"])
    }

    // MARK: reclaim-adaptive

    @Test(arguments: [(1024, 6), (4, 4), (-1, 1)] as [(Int64, Int64)])
    func itAsksForAsMuchAsFailed(most: Int64, desired: Int64) throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host),
            policy: try policy(
                "reclaim-adaptive", ("lab.runs_per_failure", 2),
                ("kern.ipc.tls.max_reclaim", most)))
        run.apply(.record(at: 0), .record(at: 1, cpu: 1), .record(at: 2, cpu: 3))
        run.run(until: 900_000_000)
        #expect(run.log.all(.batchBegin).map { $0["desired"] } == [desired])
        #expect(run.log.all(.threadSleep).map { $0["counter"] } == [desired])
    }

    // MARK: unlocked-limit

    @Test func oneFailureLimitsItsDomain() throws {
        let host = PageMap.host((4096, 2), (4096, 1))
        var run = try EngineRun(
            host, PageMap.fragmented(host, others: .kernel), policy: .named("unlocked-limit"),
            detail: 2)
        run.apply(
            .record(at: 0, cpu: 1), .record(at: 1, cpu: 0), .record(at: 2, cpu: 2),
            .record(at: 999_999_999, cpu: 1), .record(at: 1_000_000_000, cpu: 0))
        #expect(run.log.all(.allocFail).map(\.cpu) == [1, 2, 0])
        #expect(run.log.all(.limited).map(\.cpu) == [0, 1])
        #expect(run.log.all(.limited).map { $0["ticks_left"] } == [1000, 1])
    }
}
