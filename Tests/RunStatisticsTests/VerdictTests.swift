import Histograms
import RunStatistics
import TestRandomness
import Testing

@Suite struct VerdictTests {
    private static let level: Int64 = 50_000

    private static func judge(
        _ differences: [Int64], margin: Int64, worse: WorseDirection = .up
    ) -> VerdictAnswer {
        VerdictRule.judge(
            [
                VerdictQuestion(
                    test: PairedTest(differences), margin: margin, worse: worse)
            ], levelPpm: level)[0]
    }

    @Test func everyVerdictCanBeReached() {
        let up: [Int64] = [20, 21, 22, 23, 24, 25]
        let none: [Int64] = [-2, 1, 0, -1, 2, 0]
        #expect(Self.judge(up, margin: 10).verdict == .regression)
        #expect(Self.judge(up, margin: 10, worse: .down).verdict == .improvement)
        #expect(Self.judge(up.map { -$0 }, margin: 10).verdict == .improvement)
        #expect(Self.judge(up.map { -$0 }, margin: 10, worse: .down).verdict == .regression)
        #expect(Self.judge(none, margin: 10).verdict == .equivalent)
        #expect(Self.judge([-40, 50, -30, 60, 0, 20], margin: 10).verdict == .inconclusive)
        #expect(Self.judge([20, 21, 22], margin: 10).verdict == .insufficient)
        #expect(Self.judge(up, margin: 30).verdict == .equivalent)
    }

    /// Verdict and interval are one rule: they never contradict each other.
    @Test(arguments: TestSeeds.all)
    func verdictAndIntervalAgree(seed: UInt64) {
        var random = TestRandom(seed: seed)
        for _ in 0..<60 {
            let questions = (0..<(1 + random.below(4))).map { _ in
                let shift = random.number(-60...60)
                return VerdictQuestion(
                    test: PairedTest(
                        (0..<(6 + random.below(4))).map { _ in
                            Int64(shift + random.number(-25...25))
                        }), margin: Int64(random.below(30)),
                    worse: random.isOneIn(2) ? .up : .down)
            }
            let answers = VerdictRule.judge(questions, levelPpm: Self.level)
            for (question, answer) in zip(questions, answers) {
                #expect(
                    (answer.regressionPpm <= Self.level) == (answer.verdict == .regression),
                    "seed \(seed)")
                guard answer.verdict == .regression, let interval = answer.interval else {
                    continue
                }
                if question.worse == .up {
                    #expect(interval.lowerBound >= question.margin, "seed \(seed)")
                } else {
                    #expect(interval.upperBound <= -question.margin, "seed \(seed)")
                }
            }
        }
    }

    @Test func holmStepsDown() {
        let probabilities = [1, 4, 3, 50].map { ExactProbability($0, of: 100) }
        let judged = HolmProcedure.judge(probabilities, levelPpm: 50_000)
        #expect(judged.map(\.isFinding) == [true, false, false, false])
        #expect(judged.map(\.levelPpm) == [12_500, 25_000, 16_666, 50_000])
        #expect(HolmProcedure.adjustedPpm(probabilities) == [40_000, 90_000, 90_000, 500_000])
        let few = HolmProcedure.judge(
            [1, 2, 4].map { ExactProbability($0, of: 100) }, levelPpm: 50_000)
        #expect(few.map(\.isFinding) == [true, true, true])
    }

    @Test func pairsNeededAreTheFewestThatCanDecide() {
        for questions in 1...8 {
            let pairs = VerdictRule.pairsNeeded(questions: questions, levelPpm: 50_000)
            func verdicts(_ pairs: Int) -> [Verdict] {
                let question = VerdictQuestion(
                    test: PairedTest([Int64](repeating: 9, count: pairs)), margin: 1, worse: .up)
                return VerdictRule.judge(
                    [VerdictQuestion](repeating: question, count: questions), levelPpm: 50_000
                ).map(\.verdict)
            }
            #expect(verdicts(pairs).allSatisfy { $0 == .regression })
            #expect(verdicts(pairs - 1).contains(.insufficient))
        }
        #expect(VerdictRule.pairsNeeded(questions: 4, levelPpm: 50_000) == 7)
    }

    /// No change, many times: alarms come no more often than said.
    @Test func alarmsAreAsRareAsSaid() {
        var alarms = 0
        let times = 2_000
        var random = TestRandom(seed: 77)
        for _ in 0..<times {
            let questions = (0..<4).map { _ in
                VerdictQuestion(
                    test: PairedTest((0..<10).map { _ in Int64(random.number(-1000...1000)) }),
                    margin: 0, worse: .up)
            }
            let answers = VerdictRule.judge(questions, levelPpm: Self.level)
            if answers.contains(where: { $0.verdict == .regression }) { alarms += 1 }
        }
        // 5 % of 2000 are 100; 3 standard deviations are 29.
        #expect(alarms <= 129, "\(alarms) of \(times)")
        #expect(alarms >= 40, "\(alarms) of \(times): a test that never alarms is no test")
    }

    @Test func aShiftFunctionShowsWhereValuesMoved() throws {
        var (left, right) = (LatencySeries(), LatencySeries())
        for value in 1...2_000 as ClosedRange<Int64> {
            left.record(value)
            right.record(value > 1_800 ? value + 500 : value)
        }
        let shift = try #require(ShiftFunction(left, right))
        #expect(
            shift.points.map(\.thousandths) == [
                100, 200, 300, 400, 500, 600, 700, 800, 900, 950, 990,
            ])
        #expect(shift.points.first { $0.thousandths == 500 }?.right == 1_000)
        #expect(shift.points.first { $0.thousandths == 950 }?.right == 2_400)
        #expect(shift.distance == 50)
        #expect(ShiftFunction(left, left)?.distance == 0)
        #expect(ShiftFunction(left, LatencySeries()) == nil)
    }
}
