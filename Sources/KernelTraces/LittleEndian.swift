/// Little-endian numbers within bytes.
///
/// Programmer error: bytes outside the span; callers check ranges once for several loads.
@inlinable @inline(__always)
func loadUInt16(_ bytes: Span<UInt8>, _ offset: Int) -> UInt16 {
    // The load checks its range; every pattern of bits is a number.
    unsafe UInt16(
        littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
}

@inlinable @inline(__always)
func loadUInt32(_ bytes: Span<UInt8>, _ offset: Int) -> UInt32 {
    unsafe UInt32(
        littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
}

@inlinable @inline(__always)
func loadUInt64(_ bytes: Span<UInt8>, _ offset: Int) -> UInt64 {
    unsafe UInt64(
        littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
}

/// An integer of 1, 2, 4 or 8 bytes, or `nil` for any other size.
@inlinable @inline(__always)
func loadInteger(_ bytes: Span<UInt8>, _ offset: Int, size: Int, isSigned: Bool) -> Int64? {
    switch size {
    case 1: isSigned ? Int64(Int8(bitPattern: bytes[offset])) : Int64(bytes[offset])
    case 2:
        isSigned
            ? Int64(Int16(bitPattern: loadUInt16(bytes, offset))) : Int64(loadUInt16(bytes, offset))
    case 4:
        isSigned
            ? Int64(Int32(bitPattern: loadUInt32(bytes, offset))) : Int64(loadUInt32(bytes, offset))
    case 8: Int64(bitPattern: loadUInt64(bytes, offset))
    default: nil
    }
}
