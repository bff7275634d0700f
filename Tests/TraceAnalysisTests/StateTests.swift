import AnalysisTestSupport
import Histograms
import Testing
import TraceAnalysis
import TraceCore

/// What samples, service counters and the kinds that are only counted say.
@Suite struct StateTests {
    private func service(
        _ script: inout Script, _ timeNs: Int64, domain: Int32, cpu: Int32, requests: Int64,
        hits: Int64, imports: Int64, limited: Int64
    ) {
        script.at(
            timeNs, "service", domain: domain, cpu: cpu,
            [
                "requests": .number(requests), "hits_cpu": .number(hits), "hits_list": 1,
                "imports": .number(imports), "failed": 0, "limited": .number(limited),
                "fallback": 3, "small": 10, "anonymous": 20,
            ])
    }

    private var serviceScript: Script {
        var script = Script()
        service(&script, 100, domain: 0, cpu: 0, requests: 100, hits: 30, imports: 4, limited: 2)
        service(&script, 100, domain: 1, cpu: 1, requests: 50, hits: 9, imports: 0, limited: 0)
        service(&script, 200, domain: 0, cpu: 0, requests: 130, hits: 35, imports: 20, limited: 9)
        return script
    }

    @Test func serviceCountersStartWithTheTrace() throws {
        let service = try serviceScript.summary().service
        #expect(service.samples == 3)
        #expect(service.total.requests == 180 && service.total.limited == 9)
        #expect(service.total.small == 20 && service.total.anonymous == 40)
        #expect(service.total.wanting == 120)
        #expect(service.total.served == 35 + 1 + 20 + 9 + 1)
        #expect(service.total.successPpm == 550_000)
        #expect(service.byDomain.map(\.counts.requests) == [130, 50])
        #expect(service.byCPU.map(\.number) == [0, 1])
    }

    @Test func inALaterWindowTheFirstSampleIsTheBase() throws {
        let service = try serviceScript.summary(AnalysisOptions(beginNs: 50)).service
        #expect(service.total.requests == 30 && service.total.limited == 7)
        #expect(service.total.imports == 16 && service.total.small == 0)
        #expect(service.decreases == 0)
    }

    @Test func aCounterThatGoesBackIsReported() throws {
        var script = serviceScript
        service(&script, 300, domain: 1, cpu: 1, requests: 40, hits: 9, imports: 0, limited: 0)
        let service = try script.summary().service
        #expect(service.decreases == 1 && service.total.requests == 170)
    }

    @Test func fallbackPagesAreIntegratedByTrapezoids() throws {
        var script = Script()
        script.at(1_000, "sample", domain: 0, ["fallback_pages": 10, "free_pages": 50])
        script.at(3_000, "sample", domain: 0, ["fallback_pages": 20, "free_pages": 20])
        script.at(4_000, "sample", domain: 0, ["fallback_pages": 0, "free_pages": 30])
        script.at(4_000, "sample", domain: 1, ["fallback_pages": 7])
        let summary = try script.summary()
        let memory = try #require(summary.memory.first)
        #expect(memory.doubledFallbackPageNs == 2 * (30_000 + 10_000))
        #expect(memory.fallbackPageUs == 40 && memory.coveredNs == 3_000)
        #expect(memory.freePages.first == 50 && memory.freePages.minimum == 20)
        #expect(memory.freePages.maximum == 50 && memory.freePages.last == 30)
        #expect(summary.memory[1].fallbackPageUs == nil, "one sample has no area")
        #expect(summary.fallbackPageUs == 40)
    }

    @Test func theShareBelowOrderTwoIsUnusable() throws {
        var script = Script()
        var fields: [String: Field] = [:]
        for order in 0...12 { fields["blocks_\(order)"] = 0 }
        fields["blocks_0"] = 10
        fields["blocks_1"] = 5
        fields["blocks_2"] = 5
        fields["blocks_3"] = 5
        script.at(1, "sample", fields)
        fields["blocks_3"] = 0
        fields["blocks_2"] = 0
        script.at(2, "sample", fields)
        let memory = try #require(try script.summary().memory.first)
        #expect(memory.unusablePpm.first == 250_000, "20 of 80 pages")
        #expect(memory.unusablePpm.last == 1_000_000)
        #expect(memory.blocks[3].first == 5 && memory.blocks[3].last == 0)
    }

    @Test func theRestIsCounted() throws {
        var script = Script()
        script.at(10, "wake_request", ["target": "kswapd0", "order": 2])
        script.at(20, "alloc_fallback", ["order": 2])
        script.at(30, "pageout", ["mode": "direct", "scanned": 10, "freed": 4, "shortage": 1])
        script.at(40, "pageout", ["mode": "daemon", "scanned": 5, "freed": 5])
        script.at(50, "zone_trim", ["why": "pressure", "buffers": 16])
        script.at(60, "zone_bucket")
        script.at(70, "reservation_break", ["why": "search", "populated": 100])
        script.at(80, "counter", ["name": "pgscan", "value": 5])
        script.at(90, "counter", ["name": "pgscan", "value": 9])
        script.at(95, "set", ["name": "max_reclaim", "value": 16])
        let totals = try script.summary().totals
        #expect(totals.wakeRequestsByTarget == [NamedCount(name: "kswapd0", count: 1)])
        #expect(totals.wakeRequestsByOrder == [NumberCount(number: 2, count: 1)])
        #expect(totals.fallbacksByOrder == [NumberCount(number: 2, count: 1)])
        #expect(totals.pageout.map(\.mode) == [.daemon, .direct])
        #expect(totals.pageout.map(\.freedPages.value) == [5, 4])
        #expect(totals.pageout.map(\.shortagePages.value) == [nil, 1])
        #expect(totals.trimmedBuffers == [NamedCount(name: "pressure", count: 16)])
        #expect(totals.bucketChanges == 1 && totals.populatedPages.value == 100)
        #expect(totals.reservationBreaks == [NamedCount(name: "search", count: 1)])
        #expect(totals.counters.map(\.first) == [5] && totals.counters.map(\.last) == [9])
        #expect(totals.settings.map(\.name) == ["max_reclaim"])
    }

    @Test func levelsCountTheirTimeInsideTheWindow() throws {
        var script = Script()
        script.at(100, "domain_level", domain: 1, ["level": "severe", "on": 0])
        script.at(200, "domain_level", domain: 0, ["level": "min", "on": 1])
        script.at(250, "domain_level", domain: 0, ["level": "min", "on": 0])
        script.at(300, "domain_level", domain: 0, ["level": "min", "on": 1])
        script.at(400, "counter")
        let levels = try script.summary(AnalysisOptions(beginNs: 60)).totals.levels
        #expect(levels.map(\.level) == ["min", "severe"])
        #expect(levels.map(\.timeNs) == [150, 40])
        #expect(levels.map(\.reached) == [2, 0])
    }
}
