/// A test of how much a metric changes from one set of runs to another, in the metric's unit.
///
/// The run is the unit of evidence. Both conformers ask the same question of a shift `s`: how likely
/// is it to see what was seen if the change is not above `s`, or not below it? The interval holds
/// every shift that neither question rejects, so verdict and interval never disagree.
public protocol RunTest: Sendable {
    /// The best single guess of the change.
    var estimate: Int64 { get }
    /// The smallest probability that so many runs can give.
    var smallest: ExactProbability { get }

    /// How likely is what was seen, or more, if the change is at most `shift`.
    func probability(changeAtMost shift: Int64) -> ExactProbability
    /// How likely is what was seen, or less, if the change is at least `shift`.
    func probability(changeAtLeast shift: Int64) -> ExactProbability
    /// The shifts that are not rejected at a one-sided level in millionths, rounded outward to
    /// whole numbers; `nil` where the runs are too few for any bound.
    func interval(levelPpm: Int64) -> ClosedRange<Int64>?
}
