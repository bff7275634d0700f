import AnalysisTestSupport
import Histograms
import Testing
import TraceAnalysis
import TraceCore

/// From a failure to the end of the batch that it led to.
@Suite struct BatchReliefTests {
    /// A failure, its wakeup and a batch; with causes or without.
    private func chain(
        _ script: inout Script, at timeNs: Int64, domain: Int32 = 0, thread: Int64 = 7,
        batchNs: Int64 = 100, hasCauses: Bool = true
    ) {
        let thread = Field.number(thread)
        let failure = script.at(timeNs, "alloc_fail", domain: domain)
        let wake = script.at(
            timeNs + 10, "wake_send", domain: domain, cause: hasCauses ? failure : 0,
            ["target": thread])
        let run = script.at(
            timeNs + 20, "thread_run", domain: domain, cause: hasCauses ? wake : 0,
            ["thread": thread])
        script.at(
            timeNs + 30, "batch_begin", domain: domain, cause: hasCauses ? run : 0,
            ["thread": thread])
        script.at(timeNs + 30 + batchNs, "batch_end", domain: domain, ["thread": thread])
        script.at(timeNs + 30 + batchNs, "thread_sleep", domain: domain, ["thread": thread])
    }

    @Test func recordedAndInferredCausesAreCountedApart() throws {
        var script = Script()
        chain(&script, at: 0)
        chain(&script, at: 1_000, domain: 1, thread: 8, batchNs: 300, hasCauses: false)
        chain(&script, at: 2_000, batchNs: 50)
        let relief = try script.summary().batchRelief
        #expect(relief.total.duration.sortedSamples == [80, 130, 330])
        #expect(relief.total.recorded == 2 && relief.total.inferred == 1)
        #expect(relief.byDomain.map(\.domain) == [0, 1])
        #expect(relief.byDomain.map(\.duration.sortedSamples) == [[80, 130], [330]])
        #expect(relief.byDomain.map(\.inferred) == [0, 1])
    }

    @Test func onlyTheEndOfTheFirstBatchInTheWindowCounts() throws {
        var script = Script()
        chain(&script, at: 0)
        script.at(300, "alloc_fail")
        script.at(310, "wake_send", ["target": 7])
        script.at(320, "thread_run", ["thread": 7])
        script.at(330, "thread_sleep", ["thread": 7])
        script.at(340, "batch_begin", ["thread": 7])
        script.at(350, "batch_end", ["thread": 7])
        script.at(400, "alloc_fail")
        script.at(410, "wake_send", ["target": 7])
        script.at(430, "batch_begin", ["thread": 7])
        script.at(500, "batch_end", ["thread": 7])
        script.at(510, "batch_begin", ["thread": 7])
        script.at(520, "batch_end", ["thread": 7])
        let all = try script.summary().batchRelief.total
        #expect(all.chains == 3 && all.withoutEnd == 1)
        #expect(all.duration.sortedSamples == [100, 130])
        let cut = try script.summary(AnalysisOptions(beginNs: 5, endNs: 490)).batchRelief.total
        #expect(cut.chains == 2 && cut.duration.count == 0, "a chain is in the window as a whole")
    }

    /// The series is the same whether or not the longest chains are kept, and however many wait.
    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func keepingChainsChangesNothing(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var script = Script()
        var now: Int64 = 0
        for _ in 0..<600 {
            now += Int64.random(in: 0...9, using: &random)
            let thread = Field.number(Int64.random(in: 7...9, using: &random))
            switch Int.random(in: 0...6, using: &random) {
            case 0...1: script.at(now, "alloc_fail")
            case 2: script.at(now, "wake_send", ["target": thread])
            case 3: script.at(now, "thread_run", ["thread": thread])
            case 4: script.at(now, "batch_begin", ["thread": thread])
            case 5: script.at(now, "batch_end", ["thread": thread])
            default: script.at(now, "thread_sleep", ["thread": thread])
            }
        }
        let plain = try script.summary()
        let kept = try script.summary(AnalysisOptions(worstChains: 1_000))
        #expect(plain.batchRelief == kept.batchRelief, "seed \(seed)")
        let ends = try #require(kept.chains).worst.compactMap { chain in
            chain.batchEndNs.map { $0 - chain.failureNs }
        }
        #expect(kept.batchRelief.total.duration.sortedSamples == ends.sorted(), "seed \(seed)")
        #expect(plain.chains == nil)
    }

    @Test func itIsAPartOfTheReliefReport() throws {
        var script = Script()
        chain(&script, at: 0)
        let only = try script.summary(AnalysisOptions(sections: [.relief]))
        #expect(try only.batchRelief == script.summary().batchRelief)
        #expect(only.metrics.contains { $0.name == "relief.batch_end_max" && $0.value == 130 })
        let other = try script.summary(AnalysisOptions(sections: [.failures]))
        #expect(other.batchRelief.total.chains == 0 && other.batchRelief.byDomain.isEmpty)
    }
}
