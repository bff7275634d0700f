import TestRandomness
import Testing
import TraceCore
import TraceFormat
import TraceStore
import TraceTestSupport

/// Every cut and every flipped bit of a small trace; slow in debug, meant for release.
@Suite struct TruncationTests {
    private static func isPrefix(_ events: [Event]) -> Bool {
        events.count <= SmallTrace.events.count
            && events.elementsEqual(SmallTrace.events.prefix(events.count))
    }

    @Test(arguments: [false, true]) func everyCutLeavesAWholeNumberOfBlocks(isStream: Bool) throws {
        let bytes = try SmallTrace.bytes()
        var blockEnds: [Int] = []
        var descriptionEnd = 0
        _ = try RecordWalk.forEachRecord(in: MemorySource(bytes)) { entry in
            let end = Int(entry.offset + entry.extentBytes)
            if entry.type == .block { blockEnds.append(end) }
            if entry.type == .parameters { descriptionEnd = end }
        }
        #expect(blockEnds.count == 2)
        for length in 0..<bytes.count {
            let source = MemorySource(Array(bytes[0..<length]), isStream: isStream)
            guard length >= descriptionEnd else {
                #expect(throws: StoreError.self, "cut at \(length)") { try ReadBack(source) }
                continue
            }
            let back = try ReadBack(source)
            let whole = blockEnds.filter { $0 <= length }.count
            #expect(back.events.count == [0, 1_100, 2_000][whole], "cut at \(length)")
            #expect(Self.isPrefix(back.events), "cut at \(length)")
            guard case .incomplete(let ignored) = back.completeness else {
                Issue.record("a cut at \(length) is no damage: \(back.completeness)")
                continue
            }
            #expect(ignored >= 0 && ignored <= Int64(length), "cut at \(length)")
        }
        #expect(try ReadBack(MemorySource(bytes, isStream: isStream)).completeness == .complete)
    }

    @Test(arguments: [LaneSelection.both, .control, .data])
    func everyFlippedBitLeavesATruePrefix(lanes: LaneSelection) throws {
        let bytes = try SmallTrace.bytes()
        let expected = SmallTrace.events.filter { event in
            lanes == .both
                || (event.header.kind.rawValue == 2) == (lanes == .data)
        }
        var unseen = 0
        for offset in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[offset] ^= 1 << UInt8(bit)
                // Not to open it at all is right as well.
                guard let back = try? ReadBack(MemorySource(changed), lanes: lanes) else {
                    continue
                }
                let place = "bit \(bit) of byte \(offset)"
                let isPrefix =
                    back.events.count <= expected.count
                    && back.events.elementsEqual(expected.prefix(back.events.count))
                #expect(isPrefix, "\(place)")
                if back.completeness == .complete {
                    #expect(back.events.count == expected.count, "\(place)")
                    unseen += 1
                }
            }
        }
        // Read with both lanes, nothing that was read can be changed without being seen; what is
        // left is the snapshot's frames, which were not asked for.
        let record = try SmallTrace.snapshotBytes(bytes)
        if lanes == .both { #expect(unseen <= 8 * record, "\(unseen) flips were not seen") }
    }

    @Test(arguments: [false, true]) func everyFlippedBitIsFoundByTheCheck(isStream: Bool) throws {
        let bytes = try SmallTrace.bytes()
        for offset in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[offset] ^= 1 << UInt8(bit)
                let source = MemorySource(changed, isStream: isStream)
                guard let report = try? TraceVerifier.verify(source) else { continue }
                #expect(report.completeness != .complete, "bit \(bit) of byte \(offset)")
                // A stream has no footer in sight: there a wrong length can look like a cut.
                if !isStream, case .incomplete = report.completeness {
                    let footer = bytes.count - FooterRecord.recordByteCount
                    #expect(offset >= footer, "bit \(bit) of byte \(offset)")
                }
            }
        }
    }

    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func severalChangedBytesNeverGiveOtherEvents(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let original = try SmallTrace.bytes()
        for _ in 0..<20 {
            var bytes = original
            for _ in 0...random.below(8) {
                bytes[random.below(bytes.count)] = UInt8(random.below(256))
            }
            if random.isOneIn(3) { bytes.removeLast(random.below(bytes.count)) }
            guard let back = try? ReadBack(MemorySource(bytes)) else { continue }
            #expect(Self.isPrefix(back.events), "seed \(seed)")
        }
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func randomTracesComeBack(seed: UInt64) throws {
        let trace = RandomTrace(seed: 1_000 + seed, eventCount: 40_000)
        var random = TestRandom(seed: seed)
        let bytes = try trace.bytes(blockEvents: 1 + random.below(65_536))
        let back = try ReadBack(MemorySource(bytes))
        #expect(back.events == trace.events, "seed \(seed)")
        #expect(back.completeness == .complete, "seed \(seed)")
        #expect(try TraceVerifier.verify(MemorySource(bytes)).completeness == .complete)
    }
}
