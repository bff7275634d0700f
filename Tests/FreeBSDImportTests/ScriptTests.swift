import FreeBSDImport
import Testing

/// The script says what the importer reads; nothing here runs it.
@Suite struct ScriptTests {
    private static let scripts = HelperThread.allCases.flatMap { helper in
        [1, 2, 8].map { DtraceScript(domains: $0, helper: helper, durationNs: 5_000_000_000) }
    }

    /// The formats of a script's statements and how many values follow each.
    private static func prints(_ text: String) -> [(format: String, values: Int)] {
        text.matches(of: /print[fa]\("(.*?)\\n",\s*([^;]*)\);/).map {
            (
                String($0.output.1).replacing("\\\"", with: "\""),
                topLevelCommas(String($0.output.2)) + 1
            )
        }
    }

    private static func topLevelCommas(_ text: String) -> Int {
        var (depth, commas) = (0, 0)
        for character in text {
            switch character {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case ",": commas += depth == 0 ? 1 : 0
            default: break
            }
        }
        return commas
    }

    @Test(arguments: scripts)
    func everyPrintedLineIsRead(script: DtraceScript) throws {
        var text = ""
        for (format, values) in Self.prints(script.text) {
            let isSum = format.contains("%@d")
            let numbers = format.matches(of: /%@?[ds]/).count
            // An aggregation brings its key and its value.
            #expect(values == (isSum ? numbers - 1 : numbers), "\(format)")
            let filled = format.replacing("\"v\":%d", with: "\"v\":1")
                .replacing("%@d", with: "1").replacing("%d", with: "1").replacing("%s", with: "-")
            text += filled + "\n"
        }
        let run = try ImportedText(text)
        #expect(run.result.unreadLines.count == 0)
        #expect(run.result.unknownLines == 0)
        let kinds = [
            "alloc_fail", "batch_begin", "batch_end", "counter", "import", "on_cpu", "sample",
            "thread_sleep", "wait_begin", "wait_end", "wake_send", "zone_trim",
        ]
        for kind in kinds where kind != "alloc_fail" {
            #expect(!run.events(kind).isEmpty, "\(kind)")
        }
        #expect(run.parameter("host.helper") == script.helper.rawValue)
    }

    @Test(arguments: scripts)
    func everyClauseIsWhole(script: DtraceScript) {
        let lines = script.text.split(separator: "\n")
        #expect(lines.first == "#!/usr/sbin/dtrace -s")
        let opened = lines.indices.filter { lines[$0] == "{" }
        #expect(opened.count == lines.count { $0 == "}" })
        for index in opened {
            let before = lines[index - 1]
            #expect(before.hasPrefix("/") && before.hasSuffix("/") || before.contains(":"))
        }
        for domain in 0..<script.domains {
            #expect(
                script.text.contains(
                    "td\(domain) = `ktls_domains[\(domain)].\(script.helper.rawValue)_td.td;"))
        }
        #expect(!script.text.contains("td\(script.domains) "))
    }

    @Test func onlyAThreadThatAllocatesSpins() {
        #expect(!DtraceScript(domains: 1).text.contains("spin"))
        #expect(DtraceScript(domains: 1, helper: .alloc).text.contains("spin0++"))
        #expect(DtraceScript(domains: 1, helper: .alloc).text.contains("allocs"))
    }

    @Test func nothingIsRunWithoutStatistics() {
        let text = DtraceScript(domains: 1, readsStatistics: false).text
        #expect(!text.contains("destructive"))
        #expect(!text.contains("system("))
    }
}
