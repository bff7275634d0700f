import AnalysisTestSupport
import Histograms
import Testing
import TraceAnalysis
import TraceCore

@Suite struct FailureTests {
    private let ms: Int64 = 1_000_000

    @Test func tablesCountByEveryColumn() throws {
        var script = Script()
        script.at(
            1, "alloc_fail", domain: 0, cpu: 3,
            [
                "order": 2, "requester": "tls", "gfp": "NOWAIT", "largest_order": 1,
            ])
        script.at(
            2, "alloc_fail", domain: 1, cpu: 3,
            [
                "order": 2, "requester": "ring", "gfp": "KERNEL", "largest_order": 0,
            ])
        script.at(
            3, "alloc_fail", domain: 1, cpu: 4,
            [
                "order": 9, "requester": "tls", "gfp": "KERNEL", "largest_order": -1,
            ])
        script.at(
            4, "alloc_fail", domain: -1, cpu: -1,
            [
                "order": 2, "requester": "tls", "gfp": "KERNEL", "largest_order": 1,
            ])
        let failures = try script.summary().failures
        func pairs(_ counts: [NumberCount]) -> [[Int64]] {
            counts.map { [$0.number, Int64($0.count)] }
        }
        #expect(failures.count == 4)
        #expect(pairs(failures.byDomain) == [[-1, 1], [0, 1], [1, 2]])
        #expect(pairs(failures.byCPU) == [[-1, 1], [3, 2], [4, 1]])
        #expect(pairs(failures.byOrder) == [[2, 3], [9, 1]])
        #expect(pairs(failures.byLargestOrder) == [[-1, 1], [0, 1], [1, 2]])
        #expect(
            failures.byRequester == [
                NamedCount(name: "tls", count: 3), NamedCount(name: "ring", count: 1),
            ])
        #expect(
            failures.byOrderAndGfp == [
                OrderAndGfpCount(order: 2, gfp: "KERNEL", count: 2),
                OrderAndGfpCount(order: 2, gfp: "NOWAIT", count: 1),
                OrderAndGfpCount(order: 9, gfp: "KERNEL", count: 1),
            ])
    }

    @Test func burstsAreRunsCloserThanAMillisecond() throws {
        var script = Script()
        for time in [0, 1, ms, 2 * ms, 2 * ms + 5, 9 * ms] { script.at(time, "alloc_fail") }
        let failures = try script.summary().failures
        #expect(failures.interArrival.sortedSamples == [1, 5, ms - 1, ms, 7 * ms - 5])
        #expect(failures.bursts.count == 2 && failures.bursts.failures == 5)
        #expect(failures.bursts.largest == 3)
        #expect(failures.bursts.sizes.total == 3)
    }

    @Test func aKnownEndGivesSixtyBinsThatHoldTheLastInstant() throws {
        var script = Script()
        for time in [0, 999, 1_000, 59_999, 60_000] as [Int64] { script.at(time, "alloc_fail") }
        let summary = try script.summary(AnalysisOptions(recordingEndNs: 60_000))
        let bins = summary.failures.overTime
        #expect(bins.widthNs == 1_000 && bins.counts.count == 60)
        #expect(bins.counts[0] == 2 && bins.counts[1] == 1 && bins.counts[59] == 2)
        #expect(summary.per1000Seconds(5) == 83_333_333)
    }

    @Test func anIntervalAskedForIsTheWidth() throws {
        var script = Script()
        for time in [100, 149, 150, 200] as [Int64] { script.at(time, "alloc_fail") }
        let options = AnalysisOptions(beginNs: 100, endNs: 260, intervalNs: 50)
        let bins = try script.summary(options).failures.overTime
        #expect(bins.beginNs == 100 && bins.widthNs == 50)
        #expect(bins.counts == [2, 2], "the recording ends at 200, with an event in it")
    }

    @Test func anUnknownEndDoublesTheWidth() throws {
        var script = Script()
        for time in stride(from: 0, through: 100 * ms, by: Int(ms)) {
            script.at(time, "alloc_fail")
        }
        let bins = try script.summary().failures.overTime
        #expect(bins.widthNs == 2 * ms)
        #expect(bins.counts == [UInt64](repeating: 2, count: 49) + [3], "the last instant too")
    }

    @Test func aQuietEndBelongsToTheTimeline() throws {
        var script = Script()
        script.at(0, "alloc_fail")
        script.at(240 * ms, "counter", ["name": "x", "value": 0])
        let bins = try script.summary().failures.overTime
        #expect(bins.widthNs == 4 * ms && bins.counts.count == 60)
        #expect(bins.counts.reduce(0, +) == 1)
    }

    @Test func everyDomainAndCPUHasTheBinsOfTheTotal() throws {
        var script = Script()
        script.at(0, "alloc_fail", domain: 0, cpu: 1)
        script.at(1, "alloc_fail", domain: 1, cpu: 2)
        script.at(2 * ms, "alloc_fail", domain: 0, cpu: 0)
        script.at(239 * ms, "alloc_fail", domain: 0, cpu: 1)
        let bins = try script.summary().failures.overTime
        #expect(bins.widthNs == 4 * ms && bins.counts.count == 60)
        #expect(bins.byDomain.map(\.number) == [0, 1] && bins.byCPU.map(\.number) == [0, 1, 2])
        #expect(bins.byDomain.map { [$0.counts[0], $0.counts[59]] } == [[2, 1], [1, 0]])
        #expect(bins.byCPU.map { [$0.counts[0], $0.counts[59]] } == [[1, 0], [1, 1], [1, 0]])
        for place in bins.byDomain + bins.byCPU { #expect(place.counts.count == 60) }
    }

    @Test func theLastInstantHasTheSameBinHoweverTheEndIsKnown() throws {
        var script = Script()
        for time in [0, 50, 100] as [Int64] { script.at(time, "alloc_fail") }
        for (endNs, recordingEndNs) in [(nil, nil), (150, nil), (nil, 100), (101, 100), (150, 99)]
            as [(Int64?, Int64?)]
        {
            let bins = try script.summary(
                AnalysisOptions(endNs: endNs, recordingEndNs: recordingEndNs, intervalNs: 50)
            ).failures.overTime
            #expect(bins.counts == [1, 2])
            #expect(bins.byDomain.map(\.counts) == [[1, 2]] && bins.byCPU == bins.byDomain)
        }
    }

    @Test func anEventOnTheLimitOfBinsDoublesNothingWhereItIsTheLast() throws {
        var script = Script()
        for time in [0, 59 * ms, 60 * ms] { script.at(time, "alloc_fail") }
        let bins = try script.summary().failures.overTime
        #expect(bins.widthNs == ms && bins.counts.count == 60 && bins.counts[59] == 2)
        script.at(60 * ms + 1, "alloc_fail")
        let wider = try script.summary().failures.overTime
        #expect(wider.widthNs == 2 * ms && wider.counts.count == 31)
        #expect(wider.counts[29] == 1 && wider.counts[30] == 2)
        #expect(wider.byCPU.map(\.counts) == [wider.counts])
    }

    @Test func anEventAtTheEndOfAllTimesCounts() throws {
        var script = Script()
        script.at(0, "alloc_fail")
        script.at(.max, "alloc_fail")
        let summary = try script.summary()
        #expect(summary.failures.count == 2 && summary.window.endNs == .max)
        #expect(summary.failures.overTime.counts.reduce(0, +) == 2)
        #expect(try script.summary(AnalysisOptions(endNs: .max)).failures.count == 1)
    }

    /// 64 CPUs and 8 domains, of which more pairs are seen than there are of either.
    @Test func everyPlaceHasTheBinsThatItNeeds() throws {
        var script = Script()
        for number in 0..<6_400 {
            script.at(
                Int64(number) * 7, "alloc_fail", domain: Int32(number % 8),
                cpu: Int32(number / 100))
        }
        let bins = try script.summary(AnalysisOptions(intervalNs: 100)).failures.overTime
        #expect(bins.widthNs == 100 && bins.byDomain.count == 8 && bins.byCPU.count == 64)
        #expect(bins.domainsWithoutBins == 0 && bins.cpusWithoutBins == 0)
        for places in [bins.byDomain, bins.byCPU] {
            for bin in bins.counts.indices {
                #expect(places.reduce(0) { $0 + $1.counts[bin] } == bins.counts[bin])
            }
        }
    }

    @Test func placesWithoutRoomForBinsAreCounted() throws {
        var script = Script()
        for cpu in 0..<20 as Range<Int32> { script.at(0, "alloc_fail", cpu: 19 - cpu) }
        script.at(65_535, "alloc_fail", cpu: 19)
        let bins = try script.summary(AnalysisOptions(intervalNs: 1)).failures.overTime
        #expect(bins.byDomain.map { $0.counts[0] } == [20] && bins.domainsWithoutBins == 0)
        #expect(bins.byCPU.map(\.number) == Array(4...19), "those met first")
        #expect(bins.byCPU.allSatisfy { $0.counts[0] == 1 } && bins.cpusWithoutBins == 4)
    }

    @Test func aPlaceThatWasDroppedHasNoBinsAfterADoubling() throws {
        var script = Script()
        for cpu in 0..<20 as Range<Int32> { script.at(0, "alloc_fail", cpu: cpu) }
        for time in [65_000, 70_000] as [Int64] {
            for cpu in 0..<20 as Range<Int32> { script.at(time, "alloc_fail", cpu: cpu) }
        }
        let bins = try script.summary(AnalysisOptions(intervalNs: 1)).failures.overTime
        #expect(bins.widthNs == 2 && bins.byCPU.count == 16 && bins.cpusWithoutBins == 4)
        for place in bins.byCPU {
            #expect([0, 32_500, 34_999].map { place.counts[$0] } == [1, 1, 1])
        }
    }
}
