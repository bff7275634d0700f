/// Takes decisions from bytes that a fuzzer chooses; after their end every byte is 0.
public struct ByteScript: Sendable {
    private let bytes: [UInt8]
    private var position = 0

    /// Makes a script of the bytes, all of them to come.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether all bytes were taken.
    public var isAtEnd: Bool { position >= bytes.count }

    /// What has not been taken yet.
    public var rest: ArraySlice<UInt8> { bytes[min(position, bytes.count)...] }

    /// The next byte.
    public mutating func byte() -> UInt8 {
        guard position < bytes.count else { return 0 }
        defer { position += 1 }
        return bytes[position]
    }

    /// A number in `0 ..< bound`, `bound` being at most 256.
    public mutating func below(_ bound: Int) -> Int { Int(byte()) % bound }

    /// One of the values.
    public mutating func choice<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    /// A number of so many bits as its first byte says.
    public mutating func number() -> Int64 {
        let size = below(12)
        switch size {
        case 9: return .min
        case 10: return .max
        case 11: return -1
        default: return (0..<size).reduce(0) { sum, _ in sum << 8 | Int64(byte()) }
        }
    }

    /// A short text.
    public mutating func text() -> String {
        let count = below(12)
        return String(decoding: (0..<count).map { _ in byte() }, as: UTF8.self)
    }
}
