import Foundation
import Testing

/// The commands that make traces of traces.
private let makers = ["slice", "recover", "merge"]

@Suite struct TraceToolTests {
    private static func events(_ trace: String, in folder: Folder) throws -> [String] {
        let result = try folder.run("dump", trace)
        #expect(result.status == 0)
        // A trace that was rebuilt says so.
        #expect(result.error.isEmpty || result.error.contains("complete: false (rebuilt"))
        return result.lines
    }

    // MARK: slice

    @Test func aSliceOfEverythingHasTheSameIdentities() throws {
        let folder = try Folder()
        for name in Fixtures.allTraces {
            let path = Fixtures.trace(name)
            expectFine(try folder.run("slice", path, "-o", "copy.ktrace", "--force"))
            #expect(try Identities(folder.path("copy.ktrace")) == Identities(path))
            expectFine(try folder.run("verify", "--deep", "copy.ktrace"))
        }
        let path = Fixtures.trace("several-blocks")
        expectFine(
            try folder.shell(
                "cat \(path) | \"$TOOL\" slice - -o - | \"$TOOL\" slice - -o - > piped.ktrace"))
        #expect(try Identities(folder.path("piped.ktrace")) == Identities(path))
        expectFine(try folder.run("replay", "piped.ktrace"))
    }

    @Test(arguments: [
        (["--begin", "500ms"], "before 500000000 ns"), (["--domain", "0"], "some domains"),
        (["--kind", "request"], "some kinds"), (["--end", "900ms"], "from 900000000 ns on"),
    ])
    func aSliceSaysThatItCannotBeReplayed(options: [String], words: String) throws {
        let folder = try Folder()
        try folder.record("run.ktrace")
        let result = try Tool.run(
            ["slice", "run.ktrace", "-o", "part.ktrace"] + options, in: folder.url)
        #expect(result.status == 0)
        #expect(result.errorLines.count == 1)
        #expect(result.error.contains("cannot be replayed: it is a slice"))
        #expect(result.error.contains(words))
        expectRefusal(try folder.run("replay", "part.ktrace"), 5, naming: "part.ktrace", words)
        // Said once: a slice of it is not worse.
        expectFine(try folder.run("slice", "part.ktrace", "--begin", "1s", "-o", "again.ktrace"))
        expectRefusal(try folder.run("replay", "again.ktrace"), 5, naming: words)
    }

    @Test func windowsOfASliceAreThoseOfTheWhole() throws {
        let folder = try Folder()
        let path = Fixtures.trace("alloc-thread")
        let window = ["--begin", "1s", "--end", "3500ms"]
        #expect(
            try Tool.run(["slice", path, "-o", "part.ktrace"] + window, in: folder.url).status == 0)
        let whole = try Tool.run(["analyze", path, "--format", "json"] + window)
        let part = try folder.run("analyze", "part.ktrace", "--format", "json")
        expectFine(part)
        // All but the name, the identities and the settings.
        func results(_ result: ToolResult) -> String {
            result.text.components(separatedBy: "\"window\": {").last ?? ""
        }
        func metrics(_ result: ToolResult) -> String {
            result.text.components(separatedBy: "\"metrics\": [").last ?? ""
        }
        #expect(metrics(part) == metrics(whole))
        #expect(metrics(part).count > 1_000)
        let events = try Tool.run(["dump", path] + window)
        #expect(try Self.events("part.ktrace", in: folder) == events.lines)
        let kinds = try folder.run(
            "slice", path, "--kind", "alloc_fail", "--kind", "wake_send", "-o", "kinds.ktrace")
        #expect(kinds.status == 0)
        let expected = try Tool.run(["dump", path, "--kind", "alloc_fail", "--kind", "wake_send"])
        #expect(try Self.events("kinds.ktrace", in: folder) == expected.lines)
        #expect(try folder.run("info", "kinds.ktrace").text.contains("slice.kinds = alloc_fail,"))
    }

    @Test func aDamagedTraceIsSlicedOnlyWhenAsked() throws {
        let folder = try Folder()
        let path = Fixtures.corrupt.appending(path: "bit-flipped-in-plane.ktrace").path
        expectRefusal(
            try folder.run("slice", path, "-o", "out.ktrace"), 65, naming: "--allow-partial",
            "damaged at offset")
        #expect(folder.names.isEmpty)
        let result = try folder.run("slice", path, "--allow-partial", "-o", "out.ktrace")
        #expect(result.status == 0 && result.error.contains("complete: false"))
        expectFine(try folder.run("verify", "--deep", "out.ktrace"))
        let info = try folder.run("info", "out.ktrace")
        #expect(info.lines.first?.hasPrefix("complete: false (rebuilt") == true)
    }

    // MARK: All of them

    @Test(arguments: makers)
    func anInputIsNeverOverwritten(command: String) throws {
        let folder = try Folder()
        try folder.record("run.ktrace", "--duration", "100ms")
        try folder.record("other.ktrace", "--duration", "100ms")
        expectFine(try folder.shell("ln -s run.ktrace soft; ln run.ktrace hard"))
        let before = try folder.read("run.ktrace")
        var inputs = ["run.ktrace"]
        if command == "merge" { inputs = ["other.ktrace", "run.ktrace", "--assume-same-start"] }
        for name in ["run.ktrace", "./run.ktrace", "soft", "hard"] {
            let result = try Tool.run(
                [command] + inputs + ["-o", name, "--force"], in: folder.url)
            expectRefusal(result, 64, naming: name, "is the input itself")
        }
        #expect(try folder.read("run.ktrace") == before)
        #expect(folder.names == ["hard", "other.ktrace", "run.ktrace", "soft"])
    }

    @Test(arguments: makers)
    func inputsThatAreNoTracesMakeNoFile(command: String) throws {
        let folder = try Folder()
        try folder.write("text", "hello\n")
        let more = command == "merge" ? [Fixtures.trace("several-blocks")] : []
        func run(_ input: String) throws -> ToolResult {
            try Tool.run([command] + more + [input, "-o", "out"], in: folder.url)
        }
        expectRefusal(try run("missing"), 66, naming: "missing", "no such file")
        expectRefusal(try run("text"), 65, naming: "text", "not a ktls-trace file")
        expectRefusal(try run("-"), 65, naming: "standard input")
        expectRefusal(
            try run(Fixtures.corrupt.appending(path: "truncated-in-schema.ktrace").path), 65,
            naming: "schema")
        #expect(folder.names == ["text"])
        expectUsageError(try Tool.run([command]), naming: "<trace")
    }

    // MARK: recover

    @Test(arguments: CorruptCase.all.filter { $0.command == "info" })
    func everythingReadableIsRecovered(corrupt: CorruptCase) throws {
        let folder = try Folder()
        let path = Fixtures.corrupt.appending(path: corrupt.file).path
        let result = try folder.run(
            "recover", path, "-o", "good.ktrace", "--format", "json")
        let isReadable = ![
            "empty", "not-a-trace", "truncated-in-schema", "version-from-the-future",
            "unknown-mandatory-feature",
        ].contains(corrupt.file.replacing(".ktrace", with: ""))
        #expect(result.status == (isReadable ? 0 : 65), "\(result.error)")
        guard isReadable else {
            #expect(folder.names.isEmpty)
            return
        }
        expectFine(try folder.run("verify", "--deep", "good.ktrace"))
        let json = try JSON(result.output)
        let events = try #require(json["events"].integer)
        let lost = try #require(json["lost_events"].integer)
        #expect(try Self.events("good.ktrace", in: folder).count == Int(events))
        // The same comes out of a pipe, but the totals of a footer that was not reached.
        let piped = try folder.shell("cat \(path) | \"$TOOL\" recover - -o - > piped.ktrace")
        #expect(piped.status == 0)
        #expect(piped.errorLines.isEmpty == (json["complete"].flag == true))
        #expect(
            try Self.events("piped.ktrace", in: folder)
                == Self.events("good.ktrace", in: folder))
        switch corrupt.file {
        case "bit-flipped-in-plane.ktrace", "bit-flipped-in-data-plane.ktrace",
            "bit-flipped-in-block-head.ktrace", "truncated-in-block.ktrace":
            #expect(events + lost == 10_074 && lost == 874)
            #expect(json["complete"].flag == false)
        case "unknown-mandatory-record.ktrace", "bit-flipped-in-note.ktrace",
            "bit-flipped-in-strings.ktrace", "bit-flipped-in-snapshot.ktrace",
            "bytes-after-footer.ktrace", "bit-flipped-in-footer.ktrace",
            "truncated-no-footer.ktrace":
            #expect(events == 10_074 && lost == 0)
            #expect(json["complete"].flag == false)
        default: #expect(json["complete"].flag == true)
        }
    }

    @Test func whatWasLostIsSaid() throws {
        let folder = try Folder()
        let path = Fixtures.corrupt.appending(path: "bit-flipped-in-plane.ktrace").path
        let result = try folder.run("recover", path, "-o", "good.ktrace")
        #expect(result.status == 0 && result.output.isEmpty)
        #expect(result.errorLines.count == 2)
        #expect(result.error.contains("lost: checksum of"))
        #expect(result.error.contains("9200 events in 4 blocks recovered, 874 lost"))
        let info = try folder.run("info", "good.ktrace")
        #expect(info.lines.contains("lost events: 874"))
        #expect(info.lines.contains("  recover.lost_events = 874"))
        expectRefusal(try folder.run("replay", "good.ktrace"), 5, naming: "lost")
        expectUsageError(
            try folder.run("recover", path, "-o", "-", "--format", "json"), naming: "--format")
    }

    @Test func aRecordingThatWasCutOffReplaysAsFarAsItGoes() throws {
        let folder = try Folder()
        let path = Fixtures.trace("several-blocks")
        let result = try folder.shell("head -c 40000 \(path) | \"$TOOL\" recover - -o cut.ktrace")
        #expect(result.status == 0)
        let info = try folder.run("info", "cut.ktrace")
        #expect(info.lines.first?.hasPrefix("complete: false (rebuilt") == true)
    }

    // MARK: merge

    @Test func hostsAreMergedByTheWallClock() throws {
        let folder = try Folder()
        let linux = Fixtures.trace("linux-d3")
        expectFine(try folder.run("merge", linux, linux, "-o", "two.ktrace"))
        expectFine(try folder.run("verify", "--deep", "two.ktrace"))
        #expect(try Self.events("two.ktrace", in: folder).count == 2 * 18_080)
        let info = try folder.run("info", "two.ktrace", "--format", "json")
        let json = try JSON(info.output)
        #expect(json["domains"].list.map(\.integer) == [0, 1_000])
        #expect(json["wall_start_ns"].integer == 1_795_334_595_847_375_390)
        #expect(json["parameters"]["source"].text == "import")
        expectRefusal(try folder.run("replay", "two.ktrace"), 5, naming: "two.ktrace")
        expectFine(try folder.run("analyze", "two.ktrace"))
        // Through pipes the same.
        expectFine(
            try folder.shell("cat \(linux) | \"$TOOL\" merge - \(linux) -o - > piped.ktrace"))
        #expect(
            try Identities(folder.path("piped.ktrace")) == Identities(folder.path("two.ktrace")))
    }

    @Test func tracesWithoutAClockAreRefused() throws {
        let folder = try Folder()
        try folder.record("one.ktrace")
        try folder.record("two.ktrace", "--seed", "2")
        expectRefusal(
            try folder.run("merge", "one.ktrace", "two.ktrace", "-o", "out"), 5,
            naming: "one.ktrace", "wall clock", "--assume-same-start")
        expectFine(
            try folder.run(
                "merge", "one.ktrace", "two.ktrace", "--assume-same-start", "-o", "out"))
        let counts = try ["one.ktrace", "two.ktrace", "out"].map {
            try Self.events($0, in: folder).count
        }
        #expect(counts[0] + counts[1] == counts[2])
        expectUsageError(try folder.run("merge", "one.ktrace", "-o", "x"), naming: "two")
        expectUsageError(try folder.run("merge", "-", "-", "-o", "x"), naming: "standard input")
    }

    // MARK: verify, info

    @Test func theKeysAreDocumented() throws {
        let url = Fixtures.documents.appending(path: "JSON.md")
        let words = Set(
            try String(contentsOf: url, encoding: .utf8).split(
                separator: "`", omittingEmptySubsequences: false
            ).map(String.init))
        let folder = try Folder()
        let broken = Fixtures.corrupt.appending(path: "bit-flipped-in-plane.ktrace").path
        let runs = [
            try folder.run("info", "--layout", "--format", "json", broken),
            try folder.run("info", "--format", "json", Fixtures.trace("events-lost")),
            try folder.run("verify", "--format", "json", broken),
            try folder.run("recover", "--format", "json", broken, "-o", "out"),
        ]
        for run in runs where !run.output.isEmpty {
            let keys = try JSON(run.output).allKeys(without: "parameters")
            #expect(keys.subtracting(words).sorted() == [])
            #expect(keys.count >= 10)
        }
    }

    @Test func verifySaysWhatItFound() throws {
        func verify(_ path: String, _ options: String...) throws -> (Int32, JSON) {
            let result = try Tool.run(["verify", "--format", "json", path] + options)
            return (result.status, try JSON(result.output))
        }
        let good = try verify(Fixtures.trace("several-blocks"), "--deep")
        #expect(good.0 == 0 && good.1["state"].text == "complete")
        #expect(good.1["deep"].flag == true && good.1["events"].integer == 10_074)
        let corrupt = { (name: String) in Fixtures.corrupt.appending(path: name).path }
        let damaged = try verify(corrupt("bit-flipped-in-plane.ktrace"))
        #expect(damaged.0 == 3 && damaged.1["state"].text == "damaged")
        #expect(damaged.1["damage_offset"].integer ?? 0 > 40_000)
        #expect(damaged.1["complete"].flag == false && damaged.1["deep"].flag == false)
        let cut = try verify(corrupt("truncated-no-footer.ktrace"))
        #expect(cut.0 == 0 && cut.1["state"].text == "incomplete")
        let wrong = corrupt("identity-wrong.ktrace")
        #expect(try verify(wrong).0 == 0)
        #expect(try verify(wrong, "--deep").0 == 3)
    }

    @Test func theLayoutAddsUp() throws {
        for name in Fixtures.allTraces {
            let result = try Tool.run(
                ["info", "--layout", "--format", "json", Fixtures.trace(name)])
            let json = try JSON(result.output)
            let rows = json["layout"].list.map { $0["bytes"].integer ?? 0 }
            #expect(rows.reduce(0, +) == json["block_bytes"].integer)
            #expect(rows.count > 10)
            #expect(json["row_bytes"].integer ?? 0 > json["block_bytes"].integer ?? 0)
        }
    }

    @Test func lossesComeFirst() throws {
        let path = Fixtures.corrupt.appending(path: "events-lost.ktrace").path
        let result = try Tool.run(["info", path])
        #expect(result.lines[0].hasPrefix("complete: "))
        #expect(result.lines[1].hasPrefix("lost events: ") && result.lines[1] != "lost events: 0")
        #expect(result.lines[2].contains(" ns to "))
        let json = try JSON(try Tool.run(["info", "--format", "json", path]).output)
        #expect(json["losses"][0]["count"].integer ?? 0 > 0)
    }
}
