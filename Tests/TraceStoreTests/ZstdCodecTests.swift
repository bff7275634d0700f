import TestRandomness
import Testing
import TraceCompression

@Suite struct ZstdCodecTests {
    private let bytes = (0..<5_000).map { UInt8(truncatingIfNeeded: $0 / 7) }

    private func frame() throws -> [UInt8] {
        var codec = ZstdCodec(level: 3)
        var out = [UInt8](repeating: 0, count: 6_000)
        let length = try codec.compress(bytes, 10..<4_990, into: &out, limit: 6_000)
        return Array(out[0..<(length ?? 0)])
    }

    @Test func aPartComesBack() throws {
        var codec = ZstdCodec()
        let frame = try frame()
        var out = [UInt8](repeating: 0, count: 4_980)
        try codec.decompress([9] + frame + [9], 1..<frame.count + 1, into: &out, count: 4_980)
        #expect(out == Array(bytes[10..<4_990]))
    }

    @Test func aFrameThatWouldBeTooLongIsNotMade() throws {
        var codec = ZstdCodec()
        var out = [UInt8](repeating: 0, count: 100)
        #expect(try codec.compress(bytes, 0..<5_000, into: &out, limit: 20) == nil)
    }

    @Test func searchingLittleCodesBytesAndLeavesRepeats() throws {
        // A few frequent bytes in no order, and one stretch over and over.
        var random = TestRandom(seed: 1)
        let frequent = (0..<20_000).map { _ in UInt8(random.below(3)) }
        let stretch = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 % 100 * 77) }
        var codec = ZstdCodec()
        func length(_ bytes: [UInt8], searchesLittle: Bool) throws -> Int {
            var out = [UInt8](repeating: 0, count: 30_000)
            let length = try codec.compress(
                bytes, 0..<bytes.count, into: &out, limit: out.count,
                searchesLittle: searchesLittle)
            let frame = try #require(length)
            var back = [UInt8](repeating: 0, count: bytes.count)
            try codec.decompress(out, 0..<frame, into: &back, count: bytes.count)
            #expect(back == bytes)
            return frame
        }
        #expect(try length(frequent, searchesLittle: true) < 20_000 / 2)
        let long = try length(stretch, searchesLittle: true)
        #expect(try length(stretch, searchesLittle: false) < long / 2)
    }

    @Test func theDeclaredLengthBinds() throws {
        var codec = ZstdCodec()
        let frame = try frame()
        var out = [UInt8](repeating: 0, count: 10_000)
        #expect(throws: ZstdError.self) {
            try codec.decompress(frame, 0..<frame.count, into: &out, count: 4_979)
        }
        #expect(throws: ZstdError.wrongLength(expected: 4_981)) {
            try codec.decompress(frame, 0..<frame.count, into: &out, count: 4_981)
        }
    }

    @Test func onlyOneWholeFrameIsTaken() throws {
        var codec = ZstdCodec()
        let frame = try frame()
        var out = [UInt8](repeating: 0, count: 20_000)
        for wrong in [frame + frame, frame + [0], Array(frame.dropLast()), [], [1, 2, 3]] {
            #expect(throws: ZstdError.self) {
                try codec.decompress(wrong, 0..<wrong.count, into: &out, count: 9_960)
            }
        }
    }

    @Test func aLevelThatDoesNotExistTraps() async {
        await #expect(processExitsWith: .failure) { _ = ZstdCodec(level: 99) }
    }
}
