import Histograms
import TraceAnalysis
import TraceCore
import TraceSummaries

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
        let pageBytes = out.text.utf8.count + ReportScript.text.utf8.count
        let data = EmbeddedData(report, pageBytes: pageBytes)
        foot(report, data, &out)
        out.line("<div id=\"tip\" role=\"tooltip\" hidden></div>")
        out.line("<script type=\"application/json\" id=\"pictures\">\(data.pictures)</script>")
        let json = data.json ?? "null"
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
            for warning in warnings {
                let text = HTMLText.escaped(warning, bytes: HTMLBounds.sentenceBytes)
                out.line("<li>\(text)</li>")
            }
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

    private static func foot(
        _ report: AnalysisReport, _ data: EmbeddedData, _ out: inout HTMLWriter
    ) {
        out.line("<footer><p>")
        out.line(
            "Made by ktls-trace; every number is defined in its Docs/METRICS.md. The whole report "
                + "as JSON (\(AnalysisJSON.version)) "
                + (data.json != nil
                    ? "is in this page, element <code>report</code>. "
                    : "is too large for this page: <code>analyze --format json</code> writes it. ")
                + (data.hasPictures ? "" : "So is what the timeline zooms into. ")
                + "Times are integer ns; pictures are scaled for display.")
        if let content = report.identities.content {
            out.line("<br>Content identity <code>\(HTMLText.escaped(content))</code>.")
        }
        out.line("</p></footer>")
    }
}

/// What the script and other programs read, as far as the page has room for it.
private struct EmbeddedData {
    /// What the footer, the tags and the end of the page take at most, bytes.
    private static let restBytes = 4_096

    /// What the script draws from.
    let pictures: String
    let hasPictures: Bool
    /// The report; `nil` where it does not fit.
    let json: String?

    init(_ report: AnalysisReport, pageBytes: Int) {
        var room = HTMLBounds.pageBytes - Self.restBytes - pageBytes
        let drawn = HTMLText.embedded(HTMLPictures.json(report.summary))
        hasPictures = drawn.utf8.count <= room
        pictures =
            hasPictures
            ? drawn : HTMLText.embedded(HTMLPictures.json(report.summary, isEmpty: true))
        room -= pictures.utf8.count
        // Indentation is a part of the text that is written, not of what is embedded.
        let whole = AnalysisJSON.render(report, mostBytes: max(room, 0) * 4)
        let embedded = whole.map(HTMLText.embedded)
        json = embedded.flatMap { $0.utf8.count <= room ? $0 : nil }
    }
}
