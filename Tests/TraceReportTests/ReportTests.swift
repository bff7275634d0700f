import AnalysisTestSupport
import Foundation
import Histograms
import Testing
import TraceAnalysis
import TraceCore
import TraceDiff
import TraceReport
import TraceSummaries

@Suite struct ReportTests {
    @Test func theTextReportIsAsKept() throws {
        try Golden.expect(SmallTrace.report().text(), "small.txt")
    }

    @Test func aHostsReportBeginsWithItsChangedSettingsAndWhoSuffered() throws {
        var report = try SmallTrace.report()
        #expect(!report.text().contains("Who suffered"), "the model's requesters are no threads")
        report.summary.waits.byThread = []
        report.summary.failures.byThread = [NumberCount(number: 7, count: 3)]
        report.parameters = ParameterList([
            ("source", "linux"), ("policy.vm.min_free_kbytes", "67584"),
            ("policy.vm.page-cluster", "3"), ("policy.vm.swappiness", "10"),
        ])
        let text = report.text()
        #expect(text.contains("policy.vm.swappiness: 10 (Linux's default: 60)\n"))
        #expect(text.contains("policy.vm.min_free_kbytes: 67584\n"))
        #expect(text.contains("further settings that are Linux's defaults: 1\n"))
        let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("  thread 7") })
        #expect(row.split(separator: " ").prefix(4) == ["thread", "7", "7", "3"])
        #expect(report.html.contains("policy.vm.swappiness <b>10</b> (default 60)"))
        #expect(report.html.contains("id=\"affected\""))
        #expect(report.markdown().contains("| `thread 7` | 3 |"))
    }

    @Test func theNarrowColorReportIsAsKept() throws {
        let style = TextStyle(width: 50, usesColor: true, topCount: 1)
        try Golden.expect(SmallTrace.report().text(style), "small-narrow-color.txt")
    }

    @Test func theJSONReportIsAsKept() throws {
        try Golden.expect(SmallTrace.report().json, "small.json")
    }

    @Test func theMarkdownReportIsAsKept() throws {
        try Golden.expect(SmallTrace.report().markdown(), "small.md")
    }

    @Test func theCSVHasEveryMetricThatIsKnown() throws {
        let report = try SmallTrace.report()
        var lines = report.csv.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        #expect(lines.removeFirst() == ["metric", "domain", "unit", "better", "value"])
        let known = report.summary.metrics.filter { $0.value != nil }
        #expect(!known.isEmpty)
        #expect(
            lines
                == known.map {
                    [
                        $0.name, $0.domain.map(String.init) ?? "", $0.unit.rawValue,
                        $0.direction.rawValue, String($0.value ?? 0),
                    ]
                })
    }

    /// Whatever a trace calls things, every row of a table has as many cells as its title.
    @Test func namesDoNotBreakMarkdownTables() throws {
        var report = try SmallTrace.report()
        let names = ["a|b", "``", "", "<b>", "a\nb", "\u{1B}[1m", "`", "x\\"]
        report.label = names.joined()
        report.summary.failures.byRequester = names.map { NamedCount(name: $0, count: 3) }
        let markdown = report.markdown()
        #expect(!markdown.contains("\u{1B}"))
        var cells: Int?
        for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("| ") else {
                cells = nil
                continue
            }
            let count = line.replacing("\\|", with: "").filter { $0 == "|" }.count
            #expect(count == cells ?? count, "\(line)")
            cells = count
        }
        #expect(markdown.contains("| `a\\|b` | 3 |"))
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

    private static func overTime(_ style: TextStyle) throws -> [String] {
        var report = try SmallTrace.report()
        report.summary = try SmallTrace.script().summary(AnalysisOptions(collectsTimeline: true))
        let lines = report.text(style).split(separator: "\n", omittingEmptySubsequences: false)
        let begin = try #require(lines.firstIndex { $0.contains("Over time, ") })
        let end = try #require(lines[begin...].firstIndex { $0.isEmpty })
        return lines[begin..<end].map(String.init)
    }

    @Test(arguments: [40, 80, 140])
    func stripsOverTimeAreAsKept(width: Int) throws {
        let lines = try Self.overTime(TextStyle(width: width))
        try Golden.expect(lines.joined(separator: "\n") + "\n", "over-time-\(width).txt")
        #expect(width < 80 || lines.allSatisfy { $0.count <= width })
        // All strips stand under one another.
        let strips = lines.filter { $0.contains("|") }
        #expect(Set(strips.map { $0.split(separator: "|")[1].count }).count == 1)
    }

    /// The palette adds colors to the same characters.
    @Test func shadesAreReadableWithoutColor() throws {
        let style = TextStyle(usesColor: true, usesPalette: true)
        let colored = try Self.overTime(style).joined(separator: "\n")
        let plain = colored.replacing(/\u{1B}\[[0-9;]*m/, with: "")
        #expect(try plain == Self.overTime(TextStyle()).joined(separator: "\n"))
        #expect(colored.contains("\u{1B}[38;5;"))
        #expect(TextStyle(usesColor: false, usesPalette: true).usesPalette == false)
    }

    @Test func lossesAndClocksAreToldOnTop() throws {
        var report = try SmallTrace.report()
        for (key, value) in [
            ("first.real_ns", "1000000000"), ("last.real_ns", "2500000000"),
            ("first.trace_ns", "0"), ("last.trace_ns", "2000000000"),
        ] {
            report.parameters["host.sync.\(key)"] = value
        }
        report.summary.losses = LossSummary(
            [
                LossInterval(kind: "hit", beginNs: 1_000, endNs: 4_000, count: 7),
                LossInterval(kind: nil, beginNs: 2_000, endNs: 5_000, count: 9),
            ], in: report.summary.window, lateEvents: 3)
        let notes = report.text().split(separator: "\n").filter { $0.hasPrefix("note: ") }
        #expect(
            notes == [
                "note: 16 events were lost while recording, in 2 intervals of 4.000us in all: "
                    + "unknown kind 9, hit 7; counts are too low, and what spans a loss may be wrong",
                "note: 3 events came late and have the time of the event before them",
                "note: the wall clock was moved by -500.0ms while recording; times in the trace do "
                    + "not follow it",
            ])
        #expect(report.markdown().contains("Note: 16 events were lost"))
        let parsed = try JSONSerialization.jsonObject(with: Data(report.json.utf8))
        let json = try #require(parsed as? [String: Any])
        let clock = try #require(json["clock"] as? [String: Any])
        #expect(clock["wall_drift_ns"] as? Int == -500_000_000 && clock["late_events"] as? Int == 3)
        let losses = try #require(json["losses"] as? [String: Any])
        let kinds = try #require(losses["by_kind"] as? [[String: Any]])
        #expect(losses["time_ns"] as? Int == 4_000 && kinds[0]["kind"] is NSNull)
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
            differences.map { $0["name"] as? String }
                == ["policy.lab", "policy.max_reclaim", "policy.name"])
        #expect(differences.dropFirst().first?["right"] is NSNull)
        let sides = try ["left", "right"].map { try #require(json[$0] as? [String: Any]) }
        #expect(sides.map { $0["lab_policy"] as? Bool } == [false, true])
        #expect(sides.allSatisfy { $0["arrivals"] as? String == "open" })
        #expect(sides.allSatisfy { $0["costs_estimated"] as? Bool == true })
    }

    @Test func aLabPolicyIsCalledSoEverywhere() throws {
        var report = try SmallTrace.report()
        for value in ["", "0", "false"] {
            report.parameters["policy.lab"] = value
            #expect(!report.text().contains("not FreeBSD"))
        }
        report.parameters["policy.lab"] = "not FreeBSD"
        let lines = report.text().split(separator: "\n")
        #expect(lines.first?.hasSuffix("; arrivals: open; policy: not FreeBSD") == true)
        #expect(lines.contains("policy.name: reclaim-batch (not FreeBSD)"))
        #expect(report.json.contains("\"lab_policy\": true"))
        let sides = try SmallTrace.comparison().text().split(separator: "\n")
        #expect(sides.filter { $0.hasPrefix("right: ") && $0.contains("not FreeBSD") }.count == 1)
        #expect(sides.filter { $0.hasPrefix("left: ") && $0.contains("not FreeBSD") }.isEmpty)
    }

    @Test func theModelIsNamedUnderTheWakeupHistogram() throws {
        var report = try SmallTrace.report()
        func below() throws -> String {
            let lines = report.text().split(separator: "\n").map(String.init)
            let begin = try #require(lines.firstIndex(of: "Wakeup latency"))
            let end = try #require(lines.firstIndex(of: "Allocation failures"))
            let bar = try #require(lines[begin..<end].lastIndex { $0.hasSuffix("|") })
            return lines[bar + 1]
        }
        #expect(try below() == "  latency from a model")
        report.parameters = ParameterList([("source", "linux")])
        #expect(try !below().contains("model"))
        #expect(!report.text().contains("costs: estimated"))
    }

    @Test func countersThatDifferAreMarkedWithTheReason() throws {
        let report = try SmallTrace.report()
        let lines = report.text().split(separator: "\n").map(String.init)
        let begin = try #require(lines.firstIndex(of: "FreeBSD counters beside the events"))
        let section = lines[begin...]
        func marks(_ name: String) throws -> [Substring] {
            try #require(section.first { $0.contains(name) }).split(separator: " ").suffix(2)
        }
        #expect(try marks("kern.ipc.tls.domain1.wakeups") == ["12", "="])
        #expect(try marks("kern.ipc.tls.domain0.wakeups") == ["12", "differs"])
        #expect(
            section.contains(
                "  differs: vm.uma.ktls_buffers.stats.fails says 59, the events 60: "
                    + "a domain was short of pages: under bucketdisable a failure counts once"))
        #expect(!section.contains { $0.contains("order9") }, "what stays 0 is only counted")
        #expect(section.contains("  0 at the start and at the end: 1 more"))
        let parsed = try JSONSerialization.jsonObject(with: Data(report.json.utf8))
        let json = try #require(parsed as? [String: Any])
        let counters = try #require(json["counters"] as? [String: Any])
        #expect(counters["differing"] as? Int == 2)
        let rows = try #require(counters["rows"] as? [[String: Any]])
        let fails = try #require(rows.first { ($0["name"] as? String)?.hasSuffix("fails") == true })
        #expect(fails["events_say"] as? Int == 60 && fails["change"] as? Int == 59)
        #expect(fails["agrees"] as? Bool == false && fails["events"] as? String == "2 x alloc_fail")
        let host = try #require(rows.first { $0["name"] as? String == "pgscan" })
        #expect(host["agrees"] is NSNull && host["events_say"] is NSNull)
    }

    @Test func reliefSaysWhatItIsKnownFrom() throws {
        var script = Script()
        script.at(100, "alloc_fail", ["order": 2])
        script.at(150, "hit")
        let parameters = ParameterList()
        let exact = AnalysisReport(
            label: "a", parameters: parameters, summary: try script.summary())
        #expect(exact.text().contains("  from hits and imports, one by one\n"))
        #expect(exact.json.contains("\"upper_bound\": false"))
        let bound = try SmallTrace.report()
        #expect(bound.text().contains("  upper bounds, from service counts"))
        #expect(bound.json.contains("\"upper_bound\": true"))
        let none = AnalysisReport(
            label: "a", parameters: parameters, summary: try Script().summary())
        #expect(none.json.contains("\"relief\": null"))
    }

    @Test func identicalTracesAreCalledSo() throws {
        let side = try SmallTrace.comparison().comparison.left
        let text = ComparisonReport(Comparison(side, side)).text()
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
        var analyzer = try Analyzer(
            schema: schema, options: AnalysisOptions(collectsTimeline: true))
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
        let other = try SmallTrace.comparison().comparison.left
        #expect(
            ComparisonReport(Comparison(side, other)).text().contains("Metrics"), "seed \(seed)")
        // Pages take long in debug.
        guard seed <= 10 else { return }
        for (left, right) in [(side, other), (other, side), (side, side)] {
            let comparison = ComparisonReport(Comparison(left, right))
            #expect(comparison.html.hasSuffix("</html>\n"), "seed \(seed)")
            #expect(comparison.markdown().hasPrefix("## gate: "), "seed \(seed)")
        }
    }
}
