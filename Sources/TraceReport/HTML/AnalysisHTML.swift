import Histograms
import TraceAnalysis
import TraceCore
import TraceSummaries

/// The report about one trace as a page.
enum AnalysisHTML {
    static func render(_ report: AnalysisReport) -> String {
        let summary = report.summary
        return HTMLPage(
            title: HTMLText.escaped(report.label),
            head: { head(report, &$0) },
            content: { out in
                headlines(report, &out)
                affected(report, &out)
                timeline(summary, &out)
                latencies(report, &out)
                failures(summary, &out)
                memory(summary, &out)
                chains(summary, &out)
                tables(report, &out)
            },
            pictures: { isEmpty in
                let timeline = isEmpty ? TimelineSummary() : summary.timeline ?? TimelineSummary()
                return HTMLPictures.json(
                    TimelineLayout(timeline), isEmpty ? [] : HeatPicture.all(summary),
                    threadName: summary.threadName)
            },
            json: { AnalysisJSON.render(report, mostBytes: $0) },
            foot: { foot(report, $0) }
        ).render()
    }

    // MARK: The head

    private static func head(_ report: AnalysisReport, _ out: inout HTMLWriter) {
        let summary = report.summary
        out.line("<header class=\"page\"><div>")
        out.line("<p class=\"tool\">ktls-trace analysis</p>")
        out.line("<h1>\(HTMLText.escaped(report.label))</h1>")
        var about = [
            HTMLValue.count(summary.events.inWindow, "events.in_window").inline
                + (summary.events.inWindow == 1 ? " event over " : " events over ")
                + HTMLValue.time(summary.window.lengthNs, "window.length_ns").inline
        ]
        for (name, key) in [
            ("source", "source"), ("policy", "policy.name"), ("preset", "scenario.preset"),
            ("seed", "scenario.seed"),
        ] {
            guard let value = report.parameters[key] else { continue }
            about.append("\(name) <b>\(HTMLText.escaped(value))</b>")
        }
        out.line("<p class=\"about\">\(about.joined(separator: " \u{B7} "))</p>")
        changedSettings(report.parameters, &out)
        HTMLPage.remarks(report.parameters, &out)
        out.line("</div>\(HTMLPage.themeButton)</header>")
        HTMLPage.warnings(warnings(report), &out)
    }

    /// What somebody has set on a host that runs Linux: its policy.
    private static func changedSettings(_ parameters: ParameterList, _ out: inout HTMLWriter) {
        let changes = LinuxDefaults.changes(parameters).map { change in
            "\(HTMLText.escaped(change.name)) <b>\(HTMLText.escaped(change.value))</b> "
                + "(default \(change.usual))"
        }
        guard !changes.isEmpty else { return }
        out.line("<p class=\"about\">\(changes.joined(separator: " \u{B7} "))</p>")
    }

    /// What makes the numbers less than they seem, before any of them.
    private static func warnings(_ report: AnalysisReport) -> [String] {
        let summary = report.summary
        var result: [String] = []
        if case .incomplete(let reason) = report.completeness {
            result.append("Incomplete: \(reason)")
        }
        result += Caveats.recording(report)
        let window = summary.window
        if window.isCutAtBegin || window.isCutAtEnd || window.domains != nil
            || window.kinds != nil || window.threads != nil
        {
            result.append("Only a part of the trace: \(AnalysisText.window(window))")
        }
        if summary.events.unknownKind > 0 {
            result.append("\(summary.events.unknownKind) events of unknown kinds are left out")
        }
        if summary.cpu.missedStretches > 0 {
            result.append(
                "\(summary.cpu.missedStretches) stretches on a CPU have no recorded begin; "
                    + "their time counts nowhere")
        }
        if summary.cpu.reclaimNs == 0, summary.cpu.batchesWithoutCPU > 0 {
            result.append("The trace does not tell how much CPU time its batches took")
        }
        let differing = summary.counters.differing.count
        if differing > 0 {
            result.append(
                (differing == 1
                    ? "1 counter of the system differs"
                    : "\(differing) counters of the system differ")
                    + " from the events; see Counters")
        }
        if summary.events.inWindow == 0 { result.append("No events") }
        return result
    }

    private static func foot(_ report: AnalysisReport, _ data: EmbeddedData) -> String {
        var text =
            "Made by ktls-trace; every number is defined in its Docs/METRICS.md. "
            + data.place(AnalysisJSON.version, command: "analyze")
        if let content = report.identities.content {
            text += "\n<br>Content identity <code>\(HTMLText.escaped(content))</code>."
        }
        return text
    }
}
