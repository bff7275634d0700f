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
        Curves.render("Percentile curves", series, &out)
        out.table(
            "Durations by percentile; a dash where the samples are too few to say",
            HTMLSeries.titles, series.map(\.row))
    }
}
