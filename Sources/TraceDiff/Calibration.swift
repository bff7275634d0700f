import Histograms
public import RunStatistics
import TraceAnalysis
public import TraceSummaries

/// How often comparisons alarm between sets of runs that differ by chance alone.
///
/// Feed it null comparisons; what it counts is the rate of false alarms.
public struct Calibration: Sendable {
    /// False alarms of tests that take events for independent, over one series of durations.
    public struct PooledAlarms: Sendable {
        /// The series, as the metrics of its percentiles are called.
        public let name: String
        /// Comparisons in which both sides had samples.
        public fileprivate(set) var comparisons = 0
        /// Comparisons in which the test of Kolmogorov and Smirnov found a difference.
        public fileprivate(set) var kolmogorovSmirnov = 0
        /// Comparisons in which the test of Mann and Whitney found one.
        public fileprivate(set) var mannWhitney = 0
        /// Samples of both sides in all comparisons.
        public fileprivate(set) var samples: UInt64 = 0

        fileprivate mutating func merge(_ other: PooledAlarms) {
            comparisons += other.comparisons
            kolmogorovSmirnov += other.kolmogorovSmirnov
            mannWhitney += other.mannWhitney
            samples += other.samples
        }
    }

    /// The limits that were asked.
    public let thresholds: GateThresholds
    /// Null comparisons so far.
    public private(set) var comparisons = 0
    /// Comparisons in which the gate found a regression.
    public private(set) var gateAlarms = 0
    /// Comparisons in which it would have, were every margin 0.
    public private(set) var alarmsWithoutMargins = 0
    /// Comparisons in which the gate came to no verdict.
    public private(set) var withoutVerdict = 0
    /// Pairs of runs with the same inputs.
    public private(set) var pairs = 0
    /// Pairs whose outcomes are not the same.
    public private(set) var differingPairs = 0
    /// By limit, the pairs whose values are not the same.
    public private(set) var differingValues: [Int]
    /// The tests over pooled events, by series.
    public private(set) var pooled: [PooledAlarms] = []

    private let withoutMargins: GateThresholds

    /// Makes a count of nothing.
    public init(_ thresholds: GateThresholds) {
        self.thresholds = thresholds
        var bare = thresholds
        for position in bare.limits.indices {
            bare.limits[position].relativePpm = 0
            bare.limits[position].absolute = 0
        }
        withoutMargins = bare
        differingValues = thresholds.limits.map { _ in 0 }
    }

    /// Counts a null comparison.
    ///
    /// - Complexity: that of two comparisons, and O(n log n) for n samples of durations.
    public mutating func add(_ base: RunSummaries, _ head: RunSummaries) {
        comparisons += 1
        let gate = RunComparison(base.runs, head.runs, thresholds)
        if gate.outcome == .regression { gateAlarms += 1 }
        if gate.outcome == .noVerdict { withoutVerdict += 1 }
        if RunComparison(base.runs, head.runs, withoutMargins).outcome == .regression {
            alarmsWithoutMargins += 1
        }
        for pair in RunComparison.pairs(base.runs, head.runs) {
            pairs += 1
            if pair.base.identities.outcome != pair.head.identities.outcome { differingPairs += 1 }
            for (position, limit) in thresholds.limits.enumerated()
            where pair.base.metric(limit)?.value != pair.head.metric(limit)?.value {
                differingValues[position] += 1
            }
        }
        addPooled(base, head)
    }

    /// Adds what was counted over other null comparisons by the same thresholds.
    public mutating func merge(_ other: Calibration) {
        precondition(thresholds == other.thresholds, "counts by the same thresholds add up")
        comparisons += other.comparisons
        gateAlarms += other.gateAlarms
        alarmsWithoutMargins += other.alarmsWithoutMargins
        withoutVerdict += other.withoutVerdict
        pairs += other.pairs
        differingPairs += other.differingPairs
        for position in differingValues.indices {
            differingValues[position] += other.differingValues[position]
        }
        for (position, alarms) in other.pooled.enumerated() {
            if position == pooled.count { pooled.append(PooledAlarms(name: alarms.name)) }
            pooled[position].merge(alarms)
        }
    }

    private mutating func addPooled(_ base: RunSummaries, _ head: RunSummaries) {
        let series = zip(
            LatencyShift.series(base.summary), LatencyShift.series(head.summary))
        for (position, (left, right)) in series.enumerated() {
            if position == pooled.count { pooled.append(PooledAlarms(name: left.name)) }
            guard let test = PooledEventTest(left.series, right.series) else { continue }
            pooled[position].comparisons += 1
            pooled[position].samples += left.series.count + right.series.count
            if test.kolmogorovSmirnov { pooled[position].kolmogorovSmirnov += 1 }
            if test.mannWhitney { pooled[position].mannWhitney += 1 }
        }
    }

    /// The rate of the gate's false alarms.
    public var gateRate: BinomialInterval { BinomialInterval(gateAlarms, of: comparisons) }

    /// The rate of false alarms without any margin: that of the tests and of Holm's procedure.
    public var rateWithoutMargins: BinomialInterval {
        BinomialInterval(alarmsWithoutMargins, of: comparisons)
    }

    /// Pairs that are the same say nothing: of those that count, at least this share must differ, in
    /// millionths.
    public static let differingPpm: Int64 = 950_000

    /// Whether so many pairs differ that the rates mean something; of unpaired runs always.
    public var counts: Bool {
        Int64(differingPairs) * 1_000_000 >= Self.differingPpm * Int64(pairs)
    }

    /// Whether the rates do not contradict what the thresholds state.
    public var isWithinStatedRate: Bool {
        gateRate.ppm.lowerBound <= thresholds.levelPpm
            && rateWithoutMargins.ppm.lowerBound <= thresholds.levelPpm
    }
}

/// What calibration found for both kinds of comparison.
public struct CalibrationResult: Sendable {
    /// Between runs of the same inputs.
    public let paired: Calibration
    /// Between runs of other inputs.
    public let unpaired: Calibration
    /// How many runs the base has in a comparison of unpaired runs.
    public let baseRuns: Int
    /// How many runs the head has, and both sides where they are paired.
    public let headRuns: Int

    /// Makes a result.
    public init(paired: Calibration, unpaired: Calibration, baseRuns: Int, headRuns: Int) {
        self.paired = paired
        self.unpaired = unpaired
        self.baseRuns = baseRuns
        self.headRuns = headRuns
    }
}
