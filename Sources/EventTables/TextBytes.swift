/// Spells numbers into bytes whose room was reserved before.
extension MutableSpan<UInt8> {
    /// Writes one byte and moves on.
    @inline(__always)
    mutating func put(_ byte: UInt8, _ at: inout Int) {
        self[at] = byte
        at += 1
    }

    /// Copies bytes and moves on.
    @inline(__always)
    mutating func put(_ bytes: Span<UInt8>, _ range: Range<Int>, _ at: inout Int) {
        for index in range {
            self[at] = bytes[index]
            at += 1
        }
    }

    /// Writes a number in decimal: at most 20 bytes.
    @inline(__always)
    mutating func put(_ number: Int64, _ at: inout Int) {
        if number < 0 { put(UInt8(ascii: "-"), &at) }
        put(number.magnitude, &at)
    }

    /// Writes a number in decimal: at most 20 bytes.
    @inline(__always)
    mutating func put(_ number: UInt64, _ at: inout Int) {
        guard number >= 10 else {
            put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number), &at)
            return
        }
        let end = at + Self.digitCount(number)
        var position = end
        var rest = number
        while rest >= 10 {
            let (tens, digit) = rest.quotientAndRemainder(dividingBy: 10)
            position -= 1
            self[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
            rest = tens
        }
        self[position - 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
        at = end
    }

    /// Writes 64 bits in hexadecimal, `0x` first: at most 18 bytes.
    @inline(__always)
    mutating func putHexadecimal(_ bits: UInt64, _ at: inout Int) {
        put(UInt8(ascii: "0"), &at)
        put(UInt8(ascii: "x"), &at)
        let digits = Swift.max(1, (67 - bits.leadingZeroBitCount) / 4)
        for digit in stride(from: digits - 1, through: 0, by: -1) {
            let value = UInt8(truncatingIfNeeded: bits >> UInt64(4 * digit)) & 15
            put(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value, &at)
        }
    }

    private static func digitCount(_ number: UInt64) -> Int {
        var count = 1
        var bound: UInt64 = 10
        while number >= bound {
            count += 1
            // 20 digits are the most there are.
            if count == 20 { break }
            bound &*= 10
        }
        return count
    }
}

/// Spells texts so that a table's form can hold them.
enum TextSpelling {
    /// Appends the cell of a text.
    ///
    /// - Complexity: O(text).
    static func append(_ text: String, as form: TableForm, to bytes: inout [UInt8]) {
        switch form {
        case .csv: appendCSV(text, to: &bytes)
        case .ndjson: appendJSON(text, to: &bytes)
        }
    }

    private static func appendCSV(_ text: String, to bytes: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        // A line that begins with a number sign would be a comment.
        let needsQuotes =
            text.utf8.first == UInt8(ascii: "#")
            || text.utf8.contains {
                $0 == UInt8(ascii: ",") || $0 == quote || $0 == UInt8(ascii: "\n")
                    || $0 == UInt8(ascii: "\r")
            }
        guard needsQuotes else {
            bytes.append(contentsOf: text.utf8)
            return
        }
        bytes.append(quote)
        for byte in text.utf8 {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }

    /// Appends a text in quotes, with everything escaped that JSON does not allow.
    static func appendJSON(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += "\\n".utf8
            case UInt8(ascii: "\r"): bytes += "\\r".utf8
            case UInt8(ascii: "\t"): bytes += "\\t".utf8
            case 0x08: bytes += "\\b".utf8
            case 0x0C: bytes += "\\f".utf8
            case 0..<0x20:
                bytes += ((byte < 16 ? "\\u000" : "\\u00") + String(byte, radix: 16)).utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
