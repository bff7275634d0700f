/// Walks through the lines of a small text.
struct TextLines {
    private let bytes: [UInt8]
    private var position = 0
    /// The number of the line given last; the first is 1.
    private(set) var number = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next line without its end, or `nil`.
    mutating func next() -> ArraySlice<UInt8>? {
        guard position < bytes.count else { return nil }
        var end = position
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        defer { position = end + 1 }
        number += 1
        return bytes[position..<end]
    }
}

/// A line without blanks and tabs at both ends.
func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var line = line
    while let first = line.first, first == 0x20 || first == 0x09 { line = line.dropFirst() }
    while let last = line.last, last == 0x20 || last == 0x09 || last == 0x0D {
        line = line.dropLast()
    }
    return line
}

/// What follows a prefix, or `nil` where the line begins otherwise.
func rest(_ line: ArraySlice<UInt8>, after prefix: StaticString) -> ArraySlice<UInt8>? {
    let text = "\(prefix)".utf8
    return line.starts(with: text) ? line.dropFirst(text.count) : nil
}

/// A decimal number that fills the bytes, between 0 and a largest one.
func decimal(_ digits: ArraySlice<UInt8>, atMost largest: Int) -> Int? {
    guard !digits.isEmpty, digits.count <= 18 else { return nil }
    var value = 0
    for byte in digits {
        let digit = Int(byte) - 0x30
        guard 0...9 ~= digit else { return nil }
        value = value * 10 + digit
    }
    return value <= largest ? value : nil
}

/// Bytes as a string.
func string(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
