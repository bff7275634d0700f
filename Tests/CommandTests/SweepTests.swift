import Foundation
import Glibc
import Testing

/// `sweep`: a grid of runs in a folder.
@Suite struct SweepTests {
    private static let grid = [
        "sweep", "--policies", "reclaim-batch,cache-only,watermark", "--set", "max_reclaim=32,512",
        "--seeds", "1-3,7", "--duration", "3s",
    ]

    private static func sweep(
        _ folder: Folder, _ output: String, _ options: String...
    ) throws -> ToolResult {
        try Tool.run(grid + ["-o", output] + options, in: folder.url)
    }

    private static let cells = [
        "cache-only", "reclaim-batch,max_reclaim=32", "reclaim-batch,max_reclaim=512",
        "watermark,max_reclaim=32", "watermark,max_reclaim=512",
    ]

    @Test func everyCellHasItsRunsAndTheTableIsThatOfTheRuns() throws {
        let folder = try Folder()
        let result = try Self.sweep(folder, "out", "--keep-traces")
        expectFine(result)
        let files = FileManager.default
        #expect(
            try files.contentsOfDirectory(atPath: folder.path("out")).sorted()
                == (Self.cells + ["sweep.html", "sweep.json"]).sorted())
        let seeds = [1, 2, 3, 7].map { "seed-\($0)" }
        for cell in Self.cells {
            #expect(
                try files.contentsOfDirectory(atPath: folder.path("out/\(cell)")).sorted()
                    == seeds.map { $0 + ".ksum" } + ["traces"])
            #expect(
                try files.contentsOfDirectory(atPath: folder.path("out/\(cell)/traces")).sorted()
                    == seeds.map { $0 + ".ktrace" })
        }
        // A run is what record makes of the same settings.
        try folder.record(
            "one.ktrace", "--policy", "watermark", "--set", "kern.ipc.tls.max_reclaim=32",
            "--seed", "7", "--duration", "3s")
        let kept = "out/watermark,max_reclaim=32/traces/seed-7.ktrace"
        let same = try folder.run("diff", "one.ktrace", kept)
        #expect(same.text.contains("identical: the content identities are equal"))
        // The summary is that of the trace.
        let summary = "out/watermark,max_reclaim=32/seed-7.ksum"
        #expect(
            try folder.run("analyze", "--format", "csv", summary).text
                == folder.run("analyze", "--format", "csv", kept).text)
        // The means are those of the runs.
        let json = try JSON(folder.read("out/sweep.json"))
        #expect(json["cells"].list.map { $0["folder"].text ?? "" }.sorted() == Self.cells)
        for cell in json["cells"].list {
            let values = cell["runs"].list.compactMap { $0["metrics"]["cpu.reclaim"].integer }
            #expect(values.count == 4)
            let mean = values.reduce(0, +) / 4
            #expect(cell["axes"][0]["mean"].integer == mean)
            #expect(cell["runs"].list.compactMap { $0["seed"].integer } == [1, 2, 3, 7])
        }
        // Cells are compared as any folders are.
        let diff = try folder.run("diff", "out/cache-only", "out/watermark,max_reclaim=512")
        #expect(diff.text.contains("paired: 4 pairs of runs with the same inputs"))
        for form in ["json", "html"] {
            #expect(
                try Self.sweep(folder, "out", "--format", form).output
                    == folder.read("out/sweep.\(form)"))
        }
    }

    @Test func whatIsThereIsNotMadeAgainAndNumbersOfThreadsDoNotMatter() throws {
        let folder = try Folder()
        let one = try Self.sweep(folder, "one", "--jobs", "1")
        let many = try Self.sweep(folder, "many", "--jobs", "3")
        expectFine(one)
        #expect(one.output == many.output)
        #expect(try folder.read("one/sweep.json") == folder.read("many/sweep.json"))
        // A file that is there is kept, one that is missing is made.
        let lost = "one/cache-only/seed-2.ksum"
        let kept = "one/cache-only/seed-3.ksum"
        let before = try folder.read(lost)
        let number = try fileNumber(folder.path(kept))
        try FileManager.default.removeItem(atPath: folder.path(lost))
        #expect(try Self.sweep(folder, "one").output == one.output)
        #expect(try folder.read(lost) == before)
        #expect(try fileNumber(folder.path(kept)) == number)
        expectFine(try Self.sweep(folder, "one", "--force"))
        #expect(try fileNumber(folder.path(kept)) != number)
        // More seeds go on from there.
        let more = try Self.sweep(folder, "one", "--seeds", "1-8")
        expectFine(more)
        #expect(more.text.contains("5 cells x 8 seeds = 40 runs"))
    }

    private func fileNumber(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
    }

    /// Killed at some moment, or interrupted: the same command ends with the same table.
    @Test(arguments: [(SIGKILL, 2), (SIGINT, 3), (SIGTERM, 5), (SIGKILL, 9)] as [(Int32, Int)])
    func aSweepGoesOnWhereItWasStopped(stop: (signal: Int32, runs: Int)) throws {
        let folder = try Folder()
        let whole = try Self.sweep(folder, "whole")
        let arguments = Self.grid + ["-o", "stopped", "--jobs", "2"]
        let running = try Tool.start(Tool.binary(), arguments, in: folder.url)
        while running.process.isRunning, summaries(folder.path("stopped")) < stop.runs {
            sched_yield()
        }
        let isAtWork = running.process.isRunning
        _ = kill(running.process.processIdentifier, stop.signal)
        let stopped = try running.result()
        #expect(isAtWork && summaries(folder.path("stopped")) < 20)
        switch stop.signal {
        case SIGINT: expectRefusal(stopped, 130, naming: "the same command goes on")
        case SIGTERM: expectRefusal(stopped, 143, naming: "the same command goes on")
        default: #expect(stopped.status != 0)
        }
        let resumed = try Self.sweep(folder, "stopped")
        expectFine(resumed)
        #expect(resumed.output == whole.output)
        #expect(try folder.read("stopped/sweep.json") == folder.read("whole/sweep.json"))
        #expect(try folder.shell("find stopped -name '*.partial*'").text == "")
    }

    private func summaries(_ path: String) -> Int {
        let all = FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []
        return all.count { $0.hasSuffix(".ksum") }
    }

    @Test func runsOfOtherSettingsAreRefused() throws {
        let folder = try Folder()
        func sweep(_ options: String...) throws -> ToolResult {
            try Tool.run(
                ["sweep", "--seeds", "1-2", "--duration", "1s", "-o", "out"] + options,
                in: folder.url)
        }
        expectFine(try sweep())
        expectRefusal(
            try sweep("--duration", "2s"), 5, naming: "recording.duration_ns", "--force")
        expectRefusal(try sweep("--salt", "9"), 5, naming: "model.salt 1 instead of 9")
        expectFine(try sweep("--salt", "9", "--force"))
        try folder.write("out/reclaim-batch/seed-1.ksum", "nonsense")
        expectRefusal(try sweep("--salt", "9"), 65, naming: "out/reclaim-batch/seed-1.ksum")
        try folder.write("file", "")
        expectRefusal(
            try folder.run("sweep", "--duration", "1s", "-o", "file/x"), 73, naming: "file")
    }

    @Test func wrongGridsAreToldBeforeAnythingRuns() throws {
        let folder = try Folder()
        func sweep(_ options: String...) throws -> ToolResult {
            try Tool.run(["sweep", "-o", "out"] + options, in: folder.url)
        }
        expectUsageError(try sweep("--policies", "none"), naming: "there is no policy none")
        expectUsageError(try sweep("--policies", "reclaim-batch,"), naming: "there is no policy")
        expectUsageError(try sweep("--set", "max_reclaim"), naming: "name=value,value")
        expectUsageError(try sweep("--set", "max_reclaim=1,,2"), naming: "a value is missing")
        expectUsageError(try sweep("--set", "nothing=1"), naming: "none of the policies")
        expectUsageError(try sweep("--set", "max_reclaim=1,x"), naming: "max_reclaim=x")
        expectUsageError(try sweep("--set", "model.hz=0"), naming: "model.hz")
        for seeds in ["", "1-", "-3", "5-2", "x", "1-2-3", "1-1000000"] {
            expectUsageError(try sweep("--seeds=\(seeds)"), naming: "--seeds")
        }
        expectUsageError(
            try sweep("--seeds", "1-50000", "--policies", "all"), naming: "more than the 100000")
        expectUsageError(try sweep("--duration", "0s"), naming: "--duration")
        expectUsageError(try sweep("--detail", "0"), naming: "--detail")
        expectUsageError(try sweep("--jobs", "0"), naming: "--jobs")
        expectUsageError(try sweep("--preset", "nowhere"), naming: "there is no preset nowhere")
        #expect(folder.names == [])
    }

    @Test(.enabled(if: JSONSchema.isInstalled, "skipped: python3-jsonschema is not installed"))
    func theJSONFitsItsSchema() throws {
        let folder = try Folder()
        expectFine(try Self.sweep(folder, "out"))
        expectFine(
            try folder.run(
                "sweep", "--policies", "pages-only", "--seeds", "1", "--duration", "1s", "--set",
                "scenario.requests.peak=100Mb/s", "-o", "tiny"))
        let schema = JSONSchema("ktls-trace-sweep-0.json")
        try schema.expectFits(["out/sweep.json", "tiny/sweep.json"], in: folder)
        try schema.expectClosed(
            "out/sweep.json", in: folder,
            [
                ("\"front\":", "\"more\": 1, \"front\":"), ("\"front_ppm\":", "\"front\":"),
                ("\"mean\":", "\"more\": 1, \"mean\":"), ("\"seed\":", "\"sed\":"),
            ])
    }

    @Test(.enabled(if: Browser.isInstalled, "skipped: chromium is not installed"))
    func thePageIsShownWithoutComplaint() throws {
        let folder = try Folder()
        expectFine(try Self.sweep(folder, "out"))
        let page = try Browser.open("out/sweep.html", in: folder)
        #expect(page.complaints == [])
        page.expectNumbers(of: try JSON(folder.read("out/sweep.json")))
        // A share and three means of each cell.
        #expect(page.numbers.count == 4 * Self.cells.count)
    }
}
