/// Bytes as text and back (RFC 4648, section 4, with padding).
enum Base64 {
    private static let digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// - Complexity: O(bytes).
    static func text(_ bytes: [UInt8]) -> String {
        let digits = digits
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var word: UInt32 = 0
            for index in 0..<3 {
                word = word << 8 | (index < count ? UInt32(bytes[start + index]) : 0)
            }
            for index in 0..<4 {
                let digit = Int(word >> UInt32(18 - 6 * index)) & 63
                result.append(index <= count ? digits[digit] : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The bytes, or `nil` for what `text` does not make.
    ///
    /// - Complexity: O(text).
    static func bytes(_ text: String) -> [UInt8]? {
        let source = Array(text.utf8)
        guard source.count % 4 == 0 else { return nil }
        let padding = source.suffix(2).filter { $0 == UInt8(ascii: "=") }.count
        var result: [UInt8] = []
        result.reserveCapacity(source.count / 4 * 3)
        for start in stride(from: 0, to: source.count, by: 4) {
            let isLast = start + 4 == source.count
            let count = isLast ? 4 - padding : 4
            var word: UInt32 = 0
            for index in 0..<4 {
                let value = index < count ? value(source[start + index]) : 0
                guard let value else { return nil }
                word = word << 6 | value
            }
            for index in 0..<count - 1 {
                result.append(UInt8(truncatingIfNeeded: word >> UInt32(16 - 8 * index)))
            }
        }
        // Only one spelling of the same bytes is taken.
        return Self.text(result) == text ? result : nil
    }

    private static func value(_ digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
