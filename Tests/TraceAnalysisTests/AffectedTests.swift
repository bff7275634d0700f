import AnalysisTestSupport
import Testing
import TraceAnalysis
import TraceCore

/// Who suffered: the threads behind failures, stalls and waits.
@Suite struct AffectedTests {
    private func stall(
        _ script: inout Script, _ timeNs: Int64, for ns: Int64, _ thread: Int64
    ) {
        let values: [String: Field] = ["thread": .number(thread), "mode": "direct", "routine": "r"]
        script.at(timeNs, "batch_begin", values)
        script.at(timeNs + ns, "batch_end", values)
    }

    @Test func whoLostMostTimeComesFirst() throws {
        var script = Script()
        script.at(10, "alloc_fail", ["thread": 7])
        script.at(11, "alloc_fail", ["thread": 7])
        script.at(12, "alloc_fail", ["thread": 8])
        script.at(13, "alloc_fail", ["thread": -1])
        stall(&script, 100, for: 50, 5)
        stall(&script, 200, for: 30, 5)
        stall(&script, 300, for: 70, 6)
        script.at(400, "wait_begin", ["thread": 6])
        script.at(420, "wait_end", ["thread": 6, "ns": 20])
        let affected = try script.summary().affected
        #expect(affected.map(\.thread) == [6, 5, 7, 8])
        #expect(affected.map(\.stalls) == [1, 2, 0, 0])
        #expect(affected.map(\.stallNs) == [70, 80, 0, 0])
        #expect(affected.map(\.longestStallNs) == [70, 50, 0, 0])
        #expect(affected.map(\.waits) == [1, 0, 0, 0] && affected.map(\.waitNs) == [20, 0, 0, 0])
        #expect(affected.map(\.failures) == [0, 0, 2, 1])
    }

    @Test func aReclaimThreadIsNotAmongThem() throws {
        var script = Script()
        script.at(1, "thread_name", ["thread": 9, "name": "kswapd0", "role": "reclaim"])
        script.at(10, "on_cpu", ["thread": 9, "ns": 5])
        script.at(20, "wait_begin", ["thread": 9])
        script.at(30, "wait_end", ["thread": 9, "ns": 10])
        script.at(40, "alloc_fail", ["thread": 9])
        #expect(try script.summary().affected.isEmpty)
    }

    @Test func cpuTimeOfStallsThatNobodyStatedIsNotNought() throws {
        func direct(_ script: Script) throws -> Int64?? {
            try script.summary().metrics.first { $0.name == "cpu.direct" }.map(\.value)
        }
        var script = Script()
        #expect(try direct(script) == .some(0))
        stall(&script, 100, for: 50, 5)
        #expect(try direct(script) == .some(nil))
        script.at(200, "batch_begin", ["thread": 5, "mode": "direct", "routine": "r"])
        script.at(
            210, "batch_end", ["thread": 5, "mode": "direct", "routine": "r", "cpu_ns": 4])
        #expect(try direct(script) == .some(4))
    }
}
