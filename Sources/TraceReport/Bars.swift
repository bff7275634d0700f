import Histograms
import TraceAnalysis

/// Pictures made of characters.
enum Bars {
    /// A histogram as one line per bucket: `[1us, 2us)  123 |@@@@    |`.
    ///
    /// - Complexity: O(buckets x width).
    static func histogram(
        _ histogram: PowerOfTwoHistogram, width: Int, label: (UInt64) -> String
    ) -> [String] {
        let buckets = histogram.buckets
        guard let most = buckets.map(\.count).max() else { return [] }
        let ranges = buckets.map { "[\(label($0.low)), \(label($0.high)))" }
        let rangeWidth = ranges.map(\.count).max() ?? 0
        let countWidth = String(most).count
        let room = max(8, width - rangeWidth - countWidth - 7)
        return zip(buckets, ranges).map { bucket, range in
            let pad = String(repeating: " ", count: rangeWidth - range.count)
            let number = String(bucket.count)
            let numberPad = String(repeating: " ", count: countWidth - number.count)
            return "  \(range)\(pad)  \(numberPad)\(number) "
                + "|\(bar(bucket.count, of: most, width: room))|"
        }
    }

    /// At least one mark for a count above 0.
    private static func bar(_ count: UInt64, of most: UInt64, width: Int) -> String {
        var marks = Int(UInt128(count) * UInt128(UInt64(width)) / UInt128(most))
        if count > 0 { marks = max(1, marks) }
        return String(repeating: "@", count: marks)
            + String(repeating: " ", count: width - marks)
    }

    /// Time edges of a histogram in three digits.
    static func timeLabel(_ ns: UInt64) -> String {
        ScaledText.time(Int64(clamping: ns), digits: 3, trimsZeros: true)
    }

    /// Counts over time as one line of shades, neighbours joined so that they fit.
    ///
    /// - Complexity: O(bins).
    static func timeline(_ bins: FailuresOverTime, width: Int) -> [String] {
        guard !bins.counts.isEmpty else { return [] }
        var rows: [(title: String, counts: [UInt64])] = [("all", bins.counts)]
        if bins.byDomain.count > 1 {
            rows += bins.byDomain.map { ("domain \($0.number)", $0.counts) }
        }
        if bins.byCPU.count > 1, bins.byCPU.count <= mostTimelines {
            rows += bins.byCPU.map { ("CPU \($0.number)", $0.counts) }
        }
        let titleWidth = rows.map(\.title.count).max() ?? 0
        let joined = (bins.counts.count - 1) / max(8, width - titleWidth - 5) + 1
        let columnNs = Int64(clamping: Int128(bins.widthNs) * Int128(joined))
        let sums = rows.map { joinedSums($0.counts, joined) }
        let most = sums[0].max() ?? 0
        guard most > 0 else { return [] }
        var lines = ["  over time: \(ScaledText.time(columnNs)) a column, most \(most) (@)"]
        for (row, counts) in zip(rows, sums) {
            let title = row.title + String(repeating: " ", count: titleWidth - row.title.count)
            lines.append("  \(title) |" + String(counts.map { shade($0, of: most) }) + "|")
        }
        return lines
    }

    /// The most CPUs that get a line of their own.
    private static let mostTimelines = 16

    private static func joinedSums(_ counts: [UInt64], _ joined: Int) -> [UInt64] {
        stride(from: 0, to: counts.count, by: joined).map { first in
            counts[first..<min(first + joined, counts.count)].reduce(0, +)
        }
    }

    private static func shade(_ sum: UInt64, of most: UInt64) -> Character {
        guard sum > 0 else { return TextStyle.shades[0] }
        let levels = UInt128(UInt64(TextStyle.shades.count - 1))
        return TextStyle.shades[max(1, Int(UInt128(sum) * levels / UInt128(most)))]
    }
}
