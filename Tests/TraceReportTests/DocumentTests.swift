import Foundation
import Testing
import TraceAnalysis
import TraceReport

/// The documents say what the code does.
@Suite struct DocumentTests {
    private func words(_ name: String) throws -> Set<String> {
        let file = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Docs").appendingPathComponent(name)
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        return Set(parts.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) })
    }

    private func keys(_ value: Any, _ found: inout Set<String>) {
        if let object = value as? [String: Any] {
            for (key, member) in object where key != "parameters" {
                found.insert(key)
                keys(member, &found)
            }
        } else if let array = value as? [Any] {
            for element in array { keys(element, &found) }
        }
    }

    @Test func everyKeyIsDocumented() throws {
        let documented = try words("JSON.md")
        for json in [try SmallTrace.report().json, try SmallTrace.comparison().json] {
            var found = Set<String>()
            keys(try JSONSerialization.jsonObject(with: Data(json.utf8)), &found)
            #expect(found.subtracting(documented).sorted() == [])
            #expect(found.count > 20)
        }
    }

    @Test func everyMetricIsDocumented() throws {
        let metrics = Set(try SmallTrace.report().summary.metrics.map(\.name))
        let documented = try words("METRICS.md")
        #expect(metrics.subtracting(documented).sorted() == [])
        let groups = Set(metrics.map { String($0.prefix { $0 != "." }) })
        let named = documented.filter { name in
            !name.contains(" ") && groups.contains(String(name.prefix { $0 != "." }))
                && name.contains(".")
        }
        #expect(named.subtracting(metrics).sorted() == [], "documented, but not there")
    }
}
