import AnalysisTestSupport
import Histograms
import Testing
import TraceAnalysis
import TraceCore

@Suite struct WaitTests {
    @Test func waitsPairByThreadAndCountByReason() throws {
        var script = Script()
        script.at(100, "wait_begin", domain: 1, ["thread": 5, "reason": "vm_wait"])
        script.at(150, "wait_skip", domain: 0, ["thread": 6])
        script.at(300, "wait_end", domain: 1, ["thread": 5, "ns": 999])
        script.at(500, "wait_end", domain: 0, ["thread": 8, "reason": "throttled", "ns": 40])
        script.at(600, "wait_begin", domain: 1, ["thread": 5, "reason": "vm_wait"])
        script.at(1_000, "counter")
        let waits = try script.summary().waits
        #expect(waits.skips == 1)
        #expect(waits.byReason.map(\.reason) == ["throttled", "vm_wait"])
        #expect(waits.byReason.map(\.duration.sortedSamples) == [[40], [200]])
        #expect(waits.byReason.map(\.timeNs) == [40, 600], "200 and 400 up to the end")
        #expect(waits.byReason[1].openAtEnd == 1)
        #expect(waits.total.ended == 2 && waits.total.timeNs == 640)
        #expect(waits.byThread.map(\.number) == [5, 6, 8])
        #expect(waits.byThread.map(\.timeNs) == [600, 0, 40])
        #expect(waits.byDomain.map(\.timeNs) == [40, 600])
        #expect(waits.byDomain.map(\.skips) == [1, 0])
    }

    @Test func waitsThatTheWindowCutsCountInsideIt() throws {
        var script = Script()
        script.at(500, "wait_end", ["thread": 1, "ns": 450])
        script.at(600, "wait_end", ["thread": 2])
        script.at(700, "wait_end", ["thread": 2])
        let waits = try script.summary(AnalysisOptions(beginNs: 400)).waits
        #expect(waits.total.openAtBegin == 2 && waits.total.endsWithoutBegin == 1)
        #expect(waits.total.timeNs == 300 && waits.total.duration.count == 0)
    }

    @Test func withoutAWindowAnEndAloneHasNoLength() throws {
        var script = Script()
        script.at(600, "wait_end", ["thread": 2])
        let waits = try script.summary().waits
        #expect(waits.total.endsWithoutBegin == 1 && waits.total.timeNs == 0)
    }

    @Test func aBeginThatAnotherReplacesIsCounted() throws {
        var script = Script()
        script.at(10, "wait_begin", ["thread": 1, "reason": "old"])
        script.at(110, "wait_begin", ["thread": 1, "reason": "a"])
        script.at(120, "wait_begin", ["thread": 1, "reason": "b"])
        script.at(150, "wait_end", ["thread": 1, "reason": "b"])
        let waits = try script.summary(AnalysisOptions(beginNs: 100)).waits
        #expect(waits.byReason.map(\.reason) == ["a", "b", "old"])
        #expect(waits.byReason.map(\.beginsWithoutEnd) == [1, 0, 1])
        #expect(waits.total.beginsWithoutEnd == 2 && waits.total.timeNs == 30)
        #expect(waits.byThread.map(\.count) == [1])
    }

    @Test func whatBeginsAfterTheWindowDoesNotReachIntoIt() throws {
        var script = Script()
        script.at(210, "wait_begin", ["thread": 1])
        script.at(210, "spin_begin", ["thread": 2])
        script.at(220, "wait_end", ["thread": 1, "ns": 100])
        script.at(220, "spin_end", ["thread": 2, "cpu_ns": 100])
        let summary = try script.summary(AnalysisOptions(beginNs: 100, endNs: 200))
        #expect(summary.waits.total.openAtEnd == 0 && summary.waits.total.timeNs == 0)
        #expect(summary.cpu.spinNs == 0)
    }
}
