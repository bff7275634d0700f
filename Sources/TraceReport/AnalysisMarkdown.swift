import Histograms
import TraceAnalysis
import TraceCore

/// The report about one trace as Markdown, short enough for a pull request.
enum AnalysisMarkdown {
    static func render(_ report: AnalysisReport, _ style: TextStyle) -> String {
        let summary = report.summary
        var out = MarkdownLines()
        out.line("### \(MarkdownText.code(report.label))")
        out.paragraph(MarkdownText.plain(Caveats.firstLine(report.completeness, report.parameters)))
        out.paragraph(about(report))
        for sentence in Caveats.recording(report) {
            out.paragraph("Note: \(MarkdownText.plain(sentence)).")
        }
        affected(report, style, &out)
        numbers(summary, &out)
        series(summary, &out)
        domains(summary, &out)
        counts("requester", summary.failures.byRequester, style, &out)
        histogram("Wakeup latency", summary.wakeups.latency, style, &out)
        histogram("Times between failures", summary.failures.interArrival, style, &out)
        return out.text
    }

    private static func about(_ report: AnalysisReport) -> String {
        var parts = [
            "Window \(AnalysisText.window(report.summary.window)), "
                + "\(report.summary.events.inWindow) events"
        ]
        if let source = report.parameters["source"] {
            parts.append("source \(MarkdownText.code(source))")
        }
        if let policy = report.parameters["policy.name"] {
            parts.append("policy \(MarkdownText.code(policy))")
        }
        return parts.joined(separator: "; ") + "."
    }

    /// Who suffered.
    private static func affected(
        _ report: AnalysisReport, _ style: TextStyle, _ out: inout MarkdownLines
    ) {
        let summary = report.summary
        guard let rows = report.shownAffected, !rows.isEmpty else { return }
        out.table(
            ["who suffered", "failures", "stalls", "stalled", "longest", "waited"], leftColumns: 1,
            rows.prefix(style.topCount).map { row in
                [
                    MarkdownText.code(summary.threadName(row.thread)), String(row.failures),
                    String(row.stalls), ScaledText.time(row.stallNs),
                    ScaledText.time(row.longestStallNs), ScaledText.time(row.waitNs),
                ]
            })
    }

    /// The metrics of the whole trace that are no part of a series.
    private static func numbers(_ summary: TraceSummary, _ out: inout MarkdownLines) {
        let inSeries = Set(named(summary).flatMap { name, _ in seriesSuffixes.map { name + $0 } })
        let rows = summary.metrics.compactMap { metric -> [String]? in
            guard metric.domain == nil, metric.value != nil, !inSeries.contains(metric.name)
            else { return nil }
            let better = metric.direction == .neutral ? "" : metric.direction.rawValue
            return [
                MarkdownText.code(metric.name), better,
                ComparisonText.value(metric.value, metric.unit),
            ]
        }
        out.table(["metric", "better", "value"], leftColumns: 2, rows)
    }

    private static let seriesSuffixes = ["_p50", "_p90", "_p99", "_p999", "_max"]

    /// The series of the report by the names of their metrics.
    private static func named(_ summary: TraceSummary) -> [(name: String, LatencySeries)] {
        let bound = summary.relief.evidence == .samples ? "_bound" : ""
        return [
            ("wakeup.latency", summary.wakeups.latency),
            ("wakeup.first_failure", summary.wakeups.answers.firstFailure),
            ("batch.daemon_duration", summary.batches.duration(.daemon)),
            ("batch.direct_duration", summary.batches.duration(.direct)),
            ("wait.duration", summary.waits.total.duration),
            ("relief.served" + bound, summary.relief.total.served),
            ("relief.imported" + bound, summary.relief.total.imported),
            ("relief.batch_end", summary.batchRelief.total.duration),
        ]
    }

    private static func series(_ summary: TraceSummary, _ out: inout MarkdownLines) {
        let rows = named(summary).filter { $0.1.count > 0 }.map { name, series in
            [MarkdownText.code(name)] + AnalysisText.cells(series)
        }
        out.table(["series"] + AnalysisText.seriesTitles, leftColumns: 1, rows)
    }

    /// A row for each domain, a column for each metric that any of them knows.
    private static func domains(_ summary: TraceSummary, _ out: inout MarkdownLines) {
        let metrics = summary.metrics.filter { $0.domain != nil && $0.value != nil }
        var names: [String] = []
        for metric in metrics where !names.contains(metric.name) { names.append(metric.name) }
        let rows = summary.domainNumbers.map { domain in
            [String(domain)]
                + names.map { name in
                    let found = metrics.first { $0.domain == domain && $0.name == name }
                    return found.map { ComparisonText.value($0.value, $0.unit) } ?? "-"
                }
        }
        out.table(["domain"] + names.map(MarkdownText.code), leftColumns: 0, rows)
    }

    private static func counts(
        _ title: String, _ counts: [NamedCount], _ style: TextStyle, _ out: inout MarkdownLines
    ) {
        var rows = counts.prefix(style.topCount).map { entry in
            [entry.name.isEmpty ? "(none)" : MarkdownText.code(entry.name), String(entry.count)]
        }
        if counts.count > style.topCount {
            let rest = counts.dropFirst(style.topCount).reduce(0) { $0 + $1.count }
            rows.append(["\(counts.count - style.topCount) more", String(rest)])
        }
        out.table([title, "failures"], leftColumns: 1, rows)
    }

    private static func histogram(
        _ title: String, _ series: LatencySeries, _ style: TextStyle, _ out: inout MarkdownLines
    ) {
        let bars = Bars.histogram(
            series.powerOfTwoHistogram, width: style.width, label: Bars.timeLabel)
        out.folded(title, bars)
    }
}
