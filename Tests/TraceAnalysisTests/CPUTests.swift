import AnalysisTestSupport
import Histograms
import Testing
import TraceAnalysis
import TraceCore

@Suite struct CPUTests {
    /// Two passes and a batch of 900 ns on thread 5 of domain 1, in a trace of 10 us.
    private func engineScript() -> Script {
        var script = Script()
        script.at(
            0, "thread_name", domain: 1, ["thread": 5, "name": "reclaim 1", "role": "reclaim"])
        script.at(
            1_000, "batch_begin", domain: 1, ["thread": 5, "mode": "daemon", "routine": "ext"])
        script.at(
            1_500, "batch_pass", domain: 1,
            [
                "thread": 5, "option": "no_reservations", "ns": 400, "visits": 10,
            ])
        script.at(
            1_900, "batch_pass", domain: 1,
            [
                "thread": 5, "option": "any", "ns": 300, "visits": 20,
            ])
        script.at(
            2_000, "batch_end", domain: 1,
            [
                "thread": 5, "mode": "daemon", "routine": "ext", "cpu_ns": 900, "gained_blocks": 4,
                "nominal": 1024, "phantom": 2,
            ])
        return script
    }

    @Test func batchesGiveCPUTimeWhereNothingElseDoes() throws {
        var script = engineScript()
        script.at(10_000, "counter", ["name": "x", "value": 1])
        let summary = try script.summary()
        #expect(summary.window.lengthNs == 10_000)
        #expect(summary.cpu.reclaimNs == 900)
        #expect(summary.coreSharePpm == 90_000)
        #expect(summary.cpu.passNs == [300, 400, 0, 0])
        #expect(summary.nsPerGainedBlock == 225)
        #expect(summary.cpu.domains.map(\.domain) == [1])
        #expect(summary.cpu.domains.map(\.reclaimNs) == [900])
        let thread = try #require(summary.cpu.threads.first)
        #expect(thread.thread == 5 && thread.isReclaim && thread.evidence == .batches)
        #expect(thread.batchNs == 900 && thread.visits.value == 30)
        #expect(summary.threadName(5) == "reclaim 1" && summary.threadName(6) == "thread 6")
    }

    @Test func stretchesReplaceBatchesInsteadOfAddingToThem() throws {
        var script = engineScript()
        script.at(3_000, "on_cpu", domain: 1, ["thread": 5, "ns": 2_500])
        let summary = try script.summary()
        #expect(summary.cpu.reclaimNs == 2_500)
        let thread = try #require(summary.cpu.threads.first)
        #expect(thread.evidence == .stretches && thread.batchNs == 900)
        #expect(thread.stretches.sortedSamples == [2_500])
    }

    @Test func aStretchWithoutBeginIsCountedApart() throws {
        var script = Script()
        script.at(0, "thread_name", ["thread": 7, "name": "kswapd0", "role": "reclaim"])
        script.at(100, "on_cpu", ["thread": 7, "ns": 50])
        script.at(200, "on_cpu", ["thread": 7, "ns": -1])
        let summary = try script.summary()
        #expect(summary.cpu.reclaimNs == 50 && summary.cpu.missedStretches == 1)
        #expect(summary.cpu.threads.first?.stretches.count == 1)
    }

    @Test func aStretchIsCutAtTheBeginOfTheWindow() throws {
        var script = Script()
        script.at(0, "thread_name", ["thread": 7, "name": "kswapd0", "role": "reclaim"])
        script.at(1_200, "on_cpu", ["thread": 7, "ns": 500])
        script.at(1_300, "on_cpu", ["thread": 7, "ns": 100])
        script.at(2_500, "on_cpu", ["thread": 7, "ns": 100])
        let summary = try script.summary(AnalysisOptions(beginNs: 1_000, endNs: 2_000))
        let thread = try #require(summary.cpu.threads.first)
        #expect(thread.cutStretches.count == 1 && thread.cutStretches.timeNs == 200)
        #expect(thread.stretches.sortedSamples == [100])
        #expect(summary.cpu.reclaimNs == 300)
        #expect(summary.window.isCutAtBegin && summary.window.isCutAtEnd)
        #expect(summary.coreSharePpm == 300_000)
    }

    @Test func aRunThatIsStillOnAtTheEndCountsUpToIt() throws {
        var script = Script()
        script.at(0, "thread_name", ["thread": 7, "name": "kswapd0", "role": "reclaim"])
        script.at(100, "on_cpu", ["thread": 7, "ns": 50])
        script.at(700, "thread_run", ["thread": 7])
        let summary = try script.summary(AnalysisOptions(recordingEndNs: 1_000))
        #expect(summary.cpu.reclaimNs == 350 && summary.cpu.openAtEndNs == 300)
    }

    @Test func aRunWithoutAnyStretchSaysNothingAboutCPUTime() throws {
        var script = Script()
        script.at(100, "wake_send", ["target": 7, "effect": "woke"])
        script.at(700, "thread_run", ["thread": 7])
        script.at(1_000, "thread_sleep", ["thread": 7])
        let summary = try script.summary()
        #expect(summary.cpu.reclaimNs == 0)
        #expect(summary.cpu.threads.map(\.evidence) == [.none])
    }

    @Test func aSpinFromBeforeTheWindowThatStatesNoTimeCountsFromItsBegin() throws {
        var script = Script()
        script.at(600, "spin_end", ["thread": 3])
        script.at(800, "spin_end", ["thread": 3])
        script.at(1_000, "counter")
        #expect(try script.summary().cpu.spinNs == 0)
        let summary = try script.summary(AnalysisOptions(beginNs: 100))
        #expect(summary.cpu.spinNs == 500 && summary.cpu.threads[0].spins.count == 2)
    }

    @Test func spinsAddUpAndAnOpenOneCountsUpToTheEnd() throws {
        var script = Script()
        script.at(100, "spin_begin", ["thread": 3])
        script.at(600, "spin_end", ["thread": 3, "iterations": 8, "cpu_ns": 450, "deficit": 4])
        script.at(700, "spin_begin", ["thread": 3])
        let summary = try script.summary(AnalysisOptions(recordingEndNs: 1_000))
        #expect(summary.cpu.spinNs == 750 && summary.cpu.openAtEndNs == 300)
        #expect(summary.cpu.reclaimNs == 750)
        let thread = try #require(summary.cpu.threads.first)
        #expect(thread.spins.count == 1 && thread.spins.timeNs == 450 && thread.isReclaim)
        #expect(thread.spinIterations.value == 8 && thread.spinDeficitPages.value == 4)
    }

    @Test func aSpinFromBeforeTheWindowCountsFromItsBegin() throws {
        var script = Script()
        script.at(100, "spin_begin", ["thread": 3])
        script.at(600, "spin_end", ["thread": 3, "cpu_ns": 500])
        let summary = try script.summary(AnalysisOptions(beginNs: 400))
        #expect(summary.cpu.spinNs == 200 && summary.cpu.reclaimNs == 200)
    }

    @Test func aBatchFromBeforeTheWindowCountsNoMoreThanTheWindow() throws {
        let summary = try engineScript().summary(AnalysisOptions(beginNs: 1_700))
        #expect(summary.cpu.reclaimNs == 300)
        #expect(summary.cpu.passNs == [200, 0, 0, 0])
    }

    @Test func passesOfABatchOpenAtTheEndAreKnown() throws {
        let summary = try engineScript().summary(AnalysisOptions(endNs: 1_950))
        #expect(summary.cpu.reclaimNs == 700)
        #expect(summary.cpu.threads.first?.openPassNs == 700)
        #expect(summary.batches.groups.first?.openAtEnd == 1)
        #expect(summary.batches.groups.first?.timeNs == 950, "cut at the window's end")
    }

    @Test func passesGiveTheCPUTimeOfABatchThatDoesNotStateIt() throws {
        var script = Script()
        script.at(1_000, "batch_begin", ["thread": 5, "routine": "ext"])
        script.at(1_500, "batch_pass", ["thread": 5, "ns": 400])
        script.at(2_000, "batch_end", ["thread": 5, "routine": "ext", "cpu_ns": -1])
        script.at(3_000, "batch_begin", ["thread": 5, "routine": "ext"])
        script.at(4_000, "batch_end", ["thread": 5, "routine": "ext", "cpu_ns": -1])
        let summary = try script.summary()
        #expect(summary.cpu.reclaimNs == 400 && summary.cpu.batchesWithoutCPU == 1)
        #expect(summary.nsPerGainedBlock == nil, "no batch knows its gain")
    }

    @Test func aStatedTimeOfNothingIsKnown() throws {
        var script = Script()
        script.at(
            1_000, "batch_end", ["thread": 5, "routine": "ext", "result": "refused", "cpu_ns": 0])
        let summary = try script.summary()
        #expect(summary.cpu.batchesWithoutCPU == 0 && summary.cpu.reclaimNs == 0)
        #expect(summary.batches.groups.first?.cpuNs.known == 1)
    }

    @Test func directBatchesAreNotTimeOfTheReclaimThreads() throws {
        var script = engineScript()
        script.at(
            5_000, "batch_end", domain: 1,
            [
                "thread": 90, "mode": "direct", "routine": "ext", "cpu_ns": 70, "gained_blocks": 1,
            ])
        let summary = try script.summary()
        #expect(summary.cpu.reclaimNs == 900 && summary.cpu.directNs == 70)
        #expect(summary.nsPerGainedBlock == 225, "direct gains are not the daemon's")
        #expect(summary.cpu.threads.map(\.isReclaim) == [true, false])
    }

    @Test func aBatchOfUnknownModeIsNobodys() throws {
        var script = Script()
        script.at(0, "thread_name", ["thread": 1, "name": "r", "role": "reclaim"])
        for mode in [.number(0), .number(7), .number(-1)] as [Field] {
            script.at(
                100, "batch_end", ["thread": 1, "mode": mode, "cpu_ns": 10, "gained_blocks": 2])
        }
        script.at(100, "batch_end", ["thread": 2, "mode": 7, "cpu_ns": 10])
        script.at(100, "batch_end", ["thread": 1, "mode": 7])
        let summary = try script.summary()
        #expect(summary.cpu.reclaimNs == 10 && summary.cpu.directNs == 0)
        #expect(summary.nsPerGainedBlock == 5 && summary.cpu.batchesWithoutCPU == 0)
        #expect(summary.cpu.threads.map(\.thread) == [1])
        #expect(summary.batches.groups.map(\.mode) == [.daemon, .unknown])
        #expect(summary.batches.groups.map(\.ended) == [1, 4])
    }

    @Test func stretchesOfOtherThreadsAreListedButNotAdded() throws {
        var script = Script()
        script.at(0, "thread_name", ["thread": 9, "name": "worker", "role": "worker"])
        script.at(100, "on_cpu", ["thread": 9, "ns": 60])
        let summary = try script.summary()
        #expect(summary.cpu.reclaimNs == 0)
        #expect(summary.cpu.threads.map(\.cpuNs) == [60])
    }
}
