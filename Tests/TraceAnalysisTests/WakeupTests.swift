import AnalysisTestSupport
import Histograms
import Testing
import TraceAnalysis
import TraceCore

@Suite struct WakeupTests {
    /// Without runs in the schema the first batch after a wakeup stands for one.
    @Test func inASchemaWithoutRunsTheBatchCounts() throws {
        let kinds = StandardSchema.schema.kinds.filter { $0.name != "thread_run" }
        var script = Script(try #require(EventSchema(kinds: kinds)))
        script.at(10, "batch_begin", ["thread": 7])
        script.at(15, "wake_send", ["target": 7])
        script.at(20, "wake_send", ["target": 7])
        script.at(45, "batch_begin", ["thread": 7])
        script.at(50, "batch_begin", ["thread": 7])
        script.at(60, "wake_send", ["target": 7, "effect": "suppressed"])
        script.at(70, "batch_begin", ["thread": 7])
        let wakeups = try script.summary().wakeups
        #expect(wakeups.runEvidence == .batches && wakeups.latency.sortedSamples == [30])
        #expect(wakeups.counts.runs == 1 && wakeups.counts.runsWithoutWakeup == 0)
        var other = Script()
        other.at(15, "wake_send", ["target": 7])
        other.at(45, "batch_begin", ["thread": 7])
        let none = try other.summary().wakeups
        #expect(none.runEvidence == .runs && none.latency.count == 0)
    }

    @Test func latencyRunsFromTheEffectiveWakeupToTheRun() throws {
        var script = Script()
        script.at(100, "wake_send", ["target": 5, "effect": "woke"])
        script.at(130, "wake_send", ["target": 5, "effect": "suppressed"])
        script.at(150, "thread_run", ["thread": 5])
        script.at(160, "wake_send", ["target": 5, "effect": "no_sleeper"])
        script.at(170, "wake_send", ["target": 5, "effect": "lost"])
        script.at(180, "thread_sleep", ["thread": 5])
        script.at(200, "wake_send", ["target": 6, "effect": "woke"])
        script.at(230, "thread_run", ["thread": 6])
        script.at(300, "wake_send", ["target": 5, "effect": "woke"])
        script.at(390, "thread_run", ["thread": 5])
        let wakeups = try script.summary().wakeups
        #expect(wakeups.latency.sortedSamples == [30, 50, 90])
        #expect(wakeups.threads.map(\.thread) == [5, 6])
        #expect(wakeups.threads.map(\.latency.sortedSamples) == [[50, 90], [30]])
        #expect(wakeups.counts.sent == 6 && wakeups.counts.woke == 3)
        #expect(wakeups.counts.suppressed == 1 && wakeups.counts.noSleeper == 1)
        #expect(wakeups.counts.lost == 1 && wakeups.counts.runs == 3)
        #expect(wakeups.counts.sleeps == 1 && wakeups.counts.runsWithoutWakeup == 0)
    }

    @Test func theFirstOfSeveralEffectiveWakeupsCounts() throws {
        var script = Script()
        script.at(100, "wake_send", ["target": 5, "effect": "woke"])
        script.at(120, "wake_send", ["target": 5, "effect": "woke"])
        script.at(150, "thread_run", ["thread": 5])
        script.at(170, "thread_run", ["thread": 5])
        let wakeups = try script.summary().wakeups
        #expect(wakeups.latency.sortedSamples == [50])
        #expect(wakeups.counts.wokeAgain == 1 && wakeups.counts.runsWithoutWakeup == 1)
    }

    @Test func aMissedRunDropsThePendingWakeup() throws {
        var script = Script()
        script.at(100, "wake_send", ["target": 5, "effect": "woke"])
        script.at(120, "on_cpu", ["thread": 5, "ns": -1])
        script.at(150, "thread_run", ["thread": 5])
        let wakeups = try script.summary().wakeups
        #expect(wakeups.latency.count == 0 && wakeups.counts.missedRuns == 1)
        #expect(wakeups.counts.runsWithoutWakeup == 1)
    }

    @Test func windowEdgesLeaveNoHalfLatencies() throws {
        var script = Script()
        script.at(100, "wake_send", ["target": 5, "effect": "woke"])
        script.at(150, "thread_run", ["thread": 5])
        script.at(300, "wake_send", ["target": 5, "effect": "woke"])
        script.at(350, "thread_run", ["thread": 5])
        let wakeups = try script.summary(AnalysisOptions(beginNs: 120, endNs: 320)).wakeups
        #expect(wakeups.latency.count == 0)
        #expect(wakeups.counts.runsWithoutWakeup == 1 && wakeups.counts.pendingAtEnd == 1)
    }

    @Test func failuresWaitForTheNextEffectiveWakeupOfTheirDomain() throws {
        var script = Script()
        script.at(100, "alloc_fail", domain: 0)
        script.at(110, "wake_send", domain: 0, ["target": 5, "effect": "suppressed"])
        script.at(130, "alloc_fail", domain: 0)
        script.at(140, "alloc_fail", domain: 1)
        script.at(150, "wake_send", domain: 0, ["target": 5, "effect": "woke"])
        script.at(160, "wake_send", domain: 0, ["target": 5, "effect": "woke"])
        script.at(170, "alloc_fail", domain: 0)
        let wakeups = try script.summary().wakeups
        #expect(wakeups.answers.firstFailure.sortedSamples == [50])
        #expect(wakeups.answers.everyFailure.sortedSamples == [20, 50])
        #expect(wakeups.answers.namedCause.count == 0)
        #expect(wakeups.answers.unanswered == 2)
        #expect(wakeups.answersByDomain.map(\.unanswered) == [1, 1])
        #expect(wakeups.answersByDomain.map(\.firstFailure.count) == [1, 0])
    }

    @Test func aCauseNamesTheFailureAndItsDomain() throws {
        var script = Script()
        script.at(100, "alloc_fail", domain: 1)
        let cause = script.at(130, "alloc_fail", domain: 1)
        script.at(140, "alloc_fail", domain: 0)
        script.at(150, "wake_send", domain: -1, cause: cause, ["target": 5, "effect": "woke"])
        let answers = try script.summary().wakeups.answers
        #expect(answers.namedCause.sortedSamples == [20])
        #expect(answers.firstFailure.sortedSamples == [50])
        #expect(answers.everyFailure.sortedSamples == [20, 50])
        #expect(answers.unanswered == 1)
    }

    @Test func aCauseThatIsNoWaitingFailureFallsBackToTheDomain() throws {
        var script = Script()
        script.at(100, "alloc_fail", domain: 0)
        let request = script.at(120, "wake_request", domain: 0, ["target": "kswapd0"])
        script.at(150, "wake_send", domain: 0, cause: request, ["target": 5, "effect": "woke"])
        let answers = try script.summary().wakeups.answers
        #expect(answers.namedCause.count == 0 && answers.firstFailure.sortedSamples == [50])
    }
}
