import AnalysisTestSupport
import Histograms
import Testing
import TraceAnalysis
import TraceCore

/// The timeline against the plainest way to compute it.
@Suite struct TimelineTests {
    private struct Interval {
        var activity: TimelineActivity
        var domain: Int32
        var beginNs: Int64
        var endNs: Int64
    }

    /// Threads that do one thing after the other, as a script, and what they did.
    private struct Drawn {
        var script = Script()
        var intervals: [Interval] = []
        var failures: [(domain: Int32, timeNs: Int64)] = []
        var lastNs: Int64 = 0

        private static let names: [(TimelineActivity, begin: String, end: String)] = [
            (.batch, "batch_begin", "batch_end"), (.direct, "batch_begin", "batch_end"),
            (.spin, "spin_begin", "spin_end"), (.wait, "wait_begin", "wait_end"),
        ]

        init(seed: UInt64, count: Int) {
            var random = SeededGenerator(seed: seed)
            let longest = Int64.random(in: 1...50_000_000, using: &random)
            // By thread what it does and since when.
            var open: [Int: (kind: Int, beginNs: Int64)] = [:]
            var timeNs: Int64 = 0
            for _ in 0..<count {
                timeNs += Int64.random(in: 0...longest, using: &random)
                let thread = Int.random(in: 0..<5, using: &random)
                let domain = Int32(thread % 3) - 1
                if Int.random(in: 0..<4, using: &random) == 0 {
                    script.at(timeNs, "alloc_fail", domain: domain)
                    failures.append((domain, timeNs))
                    continue
                }
                if let (kind, beginNs) = open.removeValue(forKey: thread) {
                    write(Self.names[kind].end, kind, thread, domain, timeNs)
                    add(kind, domain, beginNs, timeNs)
                } else {
                    let kind = Int.random(in: 0..<4, using: &random)
                    open[thread] = (kind, timeNs)
                    write(Self.names[kind].begin, kind, thread, domain, timeNs)
                }
            }
            lastNs = timeNs
            for (thread, (kind, beginNs)) in open {
                add(kind, Int32(thread % 3) - 1, beginNs, timeNs)
            }
        }

        private mutating func write(
            _ name: String, _ kind: Int, _ thread: Int, _ domain: Int32, _ timeNs: Int64
        ) {
            var fields: [String: Field] = ["thread": .number(Int64(thread))]
            if kind < 2 {
                fields["mode"] = kind == 0 ? "daemon" : "direct"
                fields["routine"] = "r"
            }
            script.at(timeNs, name, domain: domain, fields)
        }

        private mutating func add(
            _ kind: Int, _ domain: Int32, _ beginNs: Int64, _ endNs: Int64
        ) {
            intervals.append(
                Interval(
                    activity: Self.names[kind].0, domain: domain, beginNs: beginNs, endNs: endNs))
        }
    }

    private func timeline(
        _ script: Script, beginNs: Int64? = nil, endNs: Int64? = nil
    ) throws -> TimelineSummary {
        let options = AnalysisOptions(beginNs: beginNs, endNs: endNs, collectsTimeline: true)
        return try #require(try script.summary(options).timeline)
    }

    /// The part of every interval in every bin, one by one.
    private func check(_ timeline: TimelineSummary, _ drawn: Drawn) throws {
        for domain in timeline.domains {
            for activity in TimelineActivity.allCases {
                let inside = drawn.intervals.filter {
                    $0.activity == activity && $0.domain == domain.domain
                        && min($0.endNs, timeline.endNs) > max($0.beginNs, timeline.beginNs)
                }
                let lane = domain.lanes.first { $0.activity == activity }
                #expect(UInt64(inside.count) == lane?.count ?? 0)
                guard let lane else { continue }
                for (bin, ns) in lane.timeNs.enumerated() {
                    let low = timeline.beginNs + Int64(bin) * timeline.widthNs
                    let high = low + timeline.widthNs
                    let expected = inside.reduce(Int64(0)) { sum, interval in
                        sum
                            + max(
                                0,
                                min(interval.endNs, high, timeline.endNs)
                                    - max(interval.beginNs, low))
                    }
                    #expect(ns == expected, "bin \(bin) of \(activity)")
                }
                let lengths = inside.map {
                    min($0.endNs, timeline.endNs) - max($0.beginNs, timeline.beginNs)
                }
                #expect(
                    lane.longest.map(\.lengthNs).sorted() == lengths.sorted())
            }
            let failed = drawn.failures.filter {
                $0.domain == domain.domain && $0.timeNs >= timeline.beginNs
                    && $0.timeNs <= timeline.endNs
            }
            #expect(domain.failures.reduce(0, +) == Int64(failed.count))
            for (bin, count) in domain.failures.enumerated() {
                let last = domain.failures.count - 1
                let expected = failed.filter {
                    min(Int(($0.timeNs - timeline.beginNs) / timeline.widthNs), last) == bin
                }
                #expect(count == Int64(expected.count))
            }
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func theBinsAreThoseOfTheIntervals(seed: UInt64) throws {
        let drawn = Drawn(seed: seed, count: 40 + Int(seed) * 12)
        let timeline = try timeline(drawn.script)
        #expect(timeline.endNs == drawn.lastNs)
        #expect(timeline.untracked == 0)
        #expect(timeline.widthNs.nonzeroBitCount == 1)
        try check(timeline, drawn)
    }

    /// A window cuts intervals at both ends, and what began before it is known.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func aWindowHoldsThePartsInsideIt(seed: UInt64) throws {
        let drawn = Drawn(seed: seed, count: 200)
        let beginNs = drawn.lastNs / 3
        let endNs = drawn.lastNs - drawn.lastNs / 4
        let timeline = try timeline(drawn.script, beginNs: beginNs, endNs: endNs)
        let events = drawn.failures.filter { $0.timeNs < endNs }
        var inside = drawn
        inside.failures = events
        // A thread that is seen only after the window says nothing about it.
        try check(timeline, inside)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func timesAndCountsAreThoseOfTheSummary(seed: UInt64) throws {
        let drawn = Drawn(seed: seed, count: 300)
        let summary = try drawn.script.summary(AnalysisOptions(collectsTimeline: true))
        let timeline = try #require(summary.timeline)
        func total(_ activities: Set<TimelineActivity>) -> Int64 {
            timeline.domains.flatMap(\.lanes).filter { activities.contains($0.activity) }
                .flatMap(\.timeNs).reduce(0, +)
        }
        #expect(total([.wait]) == summary.waits.total.timeNs)
        #expect(
            total([.batch, .direct]) == summary.batches.groups.map(\.timeNs).reduce(0, +))
        #expect(
            timeline.batchDuration.total
                == summary.batches.groups.map(\.duration.count).reduce(0, +))
        // Asking for pictures changes no number.
        var plain = summary
        plain.timeline = nil
        #expect(try drawn.script.summary() == plain)
    }

    @Test func wakeupsAreInTheHeatMapAtTheTimeOfTheRun() throws {
        var script = Script()
        script.at(0, "alloc_fail")
        for round in 0..<100 as Range<Int64> {
            let start = round * 10_000
            script.at(start, "wake_send", ["target": 7, "effect": "woke"])
            script.at(start + 10, "wake_send", ["target": 7, "effect": "woke"])
            script.at(start + 1_000 + round, "thread_run", ["thread": 7])
            script.at(start + 2_000, "thread_run", ["thread": 7])
        }
        let summary = try script.summary(AnalysisOptions(collectsTimeline: true))
        let map = try #require(summary.timeline).wakeupLatency
        #expect(map.total == 100 && summary.wakeups.latency.count == 100)
        #expect(map.columns <= HeatMap.columnLimit)
        #expect(map.cells.reduce(0) { $0 + $1.count } == 100)
        for cell in map.cells {
            let low = HeatMap.lowest(ofRow: cell.row)
            let high = HeatMap.lowest(ofRow: cell.row + 1)
            let first = Int64(cell.column) * map.widthNs
            let expected = (0..<100 as Range<Int64>).filter { round in
                let ns = 1_000 + round
                let at = round * 10_000 + ns
                return low <= ns && ns < high && first <= at && at < first + map.widthNs
            }
            #expect(cell.count == UInt64(expected.count))
        }
    }

    @Test func rowsOfAHeatMapAreHalfOctaves() {
        var edge: Int64 = -1
        for row in 0..<HeatMap.rowCount {
            let next = HeatMap.lowest(ofRow: row)
            #expect(next >= edge)
            edge = next
        }
        #expect((0...8).map(HeatMap.lowest(ofRow:)) == [0, 1, 2, 2, 3, 4, 6, 8, 12])
    }

    @Test func theBoundsHold() throws {
        var script = Script()
        for round in 0..<6_000 as Range<Int64> {
            let start = round * 1_000_000
            script.at(start, "wait_begin", ["thread": 1])
            script.at(start + 1 + round % 977, "wait_end", ["thread": 1])
            script.at(start + 2_000, "sample", ["free_pages": .number(round)])
        }
        let summary = try script.summary(AnalysisOptions(collectsTimeline: true))
        let timeline = try #require(summary.timeline)
        let lane = try #require(timeline.domains.first?.lanes.first)
        #expect(lane.count == 6_000 && lane.longest.count == 2_000)
        #expect(lane.timeNs.count <= 2_048 && lane.timeNs.count > 1_024)
        let lengths = (0..<6_000 as Range<Int64>).map { 1 + $0 % 977 }.sorted(by: >)
        #expect(lane.longest.map(\.lengthNs).sorted(by: >) == Array(lengths.prefix(2_000)))
        let memory = summary.memoryOverTime[0].timeline
        #expect(memory.bins.count <= 256 && memory.joined(limit: 64).bins.count <= 64)
        for bins in [memory.bins, memory.joined(limit: 64).bins] {
            // No extreme is lost.
            #expect(bins.map(\.freePages.most).max() == 5_999)
            #expect(bins.filter { $0.freePages.least == 0 }.count == 1)
        }
    }

    @Test func stretchesOnACPUHaveALane() throws {
        var script = Script()
        script.at(100, "on_cpu", domain: 1, ["thread": 7, "ns": 60])
        script.at(150, "on_cpu", domain: 1, ["thread": 7, "ns": -1])
        script.at(400, "on_cpu", domain: 1, ["thread": 7, "ns": 200])
        script.at(500, "counter")
        func lane(_ options: AnalysisOptions) throws -> TimelineLane {
            let timeline = try #require(try script.summary(options).timeline)
            return try #require(timeline.domains.first { $0.domain == 1 }?.lanes.first)
        }
        let whole = try lane(AnalysisOptions(collectsTimeline: true))
        #expect(whole.activity == .onCPU && whole.count == 2)
        #expect(whole.timeNs.reduce(0, +) == 260)
        let cut = try lane(AnalysisOptions(beginNs: 50, endNs: 300, collectsTimeline: true))
        #expect(cut.timeNs.reduce(0, +) == 50 + 100, "the stretch after the end reaches in")
    }

    @Test func manyDomainsShareTheBins() throws {
        var script = Script()
        for domain in 0..<70 as Range<Int32> {
            script.at(Int64(domain), "alloc_fail", domain: domain)
        }
        script.at(1 << 40, "alloc_fail", domain: 0)
        let timeline = try timeline(script)
        #expect(timeline.domains.count == 64)
        #expect(timeline.untracked == 6)
        #expect(timeline.domains.map(\.failures.count).reduce(0, +) <= 8_192)
        #expect(timeline.domains[0].failures.reduce(0, +) == 2)
    }

    @Test func nothingIsCollectedUnasked() throws {
        #expect(try Drawn(seed: 1, count: 50).script.summary().timeline == nil)
    }

    @Test func noEventsGiveAnEmptyTimeline() throws {
        let timeline = try timeline(Script())
        #expect(timeline.domains.isEmpty && timeline.wakeupLatency.total == 0)
    }
}
