/// Takes the 64 bits that start at a byte.
///
/// Rows are taken apart by one load for each field, whatever its width. The caller has made sure
/// that eight bytes follow: once for many rows, which is why this is not checked here.
@inline(__always)
func load(_ bytes: Span<UInt8>, at offset: Int) -> UInt64 {
    // Bytes have no padding, and any eight bytes are a valid integer. `RowImporter.read` checks
    // that whole rows and eight bytes behind them are there, and fields lie within their row.
    let word = unsafe bytes.bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: offset, as: UInt64.self)
    return UInt64(littleEndian: word)
}
