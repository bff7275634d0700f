import TraceAnalysis

extension AnalysisHTML {
    private static let shown = 12

    static func affected(_ report: AnalysisReport, _ out: inout HTMLWriter) {
        guard let rows = report.shownAffected else { return }
        let summary = report.summary
        out.heading("Who suffered", id: "affected")
        guard !rows.isEmpty else {
            out.note("No thread's request failed, stalled or waited in this window.")
            return
        }
        let number = Caveats.threadNumberTitle(report.parameters)
        out.table(
            rows.count > shown ? "The first \(shown) of \(rows.count) threads" : "Threads",
            [
                "thread", number, "failures", "stalls", "stalled", "longest stall", "waits",
                "waited",
            ],
            rows.prefix(shown).enumerated().map { index, row in
                let path = "affected.\(index)"
                return [
                    .text(summary.threadName(row.thread)),
                    .text(summary.runs == 1 ? String(row.thread) : "-"),
                    .count(row.failures, path + ".failures"),
                    .count(row.stalls, path + ".stalls"),
                    .time(row.stallNs, path + ".stall_ns"),
                    .time(row.longestStallNs, path + ".longest_stall_ns"),
                    .count(row.waits, path + ".waits"),
                    .time(row.waitNs, path + ".wait_ns"),
                ]
            })
    }
}
