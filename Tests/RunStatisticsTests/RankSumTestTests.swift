import RunStatistics
import TestRandomness
import Testing

/// Against enumeration of all ways to deal the runs to two sides.
@Suite struct RankSumTestTests {
    private static func deals(_ left: [Int64], _ right: [Int64], shift: Int64) -> ExactProbability {
        func count(_ left: [Int64], _ right: [Int64]) -> Int {
            left.reduce(0) { sum, base in sum + right.count { $0 - base > 0 } }
        }
        let moved = right.map { $0 - shift }
        let seen = count(left, moved)
        let all = left + moved
        var (cases, total): (UInt128, UInt128) = (0, 0)
        for deal in 0..<(1 << all.count) where deal.nonzeroBitCount == left.count {
            let one = all.indices.filter { deal >> $0 & 1 == 1 }.map { all[$0] }
            let other = all.indices.filter { deal >> $0 & 1 == 0 }.map { all[$0] }
            total += 1
            if count(one, other) >= seen { cases += 1 }
        }
        return ExactProbability(cases, of: total)
    }

    @Test(arguments: TestSeeds.all)
    func probabilitiesAreThoseOfAllDeals(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        for _ in 0..<12 {
            // Odd against even numbers: no ties at even shifts.
            let left = Set((0..<(1 + random.below(5))).map { _ in random.number(-40...40) * 4 })
            let right = Set(
                (0..<(1 + random.below(5))).map { _ in random.number(-40...40) * 4 + 1 })
            let one = left.sorted().map { Int64($0) }
            let other = right.sorted().map { Int64($0) }
            let test = try #require(RankSumTest(left: one, right: other))
            for shift in [-160, -16, 0, 8, 100] as [Int64] {
                #expect(
                    test.probability(changeAtMost: shift)
                        == Self.deals(one, other, shift: shift), "seed \(seed)")
            }
        }
    }

    @Test(arguments: TestSeeds.all)
    func theIntervalIsTheTestTurnedAround(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        for _ in 0..<20 {
            let left = (0..<(3 + random.below(5))).map { _ in Int64(random.below(60)) }
            let right = (0..<(3 + random.below(5))).map { _ in Int64(random.below(60)) }
            let test = try #require(RankSumTest(left: left, right: right))
            for level in [50_000, 5_000, 150_000] as [Int64] {
                guard let interval = test.interval(levelPpm: level) else { continue }
                for shift in -70...70 as ClosedRange<Int64> {
                    let isRejected =
                        test.probability(changeAtMost: shift).isAtMost(ppm: level)
                        || test.probability(changeAtLeast: shift).isAtMost(ppm: level)
                    #expect(isRejected != interval.contains(shift), "seed \(seed), \(shift)")
                }
            }
        }
    }

    @Test func sizesAndLimits() throws {
        #expect(RankSumTest(left: [], right: [1]) == nil)
        #expect(RankSumTest(left: [1], right: []) == nil)
        let many = [Int64](repeating: 1, count: 60)
        #expect(RankSumTest(left: many, right: many) == nil)
        // Four a side can reach 1 in 70, three a side 1 in 20.
        let four = try #require(RankSumTest(left: [1, 2, 3, 4], right: [11, 12, 13, 14]))
        #expect(four.smallest == ExactProbability(1, of: 70))
        #expect(four.probability(changeAtMost: 0) == four.smallest)
        #expect(four.estimate == 10)
        let large = try #require(
            RankSumTest(left: (0..<48).map { Int64($0) }, right: (0..<48).map { Int64($0) + 90 }))
        #expect(large.probability(changeAtMost: 0) == large.smallest)
        #expect(large.interval(levelPpm: 25_000) != nil)
    }
}
