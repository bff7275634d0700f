import Foundation

/// A fresh folder that goes away with its last user.
final class Folder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appending(path: "ktls-trace-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Names of what is in it, ascending.
    var names: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: url.path))?.sorted() ?? []
    }

    func path(_ name: String) -> String { url.appending(path: name).path }

    func read(_ name: String) throws -> Data { try Data(contentsOf: url.appending(path: name)) }

    func write(_ name: String, _ bytes: some DataProtocol) throws {
        try Data(bytes).write(to: url.appending(path: name))
    }

    func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }

    /// Makes an empty file and opens it for writing.
    func create(_ name: String) throws -> FileHandle {
        try write(name, "")
        return try FileHandle(forWritingTo: url.appending(path: name))
    }

    /// Runs the tool with this as its current folder.
    func run(
        _ arguments: String..., input: Tool.Input = .nothing, environment: [String: String] = [:]
    ) throws -> ToolResult {
        try Tool.run(arguments, input: input, environment: environment, in: url)
    }

    /// Runs a line of bash with this as its current folder.
    func shell(_ line: String) throws -> ToolResult { try Tool.shell(line, in: url) }

    /// Records the preset `unit` into a file; 2 virtual seconds unless the options say otherwise.
    func record(_ name: String, _ options: String...) throws {
        var arguments = ["record", "--preset", "unit", "-o", name] + options
        if !options.contains("--duration") { arguments += ["--duration", "2s"] }
        let result = try Tool.run(arguments, in: url)
        guard result.status == 0, result.error.isEmpty, result.output.isEmpty else {
            throw RecordingFailed(arguments: arguments, error: result.error)
        }
    }

    struct RecordingFailed: Error {
        let arguments: [String]
        let error: String
    }
}
