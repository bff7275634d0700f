import TraceAnalysis
import TraceSummaries
public import TraceSweep

/// What all runs of a sweep have in common.
public struct SweepDescription: Hashable, Sendable {
    /// The scenario's name.
    public var scenario: String
    /// The virtual time of each run.
    public var durationNs: Int64
    /// How much each run records.
    public var detail: Int

    /// Makes a description.
    public init(scenario: String, durationNs: Int64, detail: Int) {
        self.scenario = scenario
        self.durationNs = durationNs
        self.detail = detail
    }
}

/// The report about a sweep.
public struct SweepReport: Sendable {
    /// Every cell and what its runs say.
    public var table: SweepTable
    /// What the runs have in common.
    public var description: SweepDescription

    /// Makes a report.
    public init(_ table: SweepTable, _ description: SweepDescription) {
        self.table = table
        self.description = description
    }

    /// The table and the Pareto front as text.
    ///
    /// - Complexity: O(cells).
    public func text(_ style: TextStyle = TextStyle()) -> String {
        SweepText.render(self, style)
    }

    /// Every cell with its means and the values of its runs, as JSON, version `ktls-trace-sweep/0`.
    ///
    /// - Complexity: O(runs x metrics).
    public var json: String { SweepJSON.render(self) }

    /// The table and pictures of the front as one HTML file that needs nothing else.
    ///
    /// - Complexity: O(cells).
    public var html: String { SweepHTML.render(self) }

    /// Other metrics that the page tells of every cell, where a run knows them.
    static let otherMetrics = [
        "service.fallback_pages", "wait.time", "failure.count", "wakeup.latency_mean",
        "batch.gained_share",
    ]

    /// Those of them that a run knows, with their units.
    var known: [(name: String, unit: MetricUnit)] {
        let metrics = table.rows.lazy.flatMap(\.runs).flatMap(\.metrics)
        return Self.otherMetrics.compactMap { name in
            metrics.first { $0.name == name && $0.domain == nil && $0.value != nil }
                .map { (name, $0.unit) }
        }
    }

    /// The cells on the front, cheapest first.
    var front: [SweepRow] {
        table.rows.filter(\.isOnFront).enumerated().sorted {
            let (left, right) = ($0.element.axes[0].mean ?? .max, $1.element.axes[0].mean ?? .max)
            return (left, $0.offset) < (right, $1.offset)
        }.map(\.element)
    }

    /// What the columns are, in a sentence.
    var legend: String {
        "means over \(table.seeds.count) seeds; in brackets 95 % of the means when runs are drawn "
            + "again (bootstrap over runs, seeds drawn alike for all cells)"
    }
}
