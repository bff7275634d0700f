import Histograms
import Testing

/// Sizes that lie below, at and above the change of form, alone and together.
private let sizes = [
    (0, 1), (1, 0), (500, 700), (30_000, 35_536), (1, 65_535), (65_536, 0), (65_536, 1),
    (1, 65_536), (70_000, 0), (70_000, 3), (5_000, 70_000), (70_000, 70_000),
]

private func merged(_ left: LatencySeries, _ right: LatencySeries) throws -> LatencySeries {
    var result = left
    try result.merge(right)
    return result
}

@Suite struct MergeLawTests {
    @Test(arguments: sizes)
    func mergingIsCommutativeAndEqualsRecording(left: Int, right: Int) throws {
        var draws = Draws(seed: UInt64(left * 7 + right))
        let leftSamples = draws.samples(left)
        let rightSamples = draws.samples(right) + [-1]
        let one = series(leftSamples)
        let other = series(rightSamples)
        let both = try merged(one, other)
        #expect(both == (try merged(other, one)))
        #expect(both == series(leftSamples + rightSamples))
        #expect(both.isExact == (left + right <= LatencySeries.exactLimit))
        #expect(both.negativeCount == 1)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func mergingIsAssociative(seed: UInt64) throws {
        var draws = Draws(seed: seed)
        let parts = (0..<3).map { _ in
            series(draws.samples(sizes.randomElement(using: &draws)?.1 ?? 0))
        }
        let leftFirst = try merged(merged(parts[0], parts[1]), parts[2])
        let rightFirst = try merged(parts[0], merged(parts[1], parts[2]))
        #expect(leftFirst == rightFirst, "seed \(seed)")
        #expect(try merged(parts[0], LatencySeries()) == parts[0], "seed \(seed)")
    }

    @Test func aCountThatDoesNotFitIsRefused() {
        var one = LatencySeries()
        one.record(1, times: .max - 10)
        var other = LatencySeries()
        other.record(1, times: 20)
        let before = one
        #expect(throws: SeriesError.countOverflow(left: .max - 10, right: 20)) {
            try one.merge(other)
        }
        #expect(one == before)
    }

    @Test func differentSamplesAreNotEqual() {
        #expect(series([1, 4]) != series([2, 3]))
        #expect(series([1, 2]) == series([2, 1]))
    }
}
