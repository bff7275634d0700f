/// The bytes that structure a line.
enum Ascii {
    static let newline = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let tab = UInt8(ascii: "\t")
    static let space = UInt8(ascii: " ")
    static let minus = UInt8(ascii: "-")
    static let equals = UInt8(ascii: "=")
    static let colon = UInt8(ascii: ":")
    static let comma = UInt8(ascii: ",")
    static let dot = UInt8(ascii: ".")
    static let hash = UInt8(ascii: "#")
    static let slash = UInt8(ascii: "/")
    static let zero = UInt8(ascii: "0")
    static let openBracket = UInt8(ascii: "[")
    static let closeBracket = UInt8(ascii: "]")
    static let openParenthesis = UInt8(ascii: "(")
    static let closeParenthesis = UInt8(ascii: ")")

    /// The value of a decimal digit.
    static func digit(_ byte: UInt8) -> UInt8? {
        let value = byte &- zero
        return value < 10 ? value : nil
    }

    /// The value of a hexadecimal digit.
    static func hexDigit(_ byte: UInt8) -> UInt8? {
        if let value = digit(byte) { return value }
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter + 10 : nil
    }

    /// Whether a byte may be part of a tracepoint's name.
    static func isWord(_ byte: UInt8) -> Bool {
        digit(byte) != nil || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
    }
}

/// Reads decimal digits and moves the position behind them.
///
/// Returns `nil`, with the position unchanged, where there is no digit or the number does not fit.
func readDecimal(_ line: Span<UInt8>, _ position: inout Int) -> (value: Int64, digits: Int)? {
    var value: Int64 = 0
    var index = position
    while index < line.count, let digit = Ascii.digit(line[index]) {
        if index - position < 18 {
            value = value * 10 + Int64(digit)
        } else {
            let (tenfold, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = tenfold.addingReportingOverflow(Int64(digit))
            guard !tooLarge, !overflow else { return nil }
            value = sum
        }
        index += 1
    }
    guard index > position else { return nil }
    defer { position = index }
    return (value, index - position)
}

/// The integer that fills a range: decimal with an optional sign, or hexadecimal after `0x`.
///
/// Hexadecimal numbers keep their 64-bit pattern. Returns `nil` for anything else.
func readInteger(_ line: Span<UInt8>, _ range: Range<Int>) -> Int64? {
    var position = range.lowerBound
    guard position < range.upperBound else { return nil }
    if line[position] == Ascii.zero, range.count > 2, line[position + 1] | 0x20 == 0x78 {
        guard range.count <= 18 else { return nil }
        var bits: UInt64 = 0
        for index in (position + 2)..<range.upperBound {
            guard let digit = Ascii.hexDigit(line[index]) else { return nil }
            bits = bits << 4 | UInt64(digit)
        }
        return Int64(bitPattern: bits)
    }
    let isNegative = line[position] == Ascii.minus
    if isNegative { position += 1 }
    guard let number = readDecimal(line, &position), position == range.upperBound else {
        return nil
    }
    return isNegative ? -number.value : number.value
}

/// Moves the position to the next byte that is not a blank.
func skipSpaces(_ line: Span<UInt8>, _ position: inout Int) {
    while position < line.count, line[position] == Ascii.space { position += 1 }
}

/// The end of the word that starts at a position: the next blank, or the end of the line.
func wordEnd(_ line: Span<UInt8>, from start: Int) -> Int {
    var index = start
    while index < line.count, line[index] != Ascii.space { index += 1 }
    return index
}

/// Whether a literal stands at a position.
func matches(_ line: Span<UInt8>, at position: Int, _ literal: Literal) -> Bool {
    guard position >= 0, position + literal.count <= line.count else { return false }
    for offset in 0..<literal.count where line[position + offset] != literal[offset] {
        return false
    }
    return true
}

/// The last position in a range at which a literal starts, or `nil`.
///
/// - Complexity: O(range x literal) in the worst case.
func lastPosition(of literal: Literal, in line: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var position = range.upperBound - literal.count
    while position >= range.lowerBound {
        if matches(line, at: position, literal) { return position }
        position -= 1
    }
    return nil
}

/// The first position in a range at which a literal starts, or `nil`.
///
/// - Complexity: O(range x literal) in the worst case.
func firstPosition(of literal: Literal, in line: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var position = range.lowerBound
    while position + literal.count <= range.upperBound {
        if matches(line, at: position, literal) { return position }
        position += 1
    }
    return nil
}

/// At most 24 bytes to look for, kept in registers instead of a heap object.
struct Literal {
    private var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
    let count: Int

    init(_ text: String) {
        count = text.utf8.count
        precondition(count <= 24, "a literal holds at most 24 bytes")
        for (offset, byte) in text.utf8.enumerated() {
            let bits = UInt64(byte) << UInt64(offset % 8 * 8)
            switch offset / 8 {
            case 0: words.0 |= bits
            case 1: words.1 |= bits
            default: words.2 |= bits
            }
        }
    }

    subscript(_ offset: Int) -> UInt8 {
        let word =
            switch offset / 8 {
            case 0: words.0
            case 1: words.1
            default: words.2
            }
        return UInt8(truncatingIfNeeded: word >> UInt64(offset % 8 * 8))
    }
}
