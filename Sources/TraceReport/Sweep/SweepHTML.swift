import TraceAnalysis
import TraceSweep

/// The report about a sweep as one HTML file that needs nothing else.
enum SweepHTML {
    static func render(_ report: SweepReport) -> String {
        let title = "Sweep of \(HTMLText.escaped(report.description.scenario))"
        return HTMLPage(
            title: title,
            head: { head(report, title, &$0) },
            content: { out in
                front(report, &out)
                cells(report, &out)
            },
            pictures: { _ in HTMLPictures.json(TimelineLayout([]), [], threadName: { _ in "" }) },
            json: { SweepJSON.render(report, mostBytes: $0) },
            foot: { data in
                "Made by ktls-trace; metrics are defined in its Docs/METRICS.md. "
                    + data.place(SweepJSON.version, command: "sweep")
            }
        ).render()
    }

    private static func head(
        _ report: SweepReport, _ title: String, _ out: inout HTMLWriter
    ) {
        out.line("<header class=\"page\"><div><p class=\"tool\">ktls-trace sweep</p>")
        out.line("<h1>\(title)</h1>")
        out.line(
            "<p class=\"about\">\(report.table.rows.count) cells \u{B7} "
                + "\(report.table.seeds.count) seeds \u{B7} "
                + "\(HTMLText.time(report.description.durationNs, trimsZeros: true)) each</p>")
        out.line("</div>\(HTMLPage.themeButton)</header>")
    }

    private static func front(_ report: SweepReport, _ out: inout HTMLWriter) {
        out.heading("Pareto front", id: "front")
        out.note(
            "Filled: no other cell is at least as good in all columns and better in one. Bars: "
                + "95 % of the means when runs are drawn again.")
        for column in report.table.columns.indices.dropFirst() { picture(report, column, &out) }
    }

    // MARK: The table

    private static func cells(_ report: SweepReport, _ out: inout HTMLWriter) {
        out.heading("Cells", id: "cells")
        out.note(HTMLText.escaped(report.legend, bytes: HTMLBounds.sentenceBytes))
        let known = report.known
        let titles =
            ["cell", "on the front", "in draws"]
            + report.table.columns.flatMap { [$0.axis.title, "95 %"] } + known.map(\.name)
        let rows = report.table.rows.enumerated().map { number, row in
            cell(row, "cells.\(number)", report.table.columns, known)
        }
        out.table("Every cell", titles, rows)
    }

    private static func cell(
        _ row: SweepRow, _ path: String, _ columns: [SweepTable.Column],
        _ known: [(name: String, unit: MetricUnit)]
    ) -> [HTMLValue] {
        var result = [
            HTMLValue.text(row.cell.name), .text(row.isOnFront ? "yes" : "no"),
            .number(row.frontPpm, "\(path).front_ppm", ScaledText.percent),
        ]
        for (position, (column, mean)) in zip(columns, row.axes).enumerated() {
            result.append(
                .number(mean.mean, "\(path).axes.\(position).mean") { shown($0, column.unit) })
            result.append(
                .html(
                    mean.interval.map {
                        "\(shown($0.lowerBound, column.unit)) \u{2013} "
                            + shown($0.upperBound, column.unit)
                    } ?? "\u{2013}"))
        }
        for metric in known {
            result.append(.html(row.mean(metric.name).map { shown($0, metric.unit) } ?? "\u{2013}"))
        }
        return result
    }

    private static func shown(_ value: Int64, _ unit: MetricUnit) -> String {
        switch unit {
        case .nanoseconds: HTMLText.time(value)
        case .count, .pages, .blocks: HTMLText.count(value)
        case .millionths, .per1000Seconds, .pageMicroseconds: ComparisonText.value(value, unit)
        }
    }

    // MARK: Pictures

    /// The first column against another one, a mark for each cell.
    private static func picture(_ report: SweepReport, _ column: Int, _ out: inout HTMLWriter) {
        let table = report.table
        let rows = table.rows.filter { $0.axes[0].mean != nil && $0.axes[column].mean != nil }
        guard !rows.isEmpty else { return }
        let plot = Plot(x: 84, y: 12, width: 780, height: 300)
        let across = Extent(rows.map { $0.axes[0] })
        let up = Extent(rows.map { $0.axes[column] })
        var svg = plot.frame
        for value in across.ticks {
            svg += plot.upright(
                plot.abscissa(value, across.low, across.high),
                label(value, table.columns[0].unit))
        }
        for value in up.ticks {
            svg += plot.level(
                plot.ordinate(value, up.low, up.high), label(value, table.columns[column].unit))
        }
        for row in rows { svg += mark(row, column, plot, across, up) }
        let (first, other) = (table.columns[0].axis, table.columns[column].axis)
        let better = other.better == .higherIsBetter ? "upper left" : "lower left"
        out.line("<figure class=\"scroll\"><figcaption>\(other.title) against \(first.title)")
        out.line("(the \(better) is the best place)</figcaption>")
        out.line(
            "<svg class=\"wide\" viewBox=\"0 0 1000 348\" role=\"img\" aria-label=\"\(other.title) "
                + "against \(first.title) of every cell\">\(svg)</svg></figure>")
    }

    private static func label(_ value: Int64, _ unit: MetricUnit) -> String {
        switch unit {
        case .nanoseconds: HTMLText.time(value, digits: 3, trimsZeros: true)
        default: shown(value, unit)
        }
    }

    private static func mark(
        _ row: SweepRow, _ column: Int, _ plot: Plot, _ across: Extent, _ up: Extent
    ) -> String {
        func x(_ value: Int64) -> String { plot.abscissa(value, across.low, across.high) }
        func y(_ value: Int64) -> String { plot.ordinate(value, up.low, up.high) }
        let (first, other) = (row.axes[0], row.axes[column])
        guard let across = first.mean, let up = other.mean else { return "" }
        let style = row.isOnFront ? "s0" : "s5"
        var svg = "<g style=\"stroke:var(--\(style));fill:none\">"
        if let range = first.interval {
            svg += "<path d=\"M\(x(range.lowerBound)) \(y(up))H\(x(range.upperBound))\"/>"
        }
        if let range = other.interval {
            svg += "<path d=\"M\(x(across)) \(y(range.lowerBound))V\(y(range.upperBound))\"/>"
        }
        let fill = row.isOnFront ? "var(--\(style))" : "var(--bg)"
        svg += "<circle cx=\"\(x(across))\" cy=\"\(y(up))\" r=\"4.5\" style=\"fill:\(fill)\"/></g>"
        let name = HTMLText.escaped(row.cell.name, bytes: 60)
        let strong = row.isOnFront ? " class=\"strong\"" : ""
        return svg
            + "<text\(strong) x=\"\(x(across))\" y=\"\(y(up))\" dx=\"8\" dy=\"-5\">\(name)</text>"
    }

    /// The stretch of an axis with everything that is drawn, and some room.
    private struct Extent {
        let low: Int64
        let high: Int64

        init(_ means: [SweepMean]) {
            let low = means.compactMap { $0.interval?.lowerBound ?? $0.mean }.min() ?? 0
            let high = means.compactMap { $0.interval?.upperBound ?? $0.mean }.max() ?? 1
            let room = max(1, (high / 20) - (low / 20))
            self.low = max(low > 0 ? 0 : .min / 4, low - room)
            self.high = min(.max / 4, high) + room
        }

        /// Round numbers along it.
        var ticks: [Int64] { Ticks.times(low, high, most: 6) }
    }
}
