import RunStatistics
import Testing
import TraceAnalysis
import TraceCore
import TraceDiff
import TraceSummaries

/// Which kind of comparison runs allow, and what a gate makes of it.
@Suite struct RunComparisonTests {
    private static let limit = GateLimit(
        metric: "cpu.reclaim", relativePpm: 50_000, absolute: 10, better: .lowerIsBetter,
        why: "it matters")
    private static let thresholds = GateThresholds(limits: [limit])

    private static func run(
        _ input: String?, _ value: Int64?, content: String? = nil
    ) -> RunFacts {
        RunFacts(
            label: input ?? "-", parameters: ParameterList(),
            identities: TraceIdentities(input: input, content: content),
            window: SummaryWindow(beginNs: 0, endNs: 1),
            metrics: [Metric("cpu.reclaim", .nanoseconds, .lowerIsBetter, value)])
    }

    private static func side(_ values: [Int64], inputs: Bool = true, tag: String) -> [RunFacts] {
        values.enumerated().map {
            run(inputs ? "i\($0)" : "\(tag)\($0)", $1, content: "\(tag)\($0)")
        }
    }

    private static func compare(_ base: [RunFacts], _ head: [RunFacts]) -> RunComparison {
        RunComparison(base, head, thresholds)
    }

    @Test func runsWithTheSameInputsArePairs() {
        let base = Self.side([100, 200, 300, 400, 500, 600], tag: "b")
        let worse = Self.side([150, 250, 350, 450, 550, 650], tag: "h")
        let runs = Self.compare(base, worse.reversed())
        #expect(runs.kind == .paired(pairs: 6) && runs.outcome == .regression)
        #expect(runs.limits[0].answer?.estimate == 50)
        // 5 % of a mean of 350.
        #expect(runs.limits[0].margin == 17 && runs.limits[0].baseMean == 350)
        #expect(Self.compare(worse, base).outcome == .passed)
        #expect(Self.compare(worse, base).limits[0].verdict == .improvement)
        // Unpaired the same runs say nothing: their inputs differ by more.
        let others = Self.side([150, 250, 350, 450, 550, 650], inputs: false, tag: "h")
        let unpaired = Self.compare(base, others)
        #expect(unpaired.kind == .unpaired(left: 6, right: 6))
        #expect(unpaired.outcome == .noVerdict)
    }

    @Test func runsWithoutPartnerAreLeftOutAndCounted() {
        let base = Self.side([1, 2, 3, 4, 5, 6, 7], tag: "b")
        let head = Array(Self.side([1, 2, 3, 4, 5], tag: "h")) + [Self.run("x", 9, content: "x")]
        let runs = Self.compare(base, head)
        #expect(runs.kind == .paired(pairs: 5))
        #expect(runs.unpairedBase == 2 && runs.unpairedHead == 1)
        // An input that is there twice pairs with nothing.
        let twice = base + [Self.run("i0", 5, content: "y")]
        #expect(Self.compare(twice, head).kind == .paired(pairs: 4))
    }

    @Test func identicalRunsPass() {
        let base = Self.side([1, 2, 3], tag: "b")
        let runs = Self.compare(base, base.reversed())
        #expect(runs.kind == .identical && runs.outcome == .passed)
        #expect(runs.limits[0].answer == nil && runs.limits[0].verdict == .equivalent)
        // Without identities nothing is known to be identical.
        let unknown = [Self.run(nil, 1), Self.run(nil, 1)]
        #expect(Self.compare(unknown, unknown).kind == .unpaired(left: 2, right: 2))
    }

    @Test func fewRunsAreNeverGreen() {
        let one = [Self.run("a", 1, content: "a")]
        #expect(Self.compare(one, [Self.run("a", 1, content: "b")]).kind == .descriptive)
        #expect(Self.compare(one, [Self.run("a", 1, content: "b")]).outcome == .noVerdict)
        let base = Self.side([1, 1, 1], tag: "b")
        let head = Self.side([900, 900, 900], tag: "h")
        #expect(Self.compare(base, head).limits[0].verdict == .insufficient)
        #expect(Self.compare(base, head).outcome == .noVerdict)
        let none = Self.compare(
            Self.side([1, 2, 3, 4, 5, 6], tag: "b"),
            (0..<6).map { Self.run("i\($0)", nil, content: "n\($0)") })
        #expect(none.limits[0].answer == nil && none.outcome == .noVerdict)
        #expect(Self.compare(base, head).pairsNeeded == 5)
    }

    /// Both limits must be exceeded.
    @Test func theLargerMarginCounts() {
        #expect(
            Self.compare(
                Self.side([10, 10, 10, 10, 10, 10], tag: "b"),
                Self.side([19, 19, 19, 19, 19, 19], tag: "h")
            ).limits[0].verdict == .equivalent)
        #expect(
            Self.compare(
                Self.side([1_000, 1_000, 1_000, 1_000, 1_000, 1_000], tag: "b"),
                Self.side([1_049, 1_049, 1_049, 1_049, 1_049, 1_049], tag: "h")
            ).limits[0].verdict == .equivalent)
        #expect(
            Self.compare(
                Self.side([1_000, 1_000, 1_000, 1_000, 1_000, 1_000], tag: "b"),
                Self.side([1_051, 1_051, 1_051, 1_051, 1_051, 1_051], tag: "h")
            ).limits[0].verdict == .regression)
    }

    @Test func noiseProposesLimits() throws {
        let runs = Self.side([100, 102, 98, 101, 99], tag: "b")
        let proposed = GateThresholds.proposed(from: runs)
        #expect(proposed.limits.map(\.metric) == ["cpu.reclaim"])
        #expect(proposed.limits[0].absolute == 2)
    }
}
