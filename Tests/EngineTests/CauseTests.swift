import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import Testing
import TraceCore

/// Failure, wakeup, run, batch, wait: each event names the one that led to it.
struct CauseTests {
    private let host = PageMap.host((4096, 1))

    /// The kinds from an event back to its first cause.
    private func chain(_ event: LoggedEvent, _ log: EventLog) throws -> [String] {
        var kinds = [event.kind.name]
        var cause = event.cause
        while cause != 0 {
            let earlier = try #require(log.event(numbered: cause))
            kinds.append(earlier.kind.name)
            cause = earlier.cause
        }
        return kinds
    }

    @Test func aBatchThatHadToWait() throws {
        let memory = PageMap.memory(host) { _, offset in
            offset >= 4032 ? .file : offset % 2 == 0 && offset < 156 ? .free : .kernel
        }
        var run = try EngineRun(host, memory.snapshot(), policy: .named("reclaim-batch"))
        run.apply(.record(at: 0), .background(at: 50_000_000, .free, slot: 0, pages: 40))
        run.run(until: 100_000_000)
        let log = run.log
        let back = [
            "batch_end", "batch_begin", "thread_run", "wake_send", "alloc_fail", "request",
        ]
        let waitEnd = try #require(log.all(.waitEnd).first)
        #expect(try chain(waitEnd, log) == ["wait_end", "wait_begin"] + back)
        let sleep = try #require(log.all(.threadSleep).first)
        #expect(try chain(sleep, log) == ["thread_sleep"] + back)
    }

    @Test func aBatchWithPasses() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("reclaim-batch"), detail: 2)
        run.apply(.record(at: 0))
        run.run(until: 100_000_000)
        let back = ["batch_begin", "thread_run", "wake_send", "alloc_fail", "request"]
        let last = [KindID.batchPass, .run, .batchEnd].compactMap { run.log.all($0).last }
        #expect(
            try last.map { try chain($0, run.log) }
                == ["batch_pass", "run", "batch_end"].map { [$0] + back })
    }

    @Test func aSkippedWait() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host, others: .kernel), policy: .named("reclaim-batch"))
        run.apply(.record(at: 0))
        run.run(until: 100_000_000)
        let skip = try #require(run.log.all(.waitSkip).first)
        #expect(try chain(skip, run.log).prefix(3) == ["wait_skip", "batch_end", "batch_begin"])
    }

    @Test func aSpin() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("alloc-thread"))
        run.apply(.record(at: 0))
        run.finish(at: 100_000_000)
        let end = try #require(run.log.all(.spinEnd).first)
        #expect(
            try chain(end, run.log)
                == ["spin_end", "spin_begin", "thread_run", "wake_send", "alloc_fail", "request"])
    }

    /// The second round follows from the second failure, not from what the first one left behind.
    @Test func aSecondRoundHasItsOwnCause() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host, others: .kernel), policy: .named("reclaim-batch"))
        run.apply(.record(at: 0), .record(at: 2_000_000_000))
        run.run(until: 3_000_000_000)
        #expect(run.log.all(.threadRun).map(\.cause) == run.log.all(.wakeSend).map(\.sequence))
        #expect(run.log.all(.batchBegin).map(\.cause) == run.log.all(.threadRun).map(\.sequence))
        #expect(run.log.count(.threadRun) == 2)
    }
}
