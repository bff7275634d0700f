/// The position of the first newline at or behind a position, or `nil` when there is none.
///
/// Finding the ends of lines is what an import does most, so it looks at eight bytes at a time.
///
/// - Complexity: O(bytes up to the newline).
package func newlinePosition(in bytes: Span<UInt8>, from start: Int) -> Int? {
    let newline = UInt8(ascii: "\n")
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highBits: UInt64 = 0x8080_8080_8080_8080
    let pattern = ones &* UInt64(newline)
    // Bytes have no padding, so all of them are initialized.
    let raw = unsafe bytes.bytes
    var index = start
    while index + 8 <= raw.byteCount {
        // In bounds by the loop's condition; any eight bytes are a valid integer.
        let word = unsafe raw.unsafeLoadUnaligned(
            fromUncheckedByteOffset: index, as: UInt64.self)
        let difference = UInt64(littleEndian: word) ^ pattern
        // The lowest set bit marks the first byte that is zero; above it there may be false ones.
        let zeroBytes = (difference &- ones) & ~difference & highBits
        if zeroBytes != 0 { return index + zeroBytes.trailingZeroBitCount / 8 }
        index += 8
    }
    while index < bytes.count {
        if bytes[index] == newline { return index }
        index += 1
    }
    return nil
}
