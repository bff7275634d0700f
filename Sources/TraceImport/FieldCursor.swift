/// Finds `key=value` fields of an event line by name.
///
/// Fields are usually asked for in the order in which the kernel prints them, so a search starts
/// behind the field found last and only then goes back to the start: fields may come in any order
/// and new ones may appear between them.
struct FieldCursor: HostFields {
    /// Where the tracepoint's own text starts.
    let start: Int
    private var position: Int

    init(bodyStart: Int) {
        start = bodyStart
        position = bodyStart
    }

    /// The place of a field's value, up to the next blank, or `nil` where there is no such field.
    ///
    /// - Complexity: O(line).
    mutating func value(_ key: FieldKey, in line: Span<UInt8>) -> Range<Int>? {
        guard
            let found = Self.find(key.literal, in: line, from: position, to: line.count)
                ?? Self.find(key.literal, in: line, from: start, to: position)
        else { return nil }
        position = found.upperBound
        return found
    }

    /// The integer value of a field, or `nil` where it is missing or not a number.
    mutating func integer(_ key: FieldKey, in line: Span<UInt8>) -> Int64? {
        guard let range = textRange(key, in: line) else { return nil }
        return readInteger(line, range)
    }

    /// The value of a field without a trailing comma.
    mutating func textRange(_ key: FieldKey, in line: Span<UInt8>) -> Range<Int>? {
        guard let range = value(key, in: line) else { return nil }
        let hasComma = !range.isEmpty && line[range.upperBound - 1] == Ascii.comma
        return range.lowerBound..<(hasComma ? range.upperBound - 1 : range.upperBound)
    }

    private static func find(
        _ key: Literal, in line: Span<UInt8>, from: Int, to: Int
    ) -> Range<Int>? {
        var index = from
        while index < to {
            skipSpaces(line, &index)
            let word = index
            while index < line.count, line[index] != Ascii.space, line[index] != Ascii.equals {
                index += 1
            }
            let isKey =
                index < line.count && line[index] == Ascii.equals && index - word == key.count
                && matches(line, at: word, key)
            let end = wordEnd(line, from: index)
            if isKey { return (index + 1)..<end }
            index = end
        }
        return nil
    }
}

extension FieldCursor {
    mutating func text(_ key: FieldKey, in line: Span<UInt8>) -> LineText? {
        textRange(key, in: line).map(LineText.init)
    }

    /// A missing page is printed as zeros, `(null)` or `(nil)`, depending on kernel and tool; a
    /// line without a page field tells by the page frame number -1.
    mutating func hasNoPage(in line: Span<UInt8>) -> Bool? {
        guard let page = value(.page, in: line) else {
            return integer(.pageFrame, in: line).map { $0 == -1 }
        }
        guard !page.isEmpty else {
            // Some kernels pad "(null)" on the left, which separates it from the equals sign.
            var position = page.upperBound
            skipSpaces(line, &position)
            let isNull = position < line.count && line[position] == Ascii.openParenthesis
            return isNull ? true : nil
        }
        if line[page.lowerBound] == Ascii.openParenthesis { return true }
        for index in page {
            let isZero = line[index] == Ascii.zero || line[index] | 0x20 == 0x78
            if !isZero { return false }
        }
        return true
    }

    func contextSwitch(in line: Span<UInt8>) -> ContextSwitch<LineText>? {
        SwitchLine(line, bodyStart: start).map {
            ContextSwitch(
                previous: $0.previous, state: LineText(range: $0.state), next: $0.next)
        }
    }

    func wokenTask(in line: Span<UInt8>) -> SwitchedTask? {
        TraceImport.wokenTask(line, bodyStart: start)
    }
}
