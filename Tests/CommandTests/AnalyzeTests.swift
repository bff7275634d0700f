import Foundation
import Testing

@Suite struct AnalyzeTests {
    private func analysis(_ trace: String, _ options: String...) throws -> JSON {
        let result = try Tool.run(["analyze", "--format", "json", trace] + options)
        expectFine(result)
        return try JSON(result.output)
    }

    /// Everything in backticks in the document.
    private static func documentedWords() throws -> Set<String> {
        let url = Fixtures.documents.appending(path: "JSON.md")
        let parts = try String(contentsOf: url, encoding: .utf8).split(
            separator: "`", omittingEmptySubsequences: false)
        return Set(parts.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) })
    }

    @Test(arguments: Fixtures.allTraces)
    func allKeysAreDocumented(name: String) throws {
        let keys = try analysis(Fixtures.trace(name)).allKeys(without: "parameters")
        let words = try Self.documentedWords()
        #expect(keys.count > 50)
        #expect(keys.subtracting(words).sorted() == [])
        let diff = try Tool.run(
            ["diff", "--format", "json", Fixtures.trace(name), Fixtures.trace("cache-only")])
        let diffKeys = try JSON(diff.output).allKeys(without: "parameters")
        #expect(diffKeys.subtracting(words).sorted() == [])
    }

    /// By a validator that is not ours; the script closes the schema, so that no key is forgotten.
    @Test(.enabled(if: JSONSchema.isInstalled, "skipped: python3-jsonschema is not installed"))
    func theJSONFitsItsSchema() throws {
        let folder = try Folder()
        var files: [String] = []
        for name in Fixtures.allTraces {
            for options in [
                ["--worst", "3"], ["--begin", "1ms", "--end", "2ms", "--domain", "0"],
                ["--kind", "wait_end", "--thread", "7"], ["--report", "wakeups"],
            ] {
                files.append(folder.path("\(files.count).json"))
                let result = try Tool.run(
                    ["analyze", "--format", "json", "-o", files[files.count - 1]] + options
                        + [Fixtures.trace(name)])
                #expect(result.status == 0)
            }
        }
        #expect(files.count == 24)
        try JSONSchema("ktls-trace-analysis-0.json").expectFits(files, in: folder)
    }

    @Test func keysComeInTheDocumentedOrder() throws {
        let result = try Tool.run(["analyze", "--format", "json", Fixtures.trace("alloc-thread")])
        let keys = result.lines.filter { $0.hasPrefix("  \"") }.map {
            String($0.split(separator: "\"")[1])
        }
        #expect(
            keys == [
                "schema", "complete", "incomplete_reason", "costs_estimated",
                "latency_from_model", "arrivals", "lab_policy", "trace", "identities", "parameters",
                "runs", "traces", "left_out", "window", "reports", "events", "losses", "clock",
                "threads", "affected", "cpu", "wakeups", "failures", "batches", "waits", "relief",
                "batch_relief", "chains", "service", "memory", "counters", "totals", "metrics",
            ])
    }

    private static let reports = [
        "cpu", "wakeups", "failures", "batches", "waits", "relief", "service", "memory",
        "counters", "totals",
    ]

    /// A report alone says what it says in the whole, whatever else was not read.
    @Test(arguments: reports)
    func oneReportIsAsInTheWhole(report: String) throws {
        for name in Fixtures.allTraces {
            let path = Fixtures.trace(name)
            for window in [[], ["--begin", "20ms", "--end", "400ms"]] {
                let some = ["analyze", "--format", "json", path] + window
                let whole = try JSON(Tool.run(some).output)
                let alone = try JSON(Tool.run(some + ["--report", report]).output)
                #expect(alone["reports"].list.map(\.text) == [report])
                for other in Self.reports where other != report {
                    #expect(alone[other].isNull, "\(name) \(other)")
                }
                #expect(alone[report].canonical == whole[report].canonical, "\(name)")
                #expect(alone["window"].canonical == whole["window"].canonical, "\(name)")
            }
        }
    }

    @Test func onlyWhatAReportNeedsIsRead() throws {
        let path = Fixtures.trace("several-blocks")
        func read(_ options: String...) throws -> Int {
            let result = try Tool.run(["analyze", "--stats", path] + options)
            #expect(result.status == 0)
            return try #require(Int(result.error.split(separator: " ")[1]))
        }
        let whole = try read()
        #expect(try read("--report", "memory") < whole / 2)
        #expect(try read("--report", "wakeups", "--report", "failures") < whole / 2)
        let wrong = try Tool.run(["analyze", path, "--report", "speed"])
        expectUsageError(wrong, naming: "there is no report speed; there are: cpu, wakeups")
    }

    @Test(arguments: ["cache-only", "alloc-thread", "reclaim-batch", "detail-2"])
    func theNumbersAreThoseOfTheEvents(name: String) throws {
        let path = Fixtures.trace(name)
        let json = try analysis(path)
        let events = try DumpedEvents(path)
        #expect(json["schema"].text == "ktls-trace-analysis/0")
        #expect(json["complete"].flag == true)
        let identities = try Identities(path)
        #expect(json["identities"]["input"].text == identities.input)
        #expect(json["identities"]["outcome"].text == identities.outcome)
        #expect(json["identities"]["content"].text == identities.content)
        // The helper thread's number is 100.
        let helper = events.of("on_cpu").filter { $0["thread"].integer == 100 }
        #expect(
            json["cpu"]["reclaim_ns"].integer
                == helper.reduce(0) { $0 + ($1["ns"].integer ?? 0) })
        #expect(json["cpu"]["spin_ns"].integer == events.sum("spin_end", "cpu_ns"))
        for (effect, key) in [
            ("woke", "woke"), ("suppressed", "suppressed"), ("lost", "lost"),
            ("no_sleeper", "no_sleeper"),
        ] {
            let sent = events.of("wake_send").filter { $0["effect"].text == effect }
            #expect(json["wakeups"][key].integer == Int64(sent.count), "\(effect)")
        }
        #expect(json["wakeups"]["sent"].integer == Int64(events.of("wake_send").count))
        #expect(json["failures"]["count"].integer == Int64(events.of("alloc_fail").count))
        #expect(json["failures"]["by_order"][0]["number"].integer == 2)
        #expect(json["waits"]["ended"].integer == Int64(events.of("wait_end").count))
        let group = json["batches"]["groups"][0]
        #expect((group["ended"].integer ?? 0) == Int64(events.of("batch_end").count))
        for column in ["gained_blocks", "moved", "tried", "nominal"] where !group.isNull {
            #expect(group[column]["sum"].integer == events.sum("batch_end", column), "\(column)")
        }
        // Counters are cumulative: the last ones count.
        let last = events.of("service").suffix(2).reduce(0) { $0 + ($1["requests"].integer ?? 0) }
        #expect(json["service"]["requests"].integer == last)
    }

    @Test func thePoliciesDoWhatTheyAreKnownFor() throws {
        let cacheOnly = try analysis(Fixtures.trace("cache-only"))
        let allocThread = try analysis(Fixtures.trace("alloc-thread"))
        let reclaimBatch = try analysis(Fixtures.trace("reclaim-batch"))
        #expect(cacheOnly["wakeups"]["sent"].integer == 0)
        #expect(cacheOnly["cpu"]["reclaim_ns"].integer == 0)
        #expect((allocThread["cpu"]["spins"].integer ?? 0) == 0)
        #expect((allocThread["cpu"]["spin_ns"].integer ?? 0) > 1_000_000_000)
        #expect(allocThread["batches"]["groups"].list.isEmpty)
        #expect(reclaimBatch["cpu"]["spin_ns"].integer == 0)
        #expect((reclaimBatch["batches"]["groups"][0]["ended"].integer ?? 0) >= 5)
        let busy = try #require(allocThread["cpu"]["core_share_ppm"].integer)
        let calm = try #require(reclaimBatch["cpu"]["core_share_ppm"].integer)
        #expect(busy > 10 * calm)
        for json in [cacheOnly, allocThread, reclaimBatch] {
            #expect((json["waits"]["ended"].integer ?? 0) > 0)
            #expect((json["failures"]["count"].integer ?? 0) > 0)
        }
    }

    @Test func theWindowCountsWhatIsInIt() throws {
        let path = Fixtures.trace("alloc-thread")
        let json = try analysis(path, "--begin", "2s", "--end", "5s", "--interval", "100ms")
        let inside = try DumpedEvents(path, "--begin", "2s", "--end", "5s")
        #expect(json["window"]["begin_ns"].integer == 2_000_000_000)
        #expect(json["window"]["end_ns"].integer == 5_000_000_000)
        #expect(json["failures"]["count"].integer == Int64(inside.of("alloc_fail").count))
        #expect(json["failures"]["over_time"]["width_ns"].integer == 100_000_000)
        #expect(json["failures"]["over_time"]["counts"].list.count == 30)
        // Windows side by side add up.
        let parts = try [("0s", "2s"), ("2s", "5s"), ("5s", "10001ms")].map {
            try analysis(path, "--begin", $0.0, "--end", $0.1)
        }
        let whole = try analysis(path)
        for key in ["reclaim_ns", "spin_ns"] {
            let sum = parts.reduce(0) { $0 + ($1["cpu"][key].integer ?? 0) }
            #expect(whole["cpu"][key].integer == sum, "\(key)")
        }
        let failures = parts.reduce(0) { $0 + ($1["failures"]["count"].integer ?? 0) }
        #expect(whole["failures"]["count"].integer == failures)
        #expect(try analysis(path, "--domain", "1")["failures"]["count"].integer == 0)
    }

    /// Rates and shares are those of what was recorded, not of what was meant to be.
    @Test(arguments: [false, true])
    func aCutRecordingEndsWithItsLastEvent(isStream: Bool) throws {
        let path = Fixtures.corrupt.appending(path: "truncated-in-block.ktrace").path
        let lastNs = try #require(
            try Tool.run(["dump", "--format", "ndjson", "--preamble", "none", path]).lines.last.map
            {
                try JSON(Data($0.utf8))["time_ns"].integer
            })
        let result =
            isStream
            ? try Tool.shell("cat \(path) | \"$TOOL\" analyze --format json -")
            : try Tool.run(["analyze", "--format", "json", path])
        expectFine(result)
        let json = try JSON(result.output)
        #expect(json["complete"].flag == false)
        #expect(json["parameters"]["recording.duration_ns"].text == "2000000000")
        #expect(json["window"]["end_ns"].integer == lastNs)
        let windowNs = try #require(json["window"]["length_ns"].integer)
        let reclaimNs = try #require(json["cpu"]["reclaim_ns"].integer)
        #expect(json["cpu"]["core_share_ppm"].integer == reclaimNs * 1_000_000 / windowNs)
    }

    @Test func textHasTheThreeHeadlinesAndTheCaveats() throws {
        let result = try Tool.run(["analyze", Fixtures.trace("reclaim-batch")])
        expectFine(result)
        let first = try #require(result.lines.first)
        for word in ["complete: true", "costs: estimated", "latency from a model"] {
            #expect(first.contains(word))
        }
        for title in ["CPU time in reclaim", "Wakeup latency", "Allocation failures"] {
            #expect(result.lines.contains(title))
        }
    }

    @Test func colorIsAChoice() throws {
        let path = Fixtures.trace("reclaim-batch")
        let escape = "\u{1B}["
        let plain = try Tool.run(["analyze", path]).text
        #expect(!plain.contains(escape))
        #expect(try Tool.run(["analyze", path, "--color", "never"]).text == plain)
        let colored = try Tool.run(["analyze", path, "--color", "always"]).text
        #expect(colored.contains(escape))
        let bare = colored.replacing(/\u{1B}\[[0-9;]*m/, with: "")
        #expect(bare == plain)
    }

    @Test func aFileHoldsWhatStandardOutputWould() throws {
        let folder = try Folder()
        for format in ["text", "json"] {
            let path = Fixtures.trace("alloc-thread")
            let shown = try folder.run("analyze", path, "--format", format)
            expectFine(try folder.run("analyze", path, "--format", format, "-o", format))
            #expect(try folder.read(format) == shown.output)
        }
        #expect(folder.names == ["json", "text"])
    }
}
