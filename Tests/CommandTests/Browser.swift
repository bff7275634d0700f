import Foundation
import Testing

/// Chromium without a window.
enum Browser {
    static let isInstalled = (try? Tool.shell("command -v chromium"))?.status == 0

    /// What the browser made of a page.
    struct Page {
        let document: String
        /// What it wrote to its console, and what the policy of the page kept out.
        let complaints: [String]

        /// An attribute of the root element.
        func root(_ name: String) throws -> String? {
            let html = try #require(document.firstMatch(of: /<html([^>]*)>/))
            let expression = try Regex<(Substring, Substring)>("\(name)=\"([^\"]*)\"")
            return html.1.firstMatch(of: expression).map { String($0.1) }
        }

        /// Numbers with the way to them in the JSON report.
        var numbers: [(path: String, value: String)] {
            document.matches(of: /data-path="([^"]*)" data-value="([^"]*)"/)
                .map { (String($0.1), String($0.2)) }
        }

        /// Every number of the page is the one that a JSON report has in its place.
        func expectNumbers(of json: JSON) {
            for (path, value) in numbers {
                let expected = path.split(separator: ".").reduce(json) { value, key in
                    Int(key).map { value[$0] } ?? value[String(key)]
                }
                let text = expected.isNull ? "" : "\(expected.integer ?? -1)"
                #expect(text == value, "\(path)")
            }
        }
    }

    /// Opens a report with a script of the test at its end; the root element then tells what that
    /// found out.
    static func open(_ path: String, in folder: Folder, script: String = "") throws -> Page {
        let html = String(decoding: try folder.read(path), as: UTF8.self)
        let begin = """
            <head><script>
            addEventListener("error", e => console.error("error: " + e.message));
            addEventListener("securitypolicyviolation",
              e => console.error("policy " + e.blockedURI));
            </script>
            """
        let page =
            html.replacing("<head>", with: begin, maxReplacements: 1)
            .replacing("</body>", with: "<script>\(script)</script></body>", maxReplacements: 1)
        try folder.write("page.html", page)
        let result = try folder.shell(
            """
            HOME=$PWD timeout 120 chromium --headless=new --no-sandbox --disable-gpu \
            --user-data-dir=$PWD/browser --enable-logging=stderr --virtual-time-budget=2000 \
            --dump-dom file://$PWD/page.html
            """)
        #expect(result.status == 0, "\(result.error.suffix(600))")
        return Page(
            document: result.text,
            complaints: result.errorLines.filter { $0.contains(":CONSOLE") })
    }
}
