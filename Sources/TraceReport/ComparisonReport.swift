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

    /// The verdicts, settings and metrics as Markdown.
    ///
    /// - Parameter mostBytes: The text has at most so many bytes of UTF-8; rows of tables that do not
    ///   fit are counted below them.
    /// - Complexity: O(settings + metrics).
    public func markdown(mostBytes: Int = .max) -> String {
        GateMarkdown.render(comparison, runs, mostBytes: mostBytes)
    }

    /// The comparison as a page for a browser: one file that needs no network. Of two sides that
    /// are one trace each, analyzed with `AnalysisOptions.collectsTimeline`, it shows timelines.
    ///
    /// - Complexity: O(size of the summaries).
    public var html: String { ComparisonHTML.render(self) }

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
