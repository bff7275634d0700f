import Histograms
import TraceAnalysis

/// Percentile curves: the share of samples to the right, durations upwards, both logarithmic.
struct Curves {
    private static let most = 7
    /// As wide as the page, and half of that.
    private static let wide = Plot(x: 64, y: 10, width: 1_124, height: 260)
    private static let half = Plot(x: 64, y: 10, width: 516, height: 240)
    /// Labels under the curves by their share, thousandths.
    private static let labels = [
        (10, "p1"), (500, "p50"), (750, "p75"), (900, "p90"), (950, "p95"), (990, "p99"),
        (999, "p99.9"),
    ]
    /// The share that the right edge stands for, thousandths: what the longest series supports.
    private let lastShare: Int
    private let plot: Plot

    private init(_ series: some Collection<HTMLSeries>, _ plot: Plot) {
        self.plot = plot
        let most = series.map(\.series.count).max() ?? 0
        lastShare = most >= 1_000 ? 999 : most >= 100 ? 990 : most >= 20 ? 950 : 900
    }

    /// - Parameter isHalf: whether it has half of the page's width.
    static func render(
        _ title: String, _ all: [HTMLSeries], isHalf: Bool = false, _ out: inout HTMLWriter
    ) {
        let series = all.filter { $0.series.count > 1 && $0.series.maximum ?? 0 > 0 }.prefix(most)
        guard !series.isEmpty else { return }
        let curves = Curves(series, isHalf ? half : wide)
        let plot = curves.plot
        let least =
            series.compactMap { curves.points($0.series).first { $0.ns > 0 }?.ns }.min() ?? 1
        let highest = series.compactMap { curves.points($0.series).last?.ns }.max() ?? 1
        let high = max(highest.addingReportingOverflow(highest / 8).partialValue, 10)
        let low = max(1, least - least / 8)
        out.line("<figure><h3>\(title)</h3>")
        out.legend(
            series.enumerated().map { index, entry in
                (
                    "curve s\(entry.style ?? index)",
                    "\(entry.title) (\(HTMLText.count(entry.series.count)))"
                )
            })
        out.line("<div class=\"scroll\">")
        out.line(
            "<svg\(isHalf ? "" : " class=\"wide\"") viewBox=\"0 0 \(plot.right + 12) "
                + "\(plot.bottom + 24)\" role=\"img\" "
                + "aria-label=\"\(title); the numbers are in the table below\">")
        out.line(curves.levels(low, high) + curves.shares)
        for (index, entry) in series.enumerated() {
            let path = curves.path(entry.series, low, high)
            out.line("<path class=\"curve s\(entry.style ?? index)\" d=\"\(path)\"/>")
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
        return plot.abscissa(
            whole - LogScale.log2(Int64(1_000 - share)), 0,
            whole - LogScale.log2(Int64(1_000 - lastShare)))
    }

    private func path(_ series: LatencySeries, _ low: Int64, _ high: Int64) -> String {
        let bottom = LogScale.log2(low)
        let top = max(LogScale.log2(high), bottom + 1)
        return points(series).enumerated().map { index, point in
            let y = plot.ordinate(max(LogScale.log2(point.ns), bottom), bottom, top)
            return "\(index == 0 ? "M" : "L")\(x(point.share)) \(y)"
        }.joined()
    }

    private func levels(_ low: Int64, _ high: Int64) -> String {
        let bottom = LogScale.log2(low)
        let top = max(LogScale.log2(high), bottom + 1)
        return Ticks.decades(low, high).map { ns in
            plot.level(
                plot.ordinate(LogScale.log2(ns), bottom, top),
                HTMLText.time(ns, digits: 3, trimsZeros: true))
        }.joined()
    }

    private var shares: String {
        Self.labels.filter { $0.0 <= lastShare }.map { share, label in
            plot.upright(x(share), label, anchor: share == lastShare ? "end" : "middle")
        }.joined()
    }
}
