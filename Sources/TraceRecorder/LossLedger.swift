import TraceCore
import TraceFormat

/// Gathers losses into intervals, so that a long overflow makes few records.
///
/// An interval of a kind ends when nothing was lost for a while or when it has become long.
struct LossLedger {
    private struct Interval {
        var beginNs: Int64
        var endNs: Int64
        var count: UInt64
    }

    /// An interval ends when its kind loses nothing for so long.
    static let quietNs: Int64 = 100_000_000
    /// An interval becomes no longer than about this.
    static let longNs: Int64 = 1_000_000_000

    // By number of the kind.
    private var intervals: [Interval?]
    private var counts: [UInt64]

    /// A ledger for kinds with numbers below a limit.
    init(kindLimit: Int) {
        intervals = Array(repeating: nil, count: kindLimit)
        counts = Array(repeating: 0, count: kindLimit)
    }

    /// Counts losses; returns the record of an interval that they end.
    mutating func add(
        kind: Int, count: UInt64, beginNs: Int64, endNs: Int64
    ) -> LossRecord? {
        counts[kind] += count
        var ended: LossRecord?
        if let open = intervals[kind] {
            let begin = min(open.beginNs, beginNs)
            let end = max(open.endNs, endNs)
            if beginNs - open.endNs < Self.quietNs, end - begin < Self.longNs {
                intervals[kind] = Interval(
                    beginNs: begin, endNs: end, count: open.count + count)
                return nil
            }
            ended = record(kind, open)
        }
        intervals[kind] = Interval(beginNs: beginNs, endNs: endNs, count: count)
        return ended
    }

    /// The records of the intervals that ended well before a time, ascending by kind.
    ///
    /// - Complexity: O(kinds).
    mutating func takeEnded(beforeNs timeNs: Int64) -> [LossRecord] {
        var records: [LossRecord] = []
        for kind in intervals.indices {
            guard let open = intervals[kind], open.endNs < timeNs else { continue }
            records.append(record(kind, open))
            intervals[kind] = nil
        }
        return records
    }

    /// All losses by kind.
    ///
    /// - Complexity: O(kinds).
    var losses: [RecorderTotals.Loss] {
        counts.enumerated().filter { $0.element > 0 }.map { kind, count in
            RecorderTotals.Loss(kind: KindID(rawValue: UInt16(kind)), count: count)
        }
    }

    private func record(_ kind: Int, _ interval: Interval) -> LossRecord {
        LossRecord(
            kind: KindID(rawValue: UInt16(kind)), beginNs: interval.beginNs,
            endNs: interval.endNs, count: interval.count)
    }
}
