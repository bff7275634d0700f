import Foundation
import Testing

/// What `diff --format github` leaves for GitHub Actions.
@Suite struct GitHubTests {
    private static func diff(
        _ folder: Folder, _ summary: String?, _ options: String...
    ) throws -> ToolResult {
        try Tool.run(
            ["diff", Fixtures.trace("alloc-thread"), Fixtures.trace("reclaim-batch")] + options,
            environment: summary.map { ["GITHUB_STEP_SUMMARY": folder.path($0)] } ?? [:],
            in: folder.url)
    }

    @Test func theStepSummaryGrows() throws {
        let folder = try Folder()
        let page = try Self.diff(folder, nil, "--format", "markdown").text
        #expect(page.hasPrefix("## gate: "))
        // It is made, and then added to.
        expectFine(try Self.diff(folder, "summary.md", "--format", "github"))
        #expect(try folder.read("summary.md") == Data(page.utf8))
        try folder.write("summary.md", "## Before\n")
        expectFine(try Self.diff(folder, "summary.md", "--format", "github"))
        #expect(try folder.read("summary.md") == Data(("## Before\n\n" + page).utf8))
        // Only by this format, and only where there is one.
        try folder.write("other.md", "")
        expectFine(try Self.diff(folder, "other.md", "--format", "markdown"))
        #expect(try folder.read("other.md").isEmpty)
        let plain = try Self.diff(folder, nil, "--format", "github")
        expectFine(plain)
        #expect(folder.names == ["other.md", "summary.md"])
        #expect(!plain.text.contains("## "))
    }

    /// What is there counts: the file stays below 1 MiB, and tables lose whole rows.
    @Test(arguments: [1_044_000, 1_047_000, 1_048_400, 1_048_576, 2_000_000])
    func theStepSummaryStaysBelowItsLimit(before: Int) throws {
        let folder = try Folder()
        let old = Data(repeating: UInt8(ascii: "x"), count: before)
        try folder.write("summary.md", old)
        expectFine(try Self.diff(folder, "summary.md", "--format", "github"))
        let all = try folder.read("summary.md")
        #expect(all.prefix(before) == old)
        #expect(all.count < 1 << 20 || all.count == before)
        let added = String(decoding: all.dropFirst(before), as: UTF8.self)
        #expect(added.isEmpty == (before > 1_048_000), "\(added.utf8.count)")
        guard !added.isEmpty else { return }
        #expect(added.hasPrefix("\n## gate: ") && added.hasSuffix("rows more are left out.\n"))
        let rows = added.split(separator: "\n").filter { $0.hasPrefix("|") }
        #expect(rows.allSatisfy { $0.hasSuffix(" |") })
    }

    @Test func aSummaryThatCannotBeWrittenIsToldWithTheVerdict() throws {
        let folder = try Folder()
        let result = try Self.diff(folder, "none/summary.md", "--format", "github")
        #expect(result.status == 73 && result.error.contains("none/summary.md"))
        #expect(result.text.contains("gate: no verdict"))
    }

    @Test func otherFormsAreWrittenBeside() throws {
        let folder = try Folder()
        let forms = ["text", "json", "markdown", "junit", "github", "html"]
        let result = try Tool.run(
            ["diff", Fixtures.trace("alloc-thread"), Fixtures.trace("reclaim-batch")]
                + forms.flatMap { ["--also", "\($0)=out.\($0)"] }, in: folder.url)
        expectFine(result)
        for form in forms {
            let alone = try Self.diff(folder, nil, "--format", form)
            #expect(try folder.read("out.\(form)") == alone.output, "\(form)")
        }
        #expect(result.output == (try folder.read("out.text")))
        #expect(try Self.diff(folder, nil, "--also", "json=out.json").status == 73)
        for wrong in ["json", "json=", "csv=a", "json=-"] {
            #expect(try Self.diff(folder, nil, "--also", wrong).status == 64, "\(wrong)")
        }
    }
}
