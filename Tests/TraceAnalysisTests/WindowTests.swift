import AnalysisTestSupport
import Histograms
import Testing
import TraceAnalysis
import TraceCore

@Suite struct WindowTests {
    @Test func optionsThatMakeNoSenseAreRefused() {
        let schema = StandardSchema.schema
        func refusal(_ options: AnalysisOptions) -> AnalysisError? {
            do {
                _ = try Analyzer(schema: schema, options: options)
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal(AnalysisOptions(beginNs: -1)) == .negativeBegin(beginNs: -1))
        #expect(
            refusal(AnalysisOptions(beginNs: 5, endNs: 5)) == .emptyWindow(beginNs: 5, endNs: 5))
        #expect(
            refusal(AnalysisOptions(intervalNs: 0)) == .invalidInterval(intervalNs: 0))
        #expect(refusal(AnalysisOptions(domains: [])) == .noDomains)
        #expect(refusal(AnalysisOptions(beginNs: 0, endNs: 1)) == nil)
    }

    @Test func theWindowIsHalfOpenAndOtherEventsAreCounted() throws {
        var script = Script()
        for time in [9, 10, 19, 20] as [Int64] { script.at(time, "alloc_fail") }
        let summary = try script.summary(AnalysisOptions(beginNs: 10, endNs: 20))
        #expect(summary.failures.count == 2 && summary.events.outsideWindow == 2)
        #expect(summary.window.lengthNs == 10 && summary.window.isCutAtEnd)
        let open = try script.summary(AnalysisOptions(endNs: 1_000))
        #expect(open.window.endNs == 20 && !open.window.isCutAtEnd && !open.window.isCutAtBegin)
        #expect(open.failures.count == 4)
    }

    @Test func aWindowAfterTheRecordingIsEmpty() throws {
        var script = Script()
        script.at(5, "alloc_fail")
        let summary = try script.summary(AnalysisOptions(beginNs: 100))
        #expect(summary.window.lengthNs == 0 && summary.failures.count == 0)
        #expect(summary.coreSharePpm == nil && summary.per1000Seconds(0) == nil)
    }

    @Test func otherDomainsAreLeftOut() throws {
        var script = Script()
        for domain in [0, 1, 2, -1] as [Int32] { script.at(1, "alloc_fail", domain: domain) }
        let summary = try script.summary(AnalysisOptions(domains: [2, 0]))
        #expect(summary.failures.byDomain.map(\.number) == [0, 2])
        #expect(summary.events.otherDomains == 2 && summary.window.domains == [0, 2])
    }

    @Test func otherKindsAreLeftOut() throws {
        var script = Script()
        script.at(1, "alloc_fail")
        script.at(2, "wait_begin", ["thread": 3])
        script.at(3, "wait_end", ["thread": 3])
        script.at(4, "alloc_fail")
        let summary = try script.summary(AnalysisOptions(kinds: [.allocFail, .sample]))
        #expect(summary.failures.count == 2 && summary.waits.total.ended == 0)
        #expect(summary.events.inWindow == 2 && summary.events.otherKinds == 2)
        #expect(summary.window.kinds == ["alloc_fail", "sample"])
    }

    /// Events of a thread are those that name it: as their own, or as the one they wake.
    @Test func otherThreadsAreLeftOut() throws {
        var script = Script()
        for thread in [7, 8, 9] as [Int64] {
            script.at(10, "wake_send", ["target": .number(thread)])
            script.at(20, "thread_run", ["thread": .number(thread)])
        }
        script.at(30, "alloc_fail", ["thread": 7])
        script.at(31, "alloc_fail", ["thread": 1])
        script.at(32, "sample")
        let summary = try script.summary(AnalysisOptions(threads: [9, 7]))
        #expect(summary.wakeups.threads.map(\.thread) == [7, 9])
        #expect(summary.failures.count == 1 && summary.memory.isEmpty)
        #expect(summary.events.inWindow == 5 && summary.events.otherThreads == 4)
        #expect(summary.window.threads == [7, 9])
    }

    /// What reaches into the window from outside obeys the filter as well.
    @Test func otherThreadsDoNotReachIn() throws {
        var script = Script()
        for thread in [7, 8] as [Int64] {
            script.at(10, "wait_begin", ["thread": .number(thread)])
        }
        for thread in [7, 8] as [Int64] {
            script.at(90, "wait_end", ["thread": .number(thread)])
        }
        let summary = try script.summary(
            AnalysisOptions(beginNs: 50, endNs: 60, threads: [8]))
        #expect(summary.waits.byThread.map(\.number) == [8])
        #expect(summary.waits.total.timeNs == 10)
    }

    @Test func emptyFiltersAreRefused() {
        #expect(throws: AnalysisError.noKinds) {
            try Script().summary(AnalysisOptions(kinds: []))
        }
        #expect(throws: AnalysisError.noThreads) {
            try Script().summary(AnalysisOptions(threads: []))
        }
    }

    @Test func namesHoldWhateverTheWindow() throws {
        var script = Script()
        script.at(1, "thread_name", domain: 9, ["thread": 4, "name": "kswapd0", "role": "reclaim"])
        script.at(2, "thread_name", ["thread": 4, "name": "renamed", "role": "other"])
        script.at(60, "on_cpu", ["thread": 4, "ns": 5])
        let summary = try script.summary(AnalysisOptions(beginNs: 50, domains: [0]))
        #expect(summary.threads.map(\.names) == [["kswapd0", "renamed"]])
        #expect(summary.threads.map(\.role) == [.reclaim], "once a reclaim thread, always one")
        #expect(summary.cpu.reclaimNs == 5)
    }

    /// A trace of two threads that take turns at waiting, batching and failing.
    private func randomScript(seed: UInt64) -> Script {
        var random = SeededGenerator(seed: seed)
        var script = Script()
        var timeNs: Int64 = 0
        var isWaiting = [false, false]
        var isBatching = [false, false]
        for _ in 0..<200 {
            timeNs += Int64.random(in: 0...50, using: &random)
            let thread = Int.random(in: 0...1, using: &random)
            let id = Field.number(Int64(thread))
            switch Int.random(in: 0...4, using: &random) {
            case 0:
                isWaiting[thread].toggle()
                script.at(timeNs, isWaiting[thread] ? "wait_begin" : "wait_end", ["thread": id])
            case 1:
                isBatching[thread].toggle()
                script.at(timeNs, isBatching[thread] ? "batch_begin" : "batch_end", ["thread": id])
            case 2: script.at(timeNs, "wake_send", ["target": id, "effect": "no_sleeper"])
            case 3: script.at(timeNs, "pageout", ["freed": 3])
            default: script.at(timeNs, "alloc_fail", ["order": 2])
            }
        }
        for thread in 0..<2 {
            if isWaiting[thread] {
                script.at(timeNs, "wait_end", ["thread": .number(Int64(thread))])
            }
            if isBatching[thread] {
                script.at(timeNs, "batch_end", ["thread": .number(Int64(thread))])
            }
        }
        return script
    }

    /// Counts and times of two windows side by side are those of both together.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func windowsSideBySideAddUp(seed: UInt64) throws {
        let script = randomScript(seed: seed)
        let lastNs = script.list.events.last?.header.timeNs ?? 0
        var random = SeededGenerator(seed: seed + 1_000)
        let cutNs = Int64.random(in: 1...max(1, lastNs), using: &random)
        let whole = try script.summary()
        let left = try script.summary(AnalysisOptions(endNs: cutNs))
        let right = try script.summary(AnalysisOptions(beginNs: cutNs))
        func adds(_ part: (TraceSummary) -> Int64) -> Bool {
            part(left) + part(right) == part(whole)
        }
        let label: Comment = "seed \(seed), cut at \(cutNs)"
        #expect(adds { $0.window.lengthNs }, label)
        #expect(adds { Int64($0.failures.count) }, label)
        #expect(adds { Int64($0.wakeups.counts.sent) }, label)
        #expect(adds { $0.waits.total.timeNs }, label)
        #expect(adds { $0.batches.groups.reduce(0) { $0 + $1.timeNs } }, label)
        #expect(adds { Int64($0.batches.groups.reduce(0) { $0 + $1.ended }) }, label)
        #expect(adds { $0.totals.pageout.reduce(0) { $0 + ($1.freedPages.value ?? 0) } }, label)
    }

    /// Whatever the numbers, nothing traps and no count is lost.
    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func anyNumbersAreTaken(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let extremes: [Int64] = [.min, -1, 0, 1, 2, .max, .max - 1, 1 << 40]
        let schema = StandardSchema.schema
        let isCut = Bool.random(using: &random)
        var analyzer = try Analyzer(
            schema: schema,
            options: AnalysisOptions(beginNs: isCut ? 10 : nil, intervalNs: isCut ? 1 : nil))
        for sequence in 1...400 as ClosedRange<UInt64> {
            let kind = schema.kinds[Int.random(in: 0..<schema.kinds.count, using: &random)]
            let values = kind.columns.map { _ in
                extremes[Int.random(in: 0..<extremes.count, using: &random)]
            }
            let header = EventHeader(
                sequence: sequence,
                timeNs: extremes[Int.random(in: 0..<extremes.count, using: &random)],
                kind: kind.id, domain: Int32.random(in: -1...2, using: &random),
                cpu: -1, cause: UInt64.random(in: 0...sequence, using: &random))
            analyzer.consume(header, values.span)
        }
        let events = analyzer.finish(strings: StringTable()).events
        #expect(events.inWindow + events.outsideWindow == 400, "seed \(seed)")
        #expect(events.byKind.reduce(0) { $0 + $1.count } == events.inWindow, "seed \(seed)")
    }
}
