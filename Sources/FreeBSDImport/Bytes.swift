/// What is asked of the bytes of a line.
enum Bytes {
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    static func digit(_ byte: UInt8) -> Int64? {
        let value = byte &- UInt8(ascii: "0")
        return value < 10 ? Int64(value) : nil
    }

    /// Reads a decimal integer with an optional minus, and moves the position behind it.
    ///
    /// `nil`, with the position unchanged, where there is none or it does not fit.
    static func integer(_ line: Span<UInt8>, _ position: inout Int) -> Int64? {
        var index = position
        let isNegative = index < line.count && line[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        let start = index
        var value: Int64 = 0
        while index < line.count, let digit = digit(line[index]) {
            let (tenfold, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = tenfold.addingReportingOverflow(digit)
            guard !isTooLarge, !overflow else { return nil }
            value = sum
            index += 1
        }
        guard index > start else { return nil }
        position = index
        return isNegative ? -value : value
    }

    /// The integer that fills a range, blanks around it passed over.
    static func integer(_ line: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        let range = trimmed(line, range)
        var position = range.lowerBound
        guard let value = integer(line, &position), position == range.upperBound else {
            return nil
        }
        return value
    }

    static func trimmed(_ line: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isBlank(line[start]) { start += 1 }
        while end > start, isBlank(line[end - 1]) { end -= 1 }
        return start..<end
    }

    /// Whether the bytes of a range are those of a text.
    static func equal(_ line: Span<UInt8>, _ range: Range<Int>, _ text: String) -> Bool {
        range.count == text.utf8.count && starts(line, at: range.lowerBound, with: text)
    }

    /// Whether a text stands at a position.
    static func starts(_ line: Span<UInt8>, at position: Int, with text: String) -> Bool {
        guard position + text.utf8.count <= line.count else { return false }
        var index = position
        for byte in text.utf8 {
            guard line[index] == byte else { return false }
            index += 1
        }
        return true
    }

    /// Where a text stands first in a range, or `nil`.
    ///
    /// - Complexity: O(range x text) in the worst case.
    static func find(
        _ text: String, _ line: Span<UInt8>, _ range: Range<Int>
    ) -> Int? {
        var position = range.lowerBound
        while position + text.utf8.count <= range.upperBound {
            if starts(line, at: position, with: text) { return position }
            position += 1
        }
        return nil
    }

    static func text(_ line: Span<UInt8>, _ range: Range<Int>) -> String {
        String(decoding: range.map { line[$0] }, as: UTF8.self)
    }
}
