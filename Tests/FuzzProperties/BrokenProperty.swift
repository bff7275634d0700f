/// A property that some input breaks.
public struct BrokenProperty: Error, Equatable, CustomStringConvertible {
    /// What is wrong, in one line.
    public let description: String

    /// Makes an error of a sentence.
    public init(_ description: String) { self.description = description }
}

/// Throws unless a property holds.
///
/// - Throws: `BrokenProperty` with the sentence.
public func require(
    _ condition: Bool, _ sentence: @autoclosure () -> String
) throws(BrokenProperty) {
    guard condition else { throw BrokenProperty(sentence()) }
}
