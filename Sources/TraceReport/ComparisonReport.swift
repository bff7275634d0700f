public import TraceDiff

/// What a report about two sides is made from.
public struct ComparisonReport: Sendable {
    /// Everything side by side.
    public var comparison: Comparison
    /// The runs of both sides, judged.
    public var runs: RunComparison
    /// Whether the verdict decides how the command ends.
    public var isGate: Bool
    /// Whether no verdict is good enough for a gate.
    public var allowsInconclusive: Bool
    /// How often such comparisons alarm by chance, where that was measured.
    public var calibration: CalibrationResult?

    /// The first event in which the traces differ, where it was looked for.
    public var firstDifference: FirstDifference?

    /// Makes a report.
    ///
    /// - Complexity: that of judging the runs.
    public init(
        _ comparison: Comparison, _ thresholds: GateThresholds = .standard, isGate: Bool = false,
        allowsInconclusive: Bool = false
    ) {
        self.comparison = comparison
        runs = RunComparison(comparison.left.facts, comparison.right.facts, thresholds)
        self.isGate = isGate
        self.allowsInconclusive = allowsInconclusive
    }

    /// The comparison as text.
    ///
    /// - Complexity: O(settings + metrics).
    public func text(_ style: TextStyle = TextStyle()) -> String {
        ComparisonText.render(self, style)
    }

    /// The comparison as JSON, version `ktls-trace-diff/0`.
    ///
    /// - Complexity: O(settings + metrics).
    public var json: String { ComparisonJSON.render(self) }

    /// The verdicts and metrics as Markdown.
    ///
    /// - Complexity: O(settings + metrics).
    public var markdown: String { GateMarkdown.render(comparison, runs) }

    /// The verdicts as JUnit XML: a test case for each limit.
    ///
    /// - Complexity: O(limits).
    public var junit: String {
        GateJUnit.render(runs, allowsInconclusive: allowsInconclusive)
    }

    /// The verdicts as workflow commands of GitHub Actions.
    ///
    /// - Complexity: O(limits).
    public var annotations: String { GateAnnotations.render(runs) }
}
