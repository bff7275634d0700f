import Histograms
import Testing

@Suite struct BucketLayoutTests {
    @Test func bucketsFollowOneAnotherWithoutGaps() {
        var next: Int64 = 0
        for index in 0..<BucketLayout.bucketCount {
            let low = BucketLayout.lowest(of: index)
            let high = BucketLayout.highest(of: index)
            guard low == next, high >= low, BucketLayout.index(of: low) == index,
                BucketLayout.index(of: min(high, BucketLayout.highestValue)) == index
            else {
                Issue.record("bucket \(index) is \(low) to \(high), expected from \(next)")
                return
            }
            next = high + 1
        }
        #expect(next > BucketLayout.highestValue)
    }

    /// HdrHistogram for 3 digits has 2048 sub-buckets: unit buckets below 2048, then halves.
    @Test(arguments: [
        (Int64(0), 0), (2047, 2047), (2048, 2048), (2049, 2048), (4095, 3071), (4096, 3072),
        (1 << 42, 33_792),
    ])
    func knownValuesFallIntoKnownBuckets(value: Int64, index: Int) {
        #expect(BucketLayout.index(of: value) == index)
    }

    @Test func powersOfTwoCountWhereTheyBegin() {
        var subject = PowerOfTwoHistogram()
        for value in [0, 1, 2, 3, 4, 1023, 1024] as [Int64] { subject.record(value) }
        #expect(subject.total == 7)
        let expected = [(0, 1, 1), (1, 2, 1), (2, 4, 2), (4, 8, 1)].map {
            PowerOfTwoHistogram.Bucket(low: $0.0, high: $0.1, count: $0.2)
        }
        #expect(Array(subject.buckets.prefix(4)) == expected)
        #expect(subject.buckets.count == 12)
        #expect(
            subject.buckets.suffix(2) == [
                PowerOfTwoHistogram.Bucket(low: 512, high: 1024, count: 1),
                PowerOfTwoHistogram.Bucket(low: 1024, high: 2048, count: 1),
            ])
    }

    @Test func bothFormsGiveTheSamePicture() {
        var draws = Draws(seed: 3)
        let samples = draws.samples(66_000).map { min($0, BucketLayout.highestValue) }
        var expected = PowerOfTwoHistogram()
        for sample in samples { expected.record(sample) }
        #expect(series(samples).powerOfTwoHistogram == expected)
    }
}
