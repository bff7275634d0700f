public import Histograms
public import RunStatistics
import TraceAnalysis

/// How one series of durations differs between two sides.
public struct LatencyShift: Sendable {
    /// What it is the series of, as the metrics of its percentiles are called.
    public let name: String
    /// The samples of each side.
    public let series: (left: LatencySeries, right: LatencySeries)
    /// The difference, quantile by quantile.
    public let shift: ShiftFunction

    /// How many samples each side has.
    public var counts: (left: UInt64, right: UInt64) { (series.left.count, series.right.count) }

    /// The series that both sides have.
    ///
    /// - Complexity: O(samples kept + buckets).
    static func all(_ left: TraceSummary, _ right: TraceSummary) -> [LatencyShift] {
        zip(series(left), series(right)).compactMap { one, other in
            ShiftFunction(one.series, other.series).map {
                LatencyShift(
                    name: one.name, series: (one.series, other.series), shift: $0)
            }
        }
    }

    /// The series that are compared, in their order.
    static func series(
        _ summary: TraceSummary
    ) -> [(name: String, series: LatencySeries)] {
        [
            ("wakeup.latency", summary.wakeups.latency),
            ("wakeup.first_failure", summary.wakeups.answers.firstFailure),
            ("batch.daemon_duration", summary.batches.duration(.daemon)),
            ("batch.direct_duration", summary.batches.duration(.direct)),
            ("wait.duration", summary.waits.total.duration),
            ("relief.imported", summary.relief.total.imported),
        ]
    }
}
