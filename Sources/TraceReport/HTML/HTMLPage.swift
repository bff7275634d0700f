import TraceCore

/// The frame of every page: one file that needs nothing else.
///
/// Tables and pictures are in the page; the script adds zooming and hints. No network is possible:
/// the policy in its head forbids it.
struct HTMLPage {
    private static let policy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
        + "img-src data:; base-uri 'none'; form-action 'none'"

    /// What the tab shows, as HTML.
    var title: String
    /// The header before the content.
    var head: (inout HTMLWriter) -> Void
    /// The content.
    var content: (inout HTMLWriter) -> Void
    /// What the script draws from; without anything to draw where the parameter says so.
    var pictures: (_ isEmpty: Bool) -> String
    /// The report as JSON; `nil` where it has more bytes.
    var json: (_ mostBytes: Int) -> String?
    /// The sentences at the end, as HTML.
    var foot: (EmbeddedData) -> String

    func render() -> String {
        var out = HTMLWriter()
        out.line("<!DOCTYPE html>")
        out.line("<html lang=\"en\">")
        out.line("<head>")
        out.line("<meta charset=\"utf-8\">")
        out.line("<meta http-equiv=\"Content-Security-Policy\" content=\"\(Self.policy)\">")
        out.line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        out.line("<meta name=\"generator\" content=\"ktls-trace\">")
        out.line("<title>\(title) \u{2013} ktls-trace</title>")
        out.line("<style>\n\(ReportStyle.text)\n</style>")
        out.line("</head>")
        out.line("<body>")
        out.line("<a class=\"skip\" href=\"#content\">Skip to the numbers</a>")
        head(&out)
        out.line("<main id=\"content\">")
        content(&out)
        out.line("</main>")
        let pageBytes = out.text.utf8.count + ReportScript.text.utf8.count
        let data = EmbeddedData(self, pageBytes: pageBytes)
        out.line("<footer><p>\n\(foot(data))\n</p></footer>")
        out.line("<div id=\"tip\" role=\"tooltip\" hidden></div>")
        out.line("<script type=\"application/json\" id=\"pictures\">\(data.pictures)</script>")
        let json = data.json ?? "null"
        out.line("<script type=\"application/json\" id=\"report\">\(json)</script>")
        out.line("<script>\n\(ReportScript.text)\n</script>")
        out.line("</body>")
        out.line("</html>")
        return out.text
    }

    // MARK: Parts of a header

    /// What follows from how a trace was made.
    static func remarks(_ parameters: ParameterList, _ out: inout HTMLWriter) {
        let remarks = Caveats.remarks(parameters)
        guard !remarks.isEmpty else { return }
        out.line("<ul class=\"remarks\" aria-label=\"Remarks\">")
        for remark in remarks { out.line("<li>\(HTMLText.escaped(remark))</li>") }
        out.line("</ul>")
    }

    /// The button that changes between light and dark; the script shows it.
    static let themeButton = "<button id=\"theme\" type=\"button\" hidden>Light / dark</button>"

    /// What makes the numbers less than they seem, before any of them.
    static func warnings(_ warnings: [String], _ out: inout HTMLWriter) {
        guard !warnings.isEmpty else { return }
        out.line("<div class=\"page\"><ul class=\"warnings\" aria-label=\"Warnings\">")
        for warning in warnings {
            let text = HTMLText.escaped(warning, bytes: HTMLBounds.sentenceBytes)
            out.line("<li>\(text)</li>")
        }
        out.line("</ul></div>")
    }

    /// Links to sections.
    static func contents(_ sections: [(id: String, title: String)], _ out: inout HTMLWriter) {
        let links = sections.map { "<a href=\"#\($0.id)\">\($0.title)</a>" }
        out.line("<nav class=\"contents\" aria-label=\"Sections\">\(links.joined())</nav>")
    }

    /// A headline with what stands behind it.
    static func card(
        _ title: String, _ value: String, _ unit: String, _ facts: [(String, HTMLValue)],
        _ out: inout HTMLWriter
    ) {
        out.line("<section class=\"card\"><h2>\(title)</h2>")
        out.line("<p class=\"big\">\(value) <small>\(unit)</small></p>")
        out.facts(facts)
        out.line("</section>")
    }
}

/// What the script and other programs read, as far as the page has room for it.
struct EmbeddedData {
    /// What the footer, the tags and the end of the page take at most, bytes.
    private static let restBytes = 4_096

    /// What the script draws from.
    let pictures: String
    let hasPictures: Bool
    /// The report; `nil` where it does not fit.
    let json: String?

    fileprivate init(_ page: HTMLPage, pageBytes: Int) {
        var room = HTMLBounds.pageBytes - Self.restBytes - pageBytes
        let drawn = HTMLText.embedded(page.pictures(false))
        hasPictures = drawn.utf8.count <= room
        pictures = hasPictures ? drawn : HTMLText.embedded(page.pictures(true))
        room -= pictures.utf8.count
        // Indentation is a part of the text that is written, not of what is embedded.
        let embedded = page.json(max(room, 0) * 4).map(HTMLText.embedded)
        json = embedded.flatMap { $0.utf8.count <= room ? $0 : nil }
    }

    /// Where the report as JSON is, in words.
    func place(_ version: String, command: String) -> String {
        "The whole report as JSON (\(version)) "
            + (json != nil
                ? "is in this page, element <code>report</code>. "
                : "is too large for this page: <code>\(command) --format json</code> writes it. ")
            + (hasPictures ? "" : "So is what the timeline zooms into. ")
            + "Times are integer ns; pictures are scaled for display."
    }
}
