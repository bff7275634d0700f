import TraceCompression
import TraceFormat

/// zstd as the codec of the format.
struct StoreCodec: FrameCodec, ~Copyable {
    private var zstd: ZstdCodec
    /// Whether planes are stored as they are.
    private let storesPlanes: Bool

    /// - Parameters:
    ///   - level: zstd's level, or 0 to compress no plane at all.
    init(level: Int = 1) {
        zstd = ZstdCodec(level: level == 0 ? 1 : level)
        storesPlanes = level == 0
    }

    mutating func compress(
        _ source: [UInt8], _ range: Range<Int>, into destination: inout [UInt8], limit: Int,
        _ style: FrameStyle
    ) throws(CodecFault) -> Int? {
        // A limit below the length asks for a frame only where it gains: that is a plane.
        if storesPlanes, limit < range.count { return nil }
        do {
            return try zstd.compress(
                source, range, into: &destination, limit: limit,
                searchesLittle: style == .coded)
        } catch {
            throw .compression(code: Self.code(error))
        }
    }

    mutating func decompress(
        _ source: [UInt8], _ range: Range<Int>, into destination: inout [UInt8], count: Int
    ) throws(CodecFault) {
        do {
            try zstd.decompress(source, range, into: &destination, count: count)
        } catch {
            throw .decompression(code: Self.code(error))
        }
    }

    private static func code(_ error: ZstdError) -> Int {
        switch error {
        case .compression(let code), .damagedFrame(let code): code
        case .wrongLength: 0
        }
    }
}
