import Foundation
import Testing
import Yams

/// `action.yml`, run step by step as GitHub runs it.
@Suite struct ActionTests {
    /// What a run of the action came to.
    private struct Outcome {
        var status: Int32 = 0
        var outputs: [String: String] = [:]
        var log = ""
        var summary = ""
    }

    private struct NoSuchValue: Error { let name: String }

    private static func action() throws -> [String: Any] {
        let url = Fixtures.package.appending(path: "action.yml")
        let loaded = try Yams.load(yaml: String(contentsOf: url, encoding: .utf8))
        return try #require(loaded as? [String: Any])
    }

    private static func members(_ key: String, of map: [String: Any]) -> [String: Any] {
        map[key] as? [String: Any] ?? [:]
    }

    /// A value with its expressions, of which the action has two kinds: `inputs.x` and
    /// `steps.x.outputs.y`.
    private static func value(
        _ text: String, _ inputs: [String: String], _ steps: [String: [String: String]]
    ) throws -> String {
        guard let found = text.wholeMatch(of: /\$\{\{ (.*) \}\}/) else {
            #expect(!text.contains("${{"))
            return text
        }
        let parts = found.1.split(separator: ".").map(String.init)
        if parts.count == 2, parts[0] == "inputs", let value = inputs[parts[1]] { return value }
        if parts.count == 4, parts[0] == "steps", parts[2] == "outputs", let step = steps[parts[1]]
        {
            return step[parts[3]] ?? ""
        }
        throw NoSuchValue(name: text)
    }

    /// Runs the steps until one fails.
    private static func run(
        _ folder: Folder, _ with: [String: String], environment: [String: String] = [:]
    ) throws -> Outcome {
        let action = try action()
        var inputs = members("inputs", of: action).mapValues {
            ($0 as? [String: Any])?["default"] as? String ?? ""
        }
        for (name, value) in with {
            #expect(inputs[name] != nil, "no input \(name)")
            inputs[name] = value
        }
        let steps = try #require(members("runs", of: action)["steps"] as? [[String: Any]])
        var outcome = Outcome()
        var outputs: [String: [String: String]] = [:]
        try folder.write("summary.md", "")
        for step in steps where outcome.status == 0 {
            let id = try #require(step["id"] as? String)
            let script = try #require(step["run"] as? String)
            #expect(step["shell"] as? String == "bash")
            var variables = environment
            for (name, text) in members("env", of: step) {
                let text = try #require(text as? String)
                variables[name] = try value(text, inputs, outputs)
            }
            try folder.write("script.sh", script)
            try folder.write("output", "")
            variables["GITHUB_ACTION_PATH"] = Fixtures.package.path
            variables["GITHUB_OUTPUT"] = folder.path("output")
            variables["GITHUB_STEP_SUMMARY"] = folder.path("summary.md")
            variables["RUNNER_TEMP"] = folder.url.path
            let result = try Tool.start(
                "/bin/bash", ["--noprofile", "--norc", "-eo", "pipefail", "script.sh"],
                environment: variables, in: folder.url
            ).result()
            outcome.status = result.status
            outcome.log += result.text + result.error
            let lines = String(decoding: try folder.read("output"), as: UTF8.self)
            outputs[id] = Dictionary(
                lines.split(separator: "\n").map { line in
                    let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
                    return (parts[0], parts.count > 1 ? parts[1] : "")
                }, uniquingKeysWith: { $1 })
        }
        for step in steps {
            if let id = step["id"] as? String, outputs[id] == nil { outputs[id] = [:] }
        }
        for (name, output) in members("outputs", of: action) {
            let text = try #require((output as? [String: Any])?["value"] as? String)
            outcome.outputs[name] = try value(text, inputs, outputs)
        }
        outcome.summary = String(decoding: try folder.read("summary.md"), as: UTF8.self)
        return outcome
    }

    /// A baseline of eight seeds, thresholds, and how to record a head.
    private static func folder() throws -> (folder: Folder, inputs: [String: String]) {
        let folder = try Folder()
        expectFine(try folder.shell("mkdir base"))
        for seed in 1...8 { try folder.record("base/\(seed).ktrace", "--seed", "\(seed)") }
        expectFine(
            try folder.run("analyze", "--format", "summary", "base", "-o", "baseline.ksum"))
        try folder.write(
            "limits.yaml",
            """
            limits:
              - {metric: cpu.reclaim, relative: 5%, absolute: 1ms, better: lower, why: '100% cost'}
              - {metric: service.success, relative: 5%, absolute: 1%, better: higher, why: use}
            """)
        return (
            folder,
            [
                "baseline": "baseline.ksum", "thresholds": "limits.yaml", "preset": "unit",
                "seeds": "1-6, 7 8", "duration": "2s", "tool": try Tool.binary(),
            ]
        )
    }

    /// Nothing that somebody hands in is put into a script.
    @Test func scriptsHoldNoExpressions() throws {
        let action = try Self.action()
        let runs = Self.members("runs", of: action)
        #expect(runs["using"] as? String == "composite")
        let steps = try #require(runs["steps"] as? [[String: Any]])
        #expect(steps.compactMap { $0["id"] as? String } == ["tool", "head", "judge"])
        for step in steps { #expect((step["run"] as? String)?.contains("${{") == false) }
        for (name, input) in Self.members("inputs", of: action) {
            let input = try #require(input as? [String: Any])
            #expect(input["description"] is String, "\(name)")
            #expect((input["required"] as? Bool == true) != (input["default"] is String), "\(name)")
        }
    }

    @Test func aRegressionFailsTheJob() throws {
        let (folder, inputs) = try Self.folder()
        let worse = inputs.merging(["policy": "reclaim-one", "reports": "out put"]) { $1 }
        let result = try Self.run(folder, worse)
        #expect(result.status == 2, "\(result.log)")
        #expect(result.outputs["verdict"] == "regression" && result.outputs["exit-code"] == "2")
        #expect(result.log.contains("::error title=ktls-trace%3A cpu.reclaim::cpu.reclaim: regr"))
        #expect(result.log.contains("(100%25 cost)"))
        #expect(result.summary.hasPrefix("## gate: regression of cpu.reclaim, service.success\n"))
        let heads: [(String, String)] = [
            ("json", "{\n"), ("markdown", "## gate"), ("junit", "<?xml"),
            ("html", "<!DOCTYPE html>"),
        ]
        for (name, begin) in heads {
            let path = try #require(result.outputs[name])
            #expect(path.hasPrefix("out put/gate."))
            let text = String(decoding: try folder.read(path), as: UTF8.self)
            #expect(text.hasPrefix(begin), "\(name)")
        }
        // The head becomes the baseline, and the same runs pass.
        let accepted = worse.merging(["baseline": "next.ksum"]) { $1 }
        expectFine(try folder.shell("cp 'out put/head.ksum' next.ksum"))
        let again = try Self.run(folder, accepted)
        #expect(again.status == 0 && again.outputs["verdict"] == "passed", "\(again.log)")
    }

    @Test func anIdenticalHeadPasses() throws {
        let (folder, inputs) = try Self.folder()
        let recorded = try Self.run(folder, inputs)
        #expect(recorded.status == 0, "\(recorded.log)")
        #expect(recorded.outputs["verdict"] == "passed" && recorded.outputs["exit-code"] == "0")
        #expect(recorded.summary.hasPrefix("## gate: passed\n"))
        #expect(!recorded.log.contains("::"))
        // A head that is there is not recorded.
        let given = try Self.run(folder, inputs.merging(["head": "base", "seeds": "no"]) { $1 })
        #expect(given.status == 0 && given.outputs["verdict"] == "passed", "\(given.log)")
    }

    @Test func whatIsMissingIsRefused() throws {
        let (folder, inputs) = try Self.folder()
        for (name, sentence) in [
            ("baseline", "the baseline is missing"), ("thresholds", "thresholds are missing"),
        ] {
            let other = inputs.merging([name: "none`::", "head": "base"]) { $1 }
            let result = try Self.run(folder, other)
            #expect(result.status == 5, "\(result.log)")
            #expect(result.outputs["verdict"] == "refused" && result.outputs["exit-code"] == "5")
            #expect(result.outputs["html"] == "")
            #expect(result.log.contains("::error title=ktls-trace gate::ktls-trace: \(sentence)"))
            #expect(
                result.summary.contains("## gate: refused") && result.summary.contains(sentence))
        }
        // Nothing is recorded for a baseline that is not there.
        let unrecorded = try Self.run(folder, inputs.merging(["baseline": "none"]) { $1 })
        #expect(unrecorded.status == 5)
        #expect(!unrecorded.log.contains("sweep"))
    }

    @Test func noVerdictFailsUnlessAllowed() throws {
        let (folder, inputs) = try Self.folder()
        let few = inputs.merging(["policy": "reclaim-one", "seeds": "1-3"]) { $1 }
        let open = try Self.run(folder, few)
        #expect(open.status == 7 && open.outputs["verdict"] == "no_verdict", "\(open.log)")
        let allowed = try Self.run(folder, few.merging(["allow-inconclusive": "true"]) { $1 })
        #expect(allowed.status == 0 && allowed.outputs["verdict"] == "no_verdict")
    }

    @Test func wrongInputsAreTold() throws {
        let (folder, inputs) = try Self.folder()
        let cases: [(String, String, Int32, String)] = [
            ("seeds", "1-", 64, "--seeds 1-: must be numbers and ranges"),
            ("seeds", "$(touch pwned)", 64, "must be numbers and ranges"),
            ("seeds", " ", 64, "Missing value for '--seeds"),
            ("policy", "no-such; touch pwned", 64, "there is no policy no-such; touch pwned"),
            ("policy", "reclaim-batch,cache-only", 64, "one policy"),
            ("set", "scenario.no_such=1\n", 64, "scenario.no_such"),
            ("tool", "no-such-tool", 66, "there is no such program"),
            ("reports", "a\nverdict=passed", 64, "not the name of a folder"),
        ]
        for (name, value, status, sentence) in cases {
            let result = try Self.run(folder, inputs.merging([name: value]) { $1 })
            #expect(result.status == status, "\(name)=\(value): \(result.log)")
            #expect(result.log.contains(sentence), "\(name)=\(value): \(result.log)")
            #expect(result.outputs["verdict"] == "")
        }
        #expect(!folder.names.contains("pwned"))
    }

    /// Settings reach the runs, and seeds may be listed in several lines.
    @Test func settingsReachTheRuns() throws {
        let (folder, inputs) = try Self.folder()
        let other = inputs.merging([
            "set": "\nkern.ipc.tls.max_reclaim=256\nmodel.page_daemon=1\n", "seeds": "1-2\n3",
            "allow-inconclusive": "true",
        ]) { $1 }
        let result = try Self.run(folder, other)
        #expect(result.status == 0, "\(result.log)")
        let path = try #require(result.outputs["json"])
        let json = try JSON(folder.read(path))
        #expect(json["right"]["runs"].integer == 3)
        let settings = json["right"]["parameters"]
        #expect(settings["policy.kern.ipc.tls.max_reclaim"].text == "256")
        #expect(settings["model.page_daemon"].text == "1")
    }

    /// Without a tool the action builds one where it is.
    @Test func theToolIsBuilt() throws {
        let (folder, inputs) = try Self.folder()
        expectFine(try folder.shell("mkdir -p bin action/Scripts action/.build/release"))
        try folder.write(
            "bin/swift", "#!/bin/bash\necho built \"$@\"\nln -s \"$REAL\" \"$BUILT\"\n")
        let script = Fixtures.scripts.appending(path: "gate-action.sh").path
        expectFine(try folder.shell("chmod +x bin/swift; cp '\(script)' action/Scripts/"))
        expectFine(
            try folder.shell("printf '#!/bin/bash\\necho set up \"$1\"' > action/Scripts/setup.sh"))
        expectFine(try folder.shell("chmod +x action/Scripts/setup.sh"))
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let result = try Tool.shell(
            "bash action/Scripts/gate-action.sh tool",
            environment: [
                "PATH": folder.path("bin") + ":" + path, "INPUT_TOOL": "",
                "REAL": try #require(inputs["tool"]),
                "BUILT": folder.path("action/.build/release/ktls-trace"),
                "GITHUB_ACTION_PATH": folder.path("action"), "GITHUB_OUTPUT": folder.path("output"),
            ], in: folder.url)
        #expect(result.status == 0, "\(result.error)")
        #expect(result.text.contains("set up build\nbuilt build -c release --product ktls-trace"))
        let output = String(decoding: try folder.read("output"), as: UTF8.self)
        #expect(output == "tool=\(folder.path("action/.build/release/ktls-trace"))\n")
    }
}
