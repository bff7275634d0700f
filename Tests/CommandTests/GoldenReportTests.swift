import Foundation
import Testing

/// From failure to relief.
private let chain = [
    "alloc_fail", "wake_send", "thread_run", "batch_begin", "batch_end", "wait_end",
]

private func kinds(_ names: [String]) -> [String] { names.flatMap { ["--kind", $0] } }

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
        (
            "analyze-filtered.txt",
            [
                "analyze", "reclaim-batch.ktrace", "--thread", "100", "--kind", "batch_begin",
                "--kind", "batch_end",
            ]
        ),
        ("analyze-worst.txt", ["analyze", "linux-d3.ktrace", "--worst", "5"]),
        (
            "analyze-worst.json",
            ["analyze", "detail-2.ktrace", "--worst", "2", "--format", "json"]
        ),
        ("analyze.csv", ["analyze", "several-blocks.ktrace", "--format", "csv"]),
        ("analyze.md", ["analyze", "reclaim-batch.ktrace", "--format", "markdown"]),
        ("analyze-linux.md", ["analyze", "linux-d3.ktrace", "--format", "markdown", "--top", "3"]),
        ("diff.txt", ["diff", "alloc-thread.ktrace", "reclaim-batch.ktrace"]),
        ("diff.json", ["diff", "detail-2.ktrace", "several-blocks.ktrace", "--format", "json"]),
        ("dump.txt", ["dump", "reclaim-batch.ktrace"] + kinds(chain)),
        ("dump.ndjson", ["dump", "linux-d3.ktrace", "--format", "ndjson", "--end", "28ms"]),
        (
            "dump.csv",
            ["dump", "detail-2.ktrace", "--format", "csv", "--end", "300ms"]
                + kinds(["run", "import"])
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
