/// Text of a trace as Markdown shows it: whatever it holds, it stays text, in its cell.
enum MarkdownText {
    /// Characters that Markdown or HTML would take for markup.
    private static let special: Set<Character> = [
        "\\", "`", "*", "_", "{", "}", "[", "]", "<", ">", "#", "|", "~", "&", "@", "$",
    ]

    /// Text as itself.
    static func plain(_ text: String) -> String {
        var out = ""
        for character in TextSafe.line(text) {
            if special.contains(character) { out.append("\\") }
            out.append(character)
        }
        return out
    }

    /// Text as code; a table's bars are escaped, and backticks have more of them around.
    static func code(_ text: String) -> String {
        let safe = TextSafe.line(text).replacing("|", with: "\\|")
        var run = 0
        var longest = 0
        for character in safe {
            run = character == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        let needsSpace = longest > 0 || safe.isEmpty
        return needsSpace ? "\(fence) \(safe) \(fence)" : fence + safe + fence
    }
}

/// Markdown under construction: blocks with an empty line between them.
///
/// A block, or a row of a table, that would take more than the bytes there are is left out whole.
struct MarkdownLines {
    private(set) var text = ""
    private let mostBytes: Int
    /// Kept free for the notes about what is left out: of each table one.
    private static let noteBytes = 512

    init(mostBytes: Int = .max) { self.mostBytes = mostBytes }

    mutating func line(_ line: String) { _ = append(line + "\n") }

    mutating func paragraph(_ line: String) { _ = append("\n" + line + "\n") }

    /// A table, where it has rows; cells are Markdown already. A line below it says how many rows
    /// are not shown.
    mutating func table(
        _ titles: [String], leftColumns: Int, _ rows: [[String]], most: Int = .max
    ) {
        guard !rows.isEmpty else { return }
        let rules = titles.indices.map { $0 < leftColumns ? "---" : "---:" }
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
        var shown = 0
        if append("\n" + line(titles) + line(rules)) {
            while shown < min(rows.count, most), append(line(rows[shown])) { shown += 1 }
        }
        guard shown < rows.count, !text.isEmpty else { return }
        let count = rows.count - shown
        text += "\n\(count) \(count == 1 ? "row more is" : "rows more are") left out.\n"
    }

    /// Whether there was room.
    private mutating func append(_ block: String) -> Bool {
        guard block.utf8.count <= mostBytes - Self.noteBytes - text.utf8.count else { return false }
        text += block
        return true
    }

    /// Lines of fixed width behind a title that opens them, where there are any.
    mutating func folded(_ title: String, _ lines: [String]) {
        guard !lines.isEmpty else { return }
        line("")
        line("<details><summary>\(title)</summary>")
        line("")
        line("```text")
        for entry in lines { line(entry) }
        line("```")
        line("")
        line("</details>")
    }
}
