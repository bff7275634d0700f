import Foundation
import Testing

/// Several traces at once, and summaries wherever a trace can stand.
@Suite struct SummaryTests {
    private static let runs = ["reclaim-batch", "alloc-thread", "detail-2", "linux-d3"]

    private func json(_ arguments: [String], in folder: Folder? = nil) throws -> JSON {
        let result = try Tool.run(
            ["analyze", "--format", "json"] + arguments, in: folder?.url)
        expectFine(result)
        return try JSON(result.output)
    }

    /// A folder with a summary of each fixture.
    private func summaries() throws -> Folder {
        let folder = try Folder()
        for name in Self.runs {
            expectFine(
                try folder.run(
                    "analyze", "--format", "summary", Fixtures.trace(name), "-o", "\(name).ksum"))
        }
        return folder
    }

    @Test(arguments: Fixtures.allTraces)
    func aSummaryReportsWhatItsTraceDoes(name: String) throws {
        let folder = try Folder()
        let made = try folder.run(
            "analyze", "--format", "summary", "--worst", "7", Fixtures.trace(name), "-o", "a.ksum")
        expectFine(made)
        for options in [["--worst", "7"], []] {
            for format in ["json", "text", "csv", "markdown"] {
                let whole = try Tool.run(
                    ["analyze", "--format", format, Fixtures.trace(name)] + options)
                let again = try Tool.run(
                    ["analyze", "--format", format, "a.ksum"] + options, in: folder.url)
                #expect(again.status == 0, "\(name) \(options)")
                #expect(again.text == Self.withoutPictures(whole.text), "\(name) \(options)")
            }
        }
        // Of one report the head counts fewer events where a trace was read.
        for report in ["wakeups", "totals"] {
            let whole = try json([Fixtures.trace(name), "--report", report])
            let again = try json(["a.ksum", "--report", report], in: folder)
            #expect(again[report].canonical == whole[report].canonical && !again[report].isNull)
            #expect(again["metrics"].canonical == whole["metrics"].canonical)
        }
        let size = try #require(
            FileManager.default.attributesOfItem(atPath: folder.path("a.ksum"))[.size] as? Int)
        #expect(size < 65_536)
        expectFine(try Tool.shell("zstd -tq \(folder.path("a.ksum"))"))
    }

    /// A report without what is over time: a summary does not have it.
    private static func withoutPictures(_ report: String) -> String {
        report.replacing(/\nOver time, (?:[^\n]+\n)+/, with: "")
            .replacing(/"over_time": \{\s+"width_ns"[^}]*\},/, with: "\"over_time\": null,")
    }

    @Test func mergingIsTheSameInAnyOrderAndFromTraces() throws {
        let folder = try summaries()
        let names = Self.runs.map { "\($0).ksum" }
        expectFine(try Tool.run(["merge"] + names + ["-o", "all.ksum"], in: folder.url))
        expectFine(
            try folder.run("merge", names[3], names[1], "-o", "half.ksum"))
        expectFine(
            try folder.run("merge", names[2], "half.ksum", names[0], "-o", "other.ksum"))
        let bytes = try Data(contentsOf: folder.url.appending(path: "all.ksum"))
        #expect(try Data(contentsOf: folder.url.appending(path: "other.ksum")) == bytes)
        // A trace among them is summed up; the label is the path it was given by.
        try FileManager.default.copyItem(
            atPath: Fixtures.trace("detail-2"), toPath: folder.path("detail-2.ktrace"))
        expectFine(
            try folder.run(
                "analyze", "--format", "summary", "detail-2.ktrace", "-o", "copy.ksum"))
        expectFine(try folder.run("merge", names[0], "detail-2.ktrace", "-o", "mixed.ksum"))
        expectFine(try folder.run("merge", names[0], "copy.ksum", "-o", "pure.ksum"))
        #expect(
            try Data(contentsOf: folder.url.appending(path: "mixed.ksum"))
                == Data(contentsOf: folder.url.appending(path: "pure.ksum")))
        #expect(try json(["all.ksum"], in: folder)["runs"].integer == 4)
    }

    @Test func severalTracesAddUp() throws {
        let each = try Self.runs.map { try json([Fixtures.trace($0)]) }
        let all = try json(Self.runs.map(Fixtures.trace))
        for path in [
            ["failures", "count"], ["wakeups", "sent"], ["cpu", "reclaim_ns"],
            ["window", "length_ns"], ["events", "in_window"], ["waits", "ended"],
        ] {
            let sum = each.reduce(0) { $0 + (path.reduce($1) { $0[$1] }.integer ?? 0) }
            #expect(path.reduce(all) { $0[$1] }.integer == sum, "\(path)")
        }
        #expect(all["traces"].list.count == 4)
        #expect(all["identities"]["content"].isNull)
        let text = try Tool.run(["analyze"] + Self.runs.map(Fixtures.trace))
        #expect(text.text.contains("in 4 traces together"))
        #expect(text.text.contains("linux-d3.ktrace"))
    }

    @Test func aFolderStandsForItsTracesAndSummaries() throws {
        let folder = try summaries()
        let direct = try Tool.run(
            ["analyze", "--format", "json"] + Self.runs.sorted().map { "\($0).ksum" },
            in: folder.url)
        let whole = try Tool.run(["analyze", "--format", "json", "."], in: folder.url)
        #expect(whole.status == 0)
        #expect(
            try JSON(whole.output)["metrics"].canonical
                == JSON(direct.output)["metrics"].canonical)
        let empty = try Folder()
        let none = try Tool.run(["analyze", empty.url.path])
        #expect(none.status == 66 && none.error.contains("no .ktrace or .ksum file"))
    }

    @Test func diffTakesSummariesAndFolders() throws {
        let folder = try summaries()
        let traces = try Tool.run(
            [
                "diff", "--format", "json", Fixtures.trace("reclaim-batch"),
                Fixtures.trace("alloc-thread"),
            ])
        let both = try folder.run(
            "diff", "--format", "json", "reclaim-batch.ksum", "alloc-thread.ksum")
        #expect(both.status == 0)
        // All is the same but what takes events.
        let (sums, whole) = (try JSON(both.output), try JSON(traces.output))
        #expect(sums.keys == whole.keys)
        for key in whole.keys where key != "first_difference" {
            #expect(sums[key].canonical == whole[key].canonical, "\(key)")
        }
        #expect(sums["first_difference"].isNull && !whole["first_difference"].isNull)
        let same = try folder.run("diff", ".", ".")
        #expect(same.text.contains("identical"))
        let several = try folder.run("diff", ".", "linux-d3.ksum")
        #expect(several.text.contains("4 and 1 runs together"), "\(several.text)")
    }

    @Test func whatNeedsEventsRefusesASummary() throws {
        let folder = try summaries()
        for options in [
            ["--begin", "1ms"], ["--domain", "0"], ["--kind", "alloc_fail"], ["--thread", "1"],
            ["--interval", "1ms"],
        ] {
            let result = try Tool.run(["analyze", "linux-d3.ksum"] + options, in: folder.url)
            #expect(result.status == 5 && result.error.contains("has no events to select from"))
        }
        for command in ["info", "dump", "verify", "replay"] {
            let result = try folder.run(command, "linux-d3.ksum")
            #expect(result.status == 65, "\(command)")
            #expect(result.error.contains("is a summary, not a trace"), "\(result.error)")
        }
        let slice = try folder.run("slice", "linux-d3.ksum", "--end", "1ms", "-o", "x.ktrace")
        #expect(slice.status == 65)
    }

    @Test func wrongUseIsNamed() throws {
        let folder = try summaries()
        let size = try folder.run(
            "analyze", "--format", "summary", "--summary-size", "10B", "linux-d3.ksum", "-o", "x")
        #expect(size.status == 5 && size.error.contains("--summary-size allows more"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("x")))
        expectFine(
            try folder.run(
                "analyze", "--format", "summary", "--domain", "0", Fixtures.trace("detail-2"),
                "-o", "part.ksum"))
        let part = try folder.run("merge", "part.ksum", "detail-2.ksum", "-o", "y.ksum")
        #expect(part.status == 5 && part.error.contains("different domains"))
        let option = try folder.run(
            "merge", "--same-host", "linux-d3.ksum", "detail-2.ksum", "-o", "y.ksum")
        #expect(option.status == 64)
        let twice = try folder.run("merge", "linux-d3.ksum", "linux-d3.ksum", "-o", "z.ksum")
        #expect(twice.status == 0 && twice.error.contains("there more than once"))
        let exists = try folder.run("merge", "linux-d3.ksum", "detail-2.ksum", "-o", "z.ksum")
        #expect(exists.status == 73)
        let follow = try Tool.run(
            ["analyze", "--follow", Fixtures.trace("detail-2"), Fixtures.trace("linux-d3")])
        #expect(follow.status == 64)
    }

    /// A small limit leaves out what matters least, and says so.
    @Test func aSmallSummarySaysWhatItLacks() throws {
        let folder = try Folder()
        expectFine(
            try folder.run(
                "analyze", "--format", "summary", "--summary-size", "6KiB",
                Fixtures.trace("linux-d3"), "-o", "small.ksum"))
        let small = try json(["small.ksum"], in: folder)
        let whole = try json([Fixtures.trace("linux-d3")])
        #expect(small["left_out"]["rows"].integer ?? 0 > 0)
        #expect(small["failures"]["count"].integer == whole["failures"]["count"].integer)
        #expect(try folder.run("analyze", "small.ksum").text.contains("kept small:"))
    }

    @Test func damagedSummariesAreRefusedWithTheirPlace() throws {
        let folder = try summaries()
        var bytes = try Data(contentsOf: folder.url.appending(path: "linux-d3.ksum"))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: folder.url.appending(path: "bad.ksum"))
        let bad = try folder.run("analyze", "bad.ksum")
        #expect(bad.status == 65 && bad.error.contains("at offset"), "\(bad.error)")
        try bytes.prefix(50).write(to: folder.url.appending(path: "cut.ksum"))
        #expect(try folder.run("diff", "cut.ksum", "detail-2.ksum").status == 65)
    }

    @Test func summariesPassThroughPipes() throws {
        let result = try Tool.shell(
            "$TOOL analyze --format summary \(Fixtures.trace("detail-2"))"
                + " | $TOOL analyze --report failures -")
        #expect(result.status == 0 && result.text.contains("Allocation failures"))
    }
}
