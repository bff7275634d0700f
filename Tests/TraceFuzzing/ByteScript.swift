/// Takes decisions from bytes that a fuzzer chooses; after their end every byte is 0.
struct ByteScript {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position >= bytes.count }

    mutating func byte() -> UInt8 {
        guard position < bytes.count else { return 0 }
        defer { position += 1 }
        return bytes[position]
    }

    /// A number in `0 ..< bound`, `bound` being at most 256.
    mutating func below(_ bound: Int) -> Int { Int(byte()) % bound }

    /// One of the values.
    mutating func choice<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    /// A number of so many bits as its first byte says.
    mutating func number() -> Int64 {
        let size = below(12)
        switch size {
        case 9: return .min
        case 10: return .max
        case 11: return -1
        default: return (0..<size).reduce(0) { sum, _ in sum << 8 | Int64(byte()) }
        }
    }

    /// A short text.
    mutating func text() -> String {
        let count = below(12)
        return String(decoding: (0..<count).map { _ in byte() }, as: UTF8.self)
    }
}
