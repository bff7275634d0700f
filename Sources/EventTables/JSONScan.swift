/// One value of a JSON object that has neither lists nor objects in it.
enum JSONScalar {
    /// What stands between the quotes.
    case text(Range<Int>, hasEscapes: Bool)
    case number(Range<Int>)
    case flag(Bool)
    case null
}

/// Reads pieces of JSON (RFC 8259) from a line; `position` moves on.
enum JSONScan {
    /// Passes over white space.
    static func skipSpace(_ line: Span<UInt8>, _ position: inout Int) {
        while position < line.count {
            switch line[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    /// Takes a byte that must be there.
    static func expect(
        _ byte: UInt8, _ line: Span<UInt8>, _ position: inout Int
    ) throws(RecordFault) {
        skipSpace(line, &position)
        guard position < line.count, line[position] == byte else {
            throw RecordFault(position, "'\(Character(Unicode.Scalar(byte)))' is missing here")
        }
        position += 1
    }

    /// Takes a byte where it is the next one.
    static func take(_ byte: UInt8, _ line: Span<UInt8>, _ position: inout Int) -> Bool {
        skipSpace(line, &position)
        guard position < line.count, line[position] == byte else { return false }
        position += 1
        return true
    }

    /// Takes a text: what stands between its quotes.
    static func text(
        _ line: Span<UInt8>, _ position: inout Int
    ) throws(RecordFault) -> (range: Range<Int>, hasEscapes: Bool) {
        try expect(UInt8(ascii: "\""), line, &position)
        let start = position
        var hasEscapes = false
        while position < line.count {
            switch line[position] {
            case UInt8(ascii: "\""):
                position += 1
                return (start..<position - 1, hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                position += 2
            case 0..<0x20: throw RecordFault(position, "a control character in a text")
            default: position += 1
            }
        }
        throw RecordFault(start - 1, "a text that nothing ends")
    }

    /// Takes a value that is neither a list nor an object.
    static func scalar(
        _ line: Span<UInt8>, _ position: inout Int
    ) throws(RecordFault) -> JSONScalar {
        skipSpace(line, &position)
        guard position < line.count else { throw RecordFault(position, "a value is missing here") }
        let start = position
        switch line[start] {
        case UInt8(ascii: "\""):
            let text = try text(line, &position)
            return .text(text.range, hasEscapes: text.hasEscapes)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return .number(try number(line, &position))
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            throw RecordFault(start, "a list or an object where a single value is expected")
        default:
            while position < line.count, isLetter(line[position]) { position += 1 }
            let word = start..<position
            if isEqual(line, word, Array("true".utf8)) { return .flag(true) }
            if isEqual(line, word, Array("false".utf8)) { return .flag(false) }
            if isEqual(line, word, Array("null".utf8)) { return .null }
            throw RecordFault(start, "no JSON value")
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26
    }

    /// Takes a number; only whole ones are of use here.
    private static func number(
        _ line: Span<UInt8>, _ position: inout Int
    ) throws(RecordFault) -> Range<Int> {
        let start = position
        if line[position] == UInt8(ascii: "-") { position += 1 }
        let digits = position
        while position < line.count, line[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        guard position > digits else { throw RecordFault(start, "no JSON value") }
        guard position == digits + 1 || line[digits] != UInt8(ascii: "0") else {
            throw RecordFault(start, "a number that begins with 0")
        }
        if position < line.count,
            [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(line[position])
        {
            throw RecordFault(start, "a number that is not whole")
        }
        return start..<position
    }

    /// The bytes of a text with its escapes resolved.
    ///
    /// - Complexity: O(bytes of the text).
    static func unescaped(
        _ line: Span<UInt8>, _ range: Range<Int>
    ) throws(RecordFault) -> [UInt8] {
        var result: [UInt8] = []
        var position = range.lowerBound
        while position < range.upperBound {
            guard line[position] == UInt8(ascii: "\\") else {
                result.append(line[position])
                position += 1
                continue
            }
            try appendEscape(line, range.upperBound, &position, to: &result)
        }
        return result
    }

    private static func appendEscape(
        _ line: Span<UInt8>, _ end: Int, _ position: inout Int, to result: inout [UInt8]
    ) throws(RecordFault) {
        let start = position
        let sign = line[position + 1]
        position += 2
        switch sign {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(sign)
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "u"):
            var code = try fourDigits(line, end, &position)
            if 0xD800..<0xDC00 ~= code, position + 1 < end, line[position] == UInt8(ascii: "\\"),
                line[position + 1] == UInt8(ascii: "u")
            {
                position += 2
                let low = try fourDigits(line, end, &position)
                // What is no second half leaves the first alone, which is no character.
                if 0xDC00..<0xE000 ~= low {
                    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                }
            }
            guard let scalar = Unicode.Scalar(code) else {
                throw RecordFault(start, "half of a character")
            }
            result += Array(String(Character(scalar)).utf8)
        default: throw RecordFault(start, "an escape that JSON does not have")
        }
    }

    private static func fourDigits(
        _ line: Span<UInt8>, _ end: Int, _ position: inout Int
    ) throws(RecordFault) -> UInt32 {
        guard position + 4 <= end else { throw RecordFault(position, "four digits are missing") }
        var code: UInt32 = 0
        for index in position..<position + 4 {
            guard let digit = CellNumbers.hexDigit(line[index]) else {
                throw RecordFault(index, "no hexadecimal digit")
            }
            code = code << 4 | UInt32(digit)
        }
        position += 4
        return code
    }
}
