import Foundation
import Testing

/// FreeBSD hosts: the script, imports of what it prints, and recording with a program that takes
/// dtrace's place.
@Suite struct FreeBSDTests {
    private static func text(_ name: String) -> String {
        Fixtures.package.appending(path: "Fixtures/dtrace/\(name).txt").path
    }

    private func imported(_ name: String, into folder: Folder) throws {
        let result = try folder.run(
            "import", "--from", "freebsd-dtrace", Self.text(name), "-o", "\(name).ktrace")
        #expect(result.status == 0)
        #expect(result.errorLines.count == 1)
        #expect(result.error.hasSuffix("\(name).txt: dtrace dropped 12 lines\n"))
    }

    private func analysis(_ folder: Folder, _ name: String) throws -> JSON {
        let result = try folder.run("analyze", "--format", "json", "--worst", "3", name)
        expectFine(result)
        return try JSON(result.output)
    }

    // MARK: Imports

    @Test func theReportsOfAHostThatReclaimsComeOut() throws {
        let folder = try Folder()
        try imported("reclaim", into: folder)
        expectFine(try folder.run("verify", "--deep", "reclaim.ktrace"))
        let json = try analysis(folder, "reclaim.ktrace")
        #expect(json["parameters"]["source"].text == "freebsd")
        #expect(json["parameters"]["host.kernel"].text == "FreeBSD 14.1-RELEASE")
        #expect(json["parameters"]["recording.fidelity"].text == "rate")
        #expect(json["losses"]["count"].integer == 12)
        // The answers are sums over the text, by another program.
        let answers = try folder.shell(
            """
            grep -c '"rcl.end"' \(Self.text("reclaim")); \
            grep '"rcl.end"' \(Self.text("reclaim")) | sed 's/.*"cpu_ns":\\([0-9]*\\).*/\\1/' | \
            paste -sd+ | bc; \
            grep '"rcl.end"' \(Self.text("reclaim")) | grep -c '"ret":0'
            """
        ).lines
        let text = try folder.run("analyze", "reclaim.ktrace", "--worst", "3").text
        #expect(text.contains("  sent \(answers[0]): woke \(answers[0]), no sleeper 0, lost 0"))
        #expect(text.contains("  runs \(answers[0]): without a wakeup seen 0"))
        #expect(text.contains("  failures \(answers[0]), "))
        #expect(text.contains("daemon: ok \(answers[2]), failed ENOMEM 3"))
        #expect(text.contains("causes recorded in \(answers[0]), inferred (~) in the others"))
        #expect(text.contains("  from hits and imports, one by one"))
        let ends = try folder.run(
            "dump", "reclaim.ktrace", "--kind", "batch_end", "--format", "ndjson", "--preamble",
            "none")
        let used = try ends.lines.map { try JSON(Data($0.utf8))["cpu_ns"].integer ?? 0 }
        #expect(String(used.reduce(0, +)) == answers[1])
    }

    @Test func aHostThatAllocatesComparesWithOneThatReclaims() throws {
        let folder = try Folder()
        try imported("reclaim", into: folder)
        try imported("alloc", into: folder)
        let result = try folder.run("diff", "alloc.ktrace", "reclaim.ktrace")
        expectFine(result)
        #expect(result.text.contains("host.helper"))
        #expect(result.text.contains("cpu.spin"))
        let text = try folder.run("analyze", "alloc.ktrace").text
        #expect(text.contains("alloc_0"))
        #expect(text.contains("suppressed 11"))
        #expect(text.contains("  spins: "))
    }

    /// Read as it comes, the events are those of a plain import.
    @Test func aLiveImportHasTheSameEvents() throws {
        let folder = try Folder()
        try imported("reclaim", into: folder)
        let result = try folder.shell(
            """
            cat \(Self.text("reclaim")) | "$TOOL" import --from freebsd-dtrace --live \
            --block-time 1s - -o live.ktrace
            """)
        #expect(result.status == 0)
        let dumps = try ["reclaim.ktrace", "live.ktrace"].map {
            try folder.run("dump", $0, "--format", "ndjson", "--preamble", "none").text
        }
        #expect(dumps[0] == dumps[1])
        let info = try folder.run("info", "live.ktrace").text
        #expect(info.contains("lost events: 12"))
        #expect(info.contains("host.kernel = FreeBSD 14.1-RELEASE"))
    }

    @Test func whatIsNoSuchTextIsRefused() throws {
        let folder = try Folder()
        func read(_ text: String) throws -> ToolResult {
            try folder.write("in.txt", text)
            return try folder.run(
                "import", "--from", "freebsd-dtrace", "in.txt", "-o", "out.ktrace")
        }
        expectRefusal(try read("a\nb\n"), 65, naming: "in.txt", "dtrace script (line 1)")
        expectRefusal(
            try read("# tracer: nop\n"), 65, naming: "it looks like --from ftrace-text")
        expectRefusal(
            try read(
                "dtrace: failed to initialize dtrace: DTrace requires additional privileges\n"),
            65, naming: "dtrace says: failed to initialize")
        expectRefusal(
            try read("{\"e\":\"hdr\",\"t\":1,\"v\":7}\n"), 65, naming: "line 1", "version 7")
        #expect(folder.names == ["in.txt"])
        let wrong = try folder.run(
            "import", "--from", "ndjson", Self.text("reclaim"), "-o", "out.ktrace")
        expectRefusal(wrong, 65, naming: "it looks like --from freebsd-dtrace")
        expectUsageError(
            try folder.run(
                "import", "--from", "freebsd-dtrace", "in.txt", "-o", "x", "--allow-partial"),
            naming: "--from freebsd-dtrace")
        expectUsageError(
            try folder.run(
                "import", "--from", "freebsd-dtrace", "in.txt", "-o", "x", "--switches-of", "a"),
            naming: "--switches-of")
    }

    // MARK: Recording

    @Test func theScriptIsPrintedAnywhere() throws {
        let result = try Tool.run(["record", "--source", "freebsd", "--print-script"])
        expectFine(result)
        #expect(result.lines.first == "#!/usr/sbin/dtrace -s")
        #expect(!result.text.contains("exit(0)"))
        let old = try Tool.run([
            "record", "--source", "freebsd", "--policy", "alloc-thread", "--domains", "2",
            "--print-script",
        ])
        expectFine(old)
        #expect(old.text.contains("ktls_domains[1].alloc_td"))
    }

    @Test func otherSystemsRefuseToRecord() throws {
        let folder = try Folder()
        expectRefusal(
            try folder.run("record", "--source", "freebsd", "-o", "x.ktrace"), 5,
            naming: "only FreeBSD can be recorded with dtrace", "--print-script")
        #expect(folder.names.isEmpty)
        expectUsageError(
            try folder.run("record", "--print-script"), naming: "--source freebsd")
        expectUsageError(
            try folder.run("record", "--source", "freebsd", "--print-script", "--domains", "9"),
            naming: "--domains")
        expectUsageError(
            try folder.run(
                "record", "--source", "freebsd", "--print-script", "--policy", "cache-only"),
            naming: "reclaim-batch or alloc-thread")
    }

    /// A program that takes a script as dtrace does, and what it does then.
    private func program(_ folder: Folder, _ body: String) throws -> [String: String] {
        try folder.write("dtrace", "#!/bin/bash\ncat \"$2\" > script.d\n" + body)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: folder.path("dtrace"))
        return ["KTLS_TRACE_DTRACE": folder.path("dtrace")]
    }

    @Test func theProgramGetsTheScriptAndItsOutputIsRecorded() throws {
        let folder = try Folder()
        let environment = try program(folder, "cat \(Self.text("reclaim")); exit 0\n")
        let result = try folder.run(
            "record", "--source", "freebsd", "--duration", "20s", "--domains", "2", "-o",
            "host.ktrace", environment: environment)
        #expect(result.status == 0)
        #expect(result.error == "ktls-trace: dtrace: dtrace dropped 12 lines\n")
        let script = String(decoding: try folder.read("script.d"), as: UTF8.self)
        #expect(script.contains("/timestamp - began >= 20000000000/"))
        try imported("reclaim", into: folder)
        let dumps = try ["reclaim.ktrace", "host.ktrace"].map {
            try folder.run("dump", $0, "--format", "ndjson", "--preamble", "none").text
        }
        #expect(dumps[0] == dumps[1])
    }

    @Test func aProgramThatFailsIsTold() throws {
        let folder = try Folder()
        let failing = try program(
            folder, "echo 'dtrace: failed to compile script: no symbol' >&2; exit 1\n")
        let result = try folder.run(
            "record", "--source", "freebsd", "-o", "x.ktrace", environment: failing)
        expectRefusal(result, 65, naming: "dtrace says: failed to compile script: no symbol")
        let late = try program(folder, "echo '{\"e\":\"smp\",\"t\":5,\"dom\":0}'; exit 3\n")
        expectRefusal(
            try folder.run(
                "record", "--source", "freebsd", "-o", "y.ktrace", environment: late), 74,
            naming: "ended with status 3")
        expectRefusal(
            try folder.run(
                "record", "--source", "freebsd", "-o", "z.ktrace",
                environment: ["KTLS_TRACE_DTRACE": folder.path("no-such-program")]), 65)
    }

    /// What the program says after the signal is part of the recording.
    @Test func aSignalEndsTheProgramAndThenTheRecording() throws {
        let folder = try Folder()
        let environment = try program(
            folder,
            """
            trap 'echo "{\\"e\\":\\"smp\\",\\"t\\":9,\\"dom\\":0,\\"free\\":4711}"; exit 0' INT
            echo '{"e":"hdr","t":5,"v":1}'
            touch ready
            while :; do sleep 0.05; done

            """)
        let running = try Tool.start(
            Tool.binary(), ["record", "--source", "freebsd", "-o", "host.ktrace"],
            environment: environment, in: folder.url)
        while !folder.names.contains("ready") { usleep(10_000) }
        #expect(kill(running.process.processIdentifier, SIGTERM) == 0)
        let result = try running.result()
        #expect(result.status == 143)
        let dump = try folder.run("dump", "host.ktrace")
        #expect(dump.text.contains("free_pages=4711"))
        #expect(try folder.run("info", "host.ktrace").text.contains("recording.ended_by = SIGTERM"))
    }
}
