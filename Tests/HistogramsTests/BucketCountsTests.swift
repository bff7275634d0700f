import Testing

@testable import Histograms

@Suite struct BucketCountsTests {
    @Test func countsGoBeyond32Bits() {
        var counts = BucketCounts(count: 3)
        counts.add(UInt64(UInt32.max), to: 1)
        counts.increment(1)
        counts.increment(1)
        #expect(counts.settled[1] == 1 << 32 + 1)
        counts.add(5 << 40 + 7, to: 1)
        counts.increment(2)
        let settled = counts.settled
        #expect(settled.indices.map { settled[$0] } == [0, 1 << 32 + 1 + 5 << 40 + 7, 1])
    }

    @Test func equalCountsAreEqualHoweverTheyCame() {
        var one = BucketCounts(count: 2)
        one.add(1 << 33, to: 0)
        var other = BucketCounts(count: 2)
        for _ in 0..<4 {
            other.add(UInt64(UInt32.max), to: 0)
            #expect(one != other)
        }
        other.add(2, to: 0)
        #expect(one != other)
        one.add(1 << 33 - 2, to: 0)
        #expect(one == other)
    }

    @Test func aSeriesHoldsMoreThan32BitsOfOneValue() {
        var series = LatencySeries()
        series.record(1_000, times: 3 << 32)
        series.record(1_000_000)
        #expect(series.count == 3 << 32 + 1)
        #expect(series.orderStatistic(thousandths: 999) == 1_000)
        #expect(series.powerOfTwoHistogram.buckets.first?.count == 3 << 32)
    }
}
