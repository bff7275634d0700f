import Foundation
import Testing

/// Outputs kept in `Fixtures/golden/commands`.
///
/// With `KTLS_TRACE_UPDATE_GOLDEN=1` they are rewritten, and the test
/// fails all the same, so that nobody takes an update for a pass.
enum Golden {
    /// Compares an output with the one kept under a name.
    static func expect(
        _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let file = Fixtures.golden.appending(path: name)
        if ProcessInfo.processInfo.environment["KTLS_TRACE_UPDATE_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(
                at: Fixtures.golden, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
            Issue.record("\(name) was rewritten", sourceLocation: sourceLocation)
            return
        }
        let kept = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        guard kept != text else { return }
        let pairs = zip(
            kept.split(separator: "\n", omittingEmptySubsequences: false),
            text.split(separator: "\n", omittingEmptySubsequences: false))
        let first = pairs.enumerated().first { $0.element.0 != $0.element.1 }
        let place = first.map { line in
            "line \(line.offset + 1): kept `\(line.element.0)`, got `\(line.element.1)`"
        }
        Issue.record("\(name) differs, \(place ?? "in length")", sourceLocation: sourceLocation)
    }
}
