import RunStatistics
import TestRandomness
import Testing

/// Against enumeration of all sign flips, done here in the plainest way.
@Suite struct PairedTestTests {
    /// Sign flips whose sum is at least (or at most) what was seen, of differences less the shift.
    private static func flips(_ differences: [Int64], shift: Int64, atLeast: Bool) -> UInt128 {
        let moved = differences.map { $0 - shift }
        let seen = moved.reduce(0, +)
        var count: UInt128 = 0
        for flip in 0..<(1 << moved.count) {
            var sum: Int64 = 0
            for (position, value) in moved.enumerated() {
                sum += flip >> position & 1 == 1 ? -value : value
            }
            if atLeast ? sum >= seen : sum <= seen { count += 1 }
        }
        return count
    }

    @Test(arguments: TestSeeds.all)
    func probabilitiesAreThoseOfAllSignFlips(seed: UInt64) {
        var random = TestRandom(seed: seed)
        for _ in 0..<40 {
            let count = 1 + random.below(9)
            let scale = random.choice([1, 3, 20, 100_000])
            let differences = (0..<count).map { _ in
                random.number(-Int64(scale)...Int64(scale))
            }
            let test = PairedTest(differences)
            for _ in 0..<8 {
                let shift = random.number(-Int64(scale)...Int64(scale))
                let total: UInt128 = 1 << UInt128(count)
                let up = Self.flips(differences, shift: shift, atLeast: true)
                #expect(
                    test.probability(changeAtMost: shift) == ExactProbability(up, of: total),
                    "seed \(seed)")
                let down = Self.flips(differences, shift: shift, atLeast: false)
                #expect(
                    test.probability(changeAtLeast: shift) == ExactProbability(down, of: total),
                    "seed \(seed)")
            }
        }
    }

    /// A shift outside the interval is rejected, one inside is not: one rule for both.
    @Test(arguments: TestSeeds.all)
    func theIntervalIsTheTestTurnedAround(seed: UInt64) {
        var random = TestRandom(seed: seed)
        for _ in 0..<30 {
            let differences = (0..<(4 + random.below(6))).map { _ in random.number(-50...50) }
            let test = PairedTest(differences.map { Int64($0) })
            for level in [50_000, 10_000, 200_000, 500] as [Int64] {
                guard let interval = test.interval(levelPpm: level) else {
                    #expect(!test.smallest.isAtMost(ppm: level), "seed \(seed)")
                    continue
                }
                for shift in -60...60 as ClosedRange<Int64> {
                    let isRejected =
                        test.probability(changeAtMost: shift).isAtMost(ppm: level)
                        || test.probability(changeAtLeast: shift).isAtMost(ppm: level)
                    // The ends are rounded outward, by less than one.
                    if interval.contains(shift), shift > interval.lowerBound,
                        shift < interval.upperBound
                    {
                        #expect(!isRejected, "seed \(seed), \(shift) in \(interval)")
                    }
                    if !interval.contains(shift) {
                        #expect(isRejected, "seed \(seed), \(shift) not in \(interval)")
                    }
                }
            }
        }
    }

    @Test func fewPairsGiveNoBound() {
        #expect(PairedTest([5, 6, 7, 8]).interval(levelPpm: 50_000) == nil)
        #expect(PairedTest([5, 6, 7, 8, 9]).interval(levelPpm: 50_000) != nil)
        #expect(PairedTest([1]).smallest == ExactProbability(1, of: 2))
    }

    /// With more pairs than can be counted, drawn subsets come near.
    @Test func manyPairsAreDrawn() {
        let differences = (0..<25).map { Int64($0 * 7 % 25) - 8 }
        let test = PairedTest(differences, seed: 3)
        #expect(test.estimate == 4)
        let again = PairedTest(differences, seed: 3)
        let other = PairedTest(differences, seed: 4)
        for shift in [-2, 0, 4, 6] as [Int64] {
            let one = test.probability(changeAtMost: shift)
            #expect(one == again.probability(changeAtMost: shift))
            #expect(abs(one.ppm - other.probability(changeAtMost: shift).ppm) < 5_000)
        }
        // As many means below that of all as above it.
        #expect((490_000...540_000).contains(test.probability(changeAtMost: 4).ppm))
    }

    @Test func extremesDoNotOverflow() {
        let test = PairedTest([.max, .max, .min, .max, .max, .max])
        #expect(test.probability(changeAtMost: .max).ppm == 1_000_000)
        #expect(test.probability(changeAtLeast: .min).ppm == 1_000_000)
        #expect(test.interval(levelPpm: 50_000) != nil)
    }
}
