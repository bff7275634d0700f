import TestRandomness
import Testing
import TraceCore
import TraceFormat
import TraceStore
import TraceTestSupport

/// Recovery after every cut and every change of a byte; slow in debug, meant for release.
@Suite struct RecoveryTests {
    private static func sample() throws -> (bytes: [UInt8], blocks: [Range<Int>], start: Int) {
        let bytes = try SmallTrace.bytes()
        var blocks: [Range<Int>] = []
        var start = 0
        _ = try RecordWalk.forEachRecord(in: MemorySource(bytes)) { entry in
            let range = Int(entry.offset)..<Int(entry.offset + entry.extentBytes)
            if entry.type == .block { blocks.append(range) }
            if entry.type == .parameters { start = range.upperBound }
        }
        return (bytes, blocks, start)
    }

    private static let events = [
        SmallTrace.events.prefix(1_100), SmallTrace.events.dropFirst(1_100),
    ]

    /// The headers and numbers that some blocks hold; texts may have lost their strings.
    private static func plain(_ events: some Sequence<Event>) -> [Event] {
        events.map { $0.header.kind.rawValue == 1 ? Event($0.header, [$0.values[0]]) : $0 }
    }

    @Test(arguments: [false, true]) func everyCutKeepsTheWholeBlocks(isStream: Bool) throws {
        let (bytes, blocks, start) = try Self.sample()
        for length in start..<bytes.count {
            let result = try Recovered(
                MemorySource(Array(bytes[0..<length]), isStream: isStream))
            let whole = blocks.filter { $0.upperBound <= length }.count
            let kept = Self.events.prefix(whole).flatMap { $0 }
            #expect(Self.plain(result.back.events) == Self.plain(kept), "cut at \(length)")
            #expect(result.back.completeness == .complete, "cut at \(length)")
            #expect(!result.isClosedByRecorder, "cut at \(length)")
        }
    }

    @Test(arguments: [false, true]) func everyChangedByteKeepsTheOtherBlocks(isStream: Bool) throws
    {
        let (bytes, blocks, start) = try Self.sample()
        for offset in start..<bytes.count {
            for mask: UInt8 in [0x01, 0x80, 0xFF] {
                var changed = bytes
                changed[offset] ^= mask
                let result = try Recovered(MemorySource(changed, isStream: isStream))
                let kept = zip(blocks, Self.events)
                    .filter { !$0.0.contains(offset) }.flatMap(\.1)
                let place = "byte \(offset), mask \(mask)"
                #expect(Self.plain(result.back.events) == Self.plain(kept), "\(place)")
                #expect(result.back.completeness == .complete, "\(place)")
                #expect(!result.report.isWhole, "\(place)")
                #expect(result.report.isLostCountKnown, "\(place)")
                let lost = UInt64(SmallTrace.events.count - kept.count)
                #expect(result.report.lostEvents == lost, "\(place)")
            }
        }
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func severalChangesKeepTheOtherBlocks(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let (bytes, blocks, start) = try Self.sample()
        var changed = bytes
        var touched: [Int] = []
        for _ in 0..<2 + random.below(6) {
            touched.append(start + random.below(bytes.count - start))
            changed[touched[touched.count - 1]] ^= UInt8(1 + random.below(255))
        }
        let result = try Recovered(MemorySource(changed, isStream: random.isOneIn(2)))
        let kept = zip(blocks, Self.events)
            .filter { block, _ in !touched.contains(where: block.contains) }.flatMap(\.1)
        #expect(Self.plain(result.back.events) == Self.plain(kept), "seed \(seed)")
        #expect(result.back.completeness == .complete, "seed \(seed)")
    }
}
