import Foundation
import Testing

private let captures = [
    "d1-tlsd-default", "d2-tlsd-defrag", "d3-mixed-default", "d4-mixed-defrag",
]

/// Recordings of a real host, imported and analyzed, against answers computed by a script that
/// shares no code with the tool.
@Suite struct CaptureCommandTests {
    /// A folder with the text of a recording and its import.
    private func imported(_ name: String, _ options: String = "--switches-of fs-") throws -> Folder
    {
        let folder = try Folder()
        let text = Fixtures.captures.appending(path: "\(name)/trace.txt.xz").path
        let result = try folder.shell(
            """
            xz -dc \(text) > trace.txt && \
            "$TOOL" import --from ftrace-text \(options) trace.txt -o host.ktrace
            """)
        expectFine(result)
        return folder
    }

    private func analysis(_ folder: Folder) throws -> JSON {
        let result = try folder.run("analyze", "--format", "json", "host.ktrace")
        expectFine(result)
        return try JSON(result.output)
    }

    private func reference(_ name: String) throws -> JSON {
        let file = Fixtures.captures.appending(path: "\(name)/reference.json")
        return try JSON(Data(contentsOf: file))["trace_txt_full"]
    }

    /// A series of the report against a summary of the script; percentiles where there are enough
    /// samples to show them.
    private func expect(
        _ series: JSON, _ answer: JSON, _ what: String, unitNs: Int64 = 1,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let count = answer["n"].integer ?? 0
        #expect(series["n"].integer == count, "\(what)", sourceLocation: sourceLocation)
        for (key, least) in [("p50", Int64(20)), ("p99", 1000), ("sum", 0), ("max", 1)] {
            let value = count >= least ? answer[key].integer.map { $0 * unitNs } : nil
            #expect(
                series[key + "_ns"].integer == value, "\(what) \(key)",
                sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: captures)
    func theReportGivesTheReferenceAnswers(name: String) throws {
        let folder = try imported(name)
        let json = try analysis(folder)
        let answers = try reference(name)
        #expect(json["complete"].flag == true)
        #expect(json["parameters"]["source"].text == "linux")
        #expect(
            json["window"]["end_ns"].integer.map { $0 + (answers["first_ns"].integer ?? 0) }
                == answers["last_ns"].integer)
        expectThreads(json, answers)
        let orders = json["failures"]["by_order"].list.map {
            ("\($0["number"].integer ?? -1)", $0["count"].integer)
        }
        #expect(Dictionary(uniqueKeysWithValues: orders) == counts(answers["fail"]))
        for mode in ["daemon", "direct"] {
            let group = group("compaction", mode, json)
            if group.isNull {
                #expect(answers["compact"][mode]["n"].integer == 0)
            } else {
                expect(group["duration"], answers["compact"][mode], "compaction \(mode)")
            }
            let results = group["results"].list.map {
                ("\(mode)/\($0["name"].text ?? "")", $0["count"].integer)
            }
            let expected = counts(answers["compact_by_mode_status"]).filter {
                $0.key.hasPrefix(mode)
            }
            #expect(Dictionary(uniqueKeysWithValues: results) == expected)
        }
        let direct = group("direct_reclaim", "direct", json)
        expect(direct["duration"], answers["direct_reclaim"], "direct reclaim")
        #expect(direct["freed_pages"]["sum"].integer == answers["direct_reclaim_pages"].integer)
        expectThrottling(json, answers)
        expectPageout(json, answers)
    }

    private func expectThreads(_ json: JSON, _ answers: JSON) {
        var reclaimNs: Int64 = 0
        #expect(answers["oncpu"].keys == ["kcompactd0", "kswapd0"])
        for name in answers["oncpu"].keys {
            let number = json["threads"].first("name", name)["thread"].integer
            let thread = json["cpu"]["threads"].list.first { $0["thread"].integer == number }
            let answer = answers["oncpu"][name]
            #expect(thread?["reclaim"].flag == true)
            #expect(thread?["cpu_ns"].integer == answer["sum"].integer, "\(name)")
            let missed = answers["missed_switch_in"][name].integer ?? 0
            #expect(thread?["missed_stretches"].integer == missed, "\(name)")
            if let thread { expect(thread["stretches"], answer, "\(name) on a CPU") }
            reclaimNs += answer["sum"].integer ?? 0
            let wakeups = json["wakeups"]["threads"].list.first {
                $0["thread"].integer == number
            }
            if let wakeups {
                expect(wakeups["latency"], answers["wake_lat"][name], "\(name) woken")
            }
            #expect(wakeups != nil)
        }
        #expect(json["cpu"]["reclaim_ns"].integer == reclaimNs)
    }

    private func expectThrottling(_ json: JSON, _ answers: JSON) {
        let reasons = json["waits"]["by_reason"].list.filter {
            $0["reason"].text?.hasPrefix("VMSCAN_THROTTLE") == true
        }
        let answer = answers["throttled_usec"]
        #expect(reasons.count == (answer["n"].integer == 0 ? 0 : 1))
        if let reason = reasons.first {
            expect(reason["duration"], answer, "throttled", unitNs: 1000)
        }
    }

    private func expectPageout(_ json: JSON, _ answers: JSON) {
        for (mode, who) in [("daemon", "kswapd"), ("direct", "direct")] {
            let entry = json["totals"]["pageout"].first("mode", mode)
            let answer = answers["lru_inactive"][who]
            #expect((entry["scanned_pages"]["sum"].integer ?? 0) == answer["scanned"].integer)
            #expect((entry["freed_pages"]["sum"].integer ?? 0) == answer["reclaimed"].integer)
        }
    }

    private func group(_ routine: String, _ mode: String, _ json: JSON) -> JSON {
        let groups = json["batches"]["groups"].list.filter { $0["mode"].text == mode }
        let index = groups.firstIndex { $0["routine"].text == routine }
        return index.map { groups[$0] } ?? json["no such member"]
    }

    private func counts(_ object: JSON) -> [String: Int64?] {
        Dictionary(uniqueKeysWithValues: object.keys.map { ($0, object[$0].integer) })
    }

    /// CPU time inside stalls is only known where all switches of the task were recorded.
    @Test func switchesOfTasksAreOnlyBelievedWhenNamed() throws {
        let with = try analysis(imported("d3-mixed-default"))
        let without = try analysis(imported("d3-mixed-default", ""))
        let known = group("compaction", "direct", with)["cpu_ns"]
        let unknown = group("compaction", "direct", without)["cpu_ns"]
        #expect(known["known"].integer == 137)
        #expect((known["sum"].integer ?? 0) > 0)
        #expect(unknown["sum"].isNull)
        #expect(unknown["unknown"].integer == 137)
        #expect(with["failures"]["count"].integer == without["failures"]["count"].integer)
        #expect(with["cpu"]["reclaim_ns"].integer == without["cpu"]["reclaim_ns"].integer)
    }

    @Test func standardInputGivesTheSameEvents() throws {
        let folder = try imported("d4-mixed-defrag")
        let piped = try folder.shell(
            """
            cat trace.txt | \
            "$TOOL" import --from ftrace-text --switches-of fs- - -o - > piped.ktrace
            """)
        expectFine(piped)
        #expect(
            try Identities(folder.path("host.ktrace")) == Identities(folder.path("piped.ktrace")))
        #expect(
            try folder.run("dump", "host.ktrace").output
                == folder.run("dump", "piped.ktrace").output)
        expectFine(try folder.shell("zstd -qt host.ktrace piped.ktrace"))
    }

    @Test func theFixtureIsThisImport() throws {
        let folder = try imported("d3-mixed-default")
        let events = try folder.run("dump", "host.ktrace").output
        #expect(try Tool.run(["dump", Fixtures.trace("linux-d3")]).output == events)
    }
}

/// Texts that are not what they should be.
@Suite struct HostileTextTests {
    private func run(_ text: some DataProtocol, in folder: Folder) throws -> ToolResult {
        try folder.write("trace.txt", text)
        return try folder.run("import", "--from", "ftrace-text", "trace.txt", "-o", "out.ktrace")
    }

    @Test func theSmallTextIsGood() throws {
        let folder = try Folder()
        expectFine(try run(Data(FtraceText.small.utf8), in: folder))
        let result = try folder.run("analyze", "--format", "json", "out.ktrace")
        let json = try JSON(result.output)
        #expect(json["cpu"]["reclaim_ns"].integer == 2_000_000)
        #expect(json["wakeups"]["latency"]["sum_ns"].integer == 50_000)
    }

    @Test(arguments: [
        ("", 0), ("hello\nworld\n", 1), ("\n\n\n", 0), ("{\"a\": 1}\n", 1),
        (String(repeating: "x", count: 1 << 20) + "\n", 1),
    ])
    func notATraceText(text: String, line: Int) throws {
        let folder = try Folder()
        let result = try run(Data(text.utf8), in: folder)
        expectRefusal(
            result, 65, naming: "trace.txt", "not the text of an ftrace buffer", "line \(line)")
        #expect(folder.names == ["trace.txt"])
    }

    @Test func binaryInput() throws {
        let folder = try Folder()
        let trace = try Data(contentsOf: URL(filePath: Fixtures.trace("several-blocks")))
        for bytes in [trace, Data(count: 100_000), Data(repeating: 0xFF, count: 100_000)] {
            expectRefusal(try run(bytes, in: folder), 65, naming: "trace.txt", "not the text")
        }
        #expect(folder.names == ["trace.txt"])
    }

    @Test func twoRecordingsJoined() throws {
        let folder = try Folder()
        let body = FtraceText.small.dropFirst(FtraceText.preamble.count)
        let result = try run(Data((FtraceText.small + body).utf8), in: folder)
        // Six lines of preamble, four of events, and then time goes back.
        expectRefusal(result, 65, naming: "trace.txt", "line 11", "time goes back")
        #expect(folder.names == ["trace.txt"])
        try folder.write("out.ktrace", "precious")
        let forced = try folder.run(
            "import", "--from", "ftrace-text", "trace.txt", "-o", "out.ktrace", "--force")
        #expect(forced.status == 65)
        #expect(try folder.read("out.ktrace") == Data("precious".utf8))
    }

    @Test func linesThatAreNotUnderstoodAreCounted() throws {
        let folder = try Folder()
        var lines = FtraceText.small.split(separator: "\n").map(String.init)
        lines.insert("what is this", at: 8)
        lines.insert("        kswapd0-45      [000] .....  later: mm_vmscan_kswapd_wake: x", at: 9)
        let result = try run(Data(FtraceText.lines(lines).utf8), in: folder)
        #expect(result.status == 0)
        #expect(result.output.isEmpty)
        #expect(
            result.errorLines == [
                "ktls-trace: trace.txt: 2 lines not understood, the first is line 9"
            ])
        expectFine(try folder.run("verify", "out.ktrace"))
    }

    @Test func unknownEventsAndLossesAreSaid() throws {
        let folder = try Folder()
        let text =
            FtraceText.small
            + FtraceText.lines([
                "CPU:1 [LOST 42 EVENTS]",
                "        kswapd0-45      [000] .....  100.003000: brand_new_event: a=1",
            ])
        let result = try run(Data(text.utf8), in: folder)
        #expect(result.status == 0)
        #expect(result.errorLines.count == 2)
        #expect(result.error.contains("1 lines of unknown event brand_new_event"))
        #expect(result.error.contains("the recorder lost 42 events"))
    }

    @Test func aTextWithoutItsEndIsRead() throws {
        let folder = try Folder()
        let text = FtraceText.small.dropLast(40)
        expectFine(try run(Data(text.utf8), in: folder))
        expectFine(try folder.run("verify", "out.ktrace"))
    }

    @Test func aMissingText() throws {
        let folder = try Folder()
        let arguments = ["import", "--from", "ftrace-text", "-o", "out.ktrace"]
        expectRefusal(
            try Tool.run(arguments + ["missing.txt"], in: folder.url), 66, naming: "missing.txt")
        expectRefusal(
            try Tool.run(arguments + ["."], in: folder.url), 66, naming: ".", "is a folder")
        #expect(folder.names == [])
    }
}
