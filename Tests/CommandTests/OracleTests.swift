import Foundation
import Testing

/// `analyze` against a script that computes the same report from what `dump` writes, and that was
/// written from Docs/METRICS.md alone.
@Suite struct OracleTests {
    @Test(arguments: Fixtures.allTraces + ["worked-example"])
    func fixtures(name: String) throws {
        try OracleFolder().check(
            Fixtures.trace(name), [["--worst", "5"], ["--begin", "100ms", "--end", "1200ms"]])
    }

    /// All policies, all details, several seeds.
    @Test(arguments: [
        "--policy pages-only --duration 1s", "--policy cache-only --duration 2s --detail 2",
        "--policy alloc-thread --duration 4s", "--policy reclaim-one --duration 3s --seed 7",
        "--policy reclaim-batch --preset small --duration 200ms --seed 3",
        "--policy reclaim-batch --duration 4s --detail 0 --seed 5",
        "--policy reclaim-honest --duration 2s --detail 2 --seed 11",
        "--policy reclaim-adaptive --duration 3s --seed 13",
        "--policy reclaim-resume --duration 3s --detail 0 --seed 17",
        "--policy watermark --duration 2s --detail 2 --seed 19",
        "--policy unlocked-limit --duration 3s --seed 23",
    ])
    func recordings(line: String) throws {
        let folder = try OracleFolder()
        let options = line.split(separator: " ").map(String.init)
        expectFine(try Tool.run(["record", "-o", "run.ktrace"] + options, in: folder.folder.url))
        try folder.check("run.ktrace", [["--worst", "20"], ["--begin", "900ms"]])
    }

    /// Windows that cut batches, waits and stretches, and every filter.
    @Test(arguments: ["detail-2", "linux-d3"])
    func windowsAndFilters(name: String) throws {
        try OracleFolder().check(
            Fixtures.trace(name),
            [
                ["--end", "123456789ns"], ["--begin", "12ms", "--end", "13ms"],
                ["--begin", "800001us", "--end", "800002us"], ["--begin", "90s"],
                ["--domain", "0"], ["--domain", "1"], ["--kind", "alloc_fail"],
                ["--kind", "hit", "--kind", "batch_end", "--kind", "alloc_fail"],
                ["--thread", "100", "--worst", "3"], ["--thread", "45", "--thread", "1001"],
                ["--interval", "1ms"], ["--interval", "700ns", "--begin", "250000001ns"],
                ["--begin", "200ms", "--end", "700ms", "--domain", "0", "--worst", "9"],
            ])
    }

    @Test func slices() throws {
        let folder = try OracleFolder()
        expectFine(
            try folder.folder.run(
                "slice", Fixtures.trace("linux-d3"), "--begin", "200ms", "--end", "900ms", "-o",
                "part.ktrace"))
        try folder.check("part.ktrace", [[], ["--begin", "300ms", "--worst", "4"]])
    }

    /// Rows like those of the neutral stream.
    @Test func rows() throws {
        let folder = try OracleFolder()
        try folder.script("rows", ["60000", "rows.bin"])
        expectFine(
            try folder.folder.run(
                "import", "--from", "rows", "--schema", "neutral-stream", "rows.bin", "-o",
                "rows.ktrace"))
        try folder.check(
            "rows.ktrace",
            [
                ["--worst", "3"], ["--interval", "100ms"], ["--interval", "20us"],
                ["--interval", "100ms", "--domain", "2"],
            ])
    }

    /// Tables that say what no source would: any kind at any time with any values.
    @Test func madeUpTables() throws {
        let folder = try OracleFolder()
        let result = try folder.script("fuzz", [try Tool.binary(), "0", "40"])
        #expect(result.lines.last == "40 tables, 0 with faults", "\(result.text)")
    }

    /// More samples than are kept exactly: percentiles are bounds, all else is exact.
    @Test func longSeries() throws {
        let folder = try OracleFolder()
        let rows = (1...66_000 as ClosedRange<Int>).map { number in
            "\(number * 1_000_000),on_cpu,0,7,\(number * number % 999_983)\n"
        }
        try folder.folder.write("t.csv", "time_ns,kind,domain,thread,ns\n" + rows.joined())
        expectFine(try folder.folder.run("import", "--from", "csv", "t.csv", "-o", "t.ktrace"))
        let results = try folder.check("t.ktrace", [[]])
        #expect(results[0].text.contains(" 4 percentiles inside their bounds"))
    }

    @Test(arguments: OracleFolder.edgeCases.indices)
    func edgeCases(index: Int) throws {
        let folder = try OracleFolder()
        let table = OracleFolder.edgeCases[index]
        try folder.folder.write("table", table)
        let form = table.hasPrefix("{") ? "ndjson" : "csv"
        expectFine(try folder.folder.run("import", "--from", form, "table", "-o", "e.ktrace"))
        try folder.check("e.ktrace", [["--worst", "5"], ["--begin", "3ns"]])
    }

    /// A wrong number anywhere is noticed, and so is one that the oracle does not know.
    @Test func theOracleNoticesWrongNumbers() throws {
        let folder = try OracleFolder()
        try folder.check(Fixtures.trace("linux-d3"), [["--worst", "5"]])
        let result = try folder.script("mutate", ["0.ndjson", "0.json", "--worst", "5"])
        #expect(result.status == 0, "\(result.text)")
        #expect(result.lines.last?.hasSuffix(" changes, 0 not noticed") == true)
    }
}

/// Recordings of a real host, against the same script.
@Suite struct OracleCaptureTests {
    static let captures = [
        "d1-tlsd-default", "d2-tlsd-defrag", "d3-mixed-default", "d4-mixed-defrag",
    ]
    private static let fullFolder = ProcessInfo.processInfo.environment["KTLS_TRACE_CAPTURES"]

    private func check(_ captures: String, _ name: String) throws {
        let folder = try OracleFolder()
        expectFine(
            try folder.folder.shell(
                """
                xz -dc \(captures)/\(name)/trace.txt.xz > trace.txt && "$TOOL" import \
                --from ftrace-text --switches-of fs- trace.txt -o host.ktrace
                """))
        try folder.check(
            "host.ktrace", [["--worst", "10"], ["--begin", "50ms", "--end", "250ms"]])
        // The figures of the recording's own answers that a report has.
        let result = try folder.script(
            "reference", ["0.json", "\(captures)/\(name)/reference.json"])
        #expect(result.status == 0, "\(result.text)")
    }

    @Test(arguments: captures)
    func trimmed(name: String) throws { try check(Fixtures.captures.path, name) }

    @Test(
        .enabled(
            if: fullFolder != nil,
            "skipped: KTLS_TRACE_CAPTURES does not name the folder of the full recordings"),
        arguments: captures)
    func full(name: String) throws { try check(try #require(Self.fullFolder), name) }
}
