import GoldenTestSupport
import Testing

/// Texts kept in `Fixtures/golden/commands`.
enum Golden {
    /// Compares a text with the one kept under a name.
    static func expect(
        _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        if let difference = try GoldenFile(name, in: "commands").difference(from: text) {
            Issue.record("\(difference)", sourceLocation: sourceLocation)
        }
    }
}
