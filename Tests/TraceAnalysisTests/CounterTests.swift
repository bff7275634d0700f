import AnalysisTestSupport
import Testing
import TraceCore

@testable import TraceAnalysis

/// Counters of the system beside what the events say.
@Suite struct CounterTests {
    private func read(
        _ script: inout Script, _ timeNs: Int64, _ values: [(String, Int64)], domain: Int32 = 0
    ) {
        for (name, value) in values {
            script.at(
                timeNs, "counter", domain: domain,
                ["name": .text(name), "value": .number(value)])
        }
    }

    private func row(_ summary: TraceSummary, _ name: String) throws -> CounterRow {
        try #require(summary.counters.rows.first { $0.range.name == name }, "\(name)")
    }

    private let fails = "vm.uma.ktls_buffers.stats.fails"

    @Test func failuresCountTwice() throws {
        var script = Script()
        read(&script, 0, [(fails, 10)])
        script.at(1, "alloc_fail")
        script.at(2, "alloc_fail")
        read(&script, 3, [(fails, 14)])
        script.at(4, "alloc_fail")
        let row = try row(try script.summary(), fails)
        #expect(row.range.first == 10 && row.range.last == 14 && row.change == 4)
        #expect(row.firstNs == 0 && row.lastNs == 3 && row.range.samples == 2)
        let check = CounterCheck(evidence: .failuresTwice, told: 4, gap: nil)
        #expect(row.check == check, "what fails after the last reading is not in it")
    }

    @Test(arguments: [(true, 3), (true, 2), (false, 3)])
    func aShortDomainExplainsFailuresThatCountOnce(isShort: Bool, counted: Int64) throws {
        var script = Script()
        read(&script, 0, [(fails, 0)])
        if isShort { script.at(1, "domain_level", ["level": "min", "on": 1]) }
        script.at(2, "alloc_fail")
        script.at(3, "alloc_fail")
        read(&script, 4, [(fails, counted)])
        let gap = try row(try script.summary(), fails).check?.gap
        #expect(gap == (isShort ? .bucketsDisabled : .unexplained))
    }

    @Test(arguments: [1, 5])
    func otherDifferencesAreNotExplainedAway(counted: Int64) throws {
        var script = Script()
        script.at(1, "domain_level", ["level": "min", "on": 1])
        read(&script, 1, [(fails, 0)])
        script.at(2, "alloc_fail")
        script.at(3, "alloc_fail")
        read(&script, 4, [(fails, counted)])
        let summary = try script.summary()
        #expect(try row(summary, fails).check?.gap == .unexplained)
        #expect(summary.counters.differing.count == 1)
    }

    @Test func threadCountersAreHeldAgainstTheirDomain() throws {
        let names = ["wakeups", "reclaims", "running"].map { "kern.ipc.tls.domain12.\($0)" }
        var script = Script()
        read(&script, 0, names.map { ($0, 0) }, domain: 12)
        for domain in [3, 12] as [Int32] {
            script.at(1, "thread_run", domain: domain, ["thread": 1])
            script.at(2, "batch_end", domain: domain, ["thread": 1, "nominal": 1_024])
            script.at(3, "thread_sleep", domain: domain, ["thread": 1])
        }
        script.at(4, "thread_run", domain: 12, ["thread": 1])
        script.at(5, "batch_end", domain: 12, ["thread": 1, "result": "failed", "nominal": 0])
        read(&script, 6, zip(names, [2, 2_048, 1]).map { ($0, $1) }, domain: 12)
        let summary = try script.summary()
        #expect(
            try row(summary, names[0]).check
                == CounterCheck(evidence: .runs, told: 2, gap: nil))
        #expect(
            try row(summary, names[1]).check
                == CounterCheck(evidence: .nominal, told: 1_024, gap: .unexplained))
        #expect(
            try row(summary, names[2]).check
                == CounterCheck(evidence: .lastRun, told: 1, gap: nil))
    }

    @Test func freeBlocksAreSummedOverPoolsAndHeldAgainstTheSample() throws {
        func name(_ pool: Int, _ order: Int) -> String {
            "vm.phys_free.0.pool\(pool).order\(order)"
        }
        var script = Script()
        script.at(0, "sample", ["blocks_2": 1, "free_pages": 99])
        read(&script, 0, [(name(0, 2), 1), (name(1, 2), 0)])
        script.at(8, "sample", ["blocks_2": 7, "blocks_10": 4, "free_pages": 50])
        read(
            &script, 8,
            [
                (name(0, 2), 3), (name(1, 2), 4), (name(0, 10), 5),
                ("vm.domain.0.stats.free_count", 50),
            ])
        let summary = try script.summary()
        let sum = try row(summary, "vm.phys_free.0.order2")
        #expect(sum.isSum && sum.range.first == 1 && sum.range.last == 7)
        #expect(sum.check == CounterCheck(evidence: .freeBlocks, told: 7, gap: nil))
        let other = try row(summary, "vm.phys_free.0.order10")
        #expect(other.check == CounterCheck(evidence: .freeBlocks, told: 4, gap: .unexplained))
        #expect(try row(summary, name(1, 2)).check == nil)
        let free = try row(summary, "vm.domain.0.stats.free_count")
        #expect(free.check == CounterCheck(evidence: .freePages, told: 50, gap: nil))
        let order = summary.counters.rows.map(\.range.name).filter { $0.contains(".order") }
        #expect(
            order == [
                "vm.phys_free.0.order2", "vm.phys_free.0.order10", name(0, 2), name(0, 10),
                name(1, 2),
            ], "numbers in names count as numbers")
        #expect(summary.totals.counters.count == 4, "sums are no counters of the trace")
    }

    @Test func aSampleOfAnotherInstantProvesNothing() throws {
        var script = Script()
        script.at(7, "sample", ["free_pages": 50])
        read(&script, 8, [("vm.domain.0.stats.free_count", 60)])
        script.at(9, "sample", ["free_pages": 60])
        let summary = try script.summary()
        #expect(try row(summary, "vm.domain.0.stats.free_count").check == nil)
    }

    @Test func aSampleRightAfterTheReadingIsOfTheSameInstant() throws {
        var script = Script()
        read(&script, 8, [("vm.domain.0.stats.free_count", 60)])
        script.at(8, "sample", ["free_pages": 61])
        script.at(9, "sample", ["free_pages": 60])
        let check = try row(try script.summary(), "vm.domain.0.stats.free_count").check
        #expect(check == CounterCheck(evidence: .freePages, told: 61, gap: .unexplained))
    }

    @Test(arguments: [true, false])
    func allocationsAreHeldAgainstService(helperAllocates: Bool) throws {
        let name = "vm.uma.ktls_buffers.stats.allocs"
        var script = Script()
        func service(_ timeNs: Int64, _ hits: Int64) {
            script.at(timeNs, "service", cpu: 0, ["hits_cpu": .number(hits), "hits_list": 1])
            script.at(timeNs, "service", cpu: 1, ["imports": 5])
        }
        service(0, 0)
        read(&script, 0, [(name, 6)])
        service(9, 20)
        read(&script, 9, [(name, 30)])
        if helperAllocates { read(&script, 9, [("kern.ipc.tls.domain0.allocs", 4)]) }
        let gap: CounterGap = helperAllocates ? .helperAllocations : .unexplained
        #expect(
            try row(try script.summary(), name).check
                == CounterCheck(evidence: .served, told: 20, gap: gap))
    }

    @Test func brokenReservationsAreCounted() throws {
        var script = Script()
        read(&script, 0, [("vm.reserv.broken", 3)])
        script.at(1, "reservation_break")
        read(&script, 2, [("vm.reserv.broken", 4)])
        #expect(
            try row(try script.summary(), "vm.reserv.broken").check
                == CounterCheck(evidence: .reservationBreaks, told: 1, gap: nil))
    }

    @Test func countersOfOtherSystemsAreListed() throws {
        var script = Script()
        read(&script, 1, [("pgscan_kswapd", 5), ("kern.ipc.tls.domainX.wakeups", 1)], domain: -1)
        read(&script, 9, [("pgscan_kswapd", 9)], domain: -1)
        let counters = try script.summary().counters
        #expect(counters.rows.map(\.change) == [0, 4])
        #expect(counters.rows.allSatisfy { $0.check == nil } && counters.differing.isEmpty)
        #expect(counters.hasFreeBSDNames)
        #expect(!CounterSummary(rows: counters.rows.suffix(1)).hasFreeBSDNames)
    }

    @Test func aWindowStartsAtItsFirstReading() throws {
        var script = Script()
        read(&script, 0, [(fails, 0)])
        script.at(100, "alloc_fail")
        script.at(200, "alloc_fail")
        read(&script, 250, [(fails, 4)])
        script.at(300, "alloc_fail")
        read(&script, 400, [(fails, 6)])
        script.at(500, "alloc_fail")
        read(&script, 600, [(fails, 8)])
        let summary = try script.summary(AnalysisOptions(beginNs: 150, endNs: 550))
        let row = try row(summary, fails)
        #expect(row.range.first == 4 && row.range.last == 6)
        #expect(row.check == CounterCheck(evidence: .failuresTwice, told: 2, gap: nil))
    }
}
