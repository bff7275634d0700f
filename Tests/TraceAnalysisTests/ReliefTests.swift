import AnalysisTestSupport
import Histograms
import Testing
import TraceAnalysis
import TraceCore

/// From a failure to the first success after it.
@Suite struct ReliefTests {
    private func fail(_ script: inout Script, _ timeNs: Int64, domain: Int32 = 0) {
        script.at(timeNs, "alloc_fail", domain: domain, ["order": 2])
    }

    private func service(
        _ script: inout Script, _ timeNs: Int64, cpu: Int32, hits: Int64, imports: Int64,
        domain: Int32 = 0
    ) {
        script.at(
            timeNs, "service", domain: domain, cpu: cpu,
            ["hits_cpu": .number(hits), "hits_list": 0, "imports": .number(imports)])
    }

    @Test func singleServicesGiveItExactly() throws {
        var script = Script()
        script.at(5, "hit")
        fail(&script, 100)
        fail(&script, 120)
        fail(&script, 130, domain: 1)
        script.at(140, "import", ["got": 0])
        script.at(150, "hit")
        script.at(160, "hit")
        script.at(300, "import", ["got": 4])
        fail(&script, 400)
        let relief = try script.summary().relief
        #expect(relief.evidence == .events)
        #expect(relief.total.served.sortedSamples == [50])
        #expect(relief.total.imported.sortedSamples == [200])
        #expect(relief.total.unserved == 2 && relief.total.unimported == 2)
        #expect(relief.byDomain.map(\.domain) == [0, 1])
        #expect(relief.byDomain.map(\.unserved) == [1, 1])
        #expect(relief.byDomain[1].served.count == 0)
    }

    @Test func anImportServesTheRequestToo() throws {
        var script = Script()
        fail(&script, 100)
        script.at(300, "import", ["got": 1])
        let relief = try script.summary().relief
        #expect(relief.total.served.sortedSamples == [200])
        #expect(relief.total.imported.sortedSamples == [200])
    }

    /// Growth from the reading before the failure to the one after it may be older than the
    /// failure: it shows nothing.
    @Test func serviceCountsBoundItFromAbove() throws {
        var script = Script()
        service(&script, 0, cpu: 0, hits: 0, imports: 0)
        service(&script, 0, cpu: 1, hits: 0, imports: 0)
        fail(&script, 50)
        service(&script, 100, cpu: 0, hits: 9, imports: 2)
        service(&script, 100, cpu: 1, hits: 0, imports: 0)
        service(&script, 200, cpu: 0, hits: 9, imports: 2)
        service(&script, 200, cpu: 1, hits: 1, imports: 0)
        service(&script, 300, cpu: 0, hits: 20, imports: 3)
        service(&script, 300, cpu: 1, hits: 1, imports: 0)
        let relief = try script.summary().relief
        #expect(relief.evidence == .samples)
        #expect(relief.total.served.sortedSamples == [150])
        #expect(relief.total.imported.sortedSamples == [250])
        #expect(relief.total.unserved == 0)
    }

    @Test func countsOfAnotherDomainRelieveNothing() throws {
        var script = Script()
        service(&script, 0, cpu: 0, hits: 0, imports: 0, domain: 1)
        fail(&script, 50)
        service(&script, 100, cpu: 0, hits: 9, imports: 2, domain: 1)
        service(&script, 200, cpu: 0, hits: 19, imports: 4, domain: 1)
        let relief = try script.summary().relief
        #expect(relief.total.served.count == 0 && relief.total.unserved == 1)
    }

    /// Where single services are there, a bound is never below what they say.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func boundsAreBounds(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var exact = Script()
        var bounded = Script()
        var hits: [Int64] = [0, 0]
        var timeNs: Int64 = 0
        var hasFailed = false
        for step in 0..<120 {
            timeNs += Int64.random(in: 1...9, using: &random)
            let cpu = Int.random(in: 0...1, using: &random)
            if step % 10 == 0 {
                for cpu in 0...1 {
                    service(
                        &bounded, timeNs, cpu: Int32(cpu), hits: hits[cpu], imports: 0)
                }
            } else if !hasFailed, Int.random(in: 0...9, using: &random) == 0 {
                fail(&exact, timeNs)
                fail(&bounded, timeNs)
                hasFailed = true
            } else if Int.random(in: 0...3, using: &random) == 0 {
                exact.at(timeNs, "hit", cpu: Int32(cpu))
                hits[cpu] += 1
            }
        }
        let one = try exact.summary().relief.total.served
        let other = try bounded.summary().relief.total.served
        guard let least = one.minimum, let bound = other.minimum else { return }
        #expect(least <= bound, "seed \(seed)")
    }

    @Test func otherOrdersAreLeftOut() throws {
        var script = Script()
        script.at(1, "alloc_fail", ["order": 9])
        script.at(5, "hit")
        let relief = try script.summary().relief
        #expect(relief.otherOrders == 1 && relief.total.served.count == 0)
        #expect(relief.total.unserved == 0)
    }

    @Test func withoutSuccessesNothingIsKnown() throws {
        var script = Script()
        fail(&script, 1)
        #expect(try script.summary().relief.evidence == .none)
    }

    @Test func exactFiguresAndBoundsHaveNamesOfTheirOwn() throws {
        var script = Script()
        fail(&script, 100)
        script.at(150, "hit")
        func value(_ summary: TraceSummary, _ name: String) -> Int64? {
            summary.metrics.first { $0.name == name }?.value
        }
        let summary = try script.summary()
        #expect(value(summary, "relief.served_max") == 50)
        #expect(value(summary, "relief.served_bound_max") == nil)
    }
}
