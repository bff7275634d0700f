import Foundation
import Testing

private let forms = Fixtures.captures.appending(path: "forms")

/// Recordings of a kernel in the forms of several recorders, read without a word on what they are.
@Suite struct KernelFormTests {
    /// A folder with the recordings, decompressed.
    private func recordings() throws -> Folder {
        let folder = try Folder()
        let result = try folder.shell(
            """
            cp -r '\(forms.path)'/. . && chmod -R u+w . \
            && find . -name '*.xz' -exec xz -d {} +
            """)
        expectFine(result)
        return folder
    }

    private func events(_ folder: Folder, _ name: String, _ options: String...) throws -> Data {
        let result = try Tool.run(
            ["import"] + options + [name, "-o", "\(name).ktrace", "--force"], in: folder.url)
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.isEmpty)
        return try folder.run("dump", "\(name).ktrace").output
    }

    private func info(_ folder: Folder, _ name: String) throws -> [String] {
        let result = try folder.run("info", "\(name).ktrace")
        expectFine(result)
        return result.text.split(separator: "\n").map { String($0) }
    }

    /// Text that trace-cmd made of a file against the file itself, to the nanosecond.
    @Test func aFileGivesTheEventsOfItsText() throws {
        let folder = try recordings()
        let text = try events(folder, "trace-cmd.report.txt")
        #expect(text.count > 50_000)
        let binary = try events(folder, "trace.dat")
        // The text does not say that a thread was preempted.
        #expect(binary != text)
        let preempted = String(decoding: binary, as: UTF8.self)
        #expect(
            preempted.replacingOccurrences(of: "state=R+", with: "state=R")
                == String(decoding: text, as: UTF8.self))
        #expect(try events(folder, "trace.v7.dat") == binary)
        #expect(
            try info(folder, "trace.dat").contains("  import.trace_dat_version = 6"))
        #expect(
            try info(folder, "trace.v7.dat").contains("  import.trace_dat_version = 7"))
    }

    /// Ring buffers against the counts of a program that shares no code with the tool.
    @Test func rawBuffersHaveTheirEvents() throws {
        let folder = try recordings()
        _ = try events(folder, "raw")
        let answers = try JSON(Data(contentsOf: forms.appending(path: "raw-counts.json")))
        let lines = try info(folder, "raw")
        #expect(lines.contains("  import.lines = \(answers["events"].integer ?? -1)"))
        for name in answers["by_name"].keys {
            let count = answers["by_name"][name].integer ?? -1
            let isFound = lines.contains {
                $0.hasPrefix("  import.tracepoint.\(name) = ") && $0.hasSuffix(" \(count)")
            }
            #expect(isFound, "\(name) \(count)")
        }
        #expect(lines.contains("lost events: 0"))
        #expect(lines.contains("complete: true"))
    }

    @Test func theTextOfPerfIsRead() throws {
        let folder = try recordings()
        _ = try events(folder, "perf.script.txt")
        let text = String(decoding: try folder.read("perf.script.txt"), as: UTF8.self)
        let lines = text.split(separator: "\n")
        let failures = lines.filter { $0.contains(" kmem:mm_page_alloc: ") }.count
        #expect(failures > 0)
        let info = try info(folder, "perf.script.txt")
        #expect(info.contains("  import.lines = \(lines.count)"))
        #expect(info.contains("  alloc_fail: \(failures)"))
    }

    @Test(arguments: [
        ("raw", "raw"), ("trace.dat", "trace.dat"), ("trace.v7.dat", "trace.dat"),
        ("perf.script.txt", "perf-script"), ("trace-cmd.report.txt", "trace-cmd-report"),
    ])
    func whatShowsCanBeSaid(name: String, form: String) throws {
        let folder = try recordings()
        #expect(try events(folder, name) == events(folder, name, "--from", form))
        guard name != "raw" else { return }
        let piped = try folder.shell("cat \(name) | \"$TOOL\" import - -o - > piped.ktrace")
        #expect(piped.status == 0)
        #expect(
            try Identities(folder.path("\(name).ktrace"))
                == Identities(folder.path("piped.ktrace")))
    }

    /// 60,000 calls were made; the buffers hold 55,104 of them.
    @Test func lossesAreCounted() throws {
        let folder = try recordings()
        let result = try folder.run("import", "lost-events/raw", "-o", "lost.ktrace")
        #expect(result.status == 0)
        #expect(result.error.contains("55104 records of unknown event sys_enter_getppid"))
        #expect(result.error.contains("the recorder lost 4896 events"))
        let info = try info(folder, "lost")
        #expect(info.contains("lost events: 4896"))
        #expect(info.contains("  import.tracepoint.sys_enter_getppid = unknown 55104"))
        let verified = try folder.run("verify", "lost.ktrace")
        #expect(verified.status == 0)
    }

    @Test func aLossOfUnknownSizeIsSaid() throws {
        let folder = try recordings()
        expectFine(try folder.shell("rm lost-events/ring_stats.txt"))
        let result = try folder.run("import", "lost-events/raw", "-o", "lost.ktrace")
        #expect(result.status == 0)
        #expect(result.error.contains("lost events, it does not say how many"))
    }

    @Test func lossesInATextBecomeALoss() throws {
        let folder = try Folder()
        let text = FtraceText.small + "CPU:1 [LOST 42 EVENTS]\n"
        try folder.write("trace.txt", text)
        let result = try folder.run("import", "trace.txt", "-o", "trace.ktrace")
        #expect(result.error.contains("the recorder lost 42 events"))
        #expect(try info(folder, "trace").contains("lost events: 42"))
    }

    // MARK: Damage.

    @Test func aCutDumpNamesItsByte() throws {
        let folder = try recordings()
        expectFine(try folder.shell("truncate -s 20000 raw/trace_pipe_raw.cpu1.raw"))
        expectRefusal(
            try folder.run("import", "raw", "-o", "out.ktrace"), 65, naming: "raw",
            "ring buffer of CPU 1, byte 16384", "the data ends within a sub-buffer")
        #expect(!folder.names.contains("out.ktrace"))
        let kept = try folder.run("import", "--allow-partial", "raw", "-o", "out.ktrace")
        #expect(kept.status == 0)
        #expect(kept.error.contains("ring buffer of CPU 1, byte 16384"))
        #expect(kept.error.contains("complete: false"))
        #expect(try info(folder, "out").contains { $0.hasPrefix("complete: false") })
        #expect(try info(folder, "out").contains("  import.faults = 1"))
    }

    @Test(arguments: [2, 100, 5000, 100_000])
    func aCutFileNamesAByte(bytes: Int) throws {
        let folder = try recordings()
        expectFine(try folder.shell("truncate -s \(bytes) trace.dat"))
        let result = try folder.run("import", "--from", "trace.dat", "trace.dat", "-o", "o.ktrace")
        expectRefusal(result, 65, naming: "trace.dat: byte ")
        #expect(!folder.names.contains("o.ktrace"))
    }

    @Test func damagedBytesNeverCrash() throws {
        let folder = try recordings()
        let whole = try folder.read("trace.v7.dat")
        for step in 0..<40 {
            var bytes = whole
            let place = step * (whole.count / 40)
            bytes[place] ^= 0x81
            try folder.write("bad.dat", bytes)
            let result = try folder.run("import", "bad.dat", "-o", "bad.ktrace", "--force")
            #expect([0, 65].contains(result.status), "\(place): \(result.error)")
        }
    }

    @Test func aFolderWithoutWhatItNeeds() throws {
        let folder = try recordings()
        let arguments = ["import", "raw", "-o", "out.ktrace"]
        expectFine(try folder.shell("mv raw/header_page page && xz raw/*.raw"))
        expectRefusal(
            try Tool.run(arguments, in: folder.url), 65, naming: "raw", "no file header_page")
        expectFine(try folder.shell("mv page raw/header_page"))
        expectRefusal(
            try Tool.run(arguments, in: folder.url), 65, naming: "cpu0.raw.xz", "decompress it")
        expectFine(try folder.shell("rm raw/*.xz"))
        expectRefusal(try Tool.run(arguments, in: folder.url), 65, naming: "raw", "no dump")
        let format = "raw/formats/sched/sched_switch/format"
        try folder.write(format, "name: sched_switch\nwhat\n")
        expectRefusal(
            try Tool.run(arguments, in: folder.url), 65, naming: "\(format): ", "sched_switch")
    }

    @Test func whatDoesNotShow() throws {
        let folder = try recordings()
        try folder.write("words.txt", "hello\nworld\n")
        expectRefusal(
            try folder.run("import", "words.txt", "-o", "out.ktrace"), 65, naming: "words.txt",
            "say it with --from")
        expectFine(try folder.shell("xz -k trace.dat"))
        expectRefusal(
            try folder.run("import", "trace.dat.xz", "-o", "out.ktrace"), 65, naming: "xz -dc")
        expectRefusal(
            try folder.run("import", "--from", "trace.dat", "raw-counts.json", "-o", "out.ktrace"),
            65, naming: "raw-counts.json", "not a trace.dat file")
        for from in [[], ["--from", "raw"], ["--from", "trace.dat"]] {
            let arguments = ["import"] + from + ["missing", "-o", "out.ktrace"]
            expectRefusal(try Tool.run(arguments, in: folder.url), 66, naming: "missing")
        }
        expectRefusal(
            try folder.run("import", "--from", "raw", "trace.dat", "-o", "out.ktrace"), 65,
            naming: "trace.dat", "not a folder")
    }

    @Test func tablesAndScriptsShowToo() throws {
        let folder = try Folder()
        try folder.record("run.ktrace", "--duration", "100ms")
        for form in ["csv", "ndjson"] {
            expectFine(
                try folder.run("dump", "run.ktrace", "--format", form, "-o", "run.\(form)"))
            expectFine(try folder.run("import", "run.\(form)", "-o", "\(form).ktrace"))
            #expect(
                try Identities(folder.path("run.ktrace"))
                    == Identities(folder.path("\(form).ktrace")))
        }
        let script = Fixtures.package.appending(path: "Fixtures/dtrace/reclaim.txt").path
        #expect(try folder.run("import", script, "-o", "bsd.ktrace").status == 0)
        #expect(try info(folder, "bsd").contains("source: freebsd"))
    }

    @Test func optionsOfOtherForms() throws {
        let folder = try recordings()
        expectUsageError(
            try folder.run("import", "--skip-unknown", "trace.dat", "-o", "out.ktrace"),
            naming: "--skip-unknown")
        expectUsageError(
            try folder.run(
                "import", "--from", "perf-script", "--allow-partial", "x", "-o", "out.ktrace"),
            naming: "--allow-partial")
        expectUsageError(
            try folder.run("import", "--from", "raw", "--live", "raw", "-o", "out.ktrace"),
            naming: "--live")
    }
}
