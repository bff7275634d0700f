import AnalysisTestSupport
import Foundation
import Testing
import TraceAnalysis
import TraceCore
import TraceDiff
import TraceReport
import TraceSummaries

@Suite struct ComparisonHTMLTests {
    /// One trace each, with pictures over time.
    private static func pair(
        _ left: Script = SmallTrace.script(),
        _ right: Script = SmallTrace.script(rounds: 20, batchNs: 25_000),
        label: String = "a.ktrace",
        parameters: ParameterList = SmallTrace.parameters, leftBeginNs: Int64? = nil
    ) throws -> ComparisonReport {
        func side(
            _ script: Script, _ content: String, _ beginNs: Int64? = nil
        ) throws -> ComparedTrace {
            ComparedTrace(
                label: label, parameters: parameters,
                identities: TraceIdentities(input: "aa11", content: content),
                summary: try script.summary(
                    AnalysisOptions(beginNs: beginNs, collectsTimeline: true)))
        }
        return ComparisonReport(
            Comparison(try side(left, "cc", leftBeginNs), try side(right, "dd")))
    }

    private static func element(_ id: String, of html: String) throws -> Data {
        let begin = try #require(html.range(of: "id=\"\(id)\">"))
        let end = try #require(html[begin.upperBound...].range(of: "</script>"))
        return Data(html[begin.upperBound..<end.lowerBound].utf8)
    }

    /// Every number that names its place is the one of the JSON.
    private static func expectNumbers(_ report: ComparisonReport, atLeast fewest: Int) throws {
        let html = report.html
        let json = try JSONSerialization.jsonObject(with: Data(report.json.utf8))
        var count = 0
        for found in html.matches(of: /data-path="([^"]*)" data-value="([^"]*)"/) {
            var value: Any? = json
            for key in found.1.split(separator: ".") {
                if let list = value as? [Any] {
                    value = Int(key).flatMap { list.indices.contains($0) ? list[$0] : nil }
                } else {
                    value = (value as? [String: Any])?[String(key)]
                }
            }
            let known = try #require(value, "\(found.1)")
            let expected = known is NSNull ? "" : "\(try #require(known as? NSNumber))"
            #expect(String(found.2) == expected, "\(found.1)")
            count += 1
        }
        #expect(count >= fewest)
        let inPage = try JSONSerialization.jsonObject(with: element("report", of: html))
        #expect(inPage as? NSDictionary == json as? NSDictionary)
    }

    @Test func theNumbersAreThoseOfTheJSON() throws {
        try Self.expectNumbers(Self.pair(), atLeast: 200)
        try Self.expectNumbers(SmallTrace.comparison(), atLeast: 200)
        try Self.expectNumbers(GateCase.report([.worse, .better, .none]), atLeast: 220)
    }

    @Test func everyVerdictHasItsMarkAndItsReason() throws {
        let html = try GateCase.report([.worse, .better, .none]).html
        for text in [
            "Gate: regression of m0. Paired: 8 pairs of runs", "<b class=\"worse\">regression</b>",
            "<b class=\"better\">improvement</b>", "<b class=\"even\">equivalent</b>",
            "for the worse</small>", "for the better</small>", "within the margin</small>",
            "aria-label=\"Changes in margins", "<small>it costs</small>",
        ] {
            #expect(html.contains(text), "\(text)")
        }
        #expect(html.matches(of: #/<path class="worse" d="M/#).count == 1)
        #expect(html.matches(of: #/<path class="better" d="M/#).count == 1)
        #expect(html.matches(of: #/<circle class="even"/#).count == 1)
        let noisy = try GateCase.report([.worse], isNoisy: true).html
        #expect(noisy.contains("<circle class=\"open\"") && noisy.contains("over an end"))
        #expect(try Self.pair().html.contains("Descriptive only"))
        #expect(try !Self.pair().html.contains("Changes in margins"))
    }

    /// A margin is as wide as the picture's scale says, wherever the change lies.
    @Test func changesStandWhereTheyAre() throws {
        // A margin of 1 + 1 % of 135: 1; a change of 50 to 150 with a mean of 93.
        let html = try GateCase.report([.worse]).html
        let marks = html.matches(of: #/<path class="worse" d="M([0-9.]+) /#)
        let place = try #require(marks.first.flatMap { Double($0.1) })
        let ticks = html.matches(of: #/<text x="([0-9.]+)" y="68" text-anchor="middle">([^<]*)</#)
        func tick(_ label: String) throws -> Double {
            try #require(ticks.first { $0.2 == label }.flatMap { Double($0.1) })
        }
        #expect(try tick("0") == 500)
        #expect(try tick("+10") < place && place < tick("+100"))
        #expect(try abs(tick("+1") + tick("\u{2212}1") - 1_000) <= 0.2)
        // What is for the worse lies on the same side where more is better.
        let fewer = try GateCase.report([.better], better: .higherIsBetter).html
        let mark = fewer.firstMatch(of: #/<path class="worse" d="M([0-9.]+) /#)
        #expect(mark.flatMap { Double($0.1) }.map { $0 > 600 } == true)
        let more = try GateCase.report([.worse], better: .higherIsBetter).html
        let other = more.firstMatch(of: #/<path class="better" d="M([0-9.]+) /#)
        #expect(other.flatMap { Double($0.1) }.map { $0 < 400 } == true)
    }

    @Test func identicalSidesHaveNoPictures() throws {
        let side = try Self.pair().comparison.left
        let html = ComparisonReport(Comparison(side, side)).html
        #expect(html.contains("Identical: both sides hold the same runs"))
        #expect(!html.contains("id=\"latencies\"") && !html.contains("id=\"timeline\""))
        #expect(html.contains("data-path=\"metrics.0.left\""))
    }

    /// Windows that begin at different times are moved to one begin, and bins of different widths
    /// become equally wide.
    @Test func bothSidesHaveOneAxisOfTime() throws {
        func script(_ beginNs: Int64, _ stepNs: Int64) -> Script {
            var script = Script()
            for round in 0..<20 as Range<Int64> {
                script.at(beginNs + round * stepNs, "alloc_fail", domain: 0)
                script.at(beginNs + round * stepNs, "wait_begin", domain: 0, ["thread": 1])
                script.at(beginNs + round * stepNs + stepNs / 2, "wait_end", ["thread": 1])
            }
            return script
        }
        let report = try Self.pair(
            script(5_000_000_000, 1_000), script(0, 77_000_000_000), leftBeginNs: 5_000_000_000)
        let data = try Self.element("pictures", of: report.html)
        let parsed = try JSONSerialization.jsonObject(with: data)
        let pictures = try #require(parsed as? [String: Any])
        let lanes = try #require(pictures["lanes"] as? [[String: Any]])
        #expect(
            lanes.map { $0["id"] as? String }
                == ["d0-wait-base", "d0-wait-head", "d0-fail-base", "d0-fail-head"])
        #expect(lanes.map { $0["scale"] as? Int } == [0, 0, 2, 2])
        for lane in lanes {
            let bins = try #require(lane["bins"] as? [Int])
            let isBase = (lane["id"] as? String)?.hasSuffix("base") == true
            let isFailures = lane["kind"] as? String == "fail"
            #expect(bins.reduce(0, +) == (isFailures ? 20 : isBase ? 10_000 : 770_000_000_000))
            #expect(!isBase || bins.count == 1)
            guard let spans = lane["spans"] as? [[Int]] else { continue }
            #expect(spans.count == 20 && spans.first?.first == 0)
        }
        let last = try #require(pictures["endNs"] as? Int)
        #expect(last > 19 * 77_000_000_000 && last < 20 * 77_000_000_000 + 1)
    }

    private static let hostile =
        "</script><!--<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>\u{202E}\u{7}"

    @Test func namesStayText() throws {
        let name = Field.text(Self.hostile)
        var script = SmallTrace.script()
        script.at(
            30_000_000, "thread_name", ["thread": 100, "name": name, "role": "reclaim"])
        script.at(30_000_001, "wait_begin", ["thread": 5, "reason": name])
        script.at(30_000_003, "wait_end", ["thread": 5, "reason": name])
        let reports = [
            try Self.pair(
                script, label: Self.hostile,
                parameters: ParameterList([("source", Self.hostile), (Self.hostile, Self.hostile)])),
            try GateCase.report(
                [.worse, .none], names: { "\($0)\(Self.hostile)" }, why: Self.hostile,
                settings: [(Self.hostile, Self.hostile)], labels: (Self.hostile, Self.hostile)),
        ]
        for html in reports.map(\.html) {
            #expect(!html.contains("<img"))
            #expect(!html.contains("<!--"))
            #expect(!html.contains("<script>alert"))
            let shown = try #require(html.components(separatedBy: "<script").first)
            #expect(!shown.contains("\u{202E}") && !shown.contains("\u{7}"))
            #expect(html.components(separatedBy: "</script>").count == 4)
            #expect(html.components(separatedBy: "<script").count == 4)
            for word in ["http://", "https://", "src=", "@import", "url(", "fetch("] {
                let text = html.replacing("src=x", with: "")
                #expect(!text.contains(word), "\(word)")
            }
        }
    }

    /// Every bound at once.
    @Test func hostileSidesMakeASmallPage() throws {
        let summary = try HostileTrace.summary()
        func side(_ tag: String) -> ComparedTrace {
            ComparedTrace(
                label: String(repeating: "<&", count: 9_000),
                parameters: ParameterList(
                    (0..<3_000).map { ("p\($0)", tag + String(repeating: "'", count: 2_000)) }),
                summary: summary)
        }
        let report = ComparisonReport(Comparison(side("a"), side("b")))
        let html = report.html
        #expect(html.utf8.count < 2_000_000)
        #expect(try Self.element("report", of: html) == Data("null".utf8))
        #expect(html.contains("is too large for this page: <code>diff --format json</code>"))
        #expect(html.contains("id=\"d63-cpu-head\""))
        #expect(html.contains("By what they are about, the first 64 of 3000"))
        #expect(html.contains("domains more are not drawn."))
    }

    /// Also what is extreme has a page: nothing, one event, the ends of time.
    @Test(arguments: [0, 1, 2], [0, 1, 2])
    func littleIsEnough(left: Int, right: Int) throws {
        func script(_ events: Int) -> Script {
            var script = Script()
            if events > 0 { script.at(5, "alloc_fail") }
            if events > 1 { script.at(.max - 1, "alloc_fail", ["order": .number(.max)]) }
            return script
        }
        let report = try Self.pair(script(left), script(right), parameters: ParameterList())
        #expect(report.html.hasSuffix("</html>\n"))
        try Self.expectNumbers(report, atLeast: 10)
    }

    @Test func warningsComeBeforeTheNumbers() throws {
        var right = try Self.pair().comparison.right
        right.completeness = .incomplete(reason: "cut <off>")
        right.identities.input = "other"
        right.summary.losses = LossSummary(
            [LossInterval(kind: nil, beginNs: 5, endNs: 9, count: 12)], in: right.summary.window)
        let html = ComparisonReport(Comparison(try Self.pair().comparison.left, right)).html
        let warnings = try #require(html.range(of: "aria-label=\"Warnings\""))
        let cards = try #require(html.range(of: "class=\"cards\""))
        #expect(warnings.lowerBound < cards.lowerBound)
        for text in [
            "The head is incomplete: cut &lt;off&gt;", "head: 12 events were lost",
            "The inputs are different", "Windows of different length",
        ] {
            #expect(html.contains(text), "\(text)")
        }
    }
}
