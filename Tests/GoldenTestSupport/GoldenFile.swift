import Foundation

/// A text kept in `Fixtures/golden`.
///
/// With `KTLS_TRACE_UPDATE_GOLDEN=1` it is rewritten, and is called different all the same, so that
/// nobody takes an update for a pass.
public struct GoldenFile {
    private let file: URL

    /// The text with a name in a folder of `Fixtures/golden`.
    public init(_ name: String, in folder: String) {
        file = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/golden/\(folder)/\(name)")
    }

    /// What is wrong with a text that should be the one kept; `nil` where nothing is.
    ///
    /// - Complexity: O(size of the texts).
    public func difference(from text: String) throws -> String? {
        let name = file.lastPathComponent
        if ProcessInfo.processInfo.environment["KTLS_TRACE_UPDATE_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
            return "\(name) was rewritten"
        }
        let kept = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        guard kept != text else { return nil }
        let pairs = zip(
            kept.split(separator: "\n", omittingEmptySubsequences: false),
            text.split(separator: "\n", omittingEmptySubsequences: false))
        let first = pairs.enumerated().first { $0.element.0 != $0.element.1 }
        let place = first.map { line in
            "line \(line.offset + 1): kept `\(line.element.0)`, got `\(line.element.1)`"
        }
        return "\(name) differs, \(place ?? "in length")"
    }
}
