import TraceAnalysis

/// The columns that all strips over time share, so that one sees what happened together.
///
/// A column holds a whole number of the bins of every series, which begin with the window and
/// whose widths are powers of two.
struct TimeStrip {
    let beginNs: Int64
    let endNs: Int64
    /// The width of a column, ns.
    let columnNs: Int64
    let columns: Int

    /// Columns for bins of some widths, at most so many.
    init(_ window: SummaryWindow, binsNs: [Int64], room: Int) {
        beginNs = window.beginNs
        endNs = window.endNs
        let binNs = max(binsNs.max() ?? 1, 1)
        let length = max(window.lengthNs, 1)
        let bins = (length - 1) / binNs + 1
        let joined = (bins - 1) / Int64(max(room, 1)) + 1
        columnNs = binNs.multipliedReportingOverflow(by: joined).partialValue
        columns = Int((bins - 1) / joined) + 1
    }

    private func column(_ bin: Int, _ widthNs: Int64) -> Int {
        min(Int(Int64(bin) / max(columnNs / widthNs, 1)), columns - 1)
    }

    /// Bins of some width added up by column.
    func sums(_ values: [Int64], widthNs: Int64) -> [Int64] {
        var result = [Int64](repeating: 0, count: columns)
        for (bin, value) in values.enumerated() {
            let place = column(bin, widthNs)
            let (sum, overflow) = result[place].addingReportingOverflow(value)
            result[place] = overflow ? .max : sum
        }
        return result
    }

    /// The smallest or the largest values by column; `nil` where nothing is known.
    func extremes(
        _ memory: MemoryTimeline, _ part: (MemoryBin) -> KnownRange, isLeast: Bool
    ) -> [Int64?] {
        var result = [Int64?](repeating: nil, count: columns)
        for (bin, values) in memory.bins.enumerated() where !part(values).isEmpty {
            let place = column(bin, memory.widthNs)
            let value = isLeast ? part(values).least : part(values).most
            result[place] = result[place].map { isLeast ? min($0, value) : max($0, value) } ?? value
        }
        return result
    }

    /// Counts of a heat map by row, from the lowest to the highest that has any, and column.
    func rows(_ map: HeatMap, most: Int) -> [(lowNs: Int64, counts: [UInt64])] {
        let cells = map.cells
        guard let low = cells.map(\.row).min(), let high = cells.map(\.row).max() else { return [] }
        // An octave has two rows, of which the lower one has an odd number; row 0 is apart.
        let perRow = ((high - low) / (2 * max(most - 1, 1)) + 1) * 2
        let first = low == 0 ? -1 : low - (low - 1) % 2
        var result: [(lowNs: Int64, counts: [UInt64])] = []
        for row in stride(from: first, through: high, by: perRow) {
            result.append(
                (HeatMap.lowest(ofRow: max(row, 0)), [UInt64](repeating: 0, count: columns)))
        }
        for cell in cells {
            result[(cell.row - first) / perRow].counts[column(cell.column, map.widthNs)] +=
                cell.count
        }
        return result
    }

    /// The times of the edges under the strips.
    func axis(indent: Int) -> String {
        let begin = beginNs == 0 ? "0" : ScaledText.time(beginNs, trimsZeros: true)
        let end = ScaledText.time(endNs, trimsZeros: true)
        let gap = max(1, columns - begin.count - end.count)
        return String(repeating: " ", count: indent) + begin
            + String(repeating: " ", count: gap) + end
    }

    // MARK: Shades

    private static let darkest = TextStyle.shades.count - 1

    /// Shades of counts, proportional to the most; one above 0 is visible.
    static func linear(_ values: [Int64]) -> [Int] {
        let most = Int128(max(values.max() ?? 1, 1))
        return values.map { value in
            value <= 0 ? 0 : max(1, Int(Int128(value) * Int128(darkest) / most))
        }
    }

    /// Shades of known values between the least and the most of them; 0 for what is not known.
    static func between(_ values: [Int64?]) -> [Int] {
        let known = values.compactMap { $0 }
        guard let least = known.min(), let most = known.max() else { return values.map { _ in 0 } }
        let range = max(Int128(most) - Int128(least), 1)
        return values.map { value in
            guard let value else { return 0 }
            if most == least { return (darkest + 1) / 2 }
            return 1 + Int((Int128(value) - Int128(least)) * Int128(darkest - 1) / range)
        }
    }

    /// Shades by the logarithm of counts.
    static func logarithmic(_ counts: [UInt64], of most: UInt64) -> [Int] {
        let whole = max(LogScale.log2(Int64(clamping: most)), 1)
        return counts.map { count in
            guard count > 0 else { return 0 }
            let part = LogScale.log2(Int64(clamping: count))
            return most == 1 ? darkest : 1 + Int(part * Int64(darkest - 1) / whole)
        }
    }
}
