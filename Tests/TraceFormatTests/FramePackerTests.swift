import Testing

@testable import TraceFormat

/// How planes are compressed.
@Suite struct FramePackerTests {
    private static let name = FramePacker.PlaneName(kind: 1, column: 2)
    private static let count = 8_192
    /// Bytes that nothing makes smaller, that repeat, and that are frequent in no order.
    private static let noise = (0..<count).map { UInt8(truncatingIfNeeded: mixed($0) >> 20) }
    private static let stretches = (0..<count).map { noise[$0 % 700] }
    private static let frequent = (0..<count).map { UInt8(mixed($0) >> 30 & 3) }

    private static func mixed(_ number: Int) -> UInt64 {
        var word = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        return word ^ word >> 27
    }

    /// Frames made of one plane in each of some blocks.
    private static func frames(_ bytes: [UInt8], blocks: Int) throws -> (lengths: [Int?], made: Int)
    {
        var packer = FramePacker()
        var trials = TrialSchedule()
        var codec = TestCodec()
        var lengths: [Int?] = []
        for _ in 0..<blocks {
            trials.beginBlock()
            lengths.append(
                try packer.pack(bytes, count: count, name, isTrial: trials.isTrial, codec: &codec))
        }
        return (lengths, codec.frameCount)
    }

    @Test(arguments: [stretches, frequent]) func theSmallerStyleIsKept(bytes: [UInt8]) throws {
        var codec = TestCodec()
        var out = [UInt8](repeating: 0, count: Self.count)
        let both = try [FrameStyle.coded, .repeating].map { style in
            try codec.compress(bytes, 0..<Self.count, into: &out, limit: Self.count, style)
        }
        let best = try #require(both.compactMap(\.self).min())
        let frames = try Self.frames(bytes, blocks: 7)
        #expect(frames.lengths == [Int?](repeating: best, count: 7))
        // Both styles in blocks 1, 2 and 4, one in the others.
        #expect(frames.made == 3 * 2 + 4)
    }

    @Test func whatNothingMakesSmallerIsTriedNowAndThen() throws {
        let frames = try Self.frames(Self.noise, blocks: 200)
        #expect(frames.lengths == [Int?](repeating: nil, count: 200))
        // Blocks 1, 2, 4, to 128, and 192.
        #expect(frames.made == 9 * 2)
    }

    @Test func aPlaneThatBecomesDifferentIsSeenInTime() throws {
        var packer = FramePacker()
        var trials = TrialSchedule()
        var codec = TestCodec()
        var lengths: [Int?] = []
        for block in 1...128 {
            trials.beginBlock()
            let bytes = block < 3 ? Self.noise : Self.frequent
            lengths.append(
                try packer.pack(
                    bytes, count: Self.count, Self.name, isTrial: trials.isTrial, codec: &codec))
        }
        #expect(lengths[2] == nil && lengths[3] != nil && lengths[127] == lengths[3])
    }
}
