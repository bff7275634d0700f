import RunStatistics
public import TraceAnalysis
public import TraceSummaries

/// A mean over the runs of a cell.
public struct SweepMean: Hashable, Sendable {
    /// The mean, rounded down; `nil` where no run knows the metric.
    public let mean: Int64?
    /// 95 % of the means of runs drawn again lie in it (percentile bootstrap over runs).
    public let interval: ClosedRange<Int64>?
    /// How many runs know the metric.
    public let runs: Int
}

/// What the runs of one cell say.
public struct SweepRow: Sendable {
    /// The policy and its settings.
    public let cell: SweepCell
    /// Its runs, by seed.
    public let runs: [RunFacts]
    /// Its means, as the axes of the table.
    public let axes: [SweepMean]
    /// Whether no other cell is better by the means.
    public let isOnFront: Bool
    /// How often it is on the front when runs are drawn again, in millionths.
    public let frontPpm: Int64

    /// The mean of any metric of the whole run over the runs that know it, rounded down.
    ///
    /// - Complexity: O(runs x metrics).
    public func mean(_ name: String) -> Int64? {
        let values = runs.compactMap { $0.value(name) }
        guard !values.isEmpty else { return nil }
        return WeightedMean(values, weights: values.map { _ in 1 })?.floor
    }
}

/// What a sweep found: every cell by the few numbers that a policy is chosen by.
public struct SweepTable: Sendable {
    /// One column.
    public struct Column: Sendable {
        /// What it is.
        public let axis: SweepAxis
        /// The metric that was read.
        public let metric: String
        /// The unit of its values.
        public let unit: MetricUnit
    }

    /// The columns.
    public let columns: [Column]
    /// The seeds, ascending.
    public let seeds: [Int64]
    /// The cells, in the order of the grid.
    public let rows: [SweepRow]

    /// Sums up runs.
    ///
    /// - Parameter runs: The runs of each cell of the grid, by its seeds.
    /// - Complexity: O(resamples x cells x (runs + cells)).
    public init(_ grid: SweepGrid, _ runs: [[RunFacts]], axes: [SweepAxis] = SweepAxis.all) {
        precondition(runs.count == grid.cells.count, "every cell has runs")
        precondition(runs.allSatisfy { $0.count == grid.seeds.count }, "every seed has a run")
        let all = runs.flatMap { $0 }
        let columns = axes.map { axis in
            let metric = axis.metric(in: all)
            let unit = all.lazy.flatMap(\.metrics).first { $0.name == metric }?.unit
            return Column(axis: axis, metric: metric, unit: unit ?? .count)
        }
        let values = runs.map { cell in
            columns.map { column in cell.map { $0.value(column.metric) } }
        }
        let resampled = ResampledMeans(values, axes, runs: grid.seeds.count)
        let seen = Self.front(
            values.map { cell in cell.map { WeightedMean($0, weights: nil) } }, axes)
        self.columns = columns
        seeds = grid.seeds
        rows = grid.cells.indices.map { cell in
            SweepRow(
                cell: grid.cells[cell], runs: runs[cell],
                axes: columns.indices.map { column in
                    SweepMean(
                        mean: WeightedMean(values[cell][column], weights: nil)?.floor,
                        interval: resampled.intervals[cell][column],
                        runs: values[cell][column].count { $0 != nil })
                },
                isOnFront: seen[cell], frontPpm: resampled.frontPpm[cell])
        }
    }

    /// Which cells are on the front by such means.
    static func front(_ means: [[WeightedMean?]], _ axes: [SweepAxis]) -> [Bool] {
        ParetoFront.members(
            means.map { cell in
                zip(cell, axes).map { mean, axis in
                    mean.map { axis.better == .higherIsBetter ? -$0.floor : $0.floor }
                }
            })
    }
}

/// A mean of whole numbers, each counted so many times.
struct WeightedMean {
    private let sum: Int128
    private let count: Int128

    /// `nil` where nothing is known that counts; without weights everything counts once.
    init?(_ values: [Int64?], weights: [Int64]?) {
        var (sum, count): (Int128, Int128) = (0, 0)
        for (position, value) in values.enumerated() {
            guard let value else { continue }
            let weight = Int128(weights?[position] ?? 1)
            sum += weight * Int128(value)
            count += weight
        }
        guard count > 0 else { return nil }
        (self.sum, self.count) = (sum, count)
    }

    /// Rounded down.
    var floor: Int64 {
        let (quotient, rest) = sum.quotientAndRemainder(dividingBy: count)
        return Int64(clamping: rest < 0 ? quotient - 1 : quotient)
    }
}

/// The means of cells when runs are drawn again, the same seeds in all cells.
private struct ResampledMeans {
    /// By cell and column.
    private(set) var intervals: [[ClosedRange<Int64>?]] = []
    /// By cell.
    private(set) var frontPpm: [Int64] = []

    init(_ values: [[[Int64?]]], _ axes: [SweepAxis], runs: Int) {
        var means = values.map { cell in cell.map { _ in [Int64]() } }
        frontPpm = RunBootstrap(runs: runs).sharesPpm(count: values.count) { weights in
            let drawn = values.map { cell in cell.map { WeightedMean($0, weights: weights) } }
            for (cell, columns) in drawn.enumerated() {
                for (column, mean) in columns.enumerated() {
                    if let mean { means[cell][column].append(mean.floor) }
                }
            }
            return SweepTable.front(drawn, axes)
        }
        intervals = means.map { cell in cell.map { Self.middle($0.sorted()) } }
    }

    /// From the 2.5th to the 97.5th percentile.
    private static func middle(_ sorted: [Int64]) -> ClosedRange<Int64>? {
        guard !sorted.isEmpty else { return nil }
        let cut = (sorted.count - 1) * 25 / 1000
        return sorted[cut]...sorted[sorted.count - 1 - cut]
    }
}
