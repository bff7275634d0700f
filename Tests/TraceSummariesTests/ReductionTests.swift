import AnalysisTestSupport
import Histograms
import TestRandomness
import Testing
import TraceAnalysis
import TraceCore
import TraceSummaries

/// A summary has the size that was asked for, and says what it lacks.
@Suite struct ReductionTests {
    /// Many domains, threads, CPUs, names and long series: more than fits.
    private static func large(nameBytes: Int = 40, events: Int = 9_000) throws -> RunSummaries {
        var script = Script()
        var timeNs: Int64 = 0
        for number in 0..<events {
            timeNs += Int64(number * number % 9_973)
            let thread = Int64(number % 500)
            let domain = Int32(number % 64)
            let name = String(repeating: "n", count: nameBytes) + "\(number % (events / 13))"
            script.at(
                timeNs, "alloc_fail", domain: domain, cpu: Int32(number % 300),
                ["order": 2, "requester": .text(name), "gfp": .text(name)])
            script.at(
                timeNs + 1, "wake_send", domain: domain,
                ["target": .number(thread), "effect": "woke"])
            timeNs += Int64(number * 31 % 4_001)
            script.at(timeNs, "thread_run", domain: domain, ["thread": .number(thread)])
        }
        let summary = try script.summary(AnalysisOptions(worstChains: 10))
        return RunSummaries(
            RunFacts(
                label: "large", parameters: ParameterList(), window: summary.window,
                metrics: summary.metrics), summary)
    }

    @Test func theDefaultSizeIsKept() throws {
        let whole = try Self.large()
        #expect(try whole.encoded().count > 2 * RunSummaries.defaultBytesPerRun)
        let kept = try whole.kept(within: RunSummaries.defaultBytesPerRun)
        #expect(try kept.encoded().count <= RunSummaries.defaultBytesPerRun)
        #expect(kept.leftOut.level > 0 && kept.leftOut.rows > 0)
        // What is counted over everything is untouched.
        #expect(kept.summary.failures.count == whole.summary.failures.count)
        let (few, all) = (kept.summary.wakeups.latency, whole.summary.wakeups.latency)
        #expect(few.count == all.count && few.sum == all.sum)
        #expect(few.minimum == all.minimum && few.maximum == all.maximum)
        let fraction = kept.leftOut.bucketFraction
        for share in [100, 500, 900, 990, 999] {
            let exact = try #require(all.orderStatistic(thousandths: share))
            let bound = try #require(few.orderStatistic(thousandths: share))
            #expect(bound >= exact && bound - exact <= exact / fraction + 1, "\(share)")
        }
    }

    @Test func whatFitsIsLeftAlone() throws {
        let run = try randomRun(7)
        #expect(try run.kept(within: 1 << 20) == run)
        #expect(try run.kept(within: .max) == run)
    }

    @Test(arguments: [100, 4_000, 60_000])
    func namesOfAnyLengthFit(nameBytes: Int) throws {
        let kept = try Self.large(nameBytes: nameBytes, events: 300).kept(
            within: RunSummaries.defaultBytesPerRun)
        #expect(try kept.encoded().count <= RunSummaries.defaultBytesPerRun)
    }

    @Test func theRowsThatMatterMostStay() throws {
        var script = Script()
        for number in 0..<10_000 {
            // Rare names first, so that no order of the table alone keeps the frequent one.
            let name = number < 1_500 ? "rare \(number)" : "often"
            script.at(Int64(number), "alloc_fail", ["order": 2, "requester": .text(name)])
        }
        let summary = try script.summary()
        let run = RunSummaries(
            RunFacts(
                label: "a", parameters: ParameterList(), window: summary.window, metrics: []),
            summary)
        let kept = try run.kept(within: 8_000)
        #expect(kept.summary.failures.byRequester.first == NamedCount(name: "often", count: 8_500))
        #expect(kept.leftOut.rows > 400)
    }

    @Test func whatCannotBeKeptSmallIsRefused() throws {
        let run = try randomRun(3)
        #expect(throws: SummaryError.self) { try run.kept(within: 100) }
    }

    @Test(arguments: [1, 4, 7, 10])
    func coarseBucketsBoundTheirSamples(bits: Int) throws {
        var random = TestRandom(seed: UInt64(bits))
        var exact = LatencySeries()
        for _ in 0..<5_000 { exact.record(Int64(random.bits() >> UInt64(22 + random.below(40)))) }
        var coarse = exact
        coarse.coarsen(toBits: bits)
        #expect(!coarse.isExact && coarse.count == exact.count && coarse.sum == exact.sum)
        for share in 0...1_000 {
            let sample = try #require(exact.orderStatistic(thousandths: share))
            let bound = try #require(coarse.orderStatistic(thousandths: share))
            #expect(bound >= sample && bound - sample <= sample >> Int64(bits), "seed \(bits)")
        }
        var again = coarse
        again.coarsen(toBits: bits)
        #expect(again == coarse)
        #expect(coarse.powerOfTwoHistogram == exact.powerOfTwoHistogram)
    }
}
