import Histograms
import TraceAnalysis

/// A heat map and where it stands in its picture.
struct HeatPicture {
    var id: String
    var title: String
    var map: HeatMap
    /// The columns that the window needs.
    var columns: Int
    /// The rows from the lowest to the highest that holds something, and one more on each side.
    var rows: Range<Int>
    var beginNs: Int64
    let plot = Plot(x: 64, y: 8, width: 520, height: 230)

    /// The end of the last column, ns.
    var endNs: Int64 {
        Int64(clamping: Int128(beginNs) + Int128(map.widthNs) * Int128(columns))
    }

    /// The maps that hold something.
    static func all(_ summary: TraceSummary) -> [HeatPicture] {
        guard let timeline = summary.timeline else { return [] }
        let run = summary.wakeups.runEvidence == .runs ? "run" : "batch"
        let maps = [
            ("heat-wakeups", "Wakeup to \(run), over time", timeline.wakeupLatency),
            ("heat-batches", "Duration of batches, over time", timeline.batchDuration),
        ]
        return maps.compactMap { id, title, whole in
            let map = HTMLBounds.fitting(whole)
            let rows = map.cells.map(\.row)
            guard map.total >= fewest, var low = rows.min(), var high = rows.max() else {
                return nil
            }
            while high - low < 5 {
                low = max(0, low - 1)
                high += 1
            }
            let length = max(timeline.endNs - timeline.beginNs, 1)
            let columns = max(map.columns, Int((length - 1) / map.widthNs) + 1)
            return HeatPicture(
                id: id, title: title, map: map, columns: columns,
                rows: max(0, low - 1)..<min(high + 2, HeatMap.rowCount), beginNs: timeline.beginNs)
        }
    }

    private static let shades = 8
    /// The fewest values that make a picture.
    private static let fewest: UInt64 = 8

    /// A shade from 1 to 8 by the logarithm of a count.
    private static func shade(_ count: UInt64, of most: UInt64) -> Int {
        let whole = LogScale.log2(Int64(clamping: most) &+ 1)
        let part = LogScale.log2(Int64(clamping: count) &+ 1)
        return max(1, min(shades, Int((part * Int64(shades) + whole - 1) / max(whole, 1))))
    }

    /// The picture with its legend.
    func render(_ out: inout HTMLWriter) {
        let cells = map.cells
        let most = cells.map(\.count).max() ?? 1
        var paths = [String](repeating: "", count: Self.shades + 1)
        for cell in cells {
            let left = Plot.tenths(plot.width, Int64(cell.column), of: Int64(columns))
            let right = Plot.tenths(plot.width, Int64(cell.column) + 1, of: Int64(columns))
            let row = Int64(rows.upperBound - 1 - cell.row)
            let top = Plot.tenths(plot.height, row, of: Int64(rows.count))
            let bottom = Plot.tenths(plot.height, row + 1, of: Int64(rows.count))
            let x = Plot.tenths(left + plot.x * 10)
            paths[Self.shade(cell.count, of: most)] +=
                "M\(x) \(Plot.tenths(top + plot.y * 10))h\(Plot.tenths(right - left))"
                + "v\(Plot.tenths(bottom - top))H\(x)z"
        }
        out.line("<figure><h3>\(title)</h3>")
        out.line(
            "<svg id=\"\(id)\" viewBox=\"0 0 592 \(plot.bottom + 24)\" role=\"img\" "
                + "aria-label=\"\(title): \(map.total) values, logarithmic\">")
        out.line(levels + plot.times(beginNs, endNs))
        for shade in 1...Self.shades where !paths[shade].isEmpty {
            let opacity = Plot.tenths(Int64(shade) * 10 * 11 / 10 / Int64(Self.shades) + 1)
            let value = shade == Self.shades ? "1" : opacity == "1" ? ".9" : opacity
            out.line("<path class=\"heat\" fill-opacity=\"\(value)\" d=\"\(paths[shade])\"/>")
        }
        out.line(plot.frame + "</svg>")
        let dark = "\(Self.swatch("1"))\(HTMLText.count(most))"
        let scale = most == 1 ? dark : Self.swatch(".2") + "1 \(Self.swatch(".6"))\u{2026} " + dark
        out.line("<ul class=\"legend\"><li>per cell: \(scale)</li></ul></figure>")
    }

    private static func swatch(_ opacity: String) -> String {
        "<svg viewBox=\"0 0 30 10\" aria-hidden=\"true\"><rect class=\"heat\" "
            + "fill-opacity=\"\(opacity)\" width=\"30\" height=\"10\"/></svg>"
    }

    /// The powers of ten between the rows, or the rows themselves where there are few.
    private var levels: String {
        let low = HeatMap.lowest(ofRow: rows.lowerBound)
        let high = HeatMap.lowest(ofRow: rows.upperBound)
        let decades = Ticks.decades(low, high)
        let labels = decades.count > 1 ? decades : [max(low, 1), high].filter { $0 > 0 }
        let bottom = LogScale.log2(max(low, 1))
        let top = max(LogScale.log2(high), bottom + 1)
        return labels.map { ns in
            plot.level(
                plot.ordinate(LogScale.log2(ns), bottom, top),
                HTMLText.time(ns, digits: 3, trimsZeros: true))
        }.joined()
    }
}

extension AnalysisHTML {
    static func latencies(_ report: AnalysisReport, _ out: inout HTMLWriter) {
        let summary = report.summary
        let series = HTMLSeries.all(summary)
        out.heading("Latencies", id: "latencies")
        guard !series.isEmpty else {
            out.note("Nothing was measured in this window.")
            return
        }
        if Caveats.isFromEngine(report.parameters) {
            out.note("The latency from wakeup to run is from a model of dispatch.")
        }
        let maps = HeatPicture.all(summary)
        if !maps.isEmpty {
            out.line("<div class=\"columns\">")
            for map in maps { map.render(&out) }
            out.line("</div>")
        }
        Curves.render(series, &out)
        out.table(
            "Durations by percentile; a dash where the samples are too few to say",
            HTMLSeries.titles, series.map(\.row))
    }
}

/// Percentile curves: the share of samples to the right, durations upwards, both logarithmic.
struct Curves {
    private static let most = 7
    private static let plot = Plot(x: 64, y: 10, width: 1_124, height: 260)
    /// Labels under the curves by their share, thousandths.
    private static let labels = [
        (10, "p1"), (500, "p50"), (750, "p75"), (900, "p90"), (950, "p95"), (990, "p99"),
        (999, "p99.9"),
    ]
    /// The share that the right edge stands for, thousandths: what the longest series supports.
    private let lastShare: Int

    private init(_ series: some Collection<HTMLSeries>) {
        let most = series.map(\.series.count).max() ?? 0
        lastShare = most >= 1_000 ? 999 : most >= 100 ? 990 : most >= 20 ? 950 : 900
    }

    static func render(_ all: [HTMLSeries], _ out: inout HTMLWriter) {
        let series = all.filter { $0.series.count > 1 && $0.series.maximum ?? 0 > 0 }.prefix(most)
        guard !series.isEmpty else { return }
        let curves = Curves(series)
        let least =
            series.compactMap { curves.points($0.series).first { $0.ns > 0 }?.ns }.min() ?? 1
        let highest = series.compactMap { curves.points($0.series).last?.ns }.max() ?? 1
        let high = max(highest.addingReportingOverflow(highest / 8).partialValue, 10)
        let low = max(1, least - least / 8)
        out.line("<figure><h3>Percentile curves</h3>")
        out.legend(
            series.enumerated().map { index, entry in
                ("curve s\(index)", "\(entry.title) (\(HTMLText.count(entry.series.count)))")
            })
        out.line("<div class=\"scroll\">")
        out.line(
            "<svg class=\"wide\" viewBox=\"0 0 1200 \(plot.bottom + 24)\" role=\"img\" "
                + "aria-label=\"Percentile curves; the numbers are in the table below\">")
        out.line(curves.levels(low, high) + curves.shares)
        for (index, entry) in series.enumerated() {
            let path = curves.path(entry.series, low, high)
            out.line("<path class=\"curve s\(index)\" d=\"\(path)\"/>")
        }
        out.line(plot.frame + "</svg></div></figure>")
    }

    /// Shares with at least one sample above them.
    private func points(_ series: LatencySeries) -> [(share: Int, ns: Int64)] {
        let shares = Array(stride(from: 10, to: 900, by: 10)) + Array(900...lastShare)
        var sorted = series
        sorted.sort()
        return shares.compactMap { share in
            guard share == 10 || UInt64(1000 - share) * min(sorted.count, 1_000) >= 1_000,
                let ns = sorted.orderStatistic(thousandths: share)
            else { return nil }
            return (share, ns)
        }
    }

    private func x(_ share: Int) -> String {
        let whole = LogScale.log2(1_000)
        return Self.plot.abscissa(
            whole - LogScale.log2(Int64(1_000 - share)), 0,
            whole - LogScale.log2(Int64(1_000 - lastShare)))
    }

    private func path(_ series: LatencySeries, _ low: Int64, _ high: Int64) -> String {
        let bottom = LogScale.log2(low)
        let top = max(LogScale.log2(high), bottom + 1)
        return points(series).enumerated().map { index, point in
            let y = Self.plot.ordinate(max(LogScale.log2(point.ns), bottom), bottom, top)
            return "\(index == 0 ? "M" : "L")\(x(point.share)) \(y)"
        }.joined()
    }

    private func levels(_ low: Int64, _ high: Int64) -> String {
        let bottom = LogScale.log2(low)
        let top = max(LogScale.log2(high), bottom + 1)
        return Ticks.decades(low, high).map { ns in
            Self.plot.level(
                Self.plot.ordinate(LogScale.log2(ns), bottom, top),
                HTMLText.time(ns, digits: 3, trimsZeros: true))
        }.joined()
    }

    private var shares: String {
        Self.labels.filter { $0.0 <= lastShare }.map { share, label in
            Self.plot.upright(x(share), label, anchor: share == lastShare ? "end" : "middle")
        }.joined()
    }
}
