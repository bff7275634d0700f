import Foundation
import Testing
import Yams

/// What Docs/CI.md shows is so.
@Suite struct CIDocumentTests {
    /// The fenced blocks in a language, without their indentation.
    private static func blocks(_ language: String) throws -> [String] {
        let text = try String(
            contentsOf: Fixtures.documents.appending(path: "CI.md"), encoding: .utf8)
        var blocks: [String] = []
        var block: [Substring]?
        var indent = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let content = line.drop { $0 == " " }
            if content == "```\(language)" {
                block = []
                indent = line.count - content.count
            } else if content == "```", let lines = block {
                blocks.append(lines.joined(separator: "\n") + "\n")
                block = nil
            } else {
                block?.append(line.dropFirst(min(indent, line.count - content.count)))
            }
        }
        return blocks
    }

    /// The commands in their order, on a smaller host.
    @Test func theCommandsRun() throws {
        let commands = try Self.blocks("bash")
        #expect(commands.count == 5)
        let folder = try Folder()
        expectFine(try folder.shell("mkdir bin && ln -s \"$TOOL\" bin/ktls-trace"))
        let preamble = "export PATH=\"$PWD/bin:$PATH\"\n"
        for (index, command) in commands.enumerated() {
            let small = command.replacing("--preset small", with: "--preset unit")
                .replacing("60s", with: "2s")
            #expect(!small.contains("sweep") || small != command)
            let result = try folder.shell(preamble + small)
            #expect(result.status == 0, "\(command): \(result.error)")
            if index == 4 { #expect(result.lines.last == "gate: passed") }
        }
        for name in ["baseline.ksum", "thresholds.yaml", "gate.html", "gate.xml", "gate.json"] {
            #expect(folder.names.contains(name), "\(name)")
        }
        // The example of limits is one.
        let limits = try #require(try Self.blocks("yaml").first)
        try folder.write("limits.yaml", limits)
        let gate = try folder.run(
            "diff", "base/reclaim-batch", "head/reclaim-batch", "--gate", "limits.yaml")
        #expect(gate.status == 0, "\(gate.error)")
    }

    /// The workflow names inputs and files that there are, and the table has every input.
    @Test func theWorkflowFitsTheAction() throws {
        let url = Fixtures.package.appending(path: "action.yml")
        let loaded = try Yams.load(yaml: String(contentsOf: url, encoding: .utf8))
        let action = try #require(loaded as? [String: Any])
        let inputs = try #require(action["inputs"] as? [String: [String: Any]])
        let text = try #require(try Self.blocks("yaml").last)
        let workflow = try #require(try Yams.load(yaml: text) as? [String: Any])
        let jobs = try #require(workflow["jobs"] as? [String: [String: Any]])
        let steps = try #require(jobs["gate"]?["steps"] as? [[String: Any]])
        let step = try #require(steps.first { $0["uses"] as? String == "./" })
        let with = try #require(step["with"] as? [String: Any])
        #expect(Set(with.keys).subtracting(inputs.keys).isEmpty)
        for (name, input) in inputs where input["required"] as? Bool == true {
            #expect(with[name] is String, "\(name)")
        }
        let upload = try #require(steps.last?["with"] as? [String: Any])
        #expect(upload["path"] as? String == inputs["reports"]?["default"] as? String)
        let document = try String(
            contentsOf: Fixtures.documents.appending(path: "CI.md"), encoding: .utf8)
        for (name, input) in inputs {
            #expect(document.contains("`\(name)`"), "\(name)")
            let value = input["default"] as? String ?? ""
            #expect(value.isEmpty || document.contains("`\(value)`"), "\(name)")
        }
        for name in try #require(action["outputs"] as? [String: Any]).keys {
            #expect(document.contains("`\(name)`"), "\(name)")
        }
    }
}
