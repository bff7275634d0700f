import Foundation
import Testing

/// `diff --gate`, as a CI job calls it. A gate that cannot fail is none: the canary.
@Suite struct GateTests {
    private static let thresholds = """
        name: canary
        limits:
          - metric: cpu.reclaim
            relative: 5%
            absolute: 1ms
            better: lower
            why: 'CPU time <in reclaim> & nothing else'
          - metric: service.success
            relative: 5%
            absolute: 1%
            better: higher
            why: buffers are what all this is for
        """

    /// Runs of eight seeds in a folder, and the limits.
    private static func runs(_ folder: Folder, _ name: String, _ options: String...) throws {
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: name), withIntermediateDirectories: true)
        for seed in 1...8 {
            expectFine(
                try Tool.run(
                    ["record", "--seed", "\(seed)", "--duration", "3s"] + options
                        + ["-o", "\(name)/\(seed).ktrace"], in: folder.url))
        }
    }

    private static func folder() throws -> Folder {
        let folder = try Folder()
        try thresholds.write(
            to: folder.url.appending(path: "limits.yaml"), atomically: true, encoding: .utf8)
        try runs(folder, "base")
        return folder
    }

    @Test func theCanaryFallsAndFliesAsItMust() throws {
        let folder = try Self.folder()
        try Self.runs(folder, "worse", "--policy", "reclaim-one")
        func gate(_ base: String, _ head: String, _ options: String...) throws -> ToolResult {
            try Tool.run(["diff", base, head, "--gate", "limits.yaml"] + options, in: folder.url)
        }
        // Injected regression, injected improvement, identical.
        let regression = try gate("base", "worse")
        #expect(regression.status == 2)
        #expect(regression.lines.last == "gate: regression of cpu.reclaim, service.success")
        #expect(regression.text.contains("buffers are what all this is for"))
        #expect(try gate("worse", "base").status == 0)
        let same = try gate("base", "base")
        #expect(same.status == 0 && same.lines.last == "gate: passed")
        // A missing baseline, missing thresholds.
        let missing = try gate("nothing.ksum", "worse")
        #expect(missing.status == 5 && missing.error.contains("the baseline is missing"))
        let none = try folder.run("diff", "base", "worse", "--gate", "none.yaml")
        #expect(none.status == 5 && none.error.contains("thresholds are missing"))
        // Too few runs.
        let few = try Folder()
        for seed in 1...3 {
            for side in ["base", "worse"] {
                try FileManager.default.createDirectory(
                    at: few.url.appending(path: side), withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    atPath: folder.path("\(side)/\(seed).ktrace"),
                    toPath: few.path("\(side)/\(seed).ktrace"))
            }
        }
        let limits = folder.path("limits.yaml")
        let open = try few.run("diff", "base", "worse", "--gate", limits)
        #expect(open.status == 7 && open.text.contains("3 pairs"))
        #expect(open.text.contains("2 limits need 6"))
        let allowed = try few.run(
            "diff", "base", "worse", "--gate", limits, "--allow-inconclusive")
        #expect(allowed.status == 0)
        let single = try few.run("diff", "base/1.ktrace", "worse/1.ktrace", "--gate", limits)
        #expect(single.status == 7)
        // The same as summaries, and in every form.
        expectFine(
            try folder.run("analyze", "--format", "summary", "base", "-o", "base.ksum"))
        for format in ["text", "json", "markdown", "junit", "github", "html"] {
            #expect(try gate("base.ksum", "worse", "--format", format).status == 2)
        }
    }

    @Test func formsForCIAreWellFormed() throws {
        let folder = try Self.folder()
        try Self.runs(folder, "worse", "--policy", "reclaim-one")
        func output(_ format: String) throws -> String {
            try folder.run(
                "diff", "base", "worse", "--gate", "limits.yaml", "--format", format
            ).text
        }
        let junit = try output("junit")
        let parser = XMLCounter()
        #expect(parser.parse(junit))
        #expect(parser.elements["testsuite"] == 1 && parser.elements["testcase"] == 2)
        #expect(parser.elements["failure"] == 2)
        #expect(parser.messages.contains("CPU time <in reclaim> & nothing else"))
        let commands = try output("github").split(separator: "\n").dropLast()
        #expect(commands.count == 2)
        for command in commands {
            #expect(
                command.wholeMatch(of: /::(error|warning|notice) title=[^,:]*(%3A [^,:]*)?::.+/)
                    != nil, "\(command)")
            #expect(command.firstMatch(of: /%(?!25|3A|2C|0A|0D)/) == nil, "\(command)")
        }
        let markdown = try output("markdown")
        #expect(markdown.hasPrefix("## gate: regression of cpu"))
        #expect(markdown.contains("CPU time \\<in reclaim\\> \\& nothing else"))
        let verdicts = try JSON(Data(output("json").utf8))["verdicts"]
        #expect(verdicts["kind"].text == "paired" && verdicts["pairs"].integer == 8)
        #expect(verdicts["limits"].list.map { $0["verdict"].text } == ["regression", "regression"])
    }

    @Test func thresholdsAndBaselinesAreWritten() throws {
        let folder = try Self.folder()
        expectFine(
            try folder.run(
                "diff", "base", "base", "--write-thresholds", "new.yaml", "--write-baseline",
                "base.ksum"))
        let again = try folder.run("diff", "base.ksum", "base", "--gate", "new.yaml")
        #expect(again.status == 0)
        let text = try String(contentsOf: folder.url.appending(path: "new.yaml"), encoding: .utf8)
        #expect(text.contains("metric: cpu.reclaim") && text.contains("spread of 8 runs"))
        let exists = try folder.run("diff", "base", "base", "--write-baseline", "base.ksum")
        #expect(exists.status == 73)
        try "limits: 5".write(
            to: folder.url.appending(path: "bad.yaml"), atomically: true, encoding: .utf8)
        let bad = try folder.run("diff", "base", "base", "--gate", "bad.yaml")
        #expect(bad.status == 65 && bad.error.contains("bad.yaml:1:9: limits:"), "\(bad.error)")
        let usage = try folder.run("diff", "base", "base", "--allow-inconclusive")
        #expect(usage.status == 64)
    }

    /// Runs of another engine are no baseline.
    @Test func anotherEngineIsRefusedWithBothVersions() throws {
        let folder = try Folder()
        try Self.thresholds.write(
            to: folder.url.appending(path: "limits.yaml"), atomically: true, encoding: .utf8)
        expectFine(try folder.run("record", "--duration", "1s", "-o", "new.ktrace"))
        let old = try Tool.shell(
            """
            "$TOOL" dump --format ndjson new.ktrace \
            | sed '1s/"engine.version","2"/"engine.version","1"/' \
            | "$TOOL" import --from ndjson - -o old.ktrace
            """, in: folder.url)
        #expect(old.status == 0, "\(old.error)")
        let result = try folder.run("diff", "old.ktrace", "new.ktrace", "--gate", "limits.yaml")
        #expect(
            result.status == 5 && result.error.contains("engine version 1, the head of 2"),
            "\(result.error)")
    }

    private static let hasPeers =
        (try? Tool.shell("python3 -c 'import scipy, statsmodels'"))?.status == 0

    /// Verdicts by scipy and statsmodels.
    @Test(.enabled(if: hasPeers, "scipy and statsmodels are not installed"))
    func verdictsAreThoseOfOtherImplementations() throws {
        let script = Fixtures.scripts.appending(path: "statistics-oracle.py").path
        let result = try Tool.shell("python3 '\(script)' \"$TOOL\" 70")
        #expect(result.status == 0 && result.text.contains("0 sets with faults"), "\(result.text)")
    }
}

/// Counts the elements of an XML document.
private final class XMLCounter {
    private(set) var elements: [String: Int] = [:]
    private(set) var messages: [String] = []

    /// Whether Python's parser takes the document.
    func parse(_ text: String) -> Bool {
        let program = """
            import sys, json, xml.etree.ElementTree as tree
            root = tree.parse(sys.argv[1]).getroot()
            print(json.dumps([[node.tag, node.get("message")] for node in root.iter()]))
            """
        guard let folder = try? Folder() else { return false }
        try? text.write(
            to: folder.url.appending(path: "a.xml"), atomically: true, encoding: .utf8)
        try? program.write(
            to: folder.url.appending(path: "a.py"), atomically: true, encoding: .utf8)
        guard let result = try? Tool.shell("python3 a.py a.xml", in: folder.url),
            result.status == 0,
            let nodes = try? JSONSerialization.jsonObject(with: result.output) as? [[Any]]
        else { return false }
        for node in nodes {
            elements[node[0] as? String ?? "", default: 0] += 1
            if let message = node[1] as? String { messages.append(message) }
        }
        return true
    }
}
