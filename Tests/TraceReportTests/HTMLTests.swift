import AnalysisTestSupport
import Foundation
import Testing
import TraceAnalysis
import TraceCore
import TraceReport
import TraceSummaries

@Suite struct HTMLTests {
    private func report(
        _ script: Script = SmallTrace.script(), label: String = "small.ktrace",
        parameters: ParameterList = SmallTrace.parameters
    ) throws -> AnalysisReport {
        AnalysisReport(
            label: label, parameters: parameters,
            summary: try script.summary(
                AnalysisOptions(worstChains: 10, collectsTimeline: true)))
    }

    /// The content of a script element by its identifier.
    private func element(_ id: String, of html: String) throws -> Substring {
        let begin = try #require(html.range(of: "id=\"\(id)\">"))
        let end = try #require(html[begin.upperBound...].range(of: "</script>"))
        return html[begin.upperBound..<end.lowerBound]
    }

    private static func member(_ path: Substring, of json: Any) -> Any? {
        var value: Any? = json
        for key in path.split(separator: ".") {
            if let list = value as? [Any] {
                value = Int(key).flatMap { list.indices.contains($0) ? list[$0] : nil }
            } else {
                value = (value as? [String: Any])?[String(key)]
            }
        }
        return value
    }

    @Test func theNumbersAreThoseOfTheJSON() throws {
        let report = try report()
        let html = report.html
        let json = try JSONSerialization.jsonObject(with: Data(report.json.utf8))
        var count = 0
        for found in html.matches(of: /data-path="([^"]*)" data-value="([^"]*)"/) {
            let value = try #require(Self.member(found.1, of: json), "\(found.1)")
            let expected = value is NSNull ? "" : "\(try #require(value as? NSNumber))"
            #expect(String(found.2) == expected, "\(found.1)")
            count += 1
        }
        #expect(count > 150)
    }

    @Test func theJSONIsInThePage() throws {
        let report = try report()
        let found = try element("report", of: report.html)
        let inPage = try JSONSerialization.jsonObject(with: Data(found.utf8)) as? NSDictionary
        let whole = try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? NSDictionary
        #expect(inPage != nil && inPage == whole)
    }

    private static let hostile =
        "</script><!--<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>\u{202E}\u{7}"

    @Test func namesStayText() throws {
        var script = SmallTrace.script()
        let name = Field.text(Self.hostile)
        script.at(
            30_000_000, "thread_name", ["thread": 100, "name": name, "role": "reclaim"])
        script.at(30_000_001, "alloc_fail", ["order": 2, "requester": name, "gfp": name])
        script.at(30_000_002, "wait_begin", ["thread": 5, "reason": name])
        script.at(30_000_003, "wait_end", ["thread": 5, "reason": name])
        script.at(30_000_004, "batch_begin", ["thread": 5, "routine": name])
        script.at(
            30_000_005, "batch_end", ["thread": 5, "routine": name, "result": name])
        script.at(30_000_006, "counter", ["name": name, "value": 3])
        let html = try report(
            script, label: Self.hostile,
            parameters: ParameterList([("source", Self.hostile), (Self.hostile, Self.hostile)])
        ).html
        #expect(!html.contains("<img"))
        #expect(!html.contains("<!--"))
        #expect(!html.contains("<script>alert"))
        #expect(html.components(separatedBy: "</script>").count == 4)
        #expect(html.components(separatedBy: "<script").count == 4)
        let json = try JSONSerialization.jsonObject(
            with: Data(try element("report", of: html).utf8))
        #expect(Self.member("trace", of: json) as? String == Self.hostile)
    }

    @Test func theBytesAreTheSameEachTime() throws {
        let html = try report().html
        #expect(try report().html == html)
        #expect(html.utf8.count < 300_000)
    }

    /// What only this report collects stays small whatever the trace.
    @Test func manyBusyDomainsMakeASmallPage() throws {
        var script = Script()
        for round in 0..<1_200 as Range<Int64> {
            for domain in 0..<20 as Range<Int32> {
                let start = round * 50_000_000 + Int64(domain) * 1_000
                let thread = Field.number(Int64(domain))
                script.at(start, "alloc_fail", domain: domain)
                script.at(start + 1, "wait_begin", domain: domain, ["thread": thread])
                script.at(
                    start + 2_345_678 + round, "wait_end", domain: domain, ["thread": thread])
            }
        }
        let html = try report(script, parameters: ParameterList([(String, String)]())).html
        #expect(html.utf8.count < 1_000_000)
        for domain in 0..<20 {
            #expect(html.contains("id=\"d\(domain)-wait\"") && html.contains(">domain \(domain)<"))
        }
    }

    /// Every bound at once: domains, threads, routines, reasons, long names that have to be escaped.
    @Test func aHostileTraceMakesASmallPage() throws {
        let report = AnalysisReport(
            label: String(repeating: "<&", count: 9_000),
            parameters: ParameterList(
                (0..<3_000).map { ("p\($0)", String(repeating: "'", count: 2_000)) }),
            summary: try HostileTrace.summary())
        let html = report.html
        #expect(html.utf8.count < 2_000_000)
        #expect(try element("report", of: html) == "null")
        #expect(html.contains("is too large for this page"))
        #expect(html.contains("id=\"d63-cpu\""))
        for table in [
            "Metrics, the first 256 of ", "CPU time by thread, the first 64 of ",
            "Batches by routine and mode, the first 64 of ", "Waits by thread, the first 64 of ",
            "Settings of the trace, the first 128 of 3000",
            "Counters that are not 0, the first 128",
            "Failures by who asked, the first 12 of ", "the first 64 of 200</caption>",
        ] {
            #expect(html.contains(table), "\(table)")
        }
        #expect(!html.contains(String(repeating: "y", count: 200)), "names are cut")
    }

    @Test func aWriterStopsAtItsBound() throws {
        let report = try report()
        #expect(report.html.contains("element <code>report</code>"))
        var many = report
        many.parameters = ParameterList([("k", String(repeating: "x", count: 9_000_000))])
        let html = many.html
        #expect(html.utf8.count < 300_000 && html.contains("is too large for this page"))
    }

    @Test func nothingComesFromElsewhere() throws {
        let html = try report().html
        #expect(html.contains("default-src 'none'; style-src 'unsafe-inline'"))
        for word in ["http://", "https://", "src=", "@import", "url(", "fetch(", "innerHTML"] {
            #expect(!html.contains(word), "\(word)")
        }
    }

    @Test func warningsComeBeforeTheNumbers() throws {
        var report = try report()
        report.summary.losses = LossSummary(
            [LossInterval(kind: nil, beginNs: 5, endNs: 9, count: 12)], in: report.summary.window)
        report.completeness = .incomplete(reason: "cut <off>")
        let html = report.html
        let warnings = try #require(html.range(of: "aria-label=\"Warnings\""))
        let cards = try #require(html.range(of: "class=\"cards\""))
        #expect(warnings.lowerBound < cards.lowerBound)
        #expect(html.contains("Incomplete: cut &lt;off&gt;"))
        #expect(html.contains("12 events were lost while recording, in 1 interval of 4ns in all"))
    }

    /// Also what is extreme has a page: nothing, one event, the ends of time.
    @Test(arguments: [0, 1, 2])
    func littleIsEnough(events: Int) throws {
        var script = Script()
        if events > 0 { script.at(5, "alloc_fail") }
        if events > 1 { script.at(.max - 1, "alloc_fail", ["order": .number(.max)]) }
        let html = try report(script, parameters: ParameterList([(String, String)]())).html
        #expect(html.contains("Allocation failures"))
        #expect(html.contains("No events") == (events == 0))
        #expect(html.hasSuffix("</html>\n"))
    }

    @Test func withoutATimelineThePageHasItsTables() throws {
        let report = try SmallTrace.report()
        #expect(report.html.contains("data-path=\"wakeups.latency.n\""))
        #expect(!report.html.contains("id=\"timeline\""))
    }
}
