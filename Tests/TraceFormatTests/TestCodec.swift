import TraceCompression
import TraceFormat

/// zstd for tests.
struct TestCodec: FrameCodec, ~Copyable {
    var zstd = ZstdCodec(level: 1)
    /// Frames made so far.
    var frameCount = 0

    mutating func compress(
        _ source: [UInt8], _ range: Range<Int>, into destination: inout [UInt8], limit: Int,
        _ style: FrameStyle
    ) throws(CodecFault) -> Int? {
        frameCount += 1
        do {
            return try zstd.compress(
                source, range, into: &destination, limit: limit,
                searchesLittle: style == .coded)
        } catch {
            throw .compression(code: 1)
        }
    }

    mutating func decompress(
        _ source: [UInt8], _ range: Range<Int>, into destination: inout [UInt8], count: Int
    ) throws(CodecFault) {
        do {
            try zstd.decompress(source, range, into: &destination, count: count)
        } catch {
            throw .decompression(code: 1)
        }
    }
}
