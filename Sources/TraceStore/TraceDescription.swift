public import TraceCore
import TraceFormat

/// What a trace says of itself before its first event.
public struct TraceDescription: Equatable, Sendable {
    /// The kinds of its events.
    public var schema: EventSchema
    /// What it was made with: `source`, `scenario.*`, `model.*`, `policy.*`, `host.*`.
    public var parameters: [TextPair]
    /// What belongs to no identity: tool version, arguments, host, wall clock.
    public var notes: [TextPair]

    /// The key of a parameter that says why the trace cannot be replayed: set by whatever makes a
    /// trace that is not all of a run from its start.
    public static let replayRefusedKey = "replay.refused"

    /// Makes a description; parameters are brought into the order of the file.
    ///
    /// Programmer error: two parameters with one key.
    ///
    /// - Complexity: O(n log n).
    public init(
        schema: EventSchema, parameters: [TextPair] = [], notes: [TextPair] = []
    ) {
        let sorted = PairsRecord.sorted(parameters)
        for (left, right) in zip(sorted, sorted.dropFirst()) {
            precondition(
                left.key.utf8.lexicographicallyPrecedes(right.key.utf8),
                "every parameter has a key of its own")
        }
        self.schema = schema
        self.parameters = sorted
        self.notes = notes
    }

    /// The value of a parameter, or `nil`.
    ///
    /// - Complexity: O(parameters).
    public func parameter(_ key: String) -> String? {
        parameters.first { $0.key == key }?.value
    }
}
