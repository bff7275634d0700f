import Foundation
import Testing

@Suite struct DiffTests {
    private func diff(_ left: String, _ right: String, _ options: String...) throws -> JSON {
        let result = try Tool.run(["diff", "--format", "json", left, right] + options)
        expectFine(result)
        return try JSON(result.output)
    }

    @Test func policiesAreComparedOnTheSameInputs() throws {
        let paths = ["alloc-thread", "reclaim-batch"].map(Fixtures.trace)
        let json = try diff(paths[0], paths[1])
        #expect(json["schema"].text == "ktls-trace-diff/0")
        #expect(json["complete"].flag == true)
        #expect(json["identical"].flag == false)
        #expect(json["same_inputs"].flag == true)
        #expect(json["left"]["trace"].text == paths[0])
        let policy = json["differences"].first("name", "policy.name")
        #expect(policy["left"].text == "alloc-thread")
        #expect(policy["right"].text == "reclaim-batch")
        #expect(Set(json["differences"].list.map { $0["about"].text }) == ["policy"])
        // Each side is what `analyze` says of it.
        for (side, path) in zip(["left", "right"], paths) {
            let result = try Tool.run(["analyze", "--format", "json", path])
            let metrics = try JSON(result.output)["metrics"].list
            #expect(metrics.count > 30)
            for metric in metrics {
                let compared = json["metrics"].list.first {
                    $0["name"].text == metric["name"].text
                        && $0["domain"].integer == metric["domain"].integer
                }
                #expect(compared?[side].integer == metric["value"].integer)
            }
        }
        for metric in json["metrics"].list {
            guard let left = metric["left"].integer, let right = metric["right"].integer else {
                #expect(metric["change"].isNull)
                continue
            }
            #expect(metric["change"].integer == right - left)
            let ppm = left == 0 ? nil : (right - left) * 1_000_000 / abs(left)
            #expect(metric["change_ppm_of_left"].integer == ppm)
        }
    }

    @Test func aTraceIsIdenticalToItself() throws {
        let path = Fixtures.trace("reclaim-batch")
        let json = try diff(path, path)
        #expect(json["identical"].flag == true)
        #expect(json["differences"].list.isEmpty)
        #expect(json["metrics"].list.allSatisfy { ($0["change"].integer ?? 0) == 0 })
    }

    @Test func otherInputsAreSaid() throws {
        let folder = try Folder()
        try folder.record("a.ktrace", "--seed", "1")
        try folder.record("b.ktrace", "--seed", "2")
        let json = try diff(folder.path("a.ktrace"), folder.path("b.ktrace"))
        #expect(json["same_inputs"].flag == false)
        let seed = json["differences"].first("name", "scenario.seed")
        #expect(seed["about"].text == "seeds")
        #expect([seed["left"].text, seed["right"].text] == ["1", "2"])
        let text = try folder.run("diff", "a.ktrace", "b.ktrace")
        expectFine(text)
        #expect(text.lines.first == "complete: true")
        #expect(text.text.contains("scenario.seed"))
        #expect(!text.text.contains("inputs: the same"))
    }

    @Test func theWindowHoldsForBothSides() throws {
        let json = try diff(
            Fixtures.trace("cache-only"), Fixtures.trace("alloc-thread"), "--begin", "1s",
            "--end", "4s")
        for side in ["left", "right"] {
            #expect(json[side]["window"]["begin_ns"].integer == 1_000_000_000)
            #expect(json[side]["window"]["end_ns"].integer == 4_000_000_000)
        }
    }

    @Test func oneSideMayBeStandardInput() throws {
        let path = Fixtures.trace("reclaim-batch")
        let piped = try Tool.shell("cat \(path) | \"$TOOL\" diff - \(path) --format json")
        expectFine(piped)
        #expect(try JSON(piped.output)["identical"].flag == true)
    }

    @Test func aDamagedSideIsSaidAndRefusedUnlessAllowed() throws {
        let good = Fixtures.trace("several-blocks")
        let bad = Fixtures.corrupt.appending(path: "bit-flipped-in-plane.ktrace").path
        for (status, options) in [(Int32(65), []), (0, ["--allow-partial"])] {
            let result = try Tool.run(["diff", good, bad] + options)
            #expect(result.status == status)
            #expect(result.lines.first?.hasPrefix("complete: false (right: damaged") == true)
            #expect(result.text.contains("right: complete: false (damaged at offset"))
        }
    }

    /// By a validator that is not ours; the script closes the schema, so that no key is forgotten.
    @Test(.enabled(if: JSONSchema.isInstalled, "skipped: python3-jsonschema is not installed"))
    func theJSONFitsItsSchema() throws {
        let folder = try Self.manyRuns()
        let traces = Fixtures.allTraces.map(Fixtures.trace)
        let (batch, linux) = (Fixtures.trace("reclaim-batch"), Fixtures.trace("linux-d3"))
        let broken = Fixtures.corrupt.appending(path: "truncated-in-block.ktrace").path
        // The kind and the verdict that each is to have.
        var diffs: [(kind: String, outcome: String, arguments: [String])] = [
            ("identical", "passed", [batch, batch]),
            ("identical", "passed", ["base", "base.ksum"]),
            ("paired", "regression", ["base", "worse"]),
            ("paired", "regression", ["base", "worse", "--calibrate", "1"]),
            ("paired", "regression", ["base.ksum", "worse", "--gate", "limits.yaml"]),
            ("paired", "passed", ["worse", "base.ksum", "--gate", "limits.yaml"]),
            ("paired", "no_verdict", ["base", "few", "--gate", "limits.yaml"]),
            ("paired", "passed", ["base", "worse", "--gate", "wide.yaml"]),
            ("paired", "no_verdict", ["base", "worse", "--gate", "unknown.yaml"]),
            ("unpaired", "regression", ["base", "others"]),
            ("unpaired", "no_verdict", ["few", "others"]),
            ("descriptive", "no_verdict", ["base/1.ktrace", "worse"]),
            ("descriptive", "no_verdict", [batch, linux]),
            ("descriptive", "no_verdict", [linux, batch, "--begin", "1ms", "--end", "2ms"]),
            ("descriptive", "no_verdict", [batch, broken, "--domain", "0"]),
        ]
        for trace in traces where trace != batch {
            diffs.append(("descriptive", "no_verdict", [trace, batch]))
        }
        var files: [String] = []
        var found: Set<String> = []
        for (kind, outcome, arguments) in diffs {
            files.append(folder.path("\(files.count).json"))
            _ = try Tool.run(
                ["diff", "--format", "json", "-o", files[files.count - 1]] + arguments,
                in: folder.url)
            let verdicts = try JSON(folder.read("\(files.count - 1).json"))["verdicts"]
            #expect(verdicts["kind"].text == kind, "\(arguments)")
            #expect(verdicts["outcome"].text == outcome, "\(arguments)")
            found.formUnion(verdicts["limits"].list.compactMap { $0["verdict"].text })
        }
        let all = ["equivalent", "improvement", "inconclusive", "insufficient", "regression"]
        #expect(found.sorted() == all)
        let schema = JSONSchema("ktls-trace-diff-0.json")
        try schema.expectFits(files, in: folder)
        // Closed: one key more anywhere, or one less, is found.
        try schema.expectClosed(
            "2.json", in: folder,
            [
                ("\"schema\":", "\"more\": 1, \"schema\":"), ("\"pairs\":", "\"pair\":"),
                ("\"why\":", "\"more\": 1, \"why\":"), ("\"trace\":", "\"more\": 1, \"trace\":"),
                ("\"paired\"", "\"pair\""), ("\"n_left\":", "\"n_l\":"),
                ("\"about\":", "\"more\": 1, \"about\":"), ("\"regression\"", "\"worse\""),
            ])
    }

    /// Runs of eight seeds, of the same ones under a worse policy, and of others; and limits.
    private static func manyRuns() throws -> Folder {
        let folder = try Folder()
        for (name, policy, seeds) in [
            ("base", "reclaim-batch", 1...8), ("worse", "reclaim-one", 1...8),
            ("few", "reclaim-one", 1...3), ("others", "reclaim-one", 11...18),
        ] {
            expectFine(try folder.shell("mkdir \(name)"))
            for seed in seeds {
                try folder.record(
                    "\(name)/\(seed).ktrace", "--policy", policy, "--seed", "\(seed)")
            }
        }
        expectFine(
            try folder.run("analyze", "--format", "summary", "base", "-o", "base.ksum"))
        func limits(_ name: String, _ metric: String, _ relative: String) throws {
            try folder.write(
                name,
                """
                limits:
                  - {metric: \(metric), relative: \(relative), absolute: 1, better: lower, why: cost}
                """)
        }
        try limits("limits.yaml", "cpu.reclaim", "5%")
        try limits("wide.yaml", "cpu.reclaim", "100000%")
        try limits("unknown.yaml", "no.such_metric", "5%")
        return folder
    }

    // MARK: First difference

    /// Another salt shows first where a thread is dispatched: its first run comes at another time.
    @Test func theFirstDifferenceOfAnotherSaltIsTheDispatch() throws {
        let folder = try Folder()
        try folder.record("a.ktrace")
        try folder.record("b.ktrace", "--salt", "7")
        let json = try diff(folder.path("a.ktrace"), folder.path("b.ktrace"))
        let first = json["first_difference"]
        #expect(first["compared"].text == "events")
        #expect((first["equal"].integer ?? 0) > 10)
        for side in ["left", "right"] {
            #expect(first[side].text?.contains(" thread_run ") == true, "\(side)")
        }
        #expect(first["left"].text != first["right"].text)
        #expect(first["context"].list.count == 4)
        #expect(first["context"][3].text?.contains(" wake_send ") == true)
        let text = try folder.run("diff", "a.ktrace", "b.ktrace")
        let equal = try #require(first["equal"].integer)
        #expect(text.text.contains("First difference\n  after \(equal) equal events, at 1."))
    }

    /// Another policy shows first where its thread does something else, not in the settings.
    @Test func theFirstDifferenceOfAnotherPolicyIsWhatItDoes() throws {
        let folder = try Folder()
        try folder.record("a.ktrace")
        try folder.record("b.ktrace", "--policy", "alloc-thread")
        let first = try diff(folder.path("a.ktrace"), folder.path("b.ktrace"))["first_difference"]
        #expect(first["left"].text?.contains(" batch_begin ") == true)
        #expect(first["right"].text?.contains(" spin_begin ") == true)
    }

    @Test func identicalTracesHaveNone() throws {
        let path = Fixtures.trace("alloc-thread")
        #expect(try diff(path, path)["first_difference"].isNull)
    }

    /// More detail is no difference.
    @Test func detailIsNoDifference() throws {
        let folder = try Folder()
        try folder.record("a.ktrace")
        try folder.record("b.ktrace", "--detail", "2")
        let first = try diff(folder.path("a.ktrace"), folder.path("b.ktrace"))["first_difference"]
        #expect(first["time_ns"].isNull)
        #expect(first["left"].isNull)
        let text = try folder.run("diff", "a.ktrace", "b.ktrace")
        #expect(text.text.contains("  none: all "))
    }

    /// Where one trace is the beginning of the other, it has ended there.
    @Test func thePrefixHasEnded() throws {
        let folder = try Folder()
        try folder.record("a.ktrace")
        // Says on standard error that the slice cannot be replayed.
        #expect(try folder.run("slice", "a.ktrace", "--end", "900ms", "-o", "b.ktrace").status == 0)
        let first = try diff(folder.path("a.ktrace"), folder.path("b.ktrace"))["first_difference"]
        #expect(first["compared"].text == "inputs")
        #expect((first["time_ns"].integer ?? 0) >= 900_000_000)
        #expect(first["right"].isNull)
        #expect(!first["left"].isNull)
    }

    @Test func differentInputsAreComparedAsInputs() throws {
        let folder = try Folder()
        try folder.record("a.ktrace")
        try folder.record("b.ktrace", "--seed", "7")
        let first = try diff(folder.path("a.ktrace"), folder.path("b.ktrace"))["first_difference"]
        #expect(first["compared"].text == "inputs")
        #expect(first["left"].text?.contains(" background ") == true)
        let text = try folder.run("diff", "a.ktrace", "b.ktrace")
        #expect(text.text.contains("inputs differ; other events do not count"))
    }

    /// What is read once, or is no trace of the engine, is not gone through.
    @Test func otherSidesHaveNone() throws {
        let (one, other) = (Fixtures.trace("cache-only"), Fixtures.trace("alloc-thread"))
        let piped = try Tool.shell("cat \(one) | \"$TOOL\" diff - \(other) --format json")
        #expect(try JSON(piped.output)["first_difference"].isNull)
        #expect(try diff(one, Fixtures.trace("linux-d3"))["first_difference"].isNull)
    }

    /// Only what lies in the window is compared.
    @Test func theWindowHolds() throws {
        let folder = try Folder()
        try folder.record("a.ktrace")
        try folder.record("b.ktrace", "--salt", "7")
        let whole = try diff(folder.path("a.ktrace"), folder.path("b.ktrace"))["first_difference"]
        let timeNs = try #require(whole["time_ns"].integer)
        let before = try diff(
            folder.path("a.ktrace"), folder.path("b.ktrace"), "--end", "\(timeNs)ns")
        #expect(before["first_difference"]["time_ns"].isNull)
    }
}
