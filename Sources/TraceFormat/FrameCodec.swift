/// Why a codec could not do its work; the caller knows where and says so.
public enum CodecFault: Error, Equatable, Sendable {
    /// The library refused, with its own error number.
    case compression(code: Int)
    /// The frame is damaged, or its length is not the declared one.
    case decompression(code: Int)
}

/// What some bytes are like, which says how to compress them.
public enum FrameStyle: Sendable {
    /// Stretches come again.
    case repeating
    /// Some bytes are more frequent than others, and stretches come again by chance only.
    case coded
}

/// Turns bytes into self-contained compressed frames and back.
///
/// The format fixes that a frame is one ordinary zstd frame; this protocol keeps the library out
/// of the code that knows the layout.
public protocol FrameCodec: ~Copyable {
    /// Compresses a part of `source` as one frame at the start of `destination`.
    ///
    /// - Parameters:
    ///   - limit: Most bytes that the frame may take; `destination` has at least as many.
    ///   - style: What the bytes are like.
    /// - Returns: The length of the frame, or `nil` when it would exceed the limit.
    /// - Complexity: O(range).
    /// - Throws: `CodecFault.compression`.
    mutating func compress(
        _ source: [UInt8], _ range: Range<Int>, into destination: inout [UInt8], limit: Int,
        _ style: FrameStyle
    ) throws(CodecFault) -> Int?

    /// Decompresses one frame, a part of `source`, into exactly `count` bytes at the start of
    /// `destination`.
    ///
    /// - Complexity: O(range + count).
    /// - Throws: `CodecFault.decompression`.
    mutating func decompress(
        _ source: [UInt8], _ range: Range<Int>, into destination: inout [UInt8], count: Int
    ) throws(CodecFault)
}
