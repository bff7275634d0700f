import Histograms
import RunStatistics
import TraceAnalysis
import TraceDiff

extension ComparisonHTML {
    static func latencies(_ comparison: Comparison, _ out: inout HTMLWriter) {
        out.heading("Latencies", id: "latencies")
        guard !comparison.shifts.isEmpty else {
            out.note("No latency was measured on both sides.")
            return
        }
        out.note(
            "All events of a side together: pictures without a verdict, since events of a run depend "
                + "on one another. The distance is the mean distance of equal quantiles "
                + "(Wasserstein-1).")
        for (index, entry) in comparison.shifts.enumerated() {
            out.line("<div class=\"columns\">")
            let path = "shifts.\(index)"
            Curves.render(
                "\(entry.name), percentiles",
                [
                    HTMLSeries(title: "base", path: path, series: entry.series.left, style: 0),
                    HTMLSeries(title: "head", path: path, series: entry.series.right, style: 1),
                ], isHalf: true, &out)
            let distance = HTMLValue.time(entry.shift.distance, path + ".distance_ns").inline
            ShiftPicture.render(
                "\(entry.name), head less base; distance \(distance)", entry.shift, &out)
            out.line("</div>")
        }
        quantiles(comparison.shifts, &out)
    }

    private static func quantiles(_ shifts: [LatencyShift], _ out: inout HTMLWriter) {
        let rows = shifts.enumerated().flatMap { index, entry in
            entry.shift.points.enumerated().map { place, point -> [HTMLValue] in
                let path = "shifts.\(index).quantiles.\(place)"
                let change = ShiftPicture.change(point)
                return [
                    .text(entry.name), .text(ShiftPicture.name(point)),
                    .time(point.left, path + ".left_ns"), .time(point.right, path + ".right_ns"),
                    HTMLValue(shown: HTMLText.change(change, .nanoseconds)),
                ]
            }
        }
        out.details("Quantiles", hint: "of all latencies that both sides know") {
            $0.table(
                "Latencies quantile by quantile", ["series", "quantile", "base", "head", "change"],
                rows, most: 2 * HTMLBounds.rows)
        }
    }
}

/// How a latency has shifted: for each quantile a bar from nothing to its change, logarithmic to
/// both sides.
struct ShiftPicture {
    private static let pitch: Int64 = 20
    private let plot: Plot
    /// The smallest change that is not nothing, and the largest; both as logarithms.
    private let least: Int64
    private let most: Int64

    static func name(_ point: ShiftFunction.Point) -> String {
        "p" + ScaledText.fixed(Int128(point.thousandths), decimals: 1, trimsZeros: true)
    }

    static func change(_ point: ShiftFunction.Point) -> Int64 {
        Int64(clamping: Int128(point.right) - Int128(point.left))
    }

    /// - Parameter title: HTML.
    static func render(_ title: String, _ shift: ShiftFunction, _ out: inout HTMLWriter) {
        out.line("<figure><h3>\(title)</h3>")
        guard !shift.points.isEmpty else {
            out.note("Too few samples for quantiles.")
            out.line("</figure>")
            return
        }
        let sizes = shift.points.map { Int64(clamping: change($0).magnitude) }
        let logs = sizes.filter { $0 > 0 }.map(LogScale.log2)
        let picture = ShiftPicture(
            plot: Plot(
                x: 64, y: 32, width: 416, height: Int64(shift.points.count) * pitch),
            least: logs.min() ?? 0, most: logs.max() ?? 0)
        out.line(
            "<svg viewBox=\"0 0 592 \(picture.plot.bottom + 24)\" role=\"img\" aria-label=\"Change of "
                + "each quantile; the numbers are in the table below\">")
        out.line(picture.axis(sizes.max() ?? 0))
        for (index, point) in shift.points.enumerated() { out.line(picture.bar(index, point)) }
        out.line(picture.plot.frame + "</svg></figure>")
    }

    private var middle: Int64 { plot.x + plot.width / 2 }

    /// Where a change ends, in tenths from the middle; the smallest one is still to be seen.
    private func tenths(_ change: Int64) -> Int64 {
        guard change != 0 else { return 0 }
        let log = LogScale.log2(Int64(clamping: change.magnitude))
        // Half an octave for the smallest one.
        let length = Plot.tenths(plot.width / 2 - 8, log - least + 512, of: most - least + 512)
        return change < 0 ? -length : length
    }

    private func axis(_ largest: Int64) -> String {
        var result =
            "<text x=\"\(plot.x)\" y=\"12\">\u{2190} faster</text>"
            + "<text x=\"\(plot.right)\" y=\"12\" text-anchor=\"end\">slower \u{2192}</text>"
            + plot.upright("\(middle)", "0")
        let decades = Ticks.decades(1, largest).filter { LogScale.log2($0) >= least }
        let every = max(1, (decades.count + 1) / 2)
        for ns in decades.reversed().enumerated().filter({ $0.offset % every == 0 }).map(\.element)
        {
            // Not into the 0 in the middle.
            guard tenths(ns) > 400 else { continue }
            let label = HTMLText.time(ns, digits: 3, trimsZeros: true)
            result += plot.upright(Plot.tenths(middle * 10 + tenths(ns)), "+" + label)
            result += plot.upright(Plot.tenths(middle * 10 - tenths(ns)), "\u{2212}" + label)
        }
        return result
    }

    private func bar(_ index: Int, _ point: ShiftFunction.Point) -> String {
        let change = Self.change(point)
        let top = plot.y + Int64(index) * Self.pitch
        let text = top + Self.pitch / 2
        let end = tenths(change)
        let left = Plot.tenths(middle * 10 + min(end, 0))
        let kind = change > 0 ? "worse" : "better"
        return "<text x=\"\(plot.x - 8)\" y=\"\(text)\" dy=\".35em\" text-anchor=\"end\">"
            + "\(Self.name(point))</text>"
            + "<rect class=\"\(kind)\" x=\"\(left)\" y=\"\(top + 4)\" "
            + "width=\"\(Plot.tenths(abs(end)))\" height=\"\(Self.pitch - 8)\"/>"
            + "<text x=\"\(plot.right + 8)\" y=\"\(text)\" dy=\".35em\">"
            + "\(HTMLText.change(change, .nanoseconds))</text>"
    }
}
