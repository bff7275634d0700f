public import TraceDiff

extension Comparison {
    /// The comparison as text.
    ///
    /// - Complexity: O(settings + metrics).
    public func text(_ style: TextStyle = TextStyle()) -> String {
        ComparisonText.render(self, style)
    }

    /// The comparison as JSON, version `ktls-trace-diff/0`.
    ///
    /// - Complexity: O(settings + metrics).
    public var json: String { ComparisonJSON.render(self) }
}
