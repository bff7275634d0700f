/// A word of a `print fmt`.
enum PrintToken: Equatable {
    case integer(Int64)
    case text(String)
    case word(String)
    case symbol(String)
}

/// Cuts the C expressions of a `print fmt` into words.
enum PrintTokens {
    /// More than any kernel's format has; what follows is not looked at.
    private static let tokensMax = 1 << 16
    private static let pairs: Set<String> = ["||", "&&", "==", "!=", "<=", ">=", "<<", ">>", "->"]

    static func read(_ bytes: ArraySlice<UInt8>) -> [PrintToken] {
        var tokens: [PrintToken] = []
        var position = bytes.startIndex
        while position < bytes.endIndex, tokens.count < tokensMax {
            let byte = bytes[position]
            if byte <= 0x20 {
                position += 1
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                let text = quoted(bytes, &position)
                if byte == UInt8(ascii: "'") {
                    tokens.append(.integer(Int64(text.utf8.first ?? 0)))
                } else {
                    tokens.append(.text(text))
                }
            } else if 0x30...0x39 ~= byte {
                tokens.append(.integer(number(bytes, &position)))
            } else if isWord(byte) {
                let start = position
                while position < bytes.endIndex, isWord(bytes[position]) { position += 1 }
                tokens.append(.word(string(bytes[start..<position])))
            } else {
                let pair = string(bytes[position..<min(position + 2, bytes.endIndex)])
                let symbol = pairs.contains(pair) ? pair : string(bytes[position...position])
                tokens.append(.symbol(symbol))
                position += pairs.contains(pair) ? 2 : 1
            }
        }
        return tokens
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        0x30...0x39 ~= byte || (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "_")
    }

    /// A number in C's notation; its suffixes and what does not fit in 64 bits are dropped.
    private static func number(_ bytes: ArraySlice<UInt8>, _ position: inout Int) -> Int64 {
        let start = position
        while position < bytes.endIndex, isWord(bytes[position]) { position += 1 }
        let digits = bytes[start..<position]
        let isHex = digits.count > 2 && digits[start + 1] | 0x20 == 0x78
        let isOctal = !isHex && digits.first == 0x30
        let base: UInt64 = isHex ? 16 : isOctal ? 8 : 10
        var value: UInt64 = 0
        for byte in digits.dropFirst(isHex ? 2 : 0) {
            let letter = (byte | 0x20) &- 0x61
            let digit = 0x30...0x39 ~= byte ? UInt64(byte - 0x30) : UInt64(letter) + 10
            guard digit < base else { break }
            value = value &* base &+ digit
        }
        return Int64(bitPattern: value)
    }

    /// A text or a letter in quotes; the position moves behind the closing one.
    static func quoted(_ bytes: ArraySlice<UInt8>, _ position: inout Int) -> String {
        let quote = bytes[position]
        position += 1
        var text: [UInt8] = []
        while position < bytes.endIndex, bytes[position] != quote {
            if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.endIndex {
                position += 1
                switch bytes[position] {
                case UInt8(ascii: "n"): text.append(0x0A)
                case UInt8(ascii: "t"): text.append(0x09)
                default: text.append(bytes[position])
                }
            } else {
                text.append(bytes[position])
            }
            position += 1
        }
        position += 1
        return String(decoding: text, as: UTF8.self)
    }
}
