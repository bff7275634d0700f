import Histograms
import RunStatistics
import Testing
import TraceAnalysis
import TraceCore
import TraceDiff
import TraceSummaries

/// What null comparisons are counted as.
@Suite struct CalibrationTests {
    private static let thresholds = GateThresholds(
        name: "one",
        limits: [
            GateLimit(
                metric: "cpu.reclaim", relativePpm: 100_000, absolute: 10, better: .lowerIsBetter,
                why: "it matters")
        ])

    /// Runs with these values, summed up; the outcome is the value's own.
    private static func side(_ values: [Int64], latencies: [Int64] = []) throws -> RunSummaries {
        try RunSummaries.merged(
            values.enumerated().map { number, value in
                var summary = TraceSummary(window: SummaryWindow(beginNs: 0, endNs: 1))
                for latency in latencies { summary.wakeups.latency.record(latency) }
                return RunSummaries(
                    RunFacts(
                        label: "\(number)", parameters: ParameterList(),
                        identities: TraceIdentities(
                            input: "i\(number)", outcome: "o\(value)", content: "c\(value)"),
                        window: summary.window,
                        metrics: [Metric("cpu.reclaim", .nanoseconds, .lowerIsBetter, value)]),
                    summary)
            })
    }

    @Test func alarmsAreCountedWithAndWithoutMargins() throws {
        let base: [Int64] = [1000, 1100, 1200, 1300, 1400, 1500]
        var count = Calibration(Self.thresholds)
        // Within the margin of a tenth, but the same way in every pair.
        try count.add(Self.side(base), Self.side(base.map { $0 + 20 }))
        #expect(count.gateAlarms == 0 && count.alarmsWithoutMargins == 1)
        // Beyond it.
        try count.add(Self.side(base), Self.side(base.map { $0 * 2 }))
        #expect(count.gateAlarms == 1 && count.alarmsWithoutMargins == 2)
        // For the better: no alarm.
        try count.add(Self.side(base), Self.side(base.map { $0 / 2 }))
        #expect(count.comparisons == 3 && count.gateAlarms == 1)
        #expect(count.alarmsWithoutMargins == 2)
        #expect(count.gateRate.cases == 1 && count.gateRate.total == 3)
        #expect(count.pairs == 18 && count.differingPairs == 18 && count.counts)
        #expect(count.differingValues == [18])
    }

    @Test func pairsThatAreTheSameDoNotCount() throws {
        let values: [Int64] = [
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
        ]
        var one = values
        one[0] = 100
        var count = Calibration(Self.thresholds)
        try count.add(Self.side(values), Self.side(one))
        #expect(count.pairs == 20 && count.differingPairs == 1 && !count.counts)
        // 95 % of the pairs are enough, and less is not.
        var most = values.map { $0 + 100 }
        most[3] = values[3]
        var enough = Calibration(Self.thresholds)
        try enough.add(Self.side(values), Self.side(most))
        #expect(enough.differingPairs == 19 && enough.counts)
        try enough.add(Self.side(values), Self.side(one))
        #expect(!enough.counts)
    }

    @Test func countsAddUp() throws {
        let values: [Int64] = [10, 20, 30, 40, 50, 60]
        let sides = try [
            (Self.side(values, latencies: [1, 2, 3]), Self.side(values, latencies: [1, 2, 4])),
            (Self.side(values), Self.side(values.map { $0 * 3 }, latencies: [9])),
            (
                Self.side(values, latencies: [Int64](1...40)),
                Self.side(values.map { $0 + 1 }, latencies: [Int64](101...140))
            ),
        ]
        var all = Calibration(Self.thresholds)
        for (base, head) in sides { all.add(base, head) }
        var merged = Calibration(Self.thresholds)
        for (base, head) in sides.reversed() {
            var one = Calibration(Self.thresholds)
            one.add(base, head)
            merged.merge(one)
        }
        #expect(merged.comparisons == 3 && merged.gateAlarms == all.gateAlarms)
        #expect(merged.pairs == all.pairs && merged.differingPairs == all.differingPairs)
        #expect(merged.differingValues == all.differingValues)
        let (one, other) = (all.pooled[0], merged.pooled[0])
        #expect(one.name == "wakeup.latency" && other.name == one.name)
        // Without samples on both sides nothing is compared; six runs have each of them.
        #expect(one.comparisons == 2 && other.comparisons == 2)
        #expect(one.samples == UInt64(6 * (6 + 80)) && other.samples == one.samples)
        #expect(one.kolmogorovSmirnov == 1 && one.mannWhitney == 1)
    }

    @Test func aRateAboveTheStatedOneIsTold() throws {
        let base: [Int64] = [1000, 1100, 1200, 1300, 1400, 1500]
        var count = Calibration(Self.thresholds)
        for _ in 0..<3 { try count.add(Self.side(base), Self.side(base.map { $0 * 2 })) }
        #expect(!count.isWithinStatedRate)
    }
}
