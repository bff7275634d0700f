import Foundation
import Glibc
import Testing

/// Recordings of a source that is still at work: rotation, flight ring, commits, signals.
@Suite struct LiveRecordingTests {
    // MARK: Files

    @Test func partsAddUpToTheWhole() throws {
        let folder = try Folder()
        try folder.record("whole.ktrace")
        expectFine(
            try folder.run(
                "record", "--duration", "2s", "--rotate-time", "500ms", "-o", "run.ktrace"))
        #expect(folder.names == (1...5).map { "run.000\($0).ktrace" } + ["whole.ktrace"])
        let parts = try folder.shell(
            "for p in run.*; do \"$TOOL\" dump $p --format ndjson --preamble none; done")
        let whole = try folder.run(
            "dump", "whole.ktrace", "--format", "ndjson", "--preamble", "none")
        #expect(parts.text == whole.text)
        for name in folder.names { expectFine(try folder.run("verify", name)) }
        // None of them is the whole run.
        for part in [1, 2] {
            expectRefusal(
                try folder.run("replay", "run.000\(part).ktrace"), 5,
                naming: "part \(part) of a recording")
        }
        let report = try folder.run("analyze", "run.0002.ktrace")
        #expect(report.text.contains("window: 500.0ms to 1.000s (500.0ms)"))
    }

    @Test func onlySoManyPartsAreKept() throws {
        let folder = try Folder()
        expectFine(
            try folder.run(
                "record", "--duration", "2s", "--rotate-time", "300ms", "--rotate-keep", "2", "-o",
                "run.ktrace"))
        #expect(folder.names == ["run.0006.ktrace", "run.0007.ktrace"])
        // A second recording does not mix with them.
        expectRefusal(
            try folder.run("record", "--rotate-size", "1MiB", "-o", "run.ktrace"), 73,
            naming: "run.0007.ktrace", "exists")
    }

    @Test func committedBlocksAreWhereTheReportSays() throws {
        let folder = try Folder()
        for sync in ["none", "block", "1ms"] {
            let result = try folder.run(
                "record", "--duration", "2s", "--block-time", "100ms", "--sync", sync,
                "--report-commits", "-o", "run.ktrace", "--force")
            #expect(result.status == 0)
            let commits = result.errorLines.compactMap { Commit($0) }
            #expect(commits.count == result.errorLines.count)
            #expect(commits.map(\.block) == Array(1...21))
            let records = try folder.run("dump", "--records", "run.ktrace").lines.filter {
                $0.contains(" block ")
            }
            // Where the record after the block begins.
            let all = try folder.run("dump", "--records", "run.ktrace").lines.dropFirst()
            let offsets = Set(all.compactMap { $0.split(separator: " ").first.map(String.init) })
            #expect(records.count == 21)
            for commit in commits { #expect(offsets.contains("\(commit.bytes)")) }
        }
    }

    @Test func whatACutRecordingLeftIsKept() throws {
        let folder = try Folder()
        try folder.write("run.ktrace.partial", "precious")
        for command in [
            ["record", "--duration", "1s"], ["record", "--duration", "1s", "--sync", "block"],
        ] {
            expectRefusal(
                try Tool.run(command + ["-o", "run.ktrace"], in: folder.url), 73,
                naming: "run.ktrace.partial", "cut off", "--force")
            #expect(try folder.read("run.ktrace.partial") == Data("precious".utf8))
        }
        expectFine(try folder.run("record", "--duration", "1s", "-o", "run.ktrace", "--force"))
        #expect(folder.names == ["run.ktrace"])
    }

    @Test func aFullDiskLeavesTheCommittedBlocks() throws {
        let folder = try Folder()
        // The signal that comes with the limit is ignored, as a shell's child inherits.
        let result = try folder.shell(
            "trap '' XFSZ; ulimit -f 40; exec \"$TOOL\" record --duration 60s --block-time 50ms "
                + "--report-commits -o run.ktrace")
        #expect(result.status == 74)
        let commits = result.errorLines.compactMap { Commit($0) }
        let last = try #require(commits.last)
        let said = try #require(result.errorLines.last)
        #expect(said.contains("run.ktrace: no space left after 40960 bytes"))
        #expect(
            said.contains(
                "\(last.block) blocks up to event \(last.lastSequence) can be read from "
                    + "run.ktrace.partial, the rest is missing"))
        #expect(folder.names == ["run.ktrace.partial"])
        let dump = try folder.run(
            "dump", "--format", "ndjson", "--preamble", "none", "run.ktrace.partial")
        #expect(dump.status == 0)
        #expect(dump.error.contains("complete: false"))
        let event = try JSON(Data(try #require(dump.lines.last).utf8))
        #expect(event["sequence"].integer == last.lastSequence)
    }

    @Test func devicesAndPipesTakeALiveRecording() throws {
        let folder = try Folder()
        expectRefusal(
            try folder.run("record", "--sync", "block", "-o", "/dev/full"), 74,
            naming: "/dev/full", "no space left")
        expectFine(
            try folder.shell(
                "\"$TOOL\" record --sync block --duration 2s -o - | \"$TOOL\" verify -"))
        let closed = try folder.shell(
            "\"$TOOL\" record --duration 60s --block-time 1ms -o - | head -c 1 | wc -c")
        expectFine(closed)
        #expect(folder.names == [])
    }

    @Test(
        arguments: [
            (["--ring", "1MiB", "--dump-on", "alloc_fail>x/s"], "column 12"),
            (["--ring", "1MiB", "--dump-on", "alloc_fale>1/s"], "alloc_fale"),
            (["--ring", "1KiB"], "--ring"), (["--ring", "1XB"], "--ring"),
            (["--dump-on", "exit"], "--ring"), (["--ring-time", "1s"], "--ring"),
            (["--ring", "1MiB", "--rotate-size", "1MB"], "--rotate"),
            (["--ring", "1MiB", "--sync", "block"], "--sync"),
            (["--rotate-keep", "3"], "--rotate-keep"),
            (["--rotate-keep", "0", "--rotate-time", "1s"], "--rotate-keep"),
            (["--rotate-time", "0s"], "--rotate-time"), (["--rotate-size", "0"], "--rotate-size"),
            (["--block-time", "0s"], "--block-time"), (["--sync", "often"], "--sync"),
            (["--sync", "0s"], "--sync"),
        ] as [([String], String)])
    func whatMakesNoSenseIsRefused(options: [String], word: String) throws {
        let folder = try Folder()
        expectUsageError(
            try Tool.run(["record", "-o", "run.ktrace"] + options, in: folder.url), naming: word)
        #expect(folder.names == [])
    }

    @Test func severalFilesNeedAName() throws {
        for options in [["--ring", "1MiB"], ["--rotate-time", "1s"]] {
            expectUsageError(try Tool.run(["record", "-o", "-"] + options), naming: "-o")
        }
    }

    // MARK: Flight

    @Test func aTriggerWritesTheLastStretch() throws {
        let folder = try Folder()
        try folder.write("trace.txt", FtraceText.small)
        let result = try folder.run(
            "import", "--from", "ftrace-text", "--ring", "1MiB", "--dump-on", "thread_run>0/s",
            "trace.txt", "-o", "run.ktrace")
        #expect(result.status == 0)
        #expect(
            result.errorLines.first?.hasPrefix("ktls-trace: wrote run.0001.ktrace: ") == true)
        #expect(result.error.contains("thread_run>0/s at 50000 ns"))
        #expect(result.error.contains("events are in no dump"))
        #expect(folder.names == ["run.0001.ktrace", "trace.txt"])
        let events = try DumpedEvents(folder.path("run.0001.ktrace")).events
        #expect(events.last?["kind"].text == "thread_run")
        expectFine(try folder.run("verify", "run.0001.ktrace"))
    }

    @Test func withoutATriggerThatIsSaid() throws {
        let folder = try Folder()
        let result = try folder.run(
            "record", "--duration", "1s", "--ring", "1MiB", "--dump-on", "alloc_fail>1000000/ns",
            "-o", "run.ktrace")
        #expect(result.status == 0)
        #expect(result.error.hasPrefix("ktls-trace: nothing was written: no trigger fired in "))
        #expect(folder.names == [])
    }

    // MARK: Signals

    /// A live recording that goes on until a signal comes.
    private func start(_ options: [String], in folder: Folder) throws -> RunningTool {
        try Tool.start(
            Tool.binary(), ["record", "--duration", "24h", "-o", "run.ktrace"] + options,
            in: folder.url)
    }

    /// Turns until something is so or the process has ended.
    private func wait(_ running: RunningTool, until isSo: () -> Bool) {
        while running.process.isRunning, !isSo() { sched_yield() }
    }

    @Test(arguments: [(SIGINT, 130, "SIGINT"), (SIGTERM, 143, "SIGTERM")])
    func aSignalEndsTheFile(signal: Int32, status: Int32, name: String) throws {
        let folder = try Folder()
        let running = try start(["--block-time", "10ms"], in: folder)
        wait(running) { folder.names == ["run.ktrace.partial"] }
        #expect(kill(running.process.processIdentifier, signal) == 0)
        expectRefusal(try running.result(), status)
        #expect(folder.names == ["run.ktrace"])
        expectFine(try folder.run("verify", "run.ktrace"))
        let info = try folder.run("info", "run.ktrace")
        expectFine(info)
        #expect(info.text.contains("recording.ended_by = \(name)"))
        // It is the beginning of a day, and neither replay nor analysis takes it for a whole one.
        expectFine(try folder.run("replay", "run.ktrace"))
        let report = try folder.run("analyze", "run.ktrace")
        #expect(!report.text.contains("86400"))
    }

    @Test func aSignalAsksForADump() throws {
        let folder = try Folder()
        let running = try start(["--ring", "1MiB"], in: folder)
        let process = running.process.processIdentifier
        wait(running) { Self.catches(SIGUSR1, process) }
        #expect(kill(process, SIGUSR1) == 0)
        wait(running) { folder.names == ["run.0001.ktrace"] }
        #expect(kill(process, SIGUSR1) == 0)
        wait(running) { folder.names == ["run.0001.ktrace", "run.0002.ktrace"] }
        #expect(kill(process, SIGINT) == 0)
        let result = try running.result()
        #expect(result.status == 130)
        #expect(result.errorLines.first?.contains("because of SIGUSR1") == true)
        // One begins after the other.
        let first = try DumpedEvents(folder.path("run.0001.ktrace")).events
        let second = try DumpedEvents(folder.path("run.0002.ktrace")).events
        let end = try #require(first.last?["sequence"].integer)
        let begin = try #require(second.first?["sequence"].integer)
        #expect(begin > end)
    }

    /// Whether a process has a handler for a signal.
    private static func catches(_ signal: Int32, _ process: Int32) -> Bool {
        let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("SigCgt:") }),
            let mask = UInt64(line.dropFirst(7).drop { $0 == "\t" || $0 == " " }, radix: 16)
        else { return false }
        return mask >> UInt64(signal - 1) & 1 == 1
    }

    @Test func aFileHasOneWriter() throws {
        let folder = try Folder()
        let running = try start(["--block-time", "10ms"], in: folder)
        wait(running) { folder.names == ["run.ktrace.partial"] }
        for force in [[], ["--force"]] {
            expectRefusal(
                try Tool.run(["record", "-o", "run.ktrace"] + force, in: folder.url), 73,
                naming: "run.ktrace.partial", "being written")
        }
        #expect(kill(running.process.processIdentifier, SIGINT) == 0)
        #expect(try running.result().status == 130)
        expectFine(try folder.run("verify", "run.ktrace"))
    }

    // MARK: Following

    @Test func aRecordingIsFollowedToItsEnd() throws {
        let folder = try Folder()
        let recording = try start(["--block-time", "10ms"], in: folder)
        wait(recording) { folder.names == ["run.ktrace.partial"] }
        let dump = try Tool.start(
            Tool.binary(), ["dump", "--follow", "--format", "csv", "run.ktrace"], in: folder.url)
        let info = try Tool.start(
            Tool.binary(), ["info", "--follow", "run.ktrace"], in: folder.url)
        // Events are there while the recording goes on.
        wait(dump) { dump.outputBytes > 1_000 }
        #expect(recording.process.isRunning)
        #expect(kill(recording.process.processIdentifier, SIGINT) == 0)
        #expect(try recording.result().status == 130)
        let followed = try dump.result()
        expectFine(followed)
        #expect(
            try folder.run("dump", "--format", "csv", "run.ktrace").output == followed.output)
        #expect(try info.result().text == folder.run("info", "run.ktrace").text)
    }

    @Test func theFollowingOfAKilledRecordingEnds() throws {
        let folder = try Folder()
        let recording = try start(["--block-time", "10ms"], in: folder)
        wait(recording) { folder.names == ["run.ktrace.partial"] }
        let dump = try Tool.start(
            Tool.binary(), ["dump", "--follow", "run.ktrace.partial"], in: folder.url)
        wait(dump) { dump.outputBytes > 1_000 }
        #expect(kill(recording.process.processIdentifier, SIGKILL) == 0)
        #expect(try recording.result().status == -SIGKILL)
        let result = try dump.result()
        #expect(result.status == 0)
        #expect(result.error.contains("complete: false (the recording was cut off"))
        #expect(try folder.run("dump", "run.ktrace.partial").output == result.output)
    }

    @Test func aFollowerThatIsInterruptedReportsWhatItHas() throws {
        let folder = try Folder()
        let recording = try start(["--block-time", "10ms"], in: folder)
        wait(recording) { folder.names == ["run.ktrace.partial"] }
        let dump = try Tool.start(
            Tool.binary(), ["dump", "--follow", "run.ktrace"], in: folder.url)
        wait(dump) { dump.outputBytes > 1_000 }
        // Stopped, the recording writes no more, and the follower waits.
        #expect(kill(recording.process.processIdentifier, SIGSTOP) == 0)
        #expect(kill(dump.process.processIdentifier, SIGINT) == 0)
        let result = try dump.result()
        #expect(result.status == 130)
        #expect(result.output.count > 1_000)
        #expect(kill(recording.process.processIdentifier, SIGKILL) == 0)
        _ = try recording.result()
    }

    // MARK: Imports

    @Test func anImportAsItComesHasTheSameEvents() throws {
        let folder = try Folder()
        try folder.write("trace.txt", FtraceText.small)
        expectFine(
            try folder.run("import", "--from", "ftrace-text", "trace.txt", "-o", "plain.ktrace"))
        let dump = try folder.run("dump", "plain.ktrace")
        for line in [
            "\"$TOOL\" import --from ftrace-text --live trace.txt -o live.ktrace --force",
            "cat trace.txt | \"$TOOL\" import --from ftrace-text --live - -o live.ktrace --force",
            "(head -c 300 trace.txt; tail -c +301 trace.txt) | "
                + "\"$TOOL\" import --from ftrace-text --block-time 1us - -o live.ktrace --force",
        ] {
            expectFine(try folder.shell(line))
            #expect(try folder.run("dump", "live.ktrace").output == dump.output)
        }
        let info = try folder.run("info", "live.ktrace")
        #expect(info.text.contains("host.cpus = 2"))
    }

    @Test func badDataLeavesWhatCameBefore() throws {
        let folder = try Folder()
        let back = FtraceText.line("kswapd0-45", 0, "99.000000", "mm_vmscan_kswapd_sleep: nid=0")
        try folder.write("trace.txt", FtraceText.small + back + "\n")
        expectRefusal(
            try folder.run(
                "import", "--from", "ftrace-text", "--live", "trace.txt", "-o", "live.ktrace"), 65,
            naming: "line 11", "time goes back")
        let info = try folder.run("info", "live.ktrace")
        expectFine(info)
        #expect(info.text.contains("recording.ended_by = bad data"))
        #expect(try !DumpedEvents(folder.path("live.ktrace")).events.isEmpty)
    }
}

/// A line of `--report-commits`.
struct Commit {
    let block: Int
    let lastSequence: Int64
    let bytes: Int64

    init?(_ line: String) {
        var values: [String: String] = [:]
        guard line.hasPrefix("commit: ") else { return nil }
        for pair in line.dropFirst("commit: ".count).split(separator: " ") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            values[String(parts[0])] = String(parts[1])
        }
        guard let block = values["block"].flatMap({ Int($0) }),
            let lastSequence = values["last_sequence"].flatMap({ Int64($0) }),
            let bytes = values["bytes"].flatMap({ Int64($0) }), values["file"] != nil
        else { return nil }
        self.block = block
        self.lastSequence = lastSequence
        self.bytes = bytes
    }
}
