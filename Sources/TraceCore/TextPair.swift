/// A key and its value, both text.
public struct TextPair: Hashable, Sendable {
    /// The key, such as `scenario.seed`.
    public var key: String
    /// The value.
    public var value: String

    /// Makes a pair.
    public init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }
}
