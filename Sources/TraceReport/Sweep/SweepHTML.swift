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
            ["cell", "no.", "on the front", "in draws"]
            + report.table.columns.flatMap { [$0.axis.title, "95 %"] } + known.map(\.name)
        let rows = report.table.rows.enumerated().map { number, row in
            cell(number, row, report.table.columns, known)
        }
        out.table("Every cell", titles, rows)
    }

    private static func cell(
        _ number: Int, _ row: SweepRow, _ columns: [SweepTable.Column],
        _ known: [(name: String, unit: MetricUnit)]
    ) -> [HTMLValue] {
        let path = "cells.\(number)"
        var result = [
            HTMLValue.text(row.cell.name), .text(String(number + 1)),
            .text(row.isOnFront ? "yes" : "no"),
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

    /// The first column, by decades, against another one; a numbered mark for each cell.
    private static func picture(_ report: SweepReport, _ column: Int, _ out: inout HTMLWriter) {
        let table = report.table
        let rows = table.rows.enumerated().filter {
            $0.element.axes[0].mean != nil && $0.element.axes[column].mean != nil
        }
        guard !rows.isEmpty else { return }
        let plot = Plot(x: 84, y: 12, width: 900, height: 330)
        let plane = Plane(
            plot, Decades(rows.map { $0.element.axes[0] }),
            Stretch(rows.map { $0.element.axes[column] }))
        var svg = plot.frame
        for value in plane.across.ticks {
            svg += plot.upright(plane.x(value), label(value, table.columns[0].unit))
        }
        for value in plane.up.ticks {
            svg += plot.level(plane.y(value), label(value, table.columns[column].unit))
        }
        // Those on the front last, so that nothing covers them.
        for isOnFront in [false, true] {
            for (number, row) in rows where row.isOnFront == isOnFront {
                svg += mark(number + 1, row, column, plane)
            }
        }
        let (first, other) = (table.columns[0].axis, table.columns[column].axis)
        let better = other.better == .higherIsBetter ? "upper left" : "lower left"
        out.line("<figure class=\"scroll\"><figcaption>\(other.title) against \(first.title)")
        out.line("(the \(better) is the best place)</figcaption>")
        out.line(
            "<svg class=\"wide\" viewBox=\"0 0 1000 372\" role=\"img\" aria-label=\"\(other.title) "
                + "against \(first.title) of every cell\">\(svg)</svg></figure>")
    }

    private static func label(_ value: Int64, _ unit: MetricUnit) -> String {
        switch unit {
        case .nanoseconds: HTMLText.time(value, digits: 3, trimsZeros: true)
        default: shown(value, unit)
        }
    }

    private static func mark(
        _ number: Int, _ row: SweepRow, _ column: Int, _ plane: Plane
    ) -> String {
        let (first, other) = (row.axes[0], row.axes[column])
        guard let across = first.mean, let up = other.mean else { return "" }
        let (x, y) = (plane.x(across), plane.y(up))
        let color = row.isOnFront ? "var(--s0)" : "var(--s5)"
        var svg = "<g style=\"stroke:\(color)\"><title>\(HTMLText.escaped(row.cell.name))</title>"
        if let range = first.interval {
            svg += "<path d=\"M\(plane.x(range.lowerBound)) \(y)H\(plane.x(range.upperBound))\"/>"
        }
        if let range = other.interval {
            svg += "<path d=\"M\(x) \(plane.y(range.lowerBound))V\(plane.y(range.upperBound))\"/>"
        }
        let fill = row.isOnFront ? color : "var(--bg)"
        let ink = row.isOnFront ? "var(--bg)" : color
        return svg + "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"8.5\" style=\"fill:\(fill)\"/>"
            + "<text x=\"\(x)\" y=\"\(y)\" dy=\".36em\" text-anchor=\"middle\" "
            + "style=\"fill:\(ink);stroke:none;font-size:10px\">\(number)</text></g>"
    }

    /// Where values are drawn.
    private struct Plane {
        let plot: Plot
        let across: Decades
        let up: Stretch

        init(_ plot: Plot, _ across: Decades, _ up: Stretch) {
            (self.plot, self.across, self.up) = (plot, across, up)
        }

        func x(_ value: Int64) -> String {
            plot.abscissa(across.place(value), across.low, across.high)
        }

        func y(_ value: Int64) -> String { plot.ordinate(value, up.low, up.high) }
    }

    /// A logarithmic axis; what is nothing stands at its begin.
    private struct Decades {
        let low: Int64
        let high: Int64
        private let least: Int64
        private let most: Int64

        init(_ means: [SweepMean]) {
            let values = means.flatMap { mean in
                [mean.mean, mean.interval?.lowerBound, mean.interval?.upperBound].compactMap { $0 }
            }
            least = values.filter { $0 > 0 }.min() ?? 1
            most = values.max() ?? 1
            let room = LogScale.log2(4)
            low = LogScale.log2(least) - (values.contains { $0 <= 0 } ? 2 * room : room / 4)
            high = max(LogScale.log2(most), LogScale.log2(least)) + room / 4
        }

        func place(_ value: Int64) -> Int64 {
            value > 0 ? LogScale.log2(value) : low + LogScale.log2(2)
        }

        /// Zero where it is meant, and 1, 2 and 5 of every decade, or 1 alone where there are many.
        var ticks: [Int64] {
            let decades = Ticks.decades(max(1, least / 10), most)
            let factors: [Int64] = decades.count > 4 ? [1] : [1, 2, 5]
            let marks = decades.flatMap { decade in factors.map { decade * $0 } }
                .filter { $0 >= least && $0 <= most }
            return (low + 2 * LogScale.log2(4) == LogScale.log2(least) ? [0] : []) + marks
        }
    }

    /// An axis from the least to the most that is drawn, with some room.
    private struct Stretch {
        let low: Int64
        let high: Int64

        init(_ means: [SweepMean]) {
            let low = means.compactMap { $0.interval?.lowerBound ?? $0.mean }.min() ?? 0
            let high = means.compactMap { $0.interval?.upperBound ?? $0.mean }.max() ?? 1
            let room = max(1, (high / 12) - (low / 12))
            self.low = max(.min / 4, low - room)
            self.high = min(.max / 4, high) + room
        }

        /// Round numbers along it.
        var ticks: [Int64] { Ticks.times(max(0, low), high, most: 6) }
    }
}
