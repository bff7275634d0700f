/// Why libzstd could not do its work.
public enum ZstdError: Error, Equatable, Sendable {
    /// Compression failed, with the library's error number.
    case compression(code: Int)
    /// The bytes are not one whole frame, or it is damaged; with the library's error number.
    case damagedFrame(code: Int)
    /// The frame does not hold as many bytes as expected.
    case wrongLength(expected: Int)
}
