import CZstd

/// Compresses and decompresses single zstd frames with contexts that are used again and again.
@safe public struct ZstdCodec: ~Copyable {
    /// The levels that the library offers.
    public static var levels: ClosedRange<Int> { Int(ZSTD_minCLevel())...Int(ZSTD_maxCLevel()) }

    private let compressor: OpaquePointer
    /// Codes bytes and hardly looks for repeats.
    private let coder: OpaquePointer
    private let decompressor: OpaquePointer

    /// Makes a codec that compresses at this level.
    ///
    /// Programmer error: a level outside `levels`. Traps when there is no memory for the contexts.
    public init(level: Int = 1) {
        precondition(Self.levels.contains(level), "the compression level is one that zstd offers")
        guard let compressor = unsafe ZSTD_createCCtx(), let coder = unsafe ZSTD_createCCtx(),
            let decompressor = unsafe ZSTD_createDCtx()
        else {
            preconditionFailure("there is memory for zstd's contexts")
        }
        // The contexts are this value's own until deinit, and are never handed out.
        unsafe self.compressor = compressor
        unsafe self.coder = coder
        unsafe self.decompressor = decompressor
        unsafe Self.set(compressor, ZSTD_c_compressionLevel, Int32(level))
        // A library that does not know the first of these searches as for everything else.
        let codes = unsafe ZSTD_CCtx_setParameter(coder, Self.literalMode, 1)
        guard ZSTD_isError(codes) == 0 else {
            unsafe Self.set(coder, ZSTD_c_compressionLevel, Int32(level))
            return
        }
        for (parameter, value) in Self.coding { unsafe Self.set(coder, parameter, value) }
    }

    private static func set(
        _ context: OpaquePointer, _ parameter: ZSTD_cParameter, _ value: Int32
    ) {
        let result = unsafe ZSTD_CCtx_setParameter(context, parameter, value)
        precondition(ZSTD_isError(result) == 0, "zstd takes parameters within their bounds")
    }

    /// `ZSTD_c_literalCompressionMode`, where 1 means to code bytes that do not repeat. The
    /// library keeps it among its experimental parameters, so it may be refused.
    private static let literalMode = ZSTD_c_experimentalParam5

    /// The longest steps from place to place, and repeats of seven bytes at least.
    private static var coding: [(ZSTD_cParameter, Int32)] {
        [
            (ZSTD_c_strategy, Int32(ZSTD_fast.rawValue)), (ZSTD_c_targetLength, 131072),
            (ZSTD_c_hashLog, 6), (ZSTD_c_minMatch, 7),
        ]
    }

    deinit {
        unsafe ZSTD_freeCCtx(compressor)
        unsafe ZSTD_freeCCtx(coder)
        unsafe ZSTD_freeDCtx(decompressor)
    }

    /// Compresses a part of `source` as one frame at the start of `destination`.
    ///
    /// - Parameters:
    ///   - limit: Most bytes the frame may take; `destination` has at least as many.
    ///   - searchesLittle: Whether to code bytes and hardly look for repeats, whatever the level:
    ///     faster, and smaller where bytes repeat by chance only.
    /// - Returns: The length of the frame, or `nil` when it would exceed the limit.
    /// - Complexity: O(range).
    /// - Throws: `ZstdError.compression`.
    public mutating func compress(
        _ source: [UInt8], _ range: Range<Int>, into destination: inout [UInt8], limit: Int,
        searchesLittle: Bool = false
    ) throws(ZstdError) -> Int? {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= source.count
                && limit <= destination.count,
            "a frame's source and limit lie within their buffers")
        // The pointers cover the checked range and limit and do not leave the closures.
        let result = unsafe source.withUnsafeBytes { from in
            unsafe destination.withUnsafeMutableBytes { to in
                unsafe ZSTD_compress2(
                    searchesLittle ? coder : compressor, to.baseAddress, limit,
                    from.baseAddress.map { unsafe $0 + range.lowerBound }, range.count)
            }
        }
        guard ZSTD_isError(result) != 0 else { return result }
        let code = ZSTD_getErrorCode(result)
        guard code == ZSTD_error_dstSize_tooSmall else {
            throw .compression(code: Int(code.rawValue))
        }
        return nil
    }

    /// Decompresses one frame, a part of `source`, into exactly `count` bytes at the start of
    /// `destination`.
    ///
    /// Never writes, and never allocates, more than `count` says.
    ///
    /// - Complexity: O(range + count).
    /// - Throws: `ZstdError.damagedFrame` or `wrongLength`.
    public mutating func decompress(
        _ source: [UInt8], _ range: Range<Int>, into destination: inout [UInt8], count: Int
    ) throws(ZstdError) {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= source.count
                && count <= destination.count,
            "a frame's source and count lie within their buffers")
        guard !range.isEmpty else { throw .damagedFrame(code: 0) }
        // The pointers cover the checked range and count and do not leave the closures.
        let (length, result) = unsafe source.withUnsafeBytes { from in
            let start = unsafe from.baseAddress.map { unsafe $0 + range.lowerBound }
            let length = unsafe ZSTD_findFrameCompressedSize(start, range.count)
            guard length == range.count else { return (length, 0) }
            let result = unsafe destination.withUnsafeMutableBytes { to in
                unsafe ZSTD_decompressDCtx(
                    decompressor, to.baseAddress, count, start, range.count)
            }
            return (length, result)
        }
        guard length == range.count, ZSTD_isError(result) == 0 else {
            let failed = length == range.count ? result : length
            throw .damagedFrame(code: Int(ZSTD_getErrorCode(failed).rawValue))
        }
        guard result == count else { throw .wrongLength(expected: count) }
    }
}
