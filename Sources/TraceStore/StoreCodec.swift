import TraceCompression
import TraceFormat

/// zstd as the codec of the format.
struct StoreCodec: FrameCodec, ~Copyable {
    private var zstd: ZstdCodec

    init(level: Int = 1) { zstd = ZstdCodec(level: level) }

    mutating func compress(
        _ source: [UInt8], _ range: Range<Int>, into destination: inout [UInt8], limit: Int
    ) throws(CodecFault) -> Int? {
        do {
            return try zstd.compress(source, range, into: &destination, limit: limit)
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
