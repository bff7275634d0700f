import Foundation
import Testing

/// Scenario files and everything else that changes what `record` records.
@Suite struct ScenarioTests {
    private static let file = """
        name: mine
        summary: "a host of my own"
        domains:
          - {memory: 64MiB, cpus: 2}
        fragmentation:
          free: 15%
        requests:
          peak: 0.4Gb/s
          period: 2s
          lifetime_median: 60ms
        background:
          turnover: 500ms
          floor: 300pages
        zone:
          bucket_size: 4

        """

    private func header(_ folder: Folder, _ name: String = "run.ktrace") throws -> [String] {
        try folder.run("info", name).lines.map { $0.trimmingCharacters(in: .whitespaces) }
    }

    @Test func aFileIsRecordedAndReplays() throws {
        let folder = try Folder()
        try folder.write("host.yaml", Self.file)
        expectFine(
            try folder.run(
                "record", "--scenario", "host.yaml", "--duration", "3s", "-o", "run.ktrace"))
        let header = try header(folder)
        #expect(header.contains("scenario.name = mine"))
        #expect(header.contains("scenario.free_ppm = 150000"))
        #expect(header.contains("scenario.peak_bits_per_second = 400000000"))
        #expect(header.contains("model.bucket_size = 4"))
        #expect(header.contains("model.arrivals = open"))
        let replay = try folder.run("replay", "run.ktrace")
        expectFine(replay)
        #expect(replay.lines.last == "replay agrees with the recording")
    }

    @Test func aFileMayComeFromStandardInput() throws {
        let folder = try Folder()
        try folder.write("host.yaml", Self.file)
        let printed = try folder.run(
            "record", "--scenario", "-", "--print-scenario",
            input: .file(folder.path("host.yaml")))
        expectFine(printed)
        #expect(printed.lines.first == "name: \"mine\"")
    }

    /// What is printed is the scenario with all changes, and records the same run.
    @Test func aPrintedScenarioRecordsTheSame() throws {
        let folder = try Folder()
        let changes = [
            "--seed", "5", "--salt", "6", "--set", "scenario.requests.low=35%", "--set",
            "scenario.floor_pages=400", "--set", "model.scan_visit_ns=0.1us", "--set-at",
            "500ms:kern.ipc.tls.max_reclaim=5",
        ]
        let printed = try Tool.run(["record", "--print-scenario"] + changes, in: folder.url)
        expectFine(printed)
        try folder.write("host.yaml", printed.output)
        expectFine(
            try Tool.run(
                ["record", "--duration", "2s", "-o", "one.ktrace"] + changes, in: folder.url))
        expectFine(
            try folder.run(
                "record", "--duration", "2s", "-o", "two.ktrace", "--scenario", "host.yaml"))
        #expect(
            try folder.run("dump", "one.ktrace").text == folder.run("dump", "two.ktrace").text)
        let header = try header(folder, "two.ktrace")
        for line in [
            "scenario.seed = 5", "model.salt = 6", "scenario.low_share_ppm = 350000",
            "scenario.floor_pages = 400", "model.scan_visit_ns = 100",
            "scenario.setting0 = 500000000 kern.ipc.tls.max_reclaim=5",
        ] {
            #expect(header.contains(line), "\(line)")
        }
        let again = try folder.run("record", "--scenario", "host.yaml", "--print-scenario")
        #expect(again.text == printed.text)
    }

    @Test func everyPresetIsListedAndPrinted() throws {
        let list = try Tool.run(["record", "--list-presets"])
        expectFine(list)
        let names = list.lines.map { String($0.split(separator: ":")[0]) }
        #expect(names == ["unit", "small", "half", "server100", "server200"])
        for name in names {
            let printed = try Tool.run(["record", "--preset", name, "--print-scenario"])
            expectFine(printed)
            #expect(printed.lines.first == "name: \"\(name)\"")
        }
    }

    @Test func aScenarioIsPrintedIntoAFile() throws {
        let folder = try Folder()
        expectFine(try folder.run("record", "--print-scenario", "-o", "host.yaml"))
        expectRefusal(
            try folder.run("record", "--print-scenario", "-o", "host.yaml"), 73, naming: "--force")
        expectFine(try folder.run("record", "--scenario", "host.yaml", "--print-scenario"))
    }

    // MARK: Faults

    @Test func aBadFileIsRefusedWithItsPlace() throws {
        let folder = try Folder()
        try folder.write("host.yaml", Self.file.replacing("floor:", with: "flor:"))
        let result = try folder.run("record", "--scenario", "host.yaml", "-o", "run.ktrace")
        expectRefusal(
            result, 65, naming: "ktls-trace: host.yaml:13:3: background.flor: unknown key, ",
            "did you mean floor?; allowed: turnover, turnover_start, floor, ")
        #expect(folder.names == ["host.yaml"])
    }

    @Test func aMissingFileIsNoInput() throws {
        for option in ["--scenario", "--fragmentation-from"] {
            expectRefusal(
                try Tool.run(["record", option, "nowhere", "--print-scenario"]), 66,
                naming: "nowhere")
        }
        expectRefusal(
            try Tool.run(["record", "--scenario", "/", "--print-scenario"]), 66, naming: "folder")
    }

    @Test(arguments: [
        (["--preset", "unit", "--scenario", "x.yaml"], "--preset and --scenario"),
        (["--set", "scenario.requests.peak=8GB/s"], "'GB/s' is not one of the units b/s, kb/s"),
        (["--set", "scenario.requests.period=1.5ns"], "not a whole number of nanoseconds"),
        (["--set", "scenario.requests=5"], "there is no such setting"),
        (["--set", "scenario.fragmentation.free=0.5%"], "10000"),
        (["--set", "scenario.free_ppm=60%", "--set", "scenario.unmovable_ppm=50%"], "100%"),
        (["--set", "scenario.shape=wave"], "constant, square, ramp"),
        (["--set-at", "5s"], "must be time:name=value"),
        (["--set-at", "5s:kern.ipc.tls.max_reclaim"], "must be time:name=value"),
        (["--set-at", "5:kern.ipc.tls.max_reclaim=1"], "has no unit"),
        (["--set-at", "-1s:kern.ipc.tls.max_reclaim=1"], "--duration"),
        (["--set-at", "10s:kern.ipc.tls.max_reclaim=1"], "--duration"),
        (["--set-at", "1s:kern.ipc.tls.max=1"], "kern.ipc.tls.max: there is no such setting"),
        (["--set-at", "1s:model.hz=100"], "model.hz: there is no such setting"),
        (["--set-at", "1s:kern.ipc.tls.max_reclaim=99999999"], "must be a whole number from"),
        (["--set-at", "1s:kern.ipc.tls.max_reclaim=x"], "'x' is not a number"),
        (["--policy", "cache-only", "--set-at", "1s:kern.ipc.tls.max_reclaim=1"], "max_reclaim"),
    ])
    func senselessOptions(options: [String], words: String) throws {
        let folder = try Folder()
        let result = try Tool.run(["record", "-o", "run.ktrace"] + options, in: folder.url)
        expectUsageError(result, naming: words)
        #expect(folder.names == [])
    }

    // MARK: Settings that change

    @Test func aSettingChangesAtItsTime() throws {
        let folder = try Folder()
        try folder.record(
            "run.ktrace", "--duration", "8s", "--set-at", "5s:kern.ipc.tls.max_reclaim=7",
            "--set-at", "2s:kern.ipc.tls.max_reclaim=9")
        let sets = try DumpedEvents(folder.path("run.ktrace"), "--kind", "set").events
        #expect(sets.map { $0["value"].integer } == [9, 7])
        let begins = try folder.run("dump", "--kind", "batch_begin", "run.ktrace").lines
        var seen: Set<String> = []
        for line in begins {
            // `seq time kind ...` with desired=N among the columns.
            let words = line.split(separator: " ").map(String.init)
            let seconds = try #require(Double(words[1]))
            let desired = seconds < 2 ? "1024" : seconds < 5 ? "9" : "7"
            #expect(words.contains("desired=\(desired)"), "\(line)")
            seen.insert(desired)
        }
        #expect(seen == ["1024", "9", "7"])
        let replay = try folder.run("replay", "run.ktrace")
        #expect(replay.lines.last == "replay agrees with the recording")
    }

    /// Requests and background of a run do not depend on the settings that change in it.
    @Test func inputsDoNotDependOnSettings() throws {
        let folder = try Folder()
        try folder.record("one.ktrace")
        try folder.record("two.ktrace", "--set-at", "1s:kern.ipc.tls.max_reclaim=1")
        for kind in ["request", "background"] {
            let runs = try ["one.ktrace", "two.ktrace"].map { name in
                // Without the sequence number.
                try folder.run("dump", "--kind", kind, name).lines.map {
                    $0.drop { $0 != " " }
                }
            }
            #expect(runs[0] == runs[1])
        }
    }

    // MARK: Free lists of hosts

    private static func freeLists(_ name: String) -> String {
        Fixtures.package.appending(path: "Fixtures/fragmentation/\(name).txt").path
    }

    @Test func freeListsOfAHostAreTaken() throws {
        let folder = try Folder()
        let path = Self.freeLists("linux-two-nodes-sizes")
        let result = try folder.run(
            "record", "--fragmentation-from", path, "--print-scenario")
        #expect(result.status == 0)
        #expect(
            result.errorLines == [
                "ktls-trace: \(path): buddyinfo, node 0: 70499 free pages of 1025280 pages, 26 "
                    + "free blocks of 16 KiB or more",
                "ktls-trace: \(path): buddyinfo, node 1: 76745 free pages of 1032192 pages, 0 "
                    + "free blocks of 16 KiB or more",
            ])
        #expect(result.text.contains("    - [61337, 7704, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]\n"))
        #expect(result.text.contains("{memory: 4032MiB, cpus: 2, first_page: "))
    }

    @Test func scaledFreeListsAreRecorded() throws {
        let folder = try Folder()
        let path = Self.freeLists("linux-one-node")
        let result = try folder.run(
            "record", "--fragmentation-from", path, "--duration", "500ms", "-o", "run.ktrace")
        #expect(result.status == 0)
        #expect(result.errorLines.count == 1)
        #expect(result.error.contains("scaled to 2457 of 16384 pages"))
        let header = try header(folder)
        #expect(header.contains { $0.hasPrefix("scenario.domain0.free_blocks = ") })
        expectFine(try folder.run("replay", "run.ktrace"))
    }

    @Test func freeListsThatDoNotFitAreRefused() throws {
        let folder = try Folder()
        expectRefusal(
            try folder.run(
                "record", "--fragmentation-from", Self.freeLists("freebsd-two-domains"),
                "--print-scenario"), 64, naming: "2 domains without their sizes")
        try folder.write("free", "Node 0, zone Normal 1 x\n")
        expectRefusal(
            try folder.run("record", "--fragmentation-from", "free", "--print-scenario"), 65,
            naming: "free:1: 'x' is not a number of blocks")
    }

    @Test func freeListsOfThisHostAreRead() throws {
        guard FileManager.default.isReadableFile(atPath: "/proc/buddyinfo") else { return }
        let result = try Tool.run(
            ["record", "--fragmentation-from", "/proc/buddyinfo", "--print-scenario"])
        // On a host with several nodes the preset has too few domains.
        #expect(result.status == 0 || result.status == 64)
        #expect(result.error.contains("/proc/buddyinfo: "))
    }
}
