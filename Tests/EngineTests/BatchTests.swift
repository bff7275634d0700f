import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import Testing
import TraceCore

/// One call of the re-worked thread: passes, real and nominal gain (engine specification 4.10,
/// 5.2, 9.1; section 13).
struct BatchTests {
    /// 3328 single free pages below, 700 runs of file pages above, each between kernel pages.
    private let host = PageMap.host((12_288, 4))
    private var sevenHundredRuns: MemorySnapshot {
        PageMap.memory(host) { _, offset in
            if offset < 6656 { return offset % 2 == 0 ? .free : .kernel }
            let group = (offset - 6656) / 4
            return group % 2 == 0 && group / 2 < 700 ? .file : .kernel
        }.snapshot()
    }

    private func run(_ tunables: (String, Int64)..., detail: Int = 1) throws -> EngineRun {
        var policy = Policy.named("reclaim-batch")
        for (name, value) in tunables { try policy.set("kern.ipc.tls." + name, to: value) }
        var run = try EngineRun(host, sevenHundredRuns, policy: policy, detail: detail)
        run.apply(.record(at: 0))
        run.run(until: 900_000_000)
        return run
    }

    @Test func theNominalCounterIsNotTheGain() throws {
        var run = try run()
        let begin = try #require(run.log.all(.batchBegin).first)
        #expect(begin["desired"] == 1024)
        #expect(begin["ring"] == 1039)
        #expect(begin["target_pages"] == 4096)
        let end = try #require(run.log.all(.batchEnd).first)
        #expect(end.text("result") == "ok")
        #expect(end["passes"] == 3)
        #expect(end["ok"] == 2100)
        #expect(end["tried"] == 2100)
        #expect(end["moved"] == 2800)
        #expect(end["gained_blocks"] == 700)
        #expect(end["phantom"] == 0)
        #expect(end["nominal"] == 1024)
        let passes = run.log.all(.batchPass)
        #expect(passes.map { $0.text("option") } == ["no_reservations", "no_superpages", "any"])
        #expect(passes.map { $0["runs_found"] } == [700, 700, 700])
        #expect(passes.map { $0["runs_kept"] } == [700, 700, 700])
        run.finish(at: 900_000_000)
        #expect(run.log.all(.threadSleep).map { $0["counter"] } == [1024])
        let sample = try #require(run.log.all(.sample).last)
        #expect(sample["reclaims"] == 1024)
        #expect(sample["blocks_2"] == 700)
        #expect(sample["free_pages"] == 3324)
        #expect(run.engine.invariantViolations() == [])
    }

    @Test func enoughRunsNeedOnePass() throws {
        let run = try run(("max_reclaim", 500))
        let end = try #require(run.log.all(.batchEnd).first)
        #expect(end["passes"] == 1)
        #expect(end["ok"] == 500)
        #expect(end["gained_blocks"] == 500)
        #expect(end["nominal"] == 500)
        #expect(run.log.all(.batchPass).map { $0["runs_kept"] } == [515])
    }

    @Test(arguments: [0, 1] as [Int64])
    func theSmallestGoalIsTwoRuns(desired: Int64) throws {
        let run = try run(("max_reclaim", desired), detail: 2)
        #expect(run.log.all(.batchBegin).map { $0["ring"] } == [16])
        #expect(run.log.all(.batchBegin).map { $0["target_pages"] } == [8])
        #expect(run.log.all(.batchEnd).map { $0["ok"] } == [2])
        #expect(run.log.all(.batchEnd).map { $0["nominal"] } == [desired])
        // The two highest runs of the host, the highest one first.
        #expect(run.log.all(.run).map { $0["page"] } == [65_536 + 12_248, 65_536 + 12_240])
    }

    @Test func aNegativeGoalIsNeverReached() throws {
        let run = try run(("max_reclaim", -1))
        let end = try #require(run.log.all(.batchEnd).first)
        #expect(end.text("result") == "ok")
        #expect(end["passes"] == 3)
        #expect(end["ok"] == 48)
        #expect(end["nominal"] == -1)
    }

    @Test func thePagesMovedAreFollowed() throws {
        var run = try run()
        let before = run.engine.memory.domains[0].freeCount
        run.apply(.background(at: 950_000_000, .free, slot: 0, pages: 2800))
        #expect(run.engine.memory.domains[0].freeCount == before + 2800)
        #expect(run.engine.invariantViolations() == [])
        let host = host.domains[0]
        let left = (host.firstPage..<host.firstPage + host.pageCount).filter {
            run.engine.memory.kind(of: $0) == .file
        }
        #expect(left.isEmpty)
    }

    /// The call takes the time of what it does, in slices.
    @Test func theTimeIsThatOfItsVisitsAndMoves() throws {
        let run = try run(detail: 2)
        let end = try #require(run.log.all(.batchEnd).first)
        let model = ModelParameters.quiet
        let scanNs = run.log.all(.batchPass).map { pass in
            pass["visits"] * model.scanVisitNs + pass["object_locks"] * model.scanObjectLockNs
        }
        #expect(run.log.all(.batchPass).map { $0["ns"] } == scanNs)
        let runNs = run.log.all(.run).map { attempt in
            attempt["moved"] * model.relocatePageNs + (4 - attempt["moved"]) * model.checkPageNs
        }
        let cpuNs = scanNs.reduce(0, +) + runNs.reduce(0, +)
        #expect(end["cpu_ns"] == cpuNs)
        let begin = try #require(run.log.all(.batchBegin).first)
        #expect(end.timeNs - begin.timeNs == cpuNs)
        #expect(run.log.all(.onCpu).map { $0["ns"] } == [cpuNs])
    }

    /// Between two slices of a call others go on: pages that are gone by then are not touched.
    @Test func othersGoOnBetweenTwoSlices() throws {
        var policy = Policy.named("reclaim-batch")
        try policy.set("kern.ipc.tls.max_reclaim", to: 700)
        var run = try EngineRun(host, sevenHundredRuns, policy: policy, detail: 2)
        run.apply(.record(at: 0))
        let beginNs = try #require(run.time(ofNext: .batchBegin))
        // Slots are numbered upward, runs are tried downward: the lowest run is wired in time.
        run.apply(.background(at: beginNs + 1_500_000, .wire, slot: 0, pages: 4))
        run.run(until: 900_000_000)
        let tried = run.log.all(.run)
        #expect(tried.first { $0["page"] == 65_536 + 6656 }?.text("result") == "busy")
        #expect(run.log.all(.batchEnd).map { $0["passes"] } == [3])
        #expect(run.log.all(.batchEnd).map { $0["gained_blocks"] } == [699])
        #expect(run.engine.invariantViolations() == [])
    }

    @Test func aSettingHoldsFromItsInstantOn() throws {
        var run = try EngineRun(host, sevenHundredRuns, policy: .named("reclaim-batch"))
        run.apply(
            .set(at: 0, "max_reclaim", 10), .record(at: 0, cpu: 0),
            .set(at: 100_000_000, "max_reclaim", 20), .record(at: 100_000_000, cpu: 1))
        run.apply((0..<40).map { .record(at: 200_000_000 + $0, cpu: 2) })
        run.run(until: 250_000_000)
        let batches = run.log.all(.batchBegin)
        #expect(batches.map { $0["desired"] } == [10, 20])
        #expect(batches.map { $0["ring"] } == [25, 35])
        #expect(
            run.log.all(.set).map { $0.text("name") }
                == Array(repeating: "kern.ipc.tls.max_reclaim", count: 2))
    }

    @Test func whatOnlyAnotherPolicyHasIsRecordedAndChangesNothing() throws {
        var run = try EngineRun(host, sevenHundredRuns, policy: .named("reclaim-batch"))
        run.apply(.set(at: 0, "max_alloc", 3), .record(at: 1))
        run.run(until: 100_000_000)
        #expect(run.log.all(.set).map { $0["value"] } == [3])
        #expect(run.log.all(.batchBegin).map { $0["desired"] } == [1024])
    }
}
