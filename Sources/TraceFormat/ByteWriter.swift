import TraceCore

/// Appends little-endian numbers, variable-length numbers and text to bytes.
public struct ByteWriter: Sendable {
    /// The bytes so far.
    public private(set) var bytes: [UInt8] = []

    /// Makes an empty writer.
    public init() {}

    /// The number of bytes so far.
    public var count: Int { bytes.count }

    /// Forgets the bytes and keeps their storage.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// Appends one byte.
    public mutating func append(_ value: UInt8) {
        bytes.append(value)
    }

    /// Appends the bytes of an integer, lowest first.
    public mutating func append(_ value: some FixedWidthInteger) {
        var rest = value
        for _ in 0..<(value.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// Appends bytes as they are.
    ///
    /// - Complexity: O(more).
    public mutating func append(contentsOf more: [UInt8]) {
        bytes.append(contentsOf: more)
    }

    /// Appends bytes as they are.
    ///
    /// - Complexity: O(more).
    public mutating func append(contentsOf more: ArraySlice<UInt8>) {
        bytes.append(contentsOf: more)
    }

    /// Appends an unsigned number in groups of seven bits, lowest first; the high bit of a byte
    /// tells that more follow.
    public mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends a signed number as the zigzag of it.
    public mutating func appendSignedVarint(_ value: Int64) {
        appendVarint(Zigzag.encode(value))
    }

    /// Appends the length of a text's UTF-8 bytes and the bytes.
    ///
    /// - Complexity: O(text).
    public mutating func appendText(_ text: String) {
        appendVarint(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// Overwrites four bytes with a number.
    mutating func replace(at offset: Int, with value: UInt32) {
        for index in 0..<4 {
            bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index))
        }
    }

    /// Overwrites eight bytes with a number.
    mutating func replace(at offset: Int, with value: UInt64) {
        for index in 0..<8 {
            bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
        }
    }
}
