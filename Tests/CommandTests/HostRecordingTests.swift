import Foundation
import Glibc
import Testing

/// Where tracefs can be written to, as a recording needs it; `nil` elsewhere.
private let tracefsFolder: String? = tracefsMounts.first { path in
    let canWrite = unsafe access("\(path)/instances", W_OK) == 0
    let canRead = unsafe access("\(path)/events/vmscan", R_OK) == 0
    return canWrite && canRead
}

private var tracefsMounts: [String] {
    let mounts = try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)
    return (mounts ?? "").split(separator: "\n").compactMap { line in
        let words = line.split(separator: " ")
        return words.count > 2 && words[2] == "tracefs" ? String(words[1]) : nil
    }
}

private let whySkipped: Comment =
    "skipped: no tracefs that can be written to; it takes root and a mount, see Scripts/with-tracefs.sh"

/// Live recordings of the host that the tests run on. None of them needs memory pressure.
@Suite(.enabled(if: tracefsFolder != nil, whySkipped), .serialized) struct HostRecordingTests {
    /// Everything of tracing that a recording could leave changed.
    private static func settings(_ tracefs: String) -> [String] {
        let names = [
            "tracing_on", "trace_clock", "buffer_size_kb", "current_tracer", "set_event",
            "trace_options", "events/kmem/enable", "events/vmscan/enable",
            "events/compaction/enable", "events/sched/enable",
        ]
        let values = names.map { name in
            let text = try? String(contentsOfFile: "\(tracefs)/\(name)", encoding: .utf8)
            return "\(name): \(text ?? "-")"
        }
        return values + ["instances: \(leftInstances(tracefs))"]
    }

    private static func instances(_ tracefs: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: "\(tracefs)/instances")
        return (names ?? []).filter { $0.hasPrefix("ktls-trace.") }.sorted()
    }

    /// Instances whose recorder is gone; others are at work, perhaps for another test.
    private static func leftInstances(_ tracefs: String) -> [String] {
        instances(tracefs).filter { name in
            let parts = name.split(separator: ".")
            return parts.count > 1 && Int32(parts[1]).map { kill($0, 0) != 0 } ?? true
        }
    }

    /// Starts a recording and waits until its instance is at work and its file is begun.
    private func start(_ tracefs: String, in folder: Folder, to output: String) throws
        -> RunningTool
    {
        let options = ["record", "--source", "linux", "--duration", "1h", "-o", output]
        let running = try Tool.start(Tool.binary(), options, in: folder.url)
        let name = "ktls-trace.\(running.process.processIdentifier)."
        // Turns until tracing is on: that it gets so far is part of what is tested.
        while running.process.isRunning {
            let isOn = Self.instances(tracefs).contains { instance in
                let path = "\(tracefs)/instances/\(instance)/tracing_on"
                let text = try? String(contentsOfFile: path, encoding: .utf8)
                return instance.hasPrefix(name) && text == "1\n"
            }
            if isOn && folder.names.contains("\(output).partial") { break }
            sched_yield()
        }
        return running
    }

    @Test func aRecordingIsWholeAndLeavesNothingBehind() throws {
        let tracefs = try #require(tracefsFolder)
        let before = Self.settings(tracefs)
        let folder = try Folder()
        let result = try folder.run(
            "record", "--source", "linux", "--detail", "2", "--duration", "5s", "--sample-every",
            "500ms", "-o", "host.ktrace")
        #expect(result.status == 0, "\(result.error)")
        for words in ["detail 2 records", "ns an event", "4096 KiB", "lost; the recorder took"] {
            #expect(result.error.contains(words), "no \(words) in \(result.error)")
        }
        #expect(Self.settings(tracefs) == before)
        expectFine(try folder.run("verify", "--deep", "host.ktrace"))
        let info = try folder.run("info", "host.ktrace").text
        for words in [
            "source: linux, policy linux, detail 2", "complete: true", "host.clock = mono",
            "policy.vm.min_free_kbytes", "recorder.cpu_ns", "host.sync.last.mono_ns",
        ] {
            #expect(info.contains(words), "no \(words)")
        }
        // What is read every half second is there, whatever the host does.
        let dump = try folder.run("dump", "host.ktrace").lines
        #expect(dump.count { $0.contains(" sample domain=0 ") } >= 10)
        #expect(dump.contains { $0.contains("counter name=vmstat.pgmigrate_success") })
        let report = try folder.run("analyze", "host.ktrace")
        #expect(report.status == 0)
        #expect(report.text.contains("(5.00"))
        // Nobody records what a host is asked for.
        let json = try folder.run("analyze", "--format", "json", "host.ktrace")
        #expect(json.text.contains("\"input\": null"))
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func aSignalCompletesTheFileAndRestoresEverything(signal: (Int32, Int32)) throws {
        let tracefs = try #require(tracefsFolder)
        let before = Self.settings(tracefs)
        let folder = try Folder()
        let running = try start(tracefs, in: folder, to: "host.ktrace")
        #expect(kill(running.process.processIdentifier, signal.0) == 0)
        #expect(try running.result().status == signal.1)
        #expect(Self.settings(tracefs) == before)
        #expect(folder.names == ["host.ktrace"])
        expectFine(try folder.run("verify", "host.ktrace"))
        let name = signal.0 == SIGINT ? "SIGINT" : "SIGTERM"
        #expect(try folder.run("info", "host.ktrace").text.contains("ended_by = \(name)"))
    }

    @Test func theNextStartRemovesWhatAKilledOneLeft() throws {
        let tracefs = try #require(tracefsFolder)
        let before = Self.settings(tracefs)
        let folder = try Folder()
        let running = try start(tracefs, in: folder, to: "killed.ktrace")
        // Another one that is at work meanwhile is left alone.
        let other = try start(tracefs, in: folder, to: "other.ktrace")
        #expect(kill(running.process.processIdentifier, SIGKILL) == 0)
        #expect(try running.result().status == -SIGKILL)
        let left = "ktls-trace.\(running.process.processIdentifier)."
        #expect(Self.instances(tracefs).count { $0.hasPrefix(left) } == 1)
        let result = try folder.run(
            "record", "--source", "linux", "--duration", "500ms", "-o", "next.ktrace")
        #expect(result.status == 0)
        #expect(result.error.contains("removed \(left)"))
        #expect(Self.instances(tracefs).count { $0.hasPrefix(left) } == 0)
        #expect(kill(other.process.processIdentifier, SIGTERM) == 0)
        #expect(try other.result().status == 143)
        #expect(Self.settings(tracefs) == before)
        #expect(folder.names == ["killed.ktrace.partial", "next.ktrace", "other.ktrace"])
    }

    @Test func aFlightRecordingWritesWhenItEnds() throws {
        let tracefs = try #require(tracefsFolder)
        let before = Self.settings(tracefs)
        let folder = try Folder()
        let result = try folder.run(
            "record", "--source", "linux", "--duration", "1s", "--ring", "1MiB", "--dump-on",
            "exit",
            "--detail", "0", "-o", "host.ktrace")
        #expect(result.status == 0, "\(result.error)")
        #expect(folder.names == ["host.0001.ktrace"])
        #expect(Self.settings(tracefs) == before)
    }

    @Test func anOutputThatExistsLeavesNothingBehind() throws {
        let tracefs = try #require(tracefsFolder)
        let before = Self.settings(tracefs)
        let folder = try Folder()
        try folder.write("host.ktrace", "precious")
        let result = try folder.run(
            "record", "--source", "linux", "--duration", "1s", "-o", "host.ktrace")
        #expect(result.status == 73)
        #expect(try folder.read("host.ktrace") == Data("precious".utf8))
        #expect(Self.settings(tracefs) == before)
    }
}

/// Recordings of a host that cannot be made.
@Suite struct HostRefusalTests {
    @Test func aFolderThatIsNoTracefsIsRefused() throws {
        let folder = try Folder()
        expectRefusal(
            try folder.run("record", "--source", "linux", "--tracefs", folder.url.path, "-o", "a"),
            77,
            naming: folder.url.path, "no tracefs")
        #expect(folder.names == [])
    }

    @Test func othersThanRootAreToldWhatIsMissing() throws {
        guard let unprivileged = Tool.unprivileged, tracefsFolder != nil else { return }
        let result = try Tool.shell(
            unprivileged + "\"$TOOL\" record --source linux --duration 1s -o /dev/null/a")
        expectRefusal(result, 77, naming: "permission denied", "root")
    }

    @Test(arguments: [
        ["--policy", "alloc-thread"], ["--preset", "small"], ["--seed", "1"], ["--detail", "4"],
        ["--cpu-buffer", "1KiB"], ["--sample-every", "1ms"], ["--set", "scenario.free_ppm=1"],
        ["--print-scenario"], ["--duration", "0s"],
    ])
    func whatAHostDoesNotHaveIsRefused(options: [String]) throws {
        let folder = try Folder()
        let result = try Tool.run(
            ["record", "--source", "linux", "-o", "host.ktrace"] + options, in: folder.url)
        expectUsageError(result)
        #expect(folder.names == [])
    }

    @Test(arguments: [["--cpu-buffer", "1MiB"], ["--tracefs", "/"], ["--sample-every", "1s"]])
    func whatTheEngineDoesNotHaveIsRefused(options: [String]) throws {
        expectUsageError(
            try Tool.run(["record", "-o", "run.ktrace"] + options), naming: "--source linux")
    }
}
