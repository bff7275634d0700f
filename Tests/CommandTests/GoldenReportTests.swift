import Foundation
import Testing

/// Whole outputs about fixtures, byte for byte.
@Suite struct GoldenReportTests {
    @Test(arguments: [
        ("info.txt", ["info", "reclaim-batch.ktrace"]),
        ("info-linux.txt", ["info", "linux-d3.ktrace"]),
        ("verify.txt", ["verify", "several-blocks.ktrace"]),
        ("analyze-cache-only.txt", ["analyze", "cache-only.ktrace"]),
        ("analyze-alloc-thread.txt", ["analyze", "alloc-thread.ktrace"]),
        ("analyze-reclaim-batch.txt", ["analyze", "reclaim-batch.ktrace"]),
        ("analyze-linux.txt", ["analyze", "linux-d3.ktrace"]),
        (
            "analyze-window.txt",
            ["analyze", "alloc-thread.ktrace", "--begin", "1s", "--end", "3500ms"]
        ),
        ("analyze.json", ["analyze", "several-blocks.ktrace", "--format", "json"]),
        ("diff.txt", ["diff", "alloc-thread.ktrace", "reclaim-batch.ktrace"]),
        ("diff.json", ["diff", "detail-2.ktrace", "several-blocks.ktrace", "--format", "json"]),
        (
            "dump.txt",
            [
                "dump", "reclaim-batch.ktrace", "--kind", "alloc_fail", "--kind", "wake_send",
                "--kind",
                "thread_run", "--kind", "batch_begin", "--kind", "batch_end", "--kind", "wait_end",
            ]
        ),
        ("dump.ndjson", ["dump", "linux-d3.ktrace", "--format", "ndjson", "--end", "5ms"]),
        (
            "dump.csv",
            [
                "dump", "detail-2.ktrace", "--format", "csv", "--kind", "run", "--kind",
                "import", "--end", "300ms",
            ]
        ),
        ("dump-records.txt", ["dump", "several-blocks.ktrace", "--records"]),
    ])
    func report(name: String, arguments: [String]) throws {
        let result = try Tool.run(arguments, in: Fixtures.traces)
        expectFine(result)
        try Golden.expect(result.text, name)
    }

    @Test(arguments: ["lifetime-edited", "request-dropped", "derived-event-dropped"])
    func divergence(name: String) throws {
        let result = try Tool.run(["replay", name + ".ktrace"], in: Fixtures.corrupt)
        #expect(result.status == 3)
        try Golden.expect(result.text, "replay-\(name).txt")
    }
}
