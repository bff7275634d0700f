import AnalysisTestSupport
import Foundation
import Histograms
import Testing
import TraceAnalysis
import TraceCore
import TraceDiff
import TraceReport
import TraceSummaries

/// Traces at the edges of what there can be, in every form of the report.
@Suite struct ExtremeTests {
    /// A failure and everything that follows, `gapNs` after one another.
    private static func cycle(
        _ script: inout Script, from beginNs: Int64, gapNs: Int64, domain: Int32
    )
        -> Int64
    {
        var now = beginNs
        func next() -> Int64 {
            defer { now += gapNs }
            return now
        }
        let thread = Field.number(Int64(domain) + 100)
        let failure = script.at(next(), "alloc_fail", domain: domain, ["order": 2])
        let wake = script.at(
            next(), "wake_send", domain: domain, cause: failure, ["target": thread])
        let run = script.at(next(), "thread_run", domain: domain, cause: wake, ["thread": thread])
        let begin = script.at(
            next(), "batch_begin", domain: domain, cause: run, ["thread": thread])
        script.at(next(), "batch_end", domain: domain, cause: begin, ["thread": thread])
        script.at(next(), "wait_begin", domain: domain, ["thread": 1])
        script.at(next(), "wait_end", domain: domain, ["thread": 1])
        script.at(next(), "thread_sleep", domain: domain, ["thread": thread])
        return now
    }

    /// The summary, after every form of the report was made of it.
    private static func summary(_ script: Script) throws -> TraceSummary {
        let summary = try script.summary(AnalysisOptions(worstChains: 5))
        let report = AnalysisReport(
            label: "extreme.ktrace", parameters: ParameterList(), summary: summary)
        for style in [TextStyle(width: 40), TextStyle(width: 200, usesColor: true)] {
            #expect(report.text(style).hasPrefix("complete: true"))
            #expect(report.markdown(style).hasPrefix("### `extreme.ktrace`"))
        }
        #expect(report.csv.hasPrefix("metric,"))
        try expectPages(script)
        _ = try JSONSerialization.jsonObject(with: Data(report.json.utf8))
        return summary
    }

    /// Pages with pictures over time, also beside a trace that is not extreme.
    private static func expectPages(_ script: Script) throws {
        func side(_ script: Script) throws -> ComparedTrace {
            let options = AnalysisOptions(worstChains: 5, collectsTimeline: true)
            return ComparedTrace(
                label: "extreme.ktrace", parameters: ParameterList(),
                summary: try script.summary(options))
        }
        let (one, other) = (try side(script), try side(SmallTrace.script()))
        let report = AnalysisReport(
            label: "extreme.ktrace", parameters: ParameterList(), summary: one.summary)
        #expect(report.html.hasSuffix("</html>\n"))
        for (left, right) in [(one, other), (other, one), (one, one)] {
            let page = ComparisonReport(Comparison(left, right)).html
            #expect(page.hasSuffix("</html>\n"))
        }
    }

    @Test func noEvent() throws {
        let summary = try Self.summary(Script())
        #expect(summary.window.lengthNs == 0 && summary.events.inWindow == 0)
        #expect(summary.chains?.count == 0 && summary.chains?.worst == [])
    }

    @Test(arguments: ["alloc_fail", "wake_send", "batch_end", "wait_end", "sample", "on_cpu"])
    func oneEvent(kind: String) throws {
        var script = Script()
        script.at(0, kind)
        #expect(try Self.summary(script).events.inWindow == 1)
    }

    @Test func everythingAtOneInstant() throws {
        var script = Script()
        for domain in [0, 1] as [Int32] {
            for _ in 0..<50 { _ = Self.cycle(&script, from: 7, gapNs: 0, domain: domain) }
        }
        let summary = try Self.summary(script)
        #expect(summary.wakeups.latency.count == 100 && summary.wakeups.latency.maximum == 0)
        #expect(summary.failures.interArrival.clampedSum == 0)
        #expect(summary.waits.total.timeNs == 0 && summary.batches.groups[0].ended == 100)
        #expect(summary.chains?.worst.map(\.lengthNs) == [0, 0, 0, 0, 0])
    }

    @Test func oneDomainOf64() throws {
        var script = Script()
        for domain in 0..<64 as Range<Int32> { script.at(0, "sample", domain: domain) }
        _ = Self.cycle(&script, from: 10, gapNs: 5, domain: 63)
        let summary = try Self.summary(script)
        #expect(summary.memory.count == 64 && summary.failures.byDomain.map(\.number) == [63])
        #expect(summary.wakeups.threads.map(\.domain) == [63])
        #expect(summary.chains?.worst.map(\.domain) == [63])
    }

    /// 2^40 ns are 18 minutes; 2^61 is most of what a trace can last.
    @Test(arguments: [1 << 40, 1 << 58] as [Int64])
    func longGaps(gapNs: Int64) throws {
        var script = Script()
        var now: Int64 = 0
        for _ in 0..<2 { now = Self.cycle(&script, from: now, gapNs: gapNs, domain: 0) }
        let summary = try Self.summary(script)
        #expect(summary.window.lengthNs == 15 * gapNs)
        #expect(summary.wakeups.latency.sortedSamples == [gapNs, gapNs])
        #expect(summary.failures.interArrival.sortedSamples == [8 * gapNs])
        #expect(summary.waits.total.timeNs == 2 * gapNs)
        #expect(summary.chains?.worst.map(\.lengthNs) == [4 * gapNs, 4 * gapNs])
        let isAbove = gapNs > 1 << 42
        #expect(summary.wakeups.latency.aboveRangeCount == (isAbove ? 2 : 0))
    }
}
