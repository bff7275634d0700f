import ReclaimEngine
import Testing
import Workloads

@testable import ScenarioFiles

/// SCENARIOS.md says what the table of keys says.
@Suite struct DocumentTests {
    private static let path = "Docs/SCENARIOS.md"

    /// The table as the document has it; `KTLS_TRACE_UPDATE_GOLDEN=1` rewrites it.
    private static var table: String {
        let standard = ScenarioFile(
            summary: "",
            scenario: Scenario(name: "", host: Host(domains: []), peakBitsPerSecond: 0),
            model: ModelParameters())
        var lines = ["| key | what it is | allowed | default |", "| --- | --- | --- | --- |"]
        for key in ScenarioKeys.all {
            let isText = ["name", "summary", "settings.name"].contains(key.path)
            let allowed = isText ? "a text of at most \(key.range.upperBound) bytes" : key.allowed
            let value = key.value(in: standard).map { key.kind.text(of: $0) }
            let standardText = key.isRequired ? "required" : value.map { "`\($0)`" } ?? "-"
            lines.append("| `\(key.path)` | \(key.summary) | \(allowed) | \(standardText) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    @Test func theTableOfKeysIsTheProgramsOwn() throws {
        let text = try RepositoryFiles.text(Self.path)
        let begin = "<!-- begin of keys -->\n\n"
        let end = "\n<!-- end of keys -->"
        let first = try #require(text.firstRange(of: begin))
        let last = try #require(text.firstRange(of: end))
        let table = String(text[first.upperBound..<last.lowerBound])
        if RepositoryFiles.isUpdating {
            let before = text[..<first.upperBound]
            try RepositoryFiles.write(Self.path, before + Self.table + text[last.lowerBound...])
            Issue.record("\(Self.path) was rewritten")
            return
        }
        #expect(table == Self.table)
    }

    /// The annotated example is a good file and shows every section.
    @Test func theExampleIsRead() throws {
        let text = try RepositoryFiles.text(Self.path)
        let fence = try #require(text.firstRange(of: "```yaml\n"))
        let rest = text[fence.upperBound...]
        let end = try #require(rest.firstRange(of: "```"))
        let example = rest[..<end.lowerBound]
        let file = try ScenarioFile(yaml: Array(example.utf8))
        #expect(file.scenario.host.domains.count == 2)
        for section in ScenarioKeys.sections { #expect(example.contains("\n\(section):")) }
    }
}
