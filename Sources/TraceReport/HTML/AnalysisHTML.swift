import Histograms
import TraceAnalysis
import TraceCore
import TraceDiff

/// The report about one trace as one HTML file that needs nothing else.
///
/// Tables and pictures are in the page; the script adds zooming and hints. No network is possible:
/// the policy in its head forbids it.
enum AnalysisHTML {
    static let policy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
        + "img-src data:; base-uri 'none'; form-action 'none'"

    static func render(_ report: AnalysisReport) -> String {
        var out = HTMLWriter()
        let summary = report.summary
        let title = HTMLText.escaped(report.label)
        out.line("<!DOCTYPE html>")
        out.line("<html lang=\"en\">")
        out.line("<head>")
        out.line("<meta charset=\"utf-8\">")
        out.line("<meta http-equiv=\"Content-Security-Policy\" content=\"\(policy)\">")
        out.line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        out.line("<meta name=\"generator\" content=\"ktls-trace\">")
        out.line("<title>\(title) \u{2013} ktls-trace</title>")
        out.line("<style>\n\(ReportStyle.text)\n</style>")
        out.line("</head>")
        out.line("<body>")
        out.line("<a class=\"skip\" href=\"#content\">Skip to the numbers</a>")
        head(report, &out)
        out.line("<main id=\"content\">")
        headlines(report, &out)
        timeline(summary, &out)
        latencies(report, &out)
        failures(summary, &out)
        memory(summary, &out)
        chains(summary, &out)
        tables(report, &out)
        out.line("</main>")
        foot(report, &out)
        out.line("<div id=\"tip\" role=\"tooltip\" hidden></div>")
        let pictures = HTMLText.embedded(HTMLPictures.json(summary))
        out.line("<script type=\"application/json\" id=\"pictures\">\(pictures)</script>")
        let json = HTMLText.embedded(report.json)
        out.line("<script type=\"application/json\" id=\"report\">\(json)</script>")
        out.line("<script>\n\(ReportScript.text)\n</script>")
        out.line("</body>")
        out.line("</html>")
        return out.text
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
        let remarks = Caveats.remarks(report.parameters)
        if !remarks.isEmpty {
            out.line("<ul class=\"remarks\" aria-label=\"Remarks\">")
            for remark in remarks { out.line("<li>\(HTMLText.escaped(remark))</li>") }
            out.line("</ul>")
        }
        out.line("</div><button id=\"theme\" type=\"button\" hidden>Light / dark</button></header>")
        let warnings = warnings(report)
        if !warnings.isEmpty {
            out.line("<div class=\"page\"><ul class=\"warnings\" aria-label=\"Warnings\">")
            for warning in warnings { out.line("<li>\(HTMLText.escaped(warning))</li>") }
            out.line("</ul></div>")
        }
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

    private static func foot(_ report: AnalysisReport, _ out: inout HTMLWriter) {
        out.line("<footer><p>")
        out.line(
            "Made by ktls-trace; every number is defined in its Docs/METRICS.md. The whole report "
                + "as JSON (\(AnalysisJSON.version)) is in this page, element <code>report</code>. "
                + "Times are integer ns; pictures are scaled for display.")
        if let content = report.identities.content {
            out.line("<br>Content identity <code>\(HTMLText.escaped(content))</code>.")
        }
        out.line("</p></footer>")
    }
}
