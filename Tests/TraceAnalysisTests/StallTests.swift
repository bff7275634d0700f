import AnalysisTestSupport
import Histograms
import Testing
import TraceAnalysis
import TraceCore

/// Stalls and waits divided into time on a CPU and time blocked.
@Suite struct StallTests {
    private func begin(_ script: inout Script, _ timeNs: Int64, _ routine: Field = "r") {
        script.at(timeNs, "batch_begin", ["thread": 5, "mode": "direct", "routine": routine])
    }

    private func end(
        _ script: inout Script, _ timeNs: Int64, cpuNs: Int64 = -1, _ routine: Field = "r"
    ) {
        script.at(
            timeNs, "batch_end",
            ["thread": 5, "mode": "direct", "routine": routine, "cpu_ns": .number(cpuNs)])
    }

    private func stretch(_ script: inout Script, _ timeNs: Int64, _ ns: Int64) {
        script.at(timeNs, "on_cpu", ["thread": 5, "ns": .number(ns)])
    }

    @Test func theEndsOwnWordCounts() throws {
        var script = Script()
        begin(&script, 100)
        end(&script, 300, cpuNs: 50)
        begin(&script, 400)
        end(&script, 500, cpuNs: 900)
        let stalls = try script.summary().cpu.allStalls
        #expect(stalls.count == 2 && stalls.timeNs == 300)
        #expect(stalls.onCPUNs.value == 150 && stalls.blockedNs.value == 150)
    }

    @Test func stretchesOfTheThreadTellWhatItDoesNotSay() throws {
        var script = Script()
        stretch(&script, 20, 15)
        begin(&script, 100)
        stretch(&script, 150, 100)  // On since 50, off at 150.
        stretch(&script, 220, 20)  // 50 off, 20 on.
        end(&script, 300)
        begin(&script, 310, "s")
        end(&script, 320, "s")
        stretch(&script, 400, 110)  // On since 290: 70 off.
        let stalls = try script.summary().cpu.stalls
        #expect(stalls.map(\.routine) == ["r", "s"])
        #expect(stalls.map(\.blockedNs.value) == [120, 0])
        #expect(stalls.map(\.onCPUNs.value) == [80, 10])
    }

    @Test func withoutAllSwitchesNothingIsKnown() throws {
        var script = Script()
        begin(&script, 100)
        end(&script, 200)  // No stretch ends after it.
        var one = script
        stretch(&one, 300, -1)
        var late = script
        stretch(&late, 300, 150)  // Came onto its CPU at 150, after the stall began.
        for script in [script, one, late] {
            let stalls = try script.summary().cpu.allStalls
            #expect(stalls.count == 1 && stalls.timeNs == 100)
            #expect(stalls.onCPUNs.value == nil && stalls.onCPUNs.unknown == 1)
            #expect(stalls.blockedNs.value == nil && stalls.blockedNs.unknown == 1)
        }
        let report = try script.summary().metrics.first { $0.name == "cpu.stall_on_cpu" }
        #expect(report?.value == nil)
    }

    @Test func stallsThatTheWindowCutsAreNone() throws {
        var script = Script()
        begin(&script, 100)
        end(&script, 200, cpuNs: 10)
        script.at(210, "batch_begin", ["thread": 5, "mode": "daemon", "routine": "r"])
        end(&script, 220, cpuNs: 1)
        begin(&script, 230)
        let stalls = try script.summary(AnalysisOptions(beginNs: 150)).cpu.stalls
        #expect(stalls.isEmpty)
    }

    @Test func waitsAreDividedTheSameWay() throws {
        var script = Script()
        script.at(100, "wait_begin", ["thread": 5, "reason": "vm_wait"])
        stretch(&script, 110, 30)
        script.at(180, "wait_end", ["thread": 5, "woken_by": 3, "reason": "vm_wait"])
        stretch(&script, 200, 50)
        script.at(300, "wait_end", ["thread": 6, "ns": 20, "reason": "throttled"])
        let waits = try script.summary().waits
        #expect(waits.total.blockedNs.value == 40 && waits.total.onCPUNs.value == 40)
        #expect(waits.total.blockedNs.known == 1 && waits.total.blockedNs.unknown == 1)
        #expect(waits.byReason.map(\.blockedNs.value) == [nil, 40])
        #expect(
            waits.byWaker == [NumberCount(number: -1, count: 1), NumberCount(number: 3, count: 1)])
        let only = try script.summary(AnalysisOptions(sections: [.waits]))
        #expect(only.waits == waits)
    }
}
