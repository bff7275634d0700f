import TraceCore

/// Takes numbers and text from the front of bytes that nobody vouches for.
///
/// Every read is checked against the end, and every failure names the field and its place in the
/// file.
package struct ByteReader {
    private let bytes: [UInt8]
    /// Position of the next byte.
    package private(set) var position: Int
    /// Position after the last byte that may be read.
    package let end: Int
    /// Offset in the file of position 0.
    private let fileOffset: Int64

    /// Makes a reader of a part of `bytes`, whose first byte stands at `fileOffset` in the file.
    package init(_ bytes: [UInt8], _ range: Range<Int>, fileOffset: Int64) {
        precondition(range.upperBound <= bytes.count, "a reader's range lies within its bytes")
        self.bytes = bytes
        self.position = range.lowerBound
        self.end = range.upperBound
        self.fileOffset = fileOffset
    }

    /// Offset in the file of the next byte.
    package var offset: Int64 { fileOffset + Int64(position) }
    /// Number of bytes left.
    package var remaining: Int { end - position }

    /// Takes a little-endian integer.
    mutating func integer<Value: FixedWidthInteger>(
        _ field: String, as type: Value.Type = Value.self
    ) throws(FormatError) -> Value {
        let size = Value.bitWidth / 8
        try need(size, field)
        var value: UInt64 = 0
        for index in 0..<size { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
        position += size
        return Value(truncatingIfNeeded: value)
    }

    /// Takes a variable-length number that must not exceed `limit`.
    package mutating func varint(_ field: String, limit: UInt64 = .max) throws(FormatError)
        -> UInt64
    {
        let start = offset
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            try need(1, field)
            let byte = bytes[position]
            position += 1
            // The tenth byte holds the top bit only; a longer or larger one is no number.
            guard shift < 63 || byte <= 1 else {
                throw .invalidValue(field: field, offset: start, value: UInt64(byte))
            }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                // One number has one spelling, so that equal content has equal bytes.
                guard byte != 0 || shift == 0 else {
                    throw .invalidValue(field: field, offset: start, value: value)
                }
                break
            }
            shift += 7
        }
        guard value <= limit else {
            throw .limit(field: field, offset: start, value: value, limit: limit)
        }
        return value
    }

    /// Takes a variable-length count that must not exceed `limit`.
    package mutating func count(_ field: String, limit: Int) throws(FormatError) -> Int {
        Int(try varint(field, limit: UInt64(limit)))
    }

    /// Takes a signed variable-length number.
    package mutating func signedVarint(_ field: String) throws(FormatError) -> Int64 {
        Zigzag.decode(try varint(field))
    }

    /// Takes a text of at most `limit` bytes.
    ///
    /// - Complexity: O(text).
    package mutating func text(_ field: String, limit: Int) throws(FormatError) -> String {
        let length = try count(field, limit: limit)
        let start = offset
        try need(length, field)
        let part = bytes[position..<position + length]
        position += length
        guard let text = String(validating: part, as: UTF8.self) else {
            throw .invalidText(field: field, offset: start)
        }
        return text
    }

    /// Takes `count` bytes as they are.
    ///
    /// - Complexity: O(count).
    mutating func raw(_ field: String, count: Int) throws(FormatError) -> [UInt8] {
        try need(count, field)
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    /// Refuses bytes that are left over.
    package func finish(_ field: String) throws(FormatError) {
        guard remaining == 0 else {
            throw .invalidValue(field: field, offset: offset, value: UInt64(remaining))
        }
    }

    private func need(_ count: Int, _ field: String) throws(FormatError) {
        guard count <= remaining else {
            throw .truncated(
                field: field, offset: offset, needed: Int64(count), available: Int64(remaining))
        }
    }
}
