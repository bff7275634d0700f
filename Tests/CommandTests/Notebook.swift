import Foundation

/// A note of Notebooks-md: text with commands in it, and what they must print.
///
/// A fence ```` ```bash ```` holds commands; a fence ```` ```text expect ```` after it holds their
/// exact standard output. Other fences are only read over.
struct Notebook {
    /// The commands of one fence and what they must print.
    struct Block: Equatable {
        /// From 1, in the order of the note.
        var number: Int
        /// The line of the opening fence, from 1.
        var line: Int
        var commands: String
        /// The expected standard output, or `nil` where the note does not say.
        var expected: String?
        /// The lines of the expected output, both fences left out.
        var expectedLines: Range<Int>?
    }

    let name: String
    /// The note line by line, without line ends.
    let lines: [String]
    let blocks: [Block]
    /// What the text claims to have measured: code spans that begin with a digit, with their line.
    let figures: [(line: Int, text: String)]

    init(name: String, text: String) throws {
        self.name = name
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var blocks: [Block] = []
        var figures: [(line: Int, text: String)] = []
        var opening: (index: Int, info: String)?
        for (index, line) in lines.enumerated() {
            guard line.hasPrefix("```") else {
                if opening == nil {
                    figures += Self.figures(in: line).map { (index + 1, $0) }
                }
                continue
            }
            guard let fence = opening else {
                opening = (index, String(line.dropFirst(3)))
                continue
            }
            let inside = fence.index + 1..<index
            let content = lines[inside].map { $0 + "\n" }.joined()
            switch fence.info {
            case "bash":
                blocks.append(
                    Block(number: blocks.count + 1, line: fence.index + 1, commands: content))
            case "text expect":
                guard let last = blocks.indices.last, blocks[last].expected == nil else {
                    throw NotebookFault.expectationWithoutCommands(line: fence.index + 1)
                }
                blocks[last].expected = content
                blocks[last].expectedLines = inside
            default: break
            }
            opening = nil
        }
        if let opening { throw NotebookFault.openFence(line: opening.index + 1) }
        self.blocks = blocks
        self.figures = figures
    }

    /// The note with the expectation of each block replaced by what the block printed.
    func rewritten(_ outputs: [Int: String]) -> String {
        var lines = self.lines
        for block in blocks.reversed() {
            guard let place = block.expectedLines, let output = outputs[block.number] else {
                continue
            }
            var printed = output.split(separator: "\n", omittingEmptySubsequences: false)
            if printed.last == "" { printed.removeLast() }
            lines.replaceSubrange(place, with: printed.map(String.init))
        }
        return lines.joined(separator: "\n")
    }

    /// The code spans of a line of text that begin with a digit.
    private static func figures(in line: String) -> [String] {
        line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 && ($0.element.first?.isNumber ?? false) }
            .map { String($0.element) }
    }
}

/// What is wrong with a note before anything of it is run.
enum NotebookFault: Error, Equatable {
    /// An expectation that follows no commands, or a second one.
    case expectationWithoutCommands(line: Int)
    /// A fence that is not closed.
    case openFence(line: Int)
}

/// A folder in which the blocks of one note run one after the other.
struct NotebookFolder: ~Copyable {
    /// What a block printed, and how it ended.
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String
    }

    private let folder: URL

    /// Makes the folder, with the tool in it under its name, and the repository's `Scripts`.
    init(tool: URL, scripts: URL) throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("ktls-trace-note-\(UUID().uuidString)")
        for name in ["bin", "work"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        try FileManager.default.createSymbolicLink(
            at: folder.appendingPathComponent("bin/ktls-trace"), withDestinationURL: tool)
        try FileManager.default.createSymbolicLink(
            at: folder.appendingPathComponent("work/Scripts"), withDestinationURL: scripts)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Runs the commands of a block to their end.
    ///
    /// The output goes through files, so that no pipe can fill up.
    func run(_ commands: String) throws -> Outcome {
        let script = folder.appendingPathComponent("block.sh")
        try Data(("set -euo pipefail\n" + commands).utf8).write(to: script)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [script.path]
        process.currentDirectoryURL = folder.appendingPathComponent("work")
        var environment = ProcessInfo.processInfo.environment
        let path = environment["PATH"] ?? "/usr/bin:/bin"
        environment["PATH"] = folder.appendingPathComponent("bin").path + ":" + path
        environment["LC_ALL"] = "C"
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        let output = try file("output")
        let errors = try file("errors")
        process.standardOutput = output.handle
        process.standardError = errors.handle
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: try text(of: output.url),
            errors: try text(of: errors.url))
    }

    private func file(_ name: String) throws -> (url: URL, handle: FileHandle) {
        let url = folder.appendingPathComponent(name)
        try Data().write(to: url)
        return (url, try FileHandle(forWritingTo: url))
    }

    private func text(of url: URL) throws -> String {
        String(decoding: try Data(contentsOf: url), as: UTF8.self)
    }
}
