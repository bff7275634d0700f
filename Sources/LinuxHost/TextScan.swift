/// Walks over the lines and words of a kernel's text without making strings.
///
/// Whatever the bytes are: what is no number gives `nil`, what is no line an end.
struct TextScan {
    let bytes: [UInt8]
    private var next = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next line without its end, or `nil` behind the last.
    mutating func line() -> WordScan? {
        guard next < bytes.count else { return nil }
        var end = next
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        defer { next = end + 1 }
        return WordScan(bytes: bytes, position: next, end: end)
    }
}

/// Walks over the words of one line.
struct WordScan {
    private let bytes: [UInt8]
    private var position: Int
    private let end: Int

    init(bytes: [UInt8], position: Int, end: Int) {
        self.bytes = bytes
        self.position = position
        self.end = end
    }

    /// The next word: what stands between blanks, tabs and commas.
    mutating func word() -> Range<Int>? {
        while position < end, Self.isGap(bytes[position]) { position += 1 }
        let start = position
        while position < end, !Self.isGap(bytes[position]) { position += 1 }
        return start < position ? start..<position : nil
    }

    /// The next word as a decimal number; `nil` where there is none, or it is too large.
    mutating func number() -> Int64? { word().flatMap { number($0) } }

    /// The next word as text.
    mutating func text() -> String? { word().map { text($0) } }

    /// Whether the next word is this one; it is passed over only then.
    mutating func take(_ literal: String) -> Bool {
        let before = position
        guard let range = word(), equals(range, literal) else {
            position = before
            return false
        }
        return true
    }

    func number(_ range: Range<Int>) -> Int64? {
        var value: Int64 = 0
        for index in range {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (tenfold, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = tenfold.addingReportingOverflow(Int64(digit))
            guard !isTooLarge, !overflows else { return nil }
            value = sum
        }
        return range.isEmpty ? nil : value
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    func equals(_ range: Range<Int>, _ literal: String) -> Bool {
        range.count == literal.utf8.count && text(range) == literal
    }

    private static func isGap(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: ",")
    }
}
