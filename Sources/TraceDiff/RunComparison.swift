public import RunStatistics
public import TraceAnalysis
public import TraceSummaries

/// What kind of comparison two sets of runs allow.
public enum ComparisonKind: Sendable, Equatable {
    /// Both sides hold the same runs: nothing to judge.
    case identical
    /// Runs with the same inputs on both sides, in pairs.
    case paired(pairs: Int)
    /// Runs of different inputs.
    case unpaired(left: Int, right: Int)
    /// One run each, or one side has a single run: they are described and not judged.
    case descriptive
}

/// One limit, what the runs say about it, and the verdict.
public struct JudgedLimit: Sendable {
    /// The limit.
    public let limit: GateLimit
    /// The unit of the metric, `nil` where no run has it.
    public let unit: MetricUnit?
    /// The mean of the base's runs that take part, rounded down.
    public let baseMean: Int64?
    /// The mean of the head's runs that take part, rounded down.
    public let headMean: Int64?
    /// How many runs of the base, and of the head, know the metric and take part.
    public let runs: (base: Int, head: Int)
    /// Changes up to this do not count, in the metric's unit.
    public let margin: Int64?
    /// The verdict with its interval; `nil` where nothing was tested.
    public let answer: VerdictAnswer?
    /// The verdict; of the same runs on both sides, which need no test, that they are equivalent.
    public let verdict: Verdict
}

/// Two sets of runs, judged by limits.
public struct RunComparison: Sendable {
    /// What kind of comparison it is.
    public let kind: ComparisonKind
    /// The thresholds it was judged by.
    public let thresholds: GateThresholds
    /// The limits in the order of the thresholds.
    public let limits: [JudgedLimit]
    /// Runs of the base without a partner, where others have one.
    public let unpairedBase: Int
    /// Runs of the head without a partner, where others have one.
    public let unpairedHead: Int

    /// Compares two sets of runs.
    ///
    /// Runs whose input identities are equal, one on each side, are pairs; where there are pairs,
    /// only these are judged. Else the sides are judged as independent runs.
    ///
    /// - Complexity: that of the tests, for each limit.
    public init(_ base: [RunFacts], _ head: [RunFacts], _ thresholds: GateThresholds = .standard) {
        self.thresholds = thresholds
        let pairs = Self.pairs(base, head)
        kind = Self.kind(base, head, pairs.count)
        let isPaired = if case .paired = kind { true } else { false }
        unpairedBase = isPaired ? base.count - pairs.count : 0
        unpairedHead = isPaired ? head.count - pairs.count : 0
        let cells = thresholds.limits.map { limit in
            Cell(limit, isPaired ? pairs : [], base, head, isPaired: isPaired)
        }
        limits = Self.judge(cells, kind, thresholds.levelPpm)
    }

    private static func kind(
        _ base: [RunFacts], _ head: [RunFacts], _ pairs: Int
    ) -> ComparisonKind {
        let contents = [base, head].map { runs in runs.compactMap(\.identities.content).sorted() }
        if contents[0] == contents[1], contents[0].count == base.count,
            contents[1].count == head.count
        {
            return .identical
        }
        if pairs >= 2 { return .paired(pairs: pairs) }
        if base.count >= 2, head.count >= 2 {
            return .unpaired(left: base.count, right: head.count)
        }
        return .descriptive
    }

    /// Runs with an input identity that is there once on each side, by that identity.
    static func pairs(
        _ base: [RunFacts], _ head: [RunFacts]
    ) -> [(base: RunFacts, head: RunFacts)] {
        func once(_ runs: [RunFacts]) -> [String: RunFacts] {
            var found: [String: [RunFacts]] = [:]
            for run in runs {
                if let input = run.identities.input { found[input, default: []].append(run) }
            }
            return found.compactMapValues { $0.count == 1 ? $0[0] : nil }
        }
        let left = once(base)
        let right = once(head)
        return left.keys.sorted().compactMap { input in
            guard let one = left[input], let other = right[input] else { return nil }
            return (one, other)
        }
    }

    /// The values of one metric, and its test where the runs allow one.
    private struct Cell {
        let limit: GateLimit
        var base: [Int64] = []
        var head: [Int64] = []
        var unit: MetricUnit?
        var test: (any RunTest)?

        init(
            _ limit: GateLimit, _ pairs: [(base: RunFacts, head: RunFacts)], _ left: [RunFacts],
            _ right: [RunFacts], isPaired: Bool
        ) {
            self.limit = limit
            unit = (left + right).lazy.compactMap { $0.metric(limit)?.unit }.first
            if isPaired {
                for pair in pairs {
                    guard let one = pair.base.metric(limit)?.value,
                        let other = pair.head.metric(limit)?.value
                    else { continue }
                    base.append(one)
                    head.append(other)
                }
                if base.isEmpty { return }
                test = PairedTest(
                    zip(base, head).map { Int64(clamping: Int128($1) - Int128($0)) })
            } else {
                base = left.compactMap { $0.metric(limit)?.value }
                head = right.compactMap { $0.metric(limit)?.value }
                test = RankSumTest(left: base, right: head)
            }
        }

        var question: VerdictQuestion? {
            guard let test, let mean = Self.mean(base) else { return nil }
            return VerdictQuestion(
                test: test, margin: limit.margin(baseMean: mean), worse: limit.worse)
        }

        static func mean(_ values: [Int64]) -> Int64? {
            guard !values.isEmpty else { return nil }
            let sum = values.reduce(Int128(0)) { $0 + Int128($1) }
            let (quotient, rest) = sum.quotientAndRemainder(dividingBy: Int128(values.count))
            return Int64(clamping: rest < 0 ? quotient - 1 : quotient)
        }
    }

    private static func judge(
        _ cells: [Cell], _ kind: ComparisonKind, _ levelPpm: Int64
    ) -> [JudgedLimit] {
        let isJudged =
            switch kind {
            case .paired, .unpaired: true
            case .identical, .descriptive: false
            }
        let asked = isJudged ? cells.indices.filter { cells[$0].question != nil } : []
        let answers = VerdictRule.judge(asked.compactMap { cells[$0].question }, levelPpm: levelPpm)
        var answerOf: [Int: VerdictAnswer] = [:]
        for (position, answer) in zip(asked, answers) { answerOf[position] = answer }
        return cells.enumerated().map { position, cell in
            JudgedLimit(
                limit: cell.limit, unit: cell.unit, baseMean: Cell.mean(cell.base),
                headMean: Cell.mean(cell.head), runs: (cell.base.count, cell.head.count),
                margin: Cell.mean(cell.base).map { cell.limit.margin(baseMean: $0) },
                answer: answerOf[position],
                verdict: answerOf[position]?.verdict
                    ?? (kind == .identical ? .equivalent : .insufficient))
        }
    }

    /// The fewest pairs with which all limits can be judged.
    public var pairsNeeded: Int {
        VerdictRule.pairsNeeded(questions: thresholds.limits.count, levelPpm: thresholds.levelPpm)
    }

    /// What a gate says: a regression before everything else, then what is not known.
    public var outcome: GateOutcome {
        if kind == .identical { return .passed }
        if limits.contains(where: { $0.verdict == .regression }) { return .regression }
        let isOpen = limits.contains { $0.verdict == .inconclusive || $0.verdict == .insufficient }
        return isOpen ? .noVerdict : .passed
    }
}

/// What a gate says.
public enum GateOutcome: String, Sendable {
    /// No limit is exceeded, and all could be judged.
    case passed
    /// A limit is exceeded.
    case regression
    /// No limit is known to be exceeded, and not all could be judged.
    case noVerdict = "no_verdict"
}

extension RunFacts {
    /// The metric that a limit is about.
    func metric(_ limit: GateLimit) -> Metric? {
        metrics.first { $0.name == limit.metric && $0.domain == limit.domain }
    }
}
