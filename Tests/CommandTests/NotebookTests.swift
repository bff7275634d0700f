import Foundation
import Testing

/// The notes of Notebooks-md: their commands run, and what they show is what is printed.
@Suite(.serialized) struct NotebookTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let folder = root.appendingPathComponent("Notebooks-md")

    /// The names of all notes, in a fixed order.
    static let names: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".md") && $0 != "README.md" }.sorted()

    private static func note(_ name: String) throws -> Notebook {
        let data = try Data(contentsOf: folder.appendingPathComponent(name))
        return try Notebook(name: name, text: String(decoding: data, as: UTF8.self))
    }

    /// The tool: `KTLS_TRACE_BINARY`, or what `make build` leaves.
    private static func tool() throws -> URL {
        let named = ProcessInfo.processInfo.environment["KTLS_TRACE_BINARY"] ?? ""
        let url =
            named.isEmpty
            ? root.appendingPathComponent(".build/release/ktls-trace")
            : URL(fileURLWithPath: named)
        try #require(
            FileManager.default.isExecutableFile(atPath: url.path),
            "\(url.path) is not there: run `make build`, or set KTLS_TRACE_BINARY")
        return url
    }

    @Test func thereAreNotes() { #expect(!Self.names.isEmpty) }

    /// With `KTLS_TRACE_UPDATE_GOLDEN=1` the expectations are rewritten, and the test fails all
    /// the same.
    @Test(arguments: names) func blocksPrintWhatTheNoteSays(name: String) throws {
        let note = try Self.note(name)
        let folder = try NotebookFolder(
            tool: try Self.tool(), scripts: Self.root.appendingPathComponent("Scripts"))
        let updates = ProcessInfo.processInfo.environment["KTLS_TRACE_UPDATE_GOLDEN"] == "1"
        var outputs: [Int: String] = [:]
        for block in note.blocks {
            let outcome = try folder.run(block.commands)
            let place = "\(name), block \(block.number) at line \(block.line)"
            guard outcome.status == 0 else {
                Issue.record("\(place) ended with \(outcome.status):\n\(outcome.errors)")
                return
            }
            outputs[block.number] = outcome.output
            guard !updates, let expected = block.expected, expected != outcome.output else {
                continue
            }
            let changes = difference(expected, outcome.output)
            Issue.record("\(place) printed something else:\n\(changes)")
        }
        guard updates else { return }
        try Data(note.rewritten(outputs).utf8).write(
            to: Self.folder.appendingPathComponent(name))
        Issue.record("\(name) was rewritten")
    }

    /// A figure in the text stands in backquotes; it must be in an expectation of the note too.
    @Test(arguments: names) func figuresInTheTextAreInABlock(name: String) throws {
        let note = try Self.note(name)
        let printed = Set(note.blocks.flatMap { words($0.expected ?? "") })
        #expect(!note.figures.isEmpty, "the note measures nothing")
        for figure in note.figures {
            let isPrinted = printed.contains(figure.text)
            #expect(isPrinted, "\(name), line \(figure.line): no block prints \(figure.text)")
        }
    }

    /// The words of a block's output, without the punctuation around them.
    private func words(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map { word in
            var word = word
            while let first = word.first, ",;:()+-".contains(first) { word.removeFirst() }
            while let last = word.last, ",;:()".contains(last) { word.removeLast() }
            return String(word)
        }
    }

    /// The lines that differ: `-` expected, `+` printed, each with its number.
    private func difference(_ expected: String, _ printed: String) -> String {
        let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
        let new = printed.split(separator: "\n", omittingEmptySubsequences: false)
        let changes = new.difference(from: old)
        let lines = changes.map { change in
            switch change {
            case .remove(let offset, let line, _): (offset, "- \(offset + 1): \(line)")
            case .insert(let offset, let line, _): (offset, "+ \(offset + 1): \(line)")
            }
        }
        return lines.sorted { $0.0 < $1.0 }.map(\.1).joined(separator: "\n")
    }
}

/// Reading and running of notes, on small ones made up here.
@Suite struct NotebookReadingTests {
    @Test func blocksAndTheirExpectationsAreFound() throws {
        let note = try Notebook(
            name: "a.md",
            text: """
                Some `12.5s` and `word` and `7`.
                ```bash
                echo one
                ```
                ```text
                read over `9`
                ```
                ```text expect
                one
                ```
                ```bash
                true
                ```

                """)
        #expect(
            note.blocks == [
                Notebook.Block(
                    number: 1, line: 2, commands: "echo one\n", expected: "one\n",
                    expectedLines: 8..<9),
                Notebook.Block(number: 2, line: 11, commands: "true\n"),
            ])
        #expect(note.figures.map(\.text) == ["12.5s", "7"])
        #expect(note.figures.map(\.line) == [1, 1])
    }

    @Test func expectationsAreRewrittenInPlace() throws {
        let text = """
            ```bash
            seq 3
            ```
            ```text expect
            1
            ```
            ```bash
            echo x
            ```
            ```text expect
            y
            z
            ```
            end

            """
        let note = try Notebook(name: "a.md", text: text)
        let rewritten = note.rewritten([1: "1\n2\n3\n", 2: "x\n"])
        #expect(
            try Notebook(name: "a.md", text: rewritten).blocks.map(\.expected) == [
                "1\n2\n3\n", "x\n",
            ])
        #expect(rewritten.hasSuffix("```\nend\n"))
        #expect(note.rewritten([1: "1\n", 2: "y\nz\n"]) == text)
    }

    @Test func brokenNotesAreRefused() {
        #expect(throws: NotebookFault.expectationWithoutCommands(line: 1)) {
            try Notebook(name: "a.md", text: "```text expect\n1\n```\n")
        }
        #expect(throws: NotebookFault.expectationWithoutCommands(line: 7)) {
            try Notebook(
                name: "a.md",
                text: "```bash\n:\n```\n```text expect\n```\n\n```text expect\n```\n")
        }
        #expect(throws: NotebookFault.openFence(line: 2)) {
            try Notebook(name: "a.md", text: "\n```bash\ntrue\n")
        }
    }

    @Test func blocksShareAFolderAndStopAtTheFirstFailure() throws {
        let folder = try NotebookFolder(
            tool: URL(fileURLWithPath: "/bin/true"), scripts: URL(fileURLWithPath: "/bin"))
        let first = try folder.run("echo kept > file; ktls-trace\n")
        #expect(first.status == 0)
        #expect(try folder.run("cat file\n").output == "kept\n")
        let failed = try folder.run("false | cat\necho not reached\n")
        #expect(failed.status == 1)
        #expect(failed.output == "")
        #expect(try folder.run("echo $unset\n").status != 0)
        let many = try folder.run("seq 100000; seq 100000 >&2\n")
        #expect(many.output.utf8.count == 588_895)
        #expect(many.errors == many.output)
    }
}
