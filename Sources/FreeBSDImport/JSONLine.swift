/// One JSON object whose values are integers and texts, read without copying.
struct JSONLine {
    enum Value {
        case integer(Int64)
        case text(Range<Int>)
    }

    private struct Member {
        let key: Range<Int>
        let value: Value
    }

    /// More members than any line of the script has.
    private static let membersMax = 32

    private var members: [Member] = []

    /// Reads a whole line; `nil` where it is anything else, or holds other values.
    ///
    /// - Complexity: O(line).
    init?(_ line: Span<UInt8>) {
        var cursor = Cursor()
        guard cursor.take("{", line) else { return nil }
        if !cursor.take("}", line) {
            repeat {
                guard members.count < Self.membersMax, let key = cursor.text(line),
                    cursor.take(":", line), let value = cursor.value(line)
                else { return nil }
                members.append(Member(key: key, value: value))
            } while cursor.take(",", line)
            guard cursor.take("}", line) else { return nil }
        }
        guard cursor.isAtEnd(line) else { return nil }
    }

    /// A member's integer, or `nil` where there is none.
    func integer(_ key: String, _ line: Span<UInt8>) -> Int64? {
        guard case .integer(let value)? = value(key, line) else { return nil }
        return value
    }

    /// Where a member's text is, or `nil` where there is none.
    func text(_ key: String, _ line: Span<UInt8>) -> Range<Int>? {
        guard case .text(let range)? = value(key, line) else { return nil }
        return range
    }

    private func value(_ key: String, _ line: Span<UInt8>) -> Value? {
        members.first { Bytes.equal(line, $0.key, key) }?.value
    }
}

/// The place in a line up to which tokens of JSON were read, blanks between them passed over.
private struct Cursor {
    private var position = 0

    mutating func isAtEnd(_ line: Span<UInt8>) -> Bool {
        skip(line)
        return position == line.count
    }

    private mutating func skip(_ line: Span<UInt8>) {
        while position < line.count, Bytes.isBlank(line[position]) { position += 1 }
    }

    mutating func take(_ mark: Unicode.Scalar, _ line: Span<UInt8>) -> Bool {
        skip(line)
        guard position < line.count, line[position] == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    /// A text without escapes: no line of the script has any.
    mutating func text(_ line: Span<UInt8>) -> Range<Int>? {
        guard take("\"", line) else { return nil }
        let start = position
        while position < line.count, line[position] != UInt8(ascii: "\"") {
            guard line[position] != UInt8(ascii: "\\") else { return nil }
            position += 1
        }
        guard position < line.count else { return nil }
        position += 1
        return start..<(position - 1)
    }

    mutating func value(_ line: Span<UInt8>) -> JSONLine.Value? {
        skip(line)
        guard position < line.count else { return nil }
        if line[position] == UInt8(ascii: "\"") { return text(line).map { .text($0) } }
        return Bytes.integer(line, &position).map { .integer($0) }
    }
}
