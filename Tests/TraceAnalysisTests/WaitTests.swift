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
}
