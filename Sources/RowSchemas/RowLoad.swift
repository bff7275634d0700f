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

/// Loads the values of a row to the cells from `first` on.
///
/// - Returns: Zero where no value has a bit that it must not have.
@inline(__always)
func loadCells(
    _ loads: Span<FieldLoad>, _ bytes: Span<UInt8>, row: Int, into cells: inout MutableSpan<Int64>,
    at first: Int
) -> UInt64 {
    precondition(first >= 0 && first <= cells.count - loads.count, "a row's values have room")
    var forbidden: UInt64 = 0
    for index in 0..<loads.count {
        // Below the number of loads, for which the cells have room.
        let load = unsafe loads[unchecked: index]
        let bits = load.bits(bytes, row: row)
        forbidden |= bits & load.forbidden
        unsafe cells[unchecked: first &+ index] = Int64(bitPattern: bits)
    }
    return forbidden
}
