/// What a comparison of runs says about one metric.
public enum Verdict: String, Sendable, CaseIterable {
    /// The change is for the worse, by more than the margin.
    case regression
    /// The change is for the better, by more than the margin.
    case improvement
    /// The change lies within the margin on both sides.
    case equivalent
    /// The runs do not say which of these it is.
    case inconclusive
    /// So few runs can never say it.
    case insufficient
}

/// Which change of a metric is for the worse.
public enum WorseDirection: Sendable {
    case up, down
}

/// One metric to be judged.
public struct VerdictQuestion: Sendable {
    /// The test of its runs.
    public var test: any RunTest
    /// Changes up to this are none that matters, in the metric's unit.
    public var margin: Int64
    /// Which change is for the worse.
    public var worse: WorseDirection

    /// Makes a question.
    public init(test: any RunTest, margin: Int64, worse: WorseDirection) {
        precondition(margin >= 0, "a margin is no change for the worse")
        self.test = test
        self.margin = margin
        self.worse = worse
    }

    /// How likely is what was seen if the change is not beyond the margin for the worse.
    var probabilityOfNoRegression: ExactProbability {
        worse == .up
            ? test.probability(changeAtMost: margin) : test.probability(changeAtLeast: -margin)
    }

    /// How likely is what was seen if the change is not beyond the margin for the better.
    var probabilityOfNoImprovement: ExactProbability {
        worse == .up
            ? test.probability(changeAtLeast: -margin) : test.probability(changeAtMost: margin)
    }

    /// How likely is what was seen if the change is not within the margin.
    var probabilityOfNoEquivalence: ExactProbability {
        max(test.probability(changeAtLeast: margin), test.probability(changeAtMost: -margin))
    }
}

/// The answer to a question.
public struct VerdictAnswer: Sendable {
    /// What it is.
    public let verdict: Verdict
    /// The best single guess of the change.
    public let estimate: Int64
    /// The changes that the runs do not rule out, at the level below; `nil` where they are too few
    /// to rule out any.
    public let interval: ClosedRange<Int64>?
    /// The one-sided level in millionths that Holm's procedure left for this metric.
    public let levelPpm: Int64
    /// The level in millionths at which it would just be a regression, adjusted for all questions.
    public let regressionPpm: Int64
}

/// Judges metrics together.
public enum VerdictRule {
    /// Answers questions with one rate of false alarms for all of them together.
    ///
    /// A regression is one where the interval at the metric's level lies wholly beyond the margin,
    /// which is the same as its probability being at most the level; so is an improvement. Findings
    /// of either kind are a family of their own for Holm's procedure. Equivalence needs both bounds
    /// within the margin (two one-sided tests), which needs no adjustment: it is no alarm.
    ///
    /// - Parameter levelPpm: The rate of false alarms of all questions together, in millionths.
    /// - Complexity: O(k log k + what the tests take).
    public static func judge(_ questions: [VerdictQuestion], levelPpm: Int64) -> [VerdictAnswer] {
        let worse = questions.map(\.probabilityOfNoRegression)
        let regressions = HolmProcedure.judge(worse, levelPpm: levelPpm)
        let improvements = HolmProcedure.judge(
            questions.map(\.probabilityOfNoImprovement), levelPpm: levelPpm)
        let adjusted = HolmProcedure.adjustedPpm(worse)
        return questions.indices.map { position in
            let question = questions[position]
            let level = regressions[position].levelPpm
            let verdict: Verdict =
                if regressions[position].isFinding {
                    .regression
                } else if !question.test.smallest.isAtMost(
                    ppm: levelPpm / Int64(questions.count))
                {
                    // However large the change, no finding would be possible for every question.
                    .insufficient
                } else if improvements[position].isFinding {
                    .improvement
                } else if question.probabilityOfNoEquivalence.isAtMost(ppm: levelPpm) {
                    .equivalent
                } else {
                    .inconclusive
                }
            return VerdictAnswer(
                verdict: verdict, estimate: question.test.estimate,
                interval: question.test.interval(levelPpm: level), levelPpm: level,
                regressionPpm: adjusted[position])
        }
    }

    /// The fewest pairs of runs with which so many questions can be answered.
    public static func pairsNeeded(questions: Int, levelPpm: Int64) -> Int {
        let limit = 40
        return (1...limit).first { pairs in
            ExactProbability(1, of: 1 << UInt128(pairs)).isAtMost(
                ppm: levelPpm / Int64(max(1, questions)))
        } ?? limit
    }
}
