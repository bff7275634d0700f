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
struct MarkdownLines {
    private(set) var text = ""

    mutating func line(_ line: String) { text += line + "\n" }

    mutating func paragraph(_ line: String) { text += "\n" + line + "\n" }

    /// A table, where it has rows; cells are Markdown already.
    mutating func table(_ titles: [String], leftColumns: Int, _ rows: [[String]]) {
        guard !rows.isEmpty else { return }
        line("")
        line("| " + titles.joined(separator: " | ") + " |")
        let rules = titles.indices.map { $0 < leftColumns ? "---" : "---:" }
        line("| " + rules.joined(separator: " | ") + " |")
        for row in rows { line("| " + row.joined(separator: " | ") + " |") }
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
