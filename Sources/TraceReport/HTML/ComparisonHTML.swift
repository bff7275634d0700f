import RunStatistics
import TraceAnalysis
import TraceCore
import TraceDiff
import TraceSummaries

/// The report about two sides as a page, with what the page of an analysis is made of.
///
/// The base is blue and drawn through, the head orange and dashed, everywhere.
enum ComparisonHTML {
    static func render(_ report: ComparisonReport) -> String {
        let comparison = report.comparison
        let times = SharedTimes(comparison)
        return HTMLPage(
            title: sides(comparison, " vs "),
            head: { head(report, &$0) },
            content: { out in
                headlines(report, times, &out)
                let isOfHosts = isOfHosts(comparison)
                // A host's policy is its settings.
                if isOfHosts { settings(comparison, &out) }
                verdicts(report, &out)
                if !isOfHosts { settings(comparison, &out) }
                // Sides that are the same have no pictures of their difference.
                if !comparison.isIdentical {
                    timeline(times, &out)
                    latencies(comparison, &out)
                    memory(times, &out)
                }
                metrics(comparison, &out)
            },
            pictures: { isEmpty in
                let layout = isEmpty || comparison.isIdentical ? nil : times?.timeline
                return HTMLPictures.json(
                    layout ?? TimelineLayout([]), [],
                    threadName: { threadName($0, comparison) })
            },
            json: { ComparisonJSON.render(report, mostBytes: $0) },
            foot: { data in
                "Made by ktls-trace; metrics and verdicts are defined in its Docs/METRICS.md. "
                    + data.place(ComparisonJSON.version, command: "diff")
            }
        ).render()
    }

    private static func isOfHosts(_ comparison: Comparison) -> Bool {
        [comparison.left, comparison.right].allSatisfy { Caveats.isOfHost($0.parameters) }
    }

    /// Both labels.
    private static func sides(_ comparison: Comparison, _ between: String) -> String {
        HTMLText.escaped(comparison.left.label) + between
            + HTMLText.escaped(comparison.right.label)
    }

    /// A thread as both sides call it.
    private static func threadName(_ thread: Int64, _ comparison: Comparison) -> String {
        let names = [comparison.left, comparison.right].map { $0.summary.threadName(thread) }
        let number = "thread \(thread)"
        if names[0] == names[1] || names[1] == number { return names[0] }
        return names[0] == number ? names[1] : "\(names[0]) / \(names[1])"
    }

    // MARK: The head

    private static func head(_ report: ComparisonReport, _ out: inout HTMLWriter) {
        let comparison = report.comparison
        out.line("<header class=\"page\"><div>")
        out.line("<p class=\"tool\">ktls-trace comparison</p>")
        out.line("<h1>\(sides(comparison, " <small>and</small> "))</h1>")
        out.line("<p class=\"about\">\(about("base", "left", comparison.left))</p>")
        out.line("<p class=\"about\">\(about("head", "right", comparison.right))</p>")
        out.line("</div>\(HTMLPage.themeButton)</header>")
        HTMLPage.warnings(warnings(comparison), &out)
    }

    private static func about(
        _ name: String, _ path: String, _ side: ComparedTrace
    ) -> String {
        let runs = HTMLValue.count(side.runCount, path + ".runs").inline
        let lengthNs = side.summary.window.lengthNs
        var parts = [
            "<b>\(name)</b> \(HTMLText.escaped(side.label))",
            "\(runs) \(side.runCount == 1 ? "run" : "runs") over "
                + HTMLValue.time(lengthNs, path + ".window.length_ns").inline,
        ]
        for key in ["source", "policy.name", "scenario.preset", "scenario.seed"] {
            guard let value = side.parameters[key] else { continue }
            let title = key.split(separator: ".").last ?? ""
            parts.append(
                "\(key == "policy.name" ? "policy" : title) <b>\(HTMLText.escaped(value))</b>")
        }
        parts += Caveats.remarks(side.parameters).map { HTMLText.escaped($0) }
        return parts.joined(separator: " \u{B7} ")
    }

    /// What makes the numbers less than they seem.
    private static func warnings(_ comparison: Comparison) -> [String] {
        let sides = [("base", comparison.left), ("head", comparison.right)]
        var result: [String] = []
        for (name, side) in sides {
            if case .incomplete(let reason) = side.completeness {
                result.append("The \(name) is incomplete: \(reason)")
            }
            let report = AnalysisReport(
                label: side.label, parameters: side.parameters, summary: side.summary)
            result += Caveats.recording(report).map { "\(name): \($0)" }
        }
        if comparison.inputs == .different { result.append("The inputs are different") }
        if comparison.hasWindowsOfDifferentLength {
            result.append("Windows of different length: compare shares and rates, not totals")
        }
        return result
    }

    // MARK: Headlines

    private static func headlines(
        _ report: ComparisonReport, _ times: SharedTimes?, _ out: inout HTMLWriter
    ) {
        let comparison = report.comparison
        out.line("<p class=\"kind\">\(HTMLText.escaped(kind(report)))</p>")
        out.line("<div class=\"cards\">")
        card("CPU time in reclaim", ["cpu.core_share"], "of one core", comparison, &out)
        card(
            "Wakeup latency",
            ["p99", "p90", "p50", "max"].map { "wakeup.latency_\($0)" }, nil, comparison, &out)
        card("Allocation failures", ["failure.rate"], "", comparison, &out)
        out.line("</div>")
        var sections = [(id: "verdicts", title: "Verdicts"), (id: "settings", title: "Settings")]
        if isOfHosts(comparison) { sections.reverse() }
        if !comparison.isIdentical {
            if times?.timeline != nil {
                sections.append((id: "timeline-title", title: "Timeline"))
            }
            sections.append((id: "latencies", title: "Latencies"))
            if times?.hasMemory == true {
                sections.append((id: "memory", title: "Fragmentation"))
            }
        }
        HTMLPage.contents(sections + [(id: "numbers", title: "All metrics")], &out)
    }

    /// What kind of comparison it is, and what a gate says.
    private static func kind(_ report: ComparisonReport) -> String {
        let kind = GateText.kind(report.runs)
        let sentence = kind.prefix(1).uppercased() + kind.dropFirst() + "."
        let inputs =
            report.comparison.inputs == .same && report.runs.kind == .descriptive
            ? " Both sides have the same inputs." : ""
        let isJudged = report.isGate || report.runs.limits.contains { $0.answer != nil }
        guard isJudged else { return sentence + inputs }
        let outcome = GateText.outcome(report.runs)
        return outcome.prefix(1).uppercased() + outcome.dropFirst() + ". " + sentence
    }

    /// The first of some metrics that both sides know.
    private static func card(
        _ title: String, _ names: [String], _ unit: String?, _ comparison: Comparison,
        _ out: inout HTMLWriter
    ) {
        let found = names.lazy.compactMap { name in
            comparison.metrics.firstIndex {
                $0.name == name && $0.domain == nil && $0.left != nil && $0.right != nil
            }
        }.first
        guard let index = found else {
            HTMLPage.card(title, "\u{2013}", "not known of both sides", [], &out)
            return
        }
        let metric = comparison.metrics[index]
        let path = "metrics.\(index)"
        let base = HTMLValue.metric(metric.left, metric.unit, path + ".left").inline
        let head = HTMLValue.metric(metric.right, metric.unit, path + ".right").inline
        let percentile = metric.name.split(separator: "_").last.map(String.init) ?? ""
        HTMLPage.card(
            title, "<span class=\"base\">\(base) \u{2192}</span> \(head)", unit ?? percentile,
            [
                ("change", .change(metric.absoluteChange, metric.unit, path + ".change")),
                (
                    "of base",
                    .change(metric.relativeChangePpm, .millionths, path + ".change_ppm_of_left")
                ),
            ], &out)
    }

    // MARK: Tables

    private static func settings(_ comparison: Comparison, _ out: inout HTMLWriter) {
        out.heading("Settings that differ", id: "settings")
        guard !comparison.differences.isEmpty else {
            out.note("None: what both sides say of how they were made is the same.")
            return
        }
        let rows = comparison.differences.map { difference -> [HTMLValue] in
            [
                .text(difference.group.name), .text(difference.name),
                difference.left.map(HTMLValue.text) ?? .html("\u{2013}"),
                difference.right.map(HTMLValue.text) ?? .html("\u{2013}"),
            ]
        }
        func table(_ out: inout HTMLWriter) {
            out.table("By what they are about", ["about", "setting", "base", "head"], rows)
        }
        // Many are in nobody's way.
        if rows.count > 16 {
            out.details("Settings", hint: "\(rows.count) differ", table)
        } else {
            table(&out)
        }
    }

    private static func metrics(_ comparison: Comparison, _ out: inout HTMLWriter) {
        out.heading("All metrics", id: "numbers")
        let rows = comparison.metrics.enumerated().map { index, metric -> [HTMLValue] in
            let path = "metrics.\(index)"
            return [
                .text(metric.name), .text(metric.domain.map(String.init) ?? "all"),
                .metric(metric.left, metric.unit, path + ".left"),
                .metric(metric.right, metric.unit, path + ".right"),
                .change(metric.absoluteChange, metric.unit, path + ".change"),
                .change(metric.relativeChangePpm, .millionths, path + ".change_ppm_of_left"),
                .text(metric.direction == .neutral ? "\u{2013}" : metric.direction.rawValue),
            ]
        }
        out.table(
            "Metrics of both sides; a dash where one does not say",
            ["metric", "domain", "base", "head", "change", "of base", "better"], rows,
            most: 4 * HTMLBounds.rows)
    }
}
