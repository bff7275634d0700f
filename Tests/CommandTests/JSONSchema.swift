import Foundation
import Testing

/// A schema of the documents, checked by python3-jsonschema.
struct JSONSchema {
    static let isInstalled = (try? Tool.shell("python3 -c 'import jsonschema'"))?.status == 0

    private let name: String

    init(_ name: String) { self.name = name }

    /// Every file fits.
    func expectFits(
        _ files: [String], in folder: Folder, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let result = try check(files, in: folder)
        #expect(
            result.status == 0 && result.text == "\(files.count) files checked\n", "\(result.text)",
            sourceLocation: sourceLocation)
    }

    /// With any of the changes, such as one key more, a file does not fit any more.
    func expectClosed(
        _ file: String, in folder: Folder, _ changes: [(old: String, new: String)],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let text = String(decoding: try folder.read(file), as: UTF8.self)
        for (old, new) in changes {
            #expect(text.contains(old), "\(old)", sourceLocation: sourceLocation)
            try folder.write("wrong.json", text.replacing(old, with: new, maxReplacements: 1))
            let result = try check(["wrong.json"], in: folder)
            #expect(result.status != 0, "\(new)", sourceLocation: sourceLocation)
        }
    }

    private func check(_ files: [String], in folder: Folder) throws -> ToolResult {
        let script = Fixtures.scripts.appending(path: "check-json.py").path
        let schema = Fixtures.documents.appending(path: "schemas/\(name)").path
        let files = files.map { "'\($0)'" }.joined(separator: " ")
        return try folder.shell("python3 '\(script)' '\(schema)' \(files)")
    }
}
