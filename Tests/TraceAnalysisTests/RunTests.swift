import AnalysisTestSupport
import Testing
import TraceAnalysis
import TraceCore

/// What threads do when they are woken.
@Suite struct RunTests {
    private func wake(_ script: inout Script, _ timeNs: Int64) {
        script.at(timeNs, "wake_send", ["target": 7])
        script.at(timeNs + 1, "thread_run", ["thread": 7])
    }

    @Test func aRunWithoutWorkIsSpurious() throws {
        var script = Script()
        wake(&script, 10)
        script.at(20, "thread_sleep", ["thread": 7])
        wake(&script, 30)
        script.at(40, "batch_begin", ["thread": 7])
        script.at(50, "batch_end", ["thread": 7])
        script.at(60, "thread_sleep", ["thread": 7])
        wake(&script, 70)
        script.at(80, "spin_begin", ["thread": 7])
        script.at(90, "spin_end", ["thread": 7])
        wake(&script, 100)
        wake(&script, 110)
        let counts = try script.summary().wakeups.counts
        #expect(counts.worked == 2)
        #expect(counts.spurious == 2, "the next wakeup ends a run as sleep does; the last is open")
        #expect(try script.summary().wakeups.threads[0].counts.spurious == 2)
    }

    @Test func aThreadThatSleepsWithinABatchHasWork() throws {
        var script = Script()
        script.at(5, "batch_begin", ["thread": 7])
        wake(&script, 10)
        script.at(20, "thread_sleep", ["thread": 7])
        script.at(25, "batch_end", ["thread": 7])
        wake(&script, 30)
        script.at(40, "thread_sleep", ["thread": 7])
        let whole = try script.summary().wakeups.counts
        #expect(whole.worked == 1 && whole.spurious == 1)
        let window = try script.summary(AnalysisOptions(beginNs: 8)).wakeups.counts
        #expect(window.worked == 1 && window.spurious == 1, "the begin before the window counts")
    }

    @Test func runsWithoutAWakeupAndMissedOnesAreNotJudged() throws {
        var script = Script()
        script.at(10, "thread_run", ["thread": 7])
        script.at(20, "thread_sleep", ["thread": 7])
        script.at(30, "wake_send", ["target": 7])
        script.at(40, "on_cpu", ["thread": 7, "ns": -1])
        script.at(50, "thread_run", ["thread": 7])
        script.at(60, "thread_sleep", ["thread": 7])
        let counts = try script.summary().wakeups.counts
        #expect(counts.worked == 0 && counts.spurious == 0 && counts.missedRuns == 1)
    }

    @Test func theWakeupReportAloneKnowsThem() throws {
        var script = Script()
        wake(&script, 10)
        script.at(20, "batch_begin", ["thread": 7])
        script.at(30, "batch_end", ["thread": 7])
        script.at(40, "thread_sleep", ["thread": 7])
        wake(&script, 50)
        script.at(60, "thread_sleep", ["thread": 7])
        let only = try script.summary(AnalysisOptions(sections: [.wakeups]))
        #expect(try only.wakeups == script.summary().wakeups)
        #expect(only.wakeups.counts.worked == 1 && only.wakeups.counts.spurious == 1)
    }
}
