import Histograms
import TraceAnalysis
import TraceCore
import TraceSummaries

/// The text report about one trace.
enum AnalysisText {
    static func render(_ report: AnalysisReport, _ style: TextStyle) -> String {
        var out = TextLines(style)
        let summary = report.summary
        out.line(Caveats.firstLine(report.completeness, report.parameters))
        out.line("trace: \(TextSafe.line(report.label))")
        out.line("window: \(window(summary.window, runs: report.runs.count))")
        out.line("events: \(summary.events.inWindow)\(outside(summary.events))")
        for sentence in Caveats.recording(report) { out.line("note: \(sentence)") }
        parameters(report.parameters, &out)
        leftOut(report.leftOut, &out)
        runs(report.runs, &out)
        missing(summary.missingColumns, &out)
        let isModel = Caveats.isFromEngine(report.parameters)
        affected(report, &out)
        overTime(summary, &out)
        if summary.has(.cpu) { cpu(summary, &out) }
        if summary.has(.wakeups) { wakeups(summary, isModel: isModel, &out) }
        if summary.has(.failures) { failures(summary, &out) }
        if summary.has(.batches) { batches(summary, &out) }
        if summary.has(.waits) { waits(summary, &out) }
        if summary.has(.relief) {
            relief(summary.relief, &out)
            batchRelief(summary.batchRelief, &out)
        }
        chains(summary, &out)
        if summary.has(.service) { service(summary, &out) }
        if summary.has(.memory) { memory(summary, &out) }
        if summary.has(.counters) { counters(summary.counters, &out) }
        if summary.has(.totals) { totals(summary, &out) }
        return out.text
    }

    /// - Parameter runs: how many traces it is of; below 2 one.
    static func window(_ window: SummaryWindow, runs: Int = 1) -> String {
        let ends = "\(ScaledText.time(window.beginNs)) to \(ScaledText.time(window.endNs))"
        let together = runs > 1 ? " in \(runs) traces together" : ""
        var text = "\(ends) (\(ScaledText.time(window.lengthNs))\(together))"
        if window.isCutAtBegin { text += ", cut at its begin" }
        if window.isCutAtEnd { text += ", cut at its end" }
        if let domains = window.domains {
            text += ", domains " + domains.map(String.init).joined(separator: ",")
        }
        if let kinds = window.kinds {
            text += ", kinds " + TextSafe.line(kinds.joined(separator: ","))
        }
        if let threads = window.threads {
            text += ", threads " + threads.map(String.init).joined(separator: ",")
        }
        return text
    }

    /// The traces that a report is about, where there are several.
    private static func runs(_ runs: [RunFacts], _ out: inout TextLines) {
        guard !runs.isEmpty else { return }
        var table = TextTable(["trace", "window", "lost events", "complete"], leftColumns: 1)
        for run in runs.prefix(out.style.topCount) {
            table.row([
                TextSafe.line(run.label), ScaledText.time(run.window.lengthNs),
                String(run.lostEvents), run.completeness == .complete ? "yes" : "no",
            ])
        }
        out.lines(table.lines)
        let more = runs.count - out.style.topCount
        if more > 0 { out.line("  and \(more) more traces") }
    }

    /// What a summary does not hold because it is to be small.
    private static func leftOut(_ leftOut: LeftOut, _ out: inout TextLines) {
        guard leftOut.level > 0 else { return }
        out.line(
            "kept small: long series in buckets of at most 1/\(leftOut.bucketFraction) of a value, "
                + "\(leftOut.rows) rows of tables left out")
    }

    private static func outside(_ events: EventCounts) -> String {
        var parts: [String] = []
        if events.outsideWindow > 0 { parts.append("\(events.outsideWindow) outside the window") }
        if events.otherDomains > 0 { parts.append("\(events.otherDomains) of other domains") }
        if events.otherKinds > 0 { parts.append("\(events.otherKinds) of other kinds") }
        if events.otherThreads > 0 { parts.append("\(events.otherThreads) of other threads") }
        if events.unknownKind > 0 { parts.append("\(events.unknownKind) of unknown kinds") }
        return parts.isEmpty ? "" : " (besides " + parts.joined(separator: ", ") + ")"
    }

    private static func parameters(_ parameters: ParameterList, _ out: inout TextLines) {
        if let source = parameters["source"] { out.line("source: \(TextSafe.line(source))") }
        if parameters["source"] == "linux" {
            hostSettings(parameters, &out)
            return
        }
        for entry in parameters.group("policy") {
            let isLab = entry.key == "policy.name" && Caveats.isLabPolicy(parameters)
            let mark = isLab ? " (not FreeBSD)" : ""
            out.line("\(TextSafe.line(entry.key)): \(TextSafe.line(entry.value))\(mark)")
        }
    }

    /// A host's settings: first those that somebody changed, then those whose default depends on
    /// the host, and how many the others are.
    private static func hostSettings(_ parameters: ParameterList, _ out: inout TextLines) {
        for change in LinuxDefaults.changes(parameters) {
            out.line(
                "\(TextSafe.line(change.name)): \(TextSafe.line(change.value)) "
                    + "(Linux's default: \(change.usual))")
        }
        var usual = 0
        for entry in parameters.group("policy") {
            if let value = LinuxDefaults.usual(entry.key) {
                usual += value == entry.value ? 1 : 0
            } else {
                out.line("\(TextSafe.line(entry.key)): \(TextSafe.line(entry.value))")
            }
        }
        if usual > 0 { out.line("further settings that are Linux's defaults: \(usual)") }
    }

    /// Who suffered.
    private static func affected(_ report: AnalysisReport, _ out: inout TextLines) {
        let summary = report.summary
        guard let rows = report.shownAffected, !rows.isEmpty else { return }
        out.heading("Who suffered")
        let number = Caveats.threadNumberTitle(report.parameters)
        var table = TextTable(
            ["thread", number, "failures", "stalls", "stalled", "longest", "waits", "waited"],
            leftColumns: 1)
        for row in rows.prefix(out.style.topCount) {
            table.row([
                TextSafe.line(summary.threadName(row.thread)),
                summary.runs == 1 ? String(row.thread) : "-", String(row.failures),
                String(row.stalls), ScaledText.time(row.stallNs),
                ScaledText.time(row.longestStallNs), String(row.waits),
                ScaledText.time(row.waitNs),
            ])
        }
        out.lines(table.lines)
        let more = rows.count - out.style.topCount
        if more > 0 { out.line("  and \(more) more threads") }
    }

    private static func missing(_ columns: [MissingColumn], _ out: inout TextLines) {
        guard !columns.isEmpty else { return }
        let names = columns.prefix(8).map { "\($0.kind).\($0.column)" }.joined(separator: ", ")
        let more = columns.count > 8 ? " and \(columns.count - 8) more" : ""
        out.line("columns not in this trace: \(TextSafe.line(names))\(more)")
    }

    // MARK: Series

    static let seriesTitles = ["n", "min", "p50", "p90", "p99", "p99.9", "max", "sum"]

    /// The cells of a series; a percentile that the samples do not support is a dash.
    static func cells(_ series: LatencySeries) -> [String] {
        [String(series.count), ScaledText.known(series.minimum) { ScaledText.time($0) }]
            + Percentile.allCases.map { percentile in
                ScaledText.known(series.percentile(percentile)) { ScaledText.time($0) }
            }
            + [
                ScaledText.known(series.maximum) { ScaledText.time($0) },
                series.count == 0 ? "-" : ScaledText.time(series.clampedSum),
            ]
    }

    static func histogram(_ series: LatencySeries, _ out: inout TextLines) {
        out.lines(
            Bars.histogram(
                series.powerOfTwoHistogram, width: out.style.width, label: Bars.timeLabel))
        if series.aboveRangeCount > 0 {
            out.line("  of these above the histogram's range: \(series.aboveRangeCount)")
        }
        if series.negativeCount > 0 {
            out.line("  left out because below 0: \(series.negativeCount)")
        }
    }

    /// Counts with names, the most frequent ones, in one line.
    static func list(_ counts: [NamedCount], top: Int) -> String {
        var parts = counts.prefix(top).map {
            "\($0.name.isEmpty ? "(none)" : TextSafe.line($0.name)) \($0.count)"
        }
        if counts.count > top { parts.append("\(counts.count - top) more") }
        return parts.joined(separator: ", ")
    }

    /// Counts with numbers in one line.
    static func list(_ counts: [NumberCount], top: Int) -> String {
        var parts = counts.prefix(top).map {
            "\($0.number == -1 ? "unknown" : String($0.number)): \($0.count)"
        }
        if counts.count > top { parts.append("\(counts.count - top) more") }
        return parts.joined(separator: ", ")
    }

    static func domain(_ domain: Int32) -> String { domain == -1 ? "-" : String(domain) }

    static func note(_ count: UInt64, _ text: String, _ out: inout TextLines) {
        if count > 0 { out.line("  note: \(count) \(text)") }
    }
}
