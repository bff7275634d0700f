import AnalysisTestSupport
import Testing
import TraceAnalysis
import TraceCore

/// Chains from failure over wakeup, run and batch to relief.
@Suite struct ChainTests {
    private static func chains(_ script: Script, worst: Int = 100) throws -> ChainSummary {
        try #require(try script.summary(AnalysisOptions(worstChains: worst)).chains)
    }

    @Test func recordedCausesMakeAChain() throws {
        var script = Script()
        let first = script.at(100, "alloc_fail", domain: 1)
        script.at(110, "alloc_fail", domain: 1)
        let wake = script.at(120, "wake_send", domain: 1, cause: first, ["target": 7])
        let run = script.at(150, "thread_run", domain: 1, cause: wake, ["thread": 7])
        let begin = script.at(155, "batch_begin", domain: 1, cause: run, ["thread": 7])
        script.at(400, "batch_end", domain: 1, cause: begin, ["thread": 7])
        script.at(410, "thread_sleep", domain: 1, ["thread": 7])
        script.at(450, "import", domain: 1, ["got": 0])
        script.at(500, "import", domain: 1, ["got": 2])
        let chains = try Self.chains(script)
        #expect(chains.count == 1 && chains.recorded == 1 && chains.knowsRelief)
        #expect(
            chains.worst == [
                Chain(
                    domain: 1, thread: 7, failureSequence: first, failureNs: 100, failures: 2,
                    wakeNs: 120, wakeLink: .recorded, runNs: 150, runLink: .recorded,
                    batchBeginNs: 155, batchLink: .recorded, batchEndNs: 400, reliefNs: 500)
            ])
        #expect(chains.worst[0].lengthNs == 400)
    }

    @Test func withoutCausesItIsInferred() throws {
        var script = Script()
        script.at(100, "alloc_fail")
        script.at(120, "wake_send", ["target": 7])
        script.at(121, "thread_run", ["thread": 8])
        script.at(150, "thread_run", ["thread": 7])
        script.at(155, "batch_begin", ["thread": 7])
        script.at(400, "batch_end", ["thread": 7])
        let chains = try Self.chains(script)
        let chain = try #require(chains.worst.first)
        #expect(chains.recorded == 0 && !chains.knowsRelief && !chain.isRecorded)
        #expect(chain.wakeLink == .inferred && chain.runLink == .inferred)
        #expect(chain.runNs == 150 && chain.lengthNs == 300)
    }

    @Test func wakeupsWithoutEffectOrFailureMakeNone() throws {
        var script = Script()
        script.at(10, "wake_send", ["target": 7])
        script.at(100, "alloc_fail")
        for effect in ["no_sleeper", "lost", "suppressed"] {
            script.at(120, "wake_send", ["target": 7, "effect": .text(effect)])
        }
        let chains = try Self.chains(script)
        #expect(chains.count == 0 && chains.worst.isEmpty && chains.untracked == 0)
        #expect(try script.summary().chains == nil)
    }

    /// A thread that waits within its batch is woken again: the batch stays with the first chain.
    @Test func aWakeupWithinABatchDoesNotTakeItAway() throws {
        var script = Script()
        script.at(100, "alloc_fail")
        script.at(110, "wake_send", ["target": 7])
        script.at(120, "thread_run", ["thread": 7])
        script.at(130, "batch_begin", ["thread": 7])
        script.at(140, "alloc_fail")
        script.at(150, "wake_send", ["target": 7])
        script.at(160, "thread_run", ["thread": 7])
        script.at(170, "batch_end", ["thread": 7])
        script.at(180, "batch_begin", ["thread": 7])
        script.at(200, "batch_end", ["thread": 7])
        let chains = try Self.chains(script)
        #expect(chains.worst.map(\.batchEndNs) == [170, 200])
        #expect(chains.worst.map(\.runNs) == [120, 160])
    }

    @Test func reliefCanComeBeforeTheWakeup() throws {
        var script = Script()
        script.at(100, "alloc_fail")
        script.at(105, "import", ["got": 1])
        script.at(110, "wake_send", ["target": 7])
        script.at(120, "thread_run", ["thread": 7])
        script.at(500, "alloc_fail")
        script.at(510, "wake_send", ["target": 7])
        let chains = try Self.chains(script)
        #expect(chains.worst.map(\.reliefNs) == [nil, 105])
        #expect(chains.worst.map(\.lengthNs) == [10, 5])
    }

    @Test func theLongestAreKeptAndTheEarliestOfEqualOnes() throws {
        var script = Script()
        var now: Int64 = 0
        for length in [5, 9, 9, 3, 7, 9] as [Int64] {
            script.at(now, "alloc_fail")
            script.at(now + length, "wake_send", ["target": 7])
            now += 100
        }
        let chains = try Self.chains(script, worst: 3)
        #expect(chains.count == 6)
        #expect(chains.worst.map(\.failureNs) == [100, 200, 500])
    }

    /// Beside a search of the whole list of events for every wakeup.
    @Test func chainsAreThoseThatASearchFinds() throws {
        for seed in 1...60 as ClosedRange<UInt64> {
            var random = SeededGenerator(seed: seed)
            var script = Script()
            var now: Int64 = 0
            for _ in 0..<Int.random(in: 1...150, using: &random) {
                now += Int64.random(in: 0...9, using: &random)
                let domain = Int32.random(in: 0...1, using: &random)
                let thread = Field.number(Int64.random(in: 7...8, using: &random))
                switch Int.random(in: 0...8, using: &random) {
                case 0...2: script.at(now, "alloc_fail", domain: domain)
                case 3: script.at(now, "wake_send", domain: domain, ["target": thread])
                case 4: script.at(now, "thread_run", ["thread": thread])
                case 5: script.at(now, "batch_begin", ["thread": thread])
                case 6: script.at(now, "batch_end", ["thread": thread])
                case 7: script.at(now, "thread_sleep", ["thread": thread])
                default: script.at(now, "import", domain: domain, ["got": 1])
                }
            }
            let found = ChainSearch(script).chains
            let chains = try Self.chains(script, worst: 1_000)
            #expect(chains.worst == found, "seed \(seed)")
            #expect(chains.count == UInt64(found.count), "seed \(seed)")
        }
    }
}

/// Chains by searching, without any state that passes from event to event.
private struct ChainSearch {
    private struct Seen {
        var name: String
        var thread: Int64
        var header: EventHeader
    }

    private let events: [Seen]

    init(_ script: Script) {
        events = script.list.events.map { event in
            let kind = script.schema.kind(event.header.kind)
            let column = kind?.columnIndex("thread") ?? kind?.columnIndex("target")
            return Seen(
                name: kind?.name ?? "", thread: column.map { event.values[$0] } ?? -1,
                header: event.header)
        }
    }

    var chains: [Chain] {
        events.indices.compactMap(chain).sorted {
            ($1.lengthNs, $0.failureNs, $0.failureSequence)
                < ($0.lengthNs, $1.failureNs, $1.failureSequence)
        }
    }

    private func first(
        _ name: String, after start: Int, thread: Int64, before end: Int
    ) -> Int? {
        (start + 1..<max(end, start + 1)).first {
            events[$0].name == name && events[$0].thread == thread
        }
    }

    private func chain(_ wake: Int) -> Chain? {
        guard events[wake].name == "wake_send" else { return nil }
        let domain = events[wake].header.domain
        let thread = events[wake].thread
        func isOwn(_ index: Int) -> Bool { events[index].header.domain == domain }
        let before = (0..<wake).last { events[$0].name == "wake_send" && isOwn($0) } ?? -1
        let failures = (before + 1..<wake).filter { events[$0].name == "alloc_fail" && isOwn($0) }
        guard let failure = failures.first else { return nil }
        // The thread works on it until it sleeps or is woken again.
        let end =
            (wake + 1..<events.count).first {
                ["wake_send", "thread_sleep"].contains(events[$0].name)
                    && events[$0].thread == thread
            } ?? events.count
        let run = first("thread_run", after: wake, thread: thread, before: end)
        let begin = first("batch_begin", after: wake, thread: thread, before: end)
        let relief = (failure + 1..<events.count).first {
            events[$0].name == "import" && isOwn($0)
        }
        return Chain(
            domain: domain, thread: thread, failureSequence: events[failure].header.sequence,
            failureNs: events[failure].header.timeNs, failures: UInt64(failures.count),
            wakeNs: events[wake].header.timeNs, wakeLink: .inferred,
            runNs: run.map { events[$0].header.timeNs }, runLink: run == nil ? nil : .inferred,
            batchBeginNs: begin.map { events[$0].header.timeNs },
            batchLink: begin == nil ? nil : .inferred,
            batchEndNs: begin.flatMap { batchEnd($0, thread, after: wake) },
            reliefNs: relief.map { events[$0].header.timeNs })
    }

    /// The end of a batch: not where the first batch of a later chain took its place before.
    private func batchEnd(_ begin: Int, _ thread: Int64, after wake: Int) -> Int64? {
        guard
            let end = first("batch_end", after: begin, thread: thread, before: events.count)
        else { return nil }
        let isTaken = (begin + 1..<end).contains { later in
            events[later].name == "batch_begin" && events[later].thread == thread
                && isFirstOfAChain(later, thread, after: begin)
        }
        return isTaken ? nil : events[end].header.timeNs
    }

    private func isFirstOfAChain(_ begin: Int, _ thread: Int64, after old: Int) -> Bool {
        let wake = (0..<begin).last {
            ["wake_send", "thread_sleep"].contains(events[$0].name) && events[$0].thread == thread
        }
        guard let wake, wake > old, events[wake].name == "wake_send", chain(wake) != nil
        else { return false }
        return first("batch_begin", after: wake, thread: thread, before: begin) == nil
    }
}
