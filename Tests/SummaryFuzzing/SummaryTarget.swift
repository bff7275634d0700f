public import FuzzProperties
import TraceAnalysis
import TraceReport
import TraceSummaries

/// Any bytes, read as the content of a summary.
public enum SummaryTarget {
    /// Checks what holds for all bytes, summaries or not.
    ///
    /// - Throws: `BrokenProperty`.
    public static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        guard let summary = try? RunSummaries(decoding: bytes, version: RunSummaries.version)
        else { return }
        guard let written = try? summary.encoded() else {
            throw BrokenProperty("what was read cannot be written")
        }
        let again = try? RunSummaries(decoding: written, version: RunSummaries.version)
        try require(again == summary, "what was written is read as something else")
        try checkMerge(summary)
        // Nothing that can be read makes a report trap.
        let report = AnalysisReport(summary)
        try require(!report.json.isEmpty && !report.text().isEmpty, "a report says nothing")
        try require(!report.markdown().isEmpty && !report.html.isEmpty, "a report says nothing")
    }

    private static func checkMerge(_ summary: RunSummaries) throws(BrokenProperty) {
        var twice = summary
        guard (try? twice.merge(summary)) != nil else { return }
        try require(
            twice.runs.count == 2 * summary.runs.count && twice.summary.runs == twice.runs.count,
            "runs are lost in a merge")
        guard let small = try? summary.kept(within: 4_096) else { return }
        try require(
            small.summary.events == summary.summary.events || small.leftOut.rows > 0,
            "a smaller summary has other totals")
    }
}
