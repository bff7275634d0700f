import AnalysisTestSupport
import Foundation
import Histograms
import Testing
import TraceAnalysis
import TraceCore
import TraceDiff
import TraceReport

@Suite struct ReportTests {
    @Test func theTextReportIsAsKept() throws {
        try Golden.expect(SmallTrace.report().text(), "small.txt")
    }

    @Test func theNarrowColorReportIsAsKept() throws {
        let style = TextStyle(width: 50, usesColor: true, topCount: 1)
        try Golden.expect(SmallTrace.report().text(style), "small-narrow-color.txt")
    }

    @Test func theJSONReportIsAsKept() throws {
        try Golden.expect(SmallTrace.report().json, "small.json")
    }

    @Test func theComparisonIsAsKept() throws {
        try Golden.expect(SmallTrace.comparison().text(), "comparison.txt")
        try Golden.expect(SmallTrace.comparison().json, "comparison.json")
    }

    @Test func aReportOfNothingIsAsKept() throws {
        let report = AnalysisReport(
            label: "empty.ktrace", parameters: ParameterList(), summary: try Script().summary())
        try Golden.expect(report.text(), "empty.txt")
    }

    @Test func colorOnlyAddsEscapes() throws {
        let colored = try SmallTrace.report().text(TextStyle(usesColor: true))
        let plain = colored.replacingOccurrences(of: "\u{1B}[1m", with: "")
            .replacingOccurrences(of: "\u{1B}[0m", with: "")
        #expect(try plain == SmallTrace.report().text())
        #expect(colored != plain)
    }

    @Test func theFirstLineSaysHowMuchThereIs() throws {
        var report = try SmallTrace.report()
        func firstLine() -> String? {
            report.text().split(separator: "\n").first.map(String.init)
        }
        #expect(
            firstLine()
                == "complete: true; costs: estimated; latency from a model; arrivals: open")
        report.parameters = ParameterList([("source", "linux")])
        report.completeness = .incomplete(reason: "damaged at\u{1B}offset 9")
        #expect(firstLine() == "complete: false (damaged at?offset 9)")
    }

    @Test func theJSONSaysTheSameAsTheSummary() throws {
        let report = try SmallTrace.report()
        let parsed = try JSONSerialization.jsonObject(with: Data(report.json.utf8))
        let json = try #require(parsed as? [String: Any])
        #expect(json["schema"] as? String == "ktls-trace-analysis/0")
        #expect(json["complete"] as? Bool == true)
        #expect(json["costs_estimated"] as? Bool == true)
        #expect(json["arrivals"] as? String == "open")
        let cpu = try #require(json["cpu"] as? [String: Any])
        #expect(cpu["reclaim_ns"] as? Int64 == report.summary.cpu.reclaimNs)
        let wakeups = try #require(json["wakeups"] as? [String: Any])
        let latency = try #require(wakeups["latency"] as? [String: Any])
        #expect(latency["n"] as? Int == 24)
        #expect(latency["p50_ns"] as? Int == 12_000)
        #expect(latency["p90_ns"] is NSNull, "24 samples do not support p90")
        let metrics = try #require(json["metrics"] as? [[String: Any]])
        #expect(metrics.count == report.summary.metrics.count)
    }

    @Test func theComparisonJSONParses() throws {
        let comparison = try SmallTrace.comparison()
        let parsed = try JSONSerialization.jsonObject(with: Data(comparison.json.utf8))
        let json = try #require(parsed as? [String: Any])
        #expect(json["schema"] as? String == "ktls-trace-diff/0")
        #expect(json["complete"] as? Bool == false, "one side is not complete")
        #expect(json["identical"] as? Bool == false && json["same_inputs"] as? Bool == true)
        let differences = try #require(json["differences"] as? [[String: Any]])
        #expect(
            differences.map { $0["name"] as? String } == ["policy.max_reclaim", "policy.name"])
        #expect(differences.first?["right"] is NSNull)
    }

    @Test func identicalTracesAreCalledSo() throws {
        let side = try SmallTrace.comparison().left
        let text = Comparison(side, side).text()
        #expect(text.contains("identical: the content identities are equal"))
        #expect(!text.contains("Metrics"))
    }

    @Test func textFromATraceCannotReachTheTerminal() throws {
        var script = Script()
        script.at(1, "thread_name", ["thread": 1, "name": "a\u{1B}[2Jb", "role": "reclaim"])
        script.at(2, "alloc_fail", ["requester": "x\u{7}y", "gfp": "g\nh"])
        script.at(3, "wait_end", ["thread": 1, "reason": "\u{9B}r", "ns": 1])
        script.at(4, "batch_end", ["thread": 1, "routine": "q\r", "result": "\u{1B}"])
        script.at(5, "counter", ["name": "\u{8}n", "value": 1])
        let report = AnalysisReport(
            label: "l\u{1B}", parameters: ParameterList([("policy.\u{1B}", "\u{1B}")]),
            summary: try script.summary())
        let controls = report.text().unicodeScalars.filter { scalar in
            scalar != "\n" && (scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value))
        }
        #expect(controls.isEmpty)
        #expect(throws: Never.self) {
            try JSONSerialization.jsonObject(with: Data(report.json.utf8))
        }
    }

    /// Rendering takes whatever an analysis of hostile numbers leaves.
    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func anySummaryRenders(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let extremes: [Int64] = [.min, -1, 0, 1, 2, .max, .max - 1, 1 << 42]
        let schema = StandardSchema.schema
        var analyzer = try Analyzer(schema: schema)
        for sequence in 1...300 as ClosedRange<UInt64> {
            let kind = schema.kinds[Int.random(in: 0..<schema.kinds.count, using: &random)]
            let values = kind.columns.map { _ in extremes.randomElement(using: &random) ?? 0 }
            let header = EventHeader(
                sequence: sequence, timeNs: extremes.randomElement(using: &random) ?? 0,
                kind: kind.id, domain: 0)
            analyzer.consume(header, values.span)
        }
        let side = ComparedTrace(
            label: "any", parameters: ParameterList(),
            summary: analyzer.finish(strings: StringTable()))
        let report = AnalysisReport(
            label: "any", parameters: ParameterList(), summary: side.summary)
        #expect(report.text().hasPrefix("complete: true"), "seed \(seed)")
        let parsed = try JSONSerialization.jsonObject(with: Data(report.json.utf8))
        #expect(parsed is [String: Any], "seed \(seed)")
        let other = try SmallTrace.comparison().left
        #expect(Comparison(side, other).text().contains("Metrics"), "seed \(seed)")
    }
}
