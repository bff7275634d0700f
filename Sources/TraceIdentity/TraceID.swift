/// A SHA-256 that stands for some content of a trace.
public struct TraceID: Hashable, Sendable, CustomStringConvertible {
    /// The 32 bytes.
    public let bytes: [UInt8]

    /// Takes 32 bytes.
    public init(bytes: [UInt8]) {
        precondition(bytes.count == 32, "an identity has 32 bytes")
        self.bytes = bytes
    }

    /// The 64 lower-case hexadecimal digits.
    public var description: String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}

/// The three identities of a trace.
public struct TraceIDs: Hashable, Sendable {
    /// What the run was given: equal for two policies run on the same inputs.
    public var input: TraceID
    /// What came out of it.
    public var outcome: TraceID
    /// All of it.
    public var content: TraceID

    /// Makes the three.
    public init(input: TraceID, outcome: TraceID, content: TraceID) {
        self.input = input
        self.outcome = outcome
        self.content = content
    }
}
