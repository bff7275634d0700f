import Histograms
import Testing

/// A small linear congruential generator, so that this target needs nothing but the module.
struct Draws: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493 }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }

    /// Durations of all magnitudes, some out of range.
    mutating func sample() -> Int64 {
        let bits = next()
        return Int64((bits >> 20) >> ((bits & 63) % 45))
    }

    mutating func samples(_ count: Int) -> [Int64] { (0..<count).map { _ in sample() } }
}

func series(_ samples: [Int64]) -> LatencySeries {
    var result = LatencySeries()
    for sample in samples { result.record(sample) }
    return result
}

@Suite struct LatencySeriesTests {
    @Test(arguments: [1, 31, 32, 33, 1_000, LatencySeries.exactLimit, 70_000])
    func samplesTogetherAreSamplesOneByOne(size: Int) {
        var draws = Draws(seed: UInt64(size))
        var together = LatencySeries()
        var single = LatencySeries()
        for round in 0..<4 {
            var samples = draws.samples(size)
            if round == 1 { samples[size / 2] = -5 }
            if round == 2 { samples[size / 3] = BucketLayout.highestValue + 1 }
            together.record(samples)
            for sample in samples { single.record(sample) }
            #expect(together == single)
        }
        #expect(together.negativeCount == 1 && together.count == UInt64(4 * size - 1))
    }

    @Test func noSamplesTogetherChangeNothing() {
        var series = series([3])
        series.record([])
        #expect(series.count == 1 && series.maximum == 3)
    }

    @Test func emptySeriesKnowsNothing() {
        let empty = LatencySeries()
        #expect(empty.count == 0 && empty.sum == 0 && empty.isExact)
        #expect(empty.minimum == nil && empty.maximum == nil && empty.mean == nil)
        #expect(empty.percentile(.p50) == nil)
        #expect(empty.orderStatistic(thousandths: 500) == nil)
        #expect(empty.powerOfTwoHistogram.buckets.isEmpty)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func exactOrderStatisticsAreNearestRank(seed: UInt64) {
        var draws = Draws(seed: seed)
        let samples = draws.samples(Int.random(in: 1...3_000, using: &draws))
        let sorted = samples.sorted()
        let subject = series(samples)
        for share in [0, 1, 100, 500, 501, 900, 990, 999, 1000] {
            let rank = max(1, (sorted.count * share + 999) / 1000)
            #expect(
                subject.orderStatistic(thousandths: share) == sorted[rank - 1],
                "seed \(seed), share \(share)")
        }
        #expect(subject.sum == samples.reduce(into: UInt128(0)) { $0 += UInt128($1) })
        #expect(subject.minimum == sorted.first && subject.maximum == sorted.last)
    }

    @Test func fourSamplesHaveTheirMedianAtRankTwo() {
        let subject = series([40, 10, 30, 20])
        #expect(subject.orderStatistic(thousandths: 500) == 20)
        #expect(subject.orderStatistic(thousandths: 501) == 30)
        #expect(subject.sortedSamples == [10, 20, 30, 40])
        #expect(subject.mean == 25)
    }

    @Test(arguments: [
        (Percentile.p50, 20), (.p90, 100), (.p99, 1_000), (.p999, 10_000),
    ])
    func percentilesNeedEnoughSamples(percentile: Percentile, needed: Int) {
        let short = series([Int64](repeating: 7, count: needed - 1))
        #expect(short.percentile(percentile) == nil)
        #expect(series([Int64](repeating: 7, count: needed)).percentile(percentile) == 7)
    }

    @Test func oneSampleAboveTheLimitChangesTheFormButNotTheTotals() {
        let values = (0..<Int64(LatencySeries.exactLimit)).map { $0 * 1_000 + 1 }
        var subject = series(values)
        #expect(subject.isExact)
        subject.record(5)
        #expect(!subject.isExact)
        #expect(subject.count == UInt64(values.count + 1))
        #expect(subject.sum == UInt128(values.reduce(0, +) + 5))
        #expect(subject.minimum == 1 && subject.maximum == values.last)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func histogramPercentilesStayWithinTheirBucket(seed: UInt64) throws {
        var draws = Draws(seed: seed)
        var samples = draws.samples(70_000).map { min($0, BucketLayout.highestValue) }
        let subject = series(samples)
        samples.sort()
        for percentile in Percentile.allCases {
            let rank = (samples.count * percentile.rawValue + 999) / 1000
            let exact = samples[rank - 1]
            let value = try #require(subject.percentile(percentile))
            #expect(value >= exact, "seed \(seed)")
            #expect(value - exact <= exact / 1024, "seed \(seed): \(value) for \(exact)")
        }
    }

    @Test func samplesOutOfRangeAreCounted() {
        var subject = series([-1, -5, 3, BucketLayout.highestValue + 1])
        #expect(subject.negativeCount == 2 && subject.aboveRangeCount == 1)
        #expect(subject.count == 2 && subject.minimum == 3)
        subject.record(1, times: 70_000)
        #expect(!subject.isExact && subject.aboveRangeCount == 1 && subject.count == 70_002)
        #expect(subject.orderStatistic(thousandths: 1000) == BucketLayout.highestValue + 1)
        subject.record(.max, times: 2)
        subject.record(-1, times: 3)
        #expect(subject.aboveRangeCount == 3 && subject.negativeCount == 5)
        #expect(subject.powerOfTwoHistogram.buckets.last?.count == 3)
    }

    @Test func repeatedSamplesEqualSingleOnes() {
        var one = LatencySeries()
        one.record(9, times: 65_600)
        #expect(one == series([Int64](repeating: 9, count: 65_600)))
        #expect(one.sum == 9 * 65_600)
    }

    @Test func aShareAboveOneTraps() async {
        await #expect(processExitsWith: .failure) {
            _ = LatencySeries().orderStatistic(thousandths: 1001)
        }
    }
}
