import TraceAnalysis
import TraceSweep

/// The text report about a sweep.
enum SweepText {
    static func render(_ report: SweepReport, _ style: TextStyle) -> String {
        var out = TextLines(style)
        let table = report.table
        let runs = table.rows.count * table.seeds.count
        out.line(
            "sweep: \(table.rows.count) cells x \(table.seeds.count) seeds = \(runs) runs of "
                + "\(TextSafe.line(report.description.scenario)), "
                + "\(ScaledText.time(report.description.durationNs, trimsZeros: true)) each")
        cells(report, &out)
        out.line("  \(report.legend)")
        front(report, &out)
        return out.text
    }

    private static func cells(_ report: SweepReport, _ out: inout TextLines) {
        out.heading("Cells")
        var lines = TextTable(
            ["cell", "front", "in draws"]
                + report.table.columns.flatMap { [$0.axis.title, "[95 %]"] }, leftColumns: 2)
        for row in report.table.rows {
            var cells = [
                TextSafe.line(row.cell.name), row.isOnFront ? "*" : "",
                ScaledText.percent(row.frontPpm),
            ]
            for (column, mean) in zip(report.table.columns, row.axes) {
                cells.append(ComparisonText.value(mean.mean, column.unit))
                cells.append(
                    mean.interval.map {
                        "[\(ComparisonText.value($0.lowerBound, column.unit)), "
                            + "\(ComparisonText.value($0.upperBound, column.unit))]"
                    } ?? "-")
            }
            lines.row(cells)
        }
        out.lines(lines.lines)
    }

    private static func front(_ report: SweepReport, _ out: inout TextLines) {
        out.heading("Pareto front, cheapest first")
        for row in report.front {
            let values = zip(report.table.columns, row.axes).map { column, mean in
                "\(column.axis.title) \(ComparisonText.value(mean.mean, column.unit))"
            }
            out.line(
                "  \(TextSafe.line(row.cell.name)): \(values.joined(separator: ", ")); on the front "
                    + "in \(ScaledText.percent(row.frontPpm)) of the draws")
        }
        out.line("  no other cell is at least as good in all of these and better in one")
        for column in report.table.columns where column.metric.contains("_bound") {
            out.line(
                "  \(column.axis.title) is an upper bound from samples; --detail 2 records it exactly"
            )
        }
    }
}
