import TraceReport
import TraceStore

/// The page that GitHub Actions shows for a step: a file that every command of the step adds to.
enum StepSummary {
    /// GitHub takes no page of more than 1 MiB.
    private static let mostBytes = 1 << 20

    /// Adds a comparison to the file that `GITHUB_STEP_SUMMARY` names, where it names one, as far
    /// as there is room behind what is in it.
    static func append(_ report: ComparisonReport) throws {
        guard let path = Terminal.environment("GITHUB_STEP_SUMMARY") else { return }
        try reporting(isOutput: true) {
            let file = try GrowingFile(path: path)
            let gap = file.length > 0 ? "\n" : ""
            let room = Int64(mostBytes) - 1 - file.length - Int64(gap.utf8.count)
            let page = report.markdown(mostBytes: Int(clamping: max(room, 0)))
            if !page.isEmpty { try file.append(Array((gap + page).utf8)) }
        }
    }
}
