import Foundation
import Testing

@Suite struct WhatIfTests {
    private func contentID(_ folder: Folder, _ name: String) throws -> String {
        try Identities(name.hasPrefix("/") ? name : folder.path(name)).content
    }

    /// Nothing changed gives the recording: the identity law, on every trace of the engine.
    @Test(arguments: Fixtures.engineTraces)
    func nothingChangedIsTheRecording(name: String) throws {
        let folder = try Folder()
        let path = Fixtures.trace(name)
        let result = try folder.run("replay", path, "-o", "same.ktrace")
        expectFine(result)
        #expect(try Identities(folder.path("same.ktrace")) == Identities(path))
        #expect(result.lines.last?.hasSuffix("that of the recording") == true)
        #expect(result.text.contains("settings: the same"))
        #expect(!result.text.contains("warning"))
        expectFine(try folder.run("verify", "--deep", "same.ktrace"))
        expectFine(try folder.run("replay", "same.ktrace"))
        let policy = try folder.run("info", path).lines.first { $0.contains("policy.name = ") }
        let named = try #require(policy?.split(separator: " ").last)
        let again = try folder.run(
            "replay", path, "--policy", String(named), "--format", "json", "-o", "two.ktrace")
        expectFine(again)
        let json = try JSON(again.output)
        #expect(json["content_id"].text == json["output_content_id"].text)
        #expect(json["differences"].list.isEmpty)
    }

    /// Another policy gives what that policy's own recording would be, under its own settings.
    @Test(arguments: [
        ("alloc-thread", []), ("cache-only", []), ("watermark", ["lab.watermark_blocks=9"]),
        ("reclaim-batch", ["max_reclaim=64", "model.salt=5", "model.relocate_page_ns=3us"]),
    ])
    func anotherPolicyIsItsOwnRecording(policy: String, settings: [String]) throws {
        let folder = try Folder()
        try folder.record("run.ktrace", "--policy", "reclaim-batch")
        let sets = settings.flatMap { ["--set", $0] }
        let own = try Tool.run(
            [
                "record", "--preset", "unit", "--duration", "2s", "--policy", policy, "-o",
                "own.ktrace",
            ] + sets, in: folder.url)
        expectFine(own)
        let result = try Tool.run(
            ["replay", "run.ktrace", "--policy", policy, "-o", "out.ktrace"] + sets,
            in: folder.url)
        expectFine(result)
        #expect(try Identities(folder.path("out.ktrace")) == Identities(folder.path("own.ktrace")))
        let info = try folder.run("info", "out.ktrace")
        #expect(info.text.contains("whatif.of = run.ktrace"))
        #expect(
            info.text.contains("whatif.content_id = \(try contentID(folder, "run.ktrace"))"))
        #expect(result.text.contains("arrivals: open"))
        let diff = try folder.run("diff", "run.ktrace", "out.ktrace")
        #expect(diff.text.contains("inputs: the same"))
    }

    /// The recorded tunables stay unless they are set.
    @Test func settingsAloneKeepThePolicy() throws {
        let folder = try Folder()
        try folder.record("run.ktrace", "--set", "max_reclaim=64")
        let result = try folder.run(
            "replay", "run.ktrace", "--policy", "reclaim-adaptive", "--format", "json")
        expectFine(result)
        let changed = try JSON(result.output)["differences"].list.compactMap { $0["name"].text }
        #expect(!changed.contains("policy.kern.ipc.tls.max_reclaim"))
        let alone = try folder.run("replay", "run.ktrace", "--set", "max_reclaim=32")
        expectFine(alone)
        #expect(alone.text.contains("policy.kern.ipc.tls.max_reclaim"))
        #expect(!alone.text.contains("policy.name"))
    }

    /// A recording without any batch supports nothing of a policy with batches.
    @Test func whatWasNeverRecordedHasNoSupport() throws {
        let folder = try Folder()
        let result = try folder.run(
            "replay", Fixtures.trace("cache-only"), "--policy", "reclaim-batch", "--format", "json")
        expectFine(result)
        let support = try JSON(result.output)["support"]
        #expect(support["outside_ppm"].integer == 1_000_000)
        #expect(support["outside_cpu_ppm"].integer == 1_000_000)
        #expect(support["weak"].flag == true)
        #expect((support["reclaims"].integer ?? 0) > 0)
        let text = try folder.run(
            "replay", Fixtures.trace("cache-only"), "--policy", "reclaim-batch")
        #expect(text.text.contains("warning: more than 5.00% is outside"))
    }

    /// A `set` of the recording that the policy does not have, and one that beats `--set`.
    @Test func settingsOfTheRecordingAreTold() throws {
        let folder = try Folder()
        try folder.record("run.ktrace", "--set-at", "500ms:max_reclaim=9")
        let other = try folder.run("replay", "run.ktrace", "--policy", "alloc-thread")
        expectFine(other)
        #expect(other.text.contains("alloc-thread has no such setting"))
        let same = try folder.run("replay", "run.ktrace", "--set", "max_reclaim=5")
        expectFine(same)
        #expect(same.text.contains("first at 500000000 ns: from then on --set does not hold"))
    }

    @Test func pipesAreReadAndWritten() throws {
        let folder = try Folder()
        try folder.record("run.ktrace")
        let piped = try folder.shell(
            "cat run.ktrace | \"$TOOL\" replay - --set model.salt=9 -o - > out.ktrace")
        #expect(piped.status == 0)
        #expect(piped.error.contains("Support by the recording"))
        try folder.record("own.ktrace", "--salt", "9")
        #expect(
            try contentID(folder, "out.ktrace") == contentID(folder, "own.ktrace"))
    }

    @Test func outputsAreNotOverwritten() throws {
        let folder = try Folder()
        try folder.record("run.ktrace")
        try folder.write("there.ktrace", "mine")
        expectRefusal(
            try folder.run("replay", "run.ktrace", "-o", "there.ktrace"), 73, naming: "--force")
        #expect(try folder.read("there.ktrace") == Data("mine".utf8))
        expectFine(try folder.run("replay", "run.ktrace", "-o", "there.ktrace", "--force"))
        expectRefusal(
            try folder.run("replay", "run.ktrace", "-o", "run.ktrace", "--force"), 64,
            naming: "the input itself")
        #expect(folder.names == ["run.ktrace", "there.ktrace"])
    }

    @Test(arguments: [
        (["--policy", "none"], "there are: pages-only"),
        (["--set", "scenario.free_ppm=1"], "what arrives is recorded"),
        (["--set", "max_alloc=1"], "max_alloc: there is no such setting"),
        (["--set", "max_reclaim=x"], "'x' is not a number"), (["--set", "x"], "name=value"),
    ])
    func whatMakesNoSenseIsRefused(options: [String], words: String) throws {
        expectRefusal(
            try Tool.run(["replay", Fixtures.trace("reclaim-batch")] + options), 64, naming: words)
    }

    // MARK: What is not whole

    /// A recording that was cut off is run as far as it can be read, and says so.
    @Test func whatWasCutOffIsRunToItsEnd() throws {
        let folder = try Folder()
        let path = Fixtures.trace("several-blocks")
        let size = try Data(contentsOf: URL(filePath: path)).count
        expectFine(try folder.shell("head -c \(size * 2 / 3) \(path) > cut.ktrace"))
        let result = try folder.run(
            "replay", "cut.ktrace", "--set", "model.salt=3", "-o", "o.ktrace")
        #expect(result.status == 0)
        #expect(result.lines.first?.hasPrefix("complete: false (the recording was cut off") == true)
        let info = try folder.run("info", "o.ktrace")
        #expect(info.lines.first?.hasPrefix("complete: false") == true)
    }

    @Test func whatIsDamagedIsRunOnlyWhereAllowed() throws {
        let folder = try Folder()
        let path = Fixtures.corrupt.appending(path: "bit-flipped-in-data-plane.ktrace").path
        let options = ["replay", path, "--set", "model.salt=3", "-o", "o.ktrace"]
        expectRefusal(
            try Tool.run(options, in: folder.url), 65, naming: "complete: false",
            "--allow-partial")
        #expect(folder.names == [])
        let allowed = try Tool.run(options + ["--allow-partial"], in: folder.url)
        #expect(allowed.status == 0)
        #expect(allowed.lines.first?.hasPrefix("complete: false") == true)
    }

    // MARK: Refusals

    /// Neither the check nor a what-if takes what is no whole run of the engine.
    private func expectRefused(_ folder: Folder, _ path: String, _ words: String) throws {
        for options in [[], ["--policy", "alloc-thread"], ["-o", "no.ktrace"]] {
            expectRefusal(
                try Tool.run(["replay", path] + options, in: folder.url), 5,
                naming: "cannot be replayed", words)
        }
        #expect(!folder.names.contains("no.ktrace"))
    }

    @Test(arguments: [
        (["--begin", "500ms"], "before 500000000 ns"), (["--domain", "0"], "some domains"),
        (["--kind", "request"], "some kinds"), (["--end", "900ms"], "from 900000000 ns on"),
    ])
    func slicesAreRefused(options: [String], words: String) throws {
        let folder = try Folder()
        try folder.record("run.ktrace")
        _ = try Tool.run(["slice", "run.ktrace", "-o", "part.ktrace"] + options, in: folder.url)
        try expectRefused(folder, "part.ktrace", words)
    }

    @Test func withoutInputsThereIsNoReplay() throws {
        let folder = try Folder()
        try folder.record("plain.ktrace", "--detail", "0")
        try expectRefused(folder, "plain.ktrace", "--detail 0")
    }

    @Test func lostEventsAreRefused() throws {
        let folder = try Folder()
        let path = Fixtures.corrupt.appending(path: "events-lost.ktrace").path
        try expectRefused(folder, path, "lost")
        // Of a stream that is known when it has been read.
        let piped = try folder.shell("cat \(path) | \"$TOOL\" replay -")
        expectRefusal(piped, 5, naming: "lost")
    }

    @Test func hostsMergesAndPartsAreRefused() throws {
        let folder = try Folder()
        try expectRefused(folder, Fixtures.trace("linux-d3"), "not recorded from the engine")
        let path = Fixtures.trace("detail-2")
        expectFine(
            try folder.run("merge", path, path, "--assume-same-start", "-o", "two.ktrace"))
        try expectRefused(folder, "two.ktrace", "merged from several traces")
        expectFine(
            try folder.run("record", "--duration", "1s", "--rotate-time", "500ms", "-o", "p.ktrace")
        )
        try expectRefused(folder, "p.0001.ktrace", "part 1 of a recording")
        try expectRefused(folder, "p.0002.ktrace", "part 2 of a recording")
    }

    // MARK: Signals

    @Test func anInterruptLeavesNothing() throws {
        let folder = try Folder()
        try folder.record("run.ktrace", "--duration", "60s")
        let result = try folder.shell(
            "\"$TOOL\" replay run.ktrace --policy alloc-thread -o out.ktrace & "
                + "p=$!; until ls out.ktrace* > /dev/null 2>&1; do :; done; "
                + "kill -INT $p; wait $p")
        #expect(result.status == 130)
        #expect(folder.names == ["run.ktrace"])
    }
}
