import Foundation
import Testing
import TraceDiff
import TraceReport

/// Annotations by the grammar of workflow commands, and Markdown within GitHub's limits.
@Suite struct GitHubTests {
    /// A workflow command as GitHub's runner reads it.
    private struct Command {
        let name: String
        let properties: [String: String]
        let data: String

        /// `::name key=value,key=value::data`; `nil` for a line that is no command.
        init?(_ line: Substring) {
            guard line.hasPrefix("::"), let end = line.dropFirst(2).firstRange(of: "::") else {
                return nil
            }
            let head = line[line.index(line.startIndex, offsetBy: 2)..<end.lowerBound]
            let parts = head.split(separator: " ", maxSplits: 1)
            name = String(parts[0])
            var properties: [String: String] = [:]
            for property in (parts.count > 1 ? parts[1] : "").split(separator: ",") {
                let pair = property.split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard pair.count == 2 else { return nil }
                properties[String(pair[0])] = Self.decoded(
                    pair[1], ["%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","])
            }
            self.properties = properties
            data = Self.decoded(line[end.upperBound...], ["%0D": "\r", "%0A": "\n"])
        }

        private static func decoded(_ text: Substring, _ codes: [String: String]) -> String {
            var result = String(text)
            for (code, character) in codes { result = result.replacing(code, with: character) }
            return result.replacing("%25", with: "%")
        }
    }

    private static let hostile = "50%, a:b,c=d %0A %25 \u{1B}[1m\r\n::error::fooled ##[error]x"

    @Test func annotationsAreCommandsByTheGrammar() throws {
        let report = try GateCase.report(
            [.worse, .better], names: { "\($0): \(Self.hostile)" }, why: Self.hostile)
        let lines = report.annotations.split(separator: "\n")
        let commands = lines.compactMap { Command($0) }
        #expect(lines.count == 3 && commands.map(\.name) == ["error", "notice"])
        let shown = Self.hostile.replacing("\u{1B}", with: "?")
        for (index, command) in commands.enumerated() {
            #expect(command.properties == ["title": "ktls-trace: \(index): \(shown)"])
            #expect(command.data.hasPrefix("\(index): \(shown): \(index == 0 ? "regr" : "impr")"))
        }
        #expect(commands[0].data.hasSuffix("(\(shown))"))
        #expect(lines[2].hasPrefix("gate: regression of 0: 50%") && !lines[2].contains("##["))
        // Nothing but line ends that end a line.
        #expect(!report.annotations.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }

    @Test func tenOfAKindAreShownAndTheLastCountsTheRest() throws {
        let changes: [GateCase.Change] =
            [GateCase.Change](repeating: .worse, count: 10)
            + [GateCase.Change](repeating: .better, count: 23)
        let commands = try GateCase.report(changes).annotations.split(separator: "\n")
            .compactMap { Command($0) }
        let errors = commands.filter { $0.name == "error" }
        let notices = commands.filter { $0.name == "notice" }
        #expect(errors.count == 10 && errors.allSatisfy { $0.data.contains("regression") })
        #expect(notices.count == 10 && notices.last?.data == "and 14 more limits")
        let noisy = try GateCase.report(
            [GateCase.Change](repeating: .worse, count: 64), isNoisy: true)
        let warnings = noisy.annotations.split(separator: "\n").compactMap { Command($0) }
        #expect(warnings.count == 10 && warnings.allSatisfy { $0.name == "warning" })
        #expect(warnings.last?.data == "and 55 more limits")
        // Three kinds of ten stay below the fifty of a step.
        #expect(errors.count + notices.count + warnings.count <= 50)
    }

    /// Runs that are the same raise nothing.
    @Test func identicalRunsHaveNoAnnotations() throws {
        let side = try GateCase.report([.worse]).comparison.left
        let report = ComparisonReport(Comparison(side, side), isGate: true)
        #expect(report.annotations == "gate: passed\n")
        #expect(report.junit.contains("failures=\"0\" errors=\"0\" skipped=\"0\""))
        #expect(report.markdown().contains("| cpu.reclaim | equivalent |"))
    }

    /// Rows of tables of a text, and how many more it says there are.
    private static func rows(_ markdown: String) -> (shown: Int, more: Int) {
        let lines = markdown.split(separator: "\n")
        let tables = lines.filter { $0.hasPrefix("| ") }.count
        let rules = lines.filter { $0.hasPrefix("| ---") }.count
        let more = lines.compactMap { line in
            line.wholeMatch(of: /(\d+) rows? more (is|are) left out\./).flatMap { Int($0.1) }
        }
        return (tables - 2 * rules, more.reduce(0, +))
    }

    @Test func aPageHasRoomForWholeRows() throws {
        let settings = (0..<90).map { number in
            ("policy.s\(number)", String(repeating: "\u{E9}|", count: 9_000))
        }
        let report = try GateCase.report(
            [GateCase.Change](repeating: .worse, count: 20), why: "caf\u{E9}", settings: settings)
        let whole = report.markdown()
        #expect(whole.utf8.count > 1 << 20)
        let all = Self.rows(whole).shown + Self.rows(whole).more
        #expect(all == 20 + 90 + report.comparison.metrics.count)
        // Verdicts before settings before metrics.
        let places = ["m19", "policy.s0", "cpu.reclaim"].map { whole.range(of: $0)?.lowerBound }
        #expect(places.compactMap { $0 }.sorted() == places.compactMap { $0 } && places.count == 3)
        for bytes in [0, 1, 600, 700, 900, 1_500, 4_000, 60_000, 1 << 20, 1 << 21] {
            let page = report.markdown(mostBytes: bytes)
            #expect(page.utf8.count <= bytes)
            #expect(page.isEmpty || page.hasPrefix("## gate: regression of m0"), "\(bytes)")
            guard !page.isEmpty else { continue }
            let rows = Self.rows(page)
            #expect(rows.shown + rows.more == all, "\(bytes)")
            #expect(
                page.split(separator: "\n").filter { $0.hasPrefix("|") }.allSatisfy {
                    $0.hasSuffix("|")
                })
        }
        #expect(Self.rows(report.markdown(mostBytes: 1 << 20)).shown > 60)
    }
}
