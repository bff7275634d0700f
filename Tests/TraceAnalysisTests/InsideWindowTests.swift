import AnalysisTestSupport
import Histograms
import Testing
import TraceCore

@testable import TraceAnalysis

/// Windows that lie wholly inside what goes on: both events of an interval are outside.
@Suite struct InsideWindowTests {
    private let inside = AnalysisOptions(beginNs: 400, endNs: 600)

    private func reclaimThread() -> Script {
        var script = Script()
        script.at(0, "thread_name", ["thread": 7, "name": "reclaim 0", "role": "reclaim"])
        return script
    }

    @Test func aStretchAroundTheWindowFillsIt() throws {
        var script = reclaimThread()
        script.at(100, "thread_run", ["thread": 7])
        script.at(900, "on_cpu", ["thread": 7, "ns": 800])
        let summary = try script.summary(inside)
        #expect(summary.cpu.reclaimNs == 200 && summary.coreSharePpm == 1_000_000)
        let thread = try #require(summary.cpu.threads.first)
        #expect(thread.evidence == .stretches && thread.openAtEndNs == 200)
        #expect(thread.stretches.count == 0, "its length is not known from inside")
    }

    @Test func theEndOfAStretchAloneTellsWhenItBegan() throws {
        var script = reclaimThread()
        script.at(700, "on_cpu", ["thread": 7, "ns": 250])
        #expect(try script.summary(inside).cpu.reclaimNs == 150)
    }

    @Test func onlyTheFirstStretchAfterTheWindowCanReachIntoIt() throws {
        var script = reclaimThread()
        script.at(650, "on_cpu", ["thread": 7, "ns": 20])
        script.at(900, "on_cpu", ["thread": 7, "ns": 800])
        #expect(try script.summary(inside).cpu.reclaimNs == 0)
    }

    @Test func aStretchThatEndedBeforeTheWindowIsOver() throws {
        var script = reclaimThread()
        script.at(100, "thread_run", ["thread": 7])
        script.at(300, "on_cpu", ["thread": 7, "ns": 200])
        script.at(900, "counter")
        #expect(try script.summary(inside).cpu.reclaimNs == 0)
    }

    @Test func aStretchWithoutEndGoesOnThroughTheWindow() throws {
        var script = reclaimThread()
        script.at(50, "thread_run", ["thread": 7])
        script.at(90, "on_cpu", ["thread": 7, "ns": 40])
        script.at(100, "thread_run", ["thread": 7])
        script.at(900, "counter")
        #expect(try script.summary(inside).cpu.reclaimNs == 200)
    }

    @Test(arguments: [true, false])
    func aSpinAroundTheWindowFillsIt(hasBegin: Bool) throws {
        var script = reclaimThread()
        if hasBegin { script.at(100, "spin_begin", ["thread": 7]) }
        script.at(900, "spin_end", ["thread": 7, "cpu_ns": 800, "iterations": 4, "deficit": 4])
        let summary = try script.summary(inside)
        #expect(summary.cpu.spinNs == 200 && summary.cpu.reclaimNs == 200)
        #expect(summary.cpu.threads.first?.spins.count == 0, "no spin ended in the window")
    }

    @Test func aSpinOutsideTheWindowLeavesNothing() throws {
        var script = reclaimThread()
        script.at(100, "spin_begin", ["thread": 7])
        script.at(300, "spin_end", ["thread": 7, "cpu_ns": 200])
        script.at(700, "spin_begin", ["thread": 7])
        script.at(800, "spin_end", ["thread": 7, "cpu_ns": 100])
        #expect(try script.summary(inside).cpu.spinNs == 0)
    }

    @Test(arguments: [true, false])
    func aWaitAroundTheWindowFillsIt(hasBegin: Bool) throws {
        var script = Script()
        if hasBegin { script.at(100, "wait_begin", domain: 1, ["thread": 7, "reason": "low"]) }
        script.at(
            900, "wait_end", domain: 1,
            ["thread": 7, "reason": "low", "ns": hasBegin ? -1 : 800])
        let waits = try script.summary(inside).waits
        #expect(waits.total.timeNs == 200 && waits.total.openAtEnd == 1)
        #expect(waits.total.ended == 0 && waits.total.duration.count == 0)
        #expect(waits.byReason.map(\.reason) == ["low"])
        #expect(waits.byDomain.map(\.timeNs) == [200] && waits.byDomain.map(\.number) == [1])
        #expect(waits.byThread.map(\.timeNs) == [200])
    }

    @Test func aWaitFromBeforeTheWindowEndsInIt() throws {
        var script = Script()
        script.at(100, "wait_begin", ["thread": 7, "reason": "low"])
        script.at(500, "wait_end", ["thread": 7])
        let waits = try script.summary(inside).waits
        #expect(waits.total.timeNs == 100 && waits.total.openAtBegin == 1)
        #expect(waits.byReason.map(\.reason) == ["low"] && waits.total.duration.count == 0)
    }

    @Test func waitsOutsideTheWindowLeaveNothing() throws {
        var script = Script()
        script.at(100, "wait_begin", ["thread": 7])
        script.at(300, "wait_end", ["thread": 7])
        script.at(700, "wait_begin", ["thread": 7])
        script.at(800, "wait_end", ["thread": 7, "ns": 100])
        script.at(900, "wait_end", ["thread": 8, "ns": 300])
        let waits = try script.summary(inside).waits
        #expect(waits.total == WaitGroup(reason: "") && waits.byThread.isEmpty)
    }

    @Test func aBatchAroundTheWindowFillsIt() throws {
        var script = Script()
        script.at(100, "batch_begin", ["thread": 7, "mode": "daemon", "routine": "ext"])
        script.at(500, "batch_pass", ["thread": 7, "option": "any", "ns": 300, "visits": 1])
        script.at(900, "batch_end", ["thread": 7, "mode": "daemon", "routine": "ext"])
        script.at(950, "batch_begin", ["thread": 8, "mode": "daemon", "routine": "other"])
        let summary = try script.summary(inside)
        #expect(summary.batches.groups.map(\.routine) == ["ext"])
        #expect(summary.batches.groups.map(\.timeNs) == [200])
        #expect(summary.batches.groups.map(\.openAtEnd) == [1])
        #expect(summary.batches.groups.map(\.begun) == [0])
        #expect(summary.cpu.threads.first?.openPassNs == 100, "the pass as far as it is inside")
    }

    @Test func batchesBeforeTheWindowLeaveNothing() throws {
        var script = Script()
        script.at(100, "batch_begin", ["thread": 7, "routine": "ext"])
        script.at(200, "batch_end", ["thread": 7, "routine": "ext", "cpu_ns": 5])
        script.at(900, "counter")
        #expect(try script.summary(inside).batches == BatchSummary())
    }

    @Test func aLevelReachedBeforeTheWindowHoldsInIt() throws {
        var script = Script()
        script.at(100, "domain_level", ["level": "min", "on": 1])
        script.at(120, "domain_level", ["level": "severe", "on": 1])
        script.at(140, "domain_level", ["level": "severe", "on": 0])
        script.at(900, "domain_level", ["level": "min", "on": 0])
        let levels = try script.summary(inside).totals.levels
        #expect(levels.map(\.level) == ["min"])
        #expect(levels.map(\.timeNs) == [200] && levels.map(\.reached) == [0])
    }

    @Test func otherDomainsDoNotReachIn() throws {
        var script = Script()
        script.at(100, "wait_begin", domain: 1, ["thread": 7])
        script.at(900, "on_cpu", domain: 1, ["thread": 8, "ns": 800])
        let summary = try script.summary(
            AnalysisOptions(beginNs: 400, endNs: 600, domains: [0]))
        #expect(summary.waits.total.timeNs == 0 && summary.cpu.threads.isEmpty)
    }

    /// A thread that runs, spins, waits and batches, one after the other, for random times.
    private func randomScript(seed: UInt64) -> Script {
        var random = SeededGenerator(seed: seed)
        var script = reclaimThread()
        var timeNs: Int64 = 0
        for _ in 0..<30 {
            timeNs += Int64.random(in: 0...200, using: &random)
            let ns = Int64.random(in: 1...2_000, using: &random)
            let start = timeNs
            timeNs += ns
            switch Int.random(in: 0...3, using: &random) {
            case 0:
                script.at(start, "thread_run", ["thread": 7])
                script.at(timeNs, "on_cpu", ["thread": 7, "ns": .number(ns)])
            case 1:
                script.at(start, "spin_begin", ["thread": 8])
                script.at(timeNs, "spin_end", ["thread": 8, "cpu_ns": .number(ns)])
            case 2:
                // Some sources tell of a wait only when it is over.
                let isTold = Bool.random(using: &random)
                if isTold { script.at(start, "wait_begin", ["thread": 9]) }
                script.at(timeNs, "wait_end", ["thread": 9, "ns": .number(isTold ? -1 : ns)])
            default:
                script.at(start, "batch_begin", ["thread": 10, "routine": "ext"])
                script.at(timeNs, "batch_end", ["thread": 10, "routine": "ext"])
            }
        }
        return script
    }

    /// However finely a trace is cut, the parts add up to it.
    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func manyWindowsAddUp(seed: UInt64) throws {
        let script = randomScript(seed: seed)
        let lastNs = script.list.events.last?.header.timeNs ?? 0
        var random = SeededGenerator(seed: seed + 5_000)
        let cuts = Set((0..<12).map { _ in Int64.random(in: 1...lastNs, using: &random) })
            .sorted()
        let begins = [nil] + cuts.map(Optional.some)
        let ends = cuts.map(Optional.some) + [nil]
        let parts = try zip(begins, ends).map {
            try script.summary(AnalysisOptions(beginNs: $0, endNs: $1))
        }
        let whole = try script.summary()
        func adds(_ part: (TraceSummary) -> Int64) -> Bool {
            parts.reduce(0) { $0 + part($1) } == part(whole)
        }
        let label: Comment = "seed \(seed), cuts \(cuts)"
        #expect(adds { $0.cpu.reclaimNs }, label)
        #expect(adds { $0.cpu.spinNs }, label)
        #expect(adds { $0.waits.total.timeNs }, label)
        #expect(adds { $0.batches.groups.reduce(0) { $0 + $1.timeNs } }, label)
        #expect(parts.allSatisfy { ($0.coreSharePpm ?? 0) <= 2_000_000 }, label)
    }
}
