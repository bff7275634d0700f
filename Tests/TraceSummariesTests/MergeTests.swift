import AnalysisTestSupport
import Histograms
import TestRandomness
import Testing
import TraceAnalysis
import TraceCore
import TraceSummaries

/// Random runs as summaries, with a name each.
func randomRun(
    _ seed: UInt64, events: Int = 300, label: String? = nil,
    _ options: AnalysisOptions = AnalysisOptions(worstChains: 5)
) throws -> RunSummaries {
    let summary = try RandomRun.summary(seed: seed, events: events, options)
    return RunSummaries(
        RunFacts(
            label: label ?? "run \(seed)",
            parameters: ParameterList([("source", "engine"), ("scenario.seed", "\(seed)")]),
            identities: TraceIdentities(input: "i\(seed % 3)", outcome: "o", content: "c\(seed)"),
            completeness: seed % 5 == 0 ? .incomplete(reason: "cut") : .complete,
            lostEvents: seed % 4, window: summary.window, metrics: summary.metrics), summary)
}

func merged(_ left: RunSummaries, _ right: RunSummaries) throws -> RunSummaries {
    var result = left
    try result.merge(right)
    return result
}

/// Merging is a function of the runs alone.
@Suite struct MergeTests {
    @Test(arguments: TestSeeds.all)
    func bytesComeBackAsTheyWere(seed: UInt64) throws {
        for number in 0..<10 as Range<UInt64> {
            let run = try randomRun(seed * 1_000 + number, events: Int(number * number * 9))
            let read = try RunSummaries(decoding: run.encoded(), version: RunSummaries.version)
            #expect(read == run, "seed \(seed)")
            let both = try merged(run, randomRun(seed + number))
            let bytes = try both.encoded()
            let again = try RunSummaries(decoding: bytes, version: RunSummaries.version)
            #expect(again == both && again.summary == both.summary, "seed \(seed)")
            #expect(try again.encoded() == bytes)
        }
    }

    @Test(arguments: TestSeeds.all)
    func orderAndGroupingDoNotMatter(seed: UInt64) throws {
        for number in 0..<8 as Range<UInt64> {
            let first = seed * 100 + number * 3
            let (a, b, c) = try (
                randomRun(first, events: 400), randomRun(first + 1, events: 50),
                randomRun(first + 2, events: 250)
            )
            let left = try merged(merged(a, b), c)
            let right = try merged(a, merged(b, c))
            #expect(left == right, "seed \(seed)")
            let bytes = try left.encoded()
            for other in try [merged(merged(c, a), b), merged(b, merged(a, c)), right] {
                #expect(try other.encoded() == bytes, "seed \(seed)")
            }
            #expect(try RunSummaries.merged([b, c, a]).encoded() == bytes)
            #expect(left.runs.map(\.label) == left.runs.map(\.label).sorted())
        }
    }

    /// Smaller forms merge as well, with each other and with whole ones.
    @Test(arguments: TestSeeds.all)
    func reducedOnesMergeInAnyOrder(seed: UInt64) throws {
        func run(_ number: UInt64, percent: Int) throws -> RunSummaries {
            let whole = try randomRun(seed + number, events: 900)
            return try whole.kept(within: whole.encoded().count * percent / 100)
        }
        let (a, b, c) = try (run(0, percent: 95), run(1, percent: 80), run(2, percent: 100))
        #expect(a.leftOut.level > 0 && b.leftOut.level >= a.leftOut.level)
        #expect(c.leftOut == LeftOut())
        let bytes = try merged(merged(a, b), c).encoded()
        #expect(try merged(a, merged(c, b)).encoded() == bytes)
        #expect(try merged(merged(c, b), a).encoded() == bytes)
    }

    @Test(arguments: TestSeeds.all)
    func numbersAreThoseOfAllRuns(seed: UInt64) throws {
        let runs = try (0..<4 as Range<UInt64>).map { try randomRun(seed * 10 + $0, events: 500) }
        let all = try RunSummaries.merged(runs).summary
        let each = runs.map(\.summary)
        #expect(all.runs == 4)
        #expect(all.window.lengthNs == each.reduce(0) { $0 + $1.window.lengthNs })
        #expect(all.events.inWindow == each.reduce(0) { $0 + $1.events.inWindow })
        #expect(all.failures.count == each.reduce(0) { $0 + $1.failures.count })
        #expect(all.cpu.reclaimNs == each.reduce(0) { $0 + $1.cpu.reclaimNs })
        #expect(all.wakeups.counts.sent == each.reduce(0) { $0 + $1.wakeups.counts.sent })
        #expect(all.waits.total.timeNs == each.reduce(0) { $0 + $1.waits.total.timeNs })
        var latencies = LatencySeries()
        for run in each { try latencies.merge(run.wakeups.latency) }
        #expect(all.wakeups.latency == latencies)
        // Threads are told apart by name, and none is lost.
        func cpuByName(_ summaries: [TraceSummary]) -> [String: Int64] {
            var result: [String: Int64] = [:]
            for summary in summaries {
                for row in summary.cpu.threads {
                    let name = summary.threadName(row.thread)
                    result[name.isEmpty ? "thread \(row.thread)" : name, default: 0] += row.cpuNs
                }
            }
            return result
        }
        #expect(cpuByName([all]) == cpuByName(each))
        #expect(cpuByName(each).count > 3)
        // Rows of a table add up to its total.
        #expect(all.failures.byOrder.reduce(0) { $0 + $1.count } == all.failures.count)
        #expect(all.failures.byCPU.reduce(0) { $0 + $1.count } == all.failures.count)
    }

    @Test func theLongestChainsOfAllRunsStayAndKnowTheirTrace() throws {
        let runs = try (1...5 as ClosedRange<UInt64>).map { try randomRun($0, events: 800) }
        let chains = try #require(RunSummaries.merged(runs).summary.chains)
        let lengths = runs.flatMap { $0.summary.chains?.worst ?? [] }.map(\.lengthNs)
        #expect(chains.worst.map(\.lengthNs) == Array(lengths.sorted(by: >).prefix(5)))
        #expect(chains.worst.allSatisfy { $0.trace.hasPrefix("run ") })
        #expect(Set(chains.worst.map(\.trace)).count > 1)
        let none = try randomRun(9, AnalysisOptions())
        #expect(try merged(runs[0], none).summary.chains == nil)
    }

    @Test func differentSelectionsDoNotMerge() throws {
        let whole = try randomRun(1)
        for (what, options) in [
            ("domains", AnalysisOptions(domains: [0])),
            ("threads", AnalysisOptions(threads: [100])),
            ("reports", AnalysisOptions(sections: [.cpu])),
            ("kinds", AnalysisOptions(kinds: [KindID.allocFail])),
        ] {
            let part = try randomRun(2, options)
            #expect(throws: SummaryError.differentSelections(what: what)) {
                try merged(whole, part)
            }
        }
    }

    @Test func theSameRunTwiceIsNoticed() throws {
        let run = try randomRun(4)
        #expect(try merged(run, run).repeatedContents == ["c4"])
        #expect(try merged(run, randomRun(5)).repeatedContents.isEmpty)
    }

    @Test func aCountThatIsTooLargeIsRefused() throws {
        var large = try randomRun(1)
        var doublings = 0
        #expect(throws: SummaryError.overflow) {
            while doublings < 64 {
                large = try merged(large.asOneRun(), large.asOneRun())
                doublings += 1
            }
        }
        // Nothing else was refused on the way: 2^44 events are many.
        #expect(doublings > 30 && doublings < 44, "\(doublings)")
    }
}

extension RunSummaries {
    /// The same numbers, of one run: so that doubling a summary does not double its runs.
    fileprivate func asOneRun() -> RunSummaries {
        var summary = summary
        summary.runs = 1
        return RunSummaries(runs[0], summary)
    }
}
