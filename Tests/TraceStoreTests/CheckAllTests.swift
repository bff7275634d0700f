import TestRandomness
import Testing
import TraceCore
import TraceFormat
import TraceTestSupport

@testable import TraceStore

/// Reading one lane with every sum checked.
@Suite struct CheckAllTests {
    /// A trace with events of both lanes, some of them in raw planes and frames, and a snapshot.
    private static func trace() -> RandomTrace {
        for seed in 1...100 as ClosedRange<UInt64> {
            var trace = RandomTrace(seed: seed, eventCount: 300)
            let lanes = Set(
                trace.events.compactMap { trace.description.schema.kind($0.header.kind)?.lane })
            guard lanes.count == 2 else { continue }
            if trace.snapshots.isEmpty {
                trace.snapshots = [("initial", [UInt8](repeating: 7, count: 900))]
            }
            return trace
        }
        preconditionFailure("one of a hundred random traces has both lanes")
    }

    /// Whether reading the control lane alone tells that something is wrong.
    private func isTold(_ bytes: [UInt8], checksAll: Bool, isStream: Bool) -> Bool {
        do {
            let reader = try TraceReader(
                source: MemorySource(bytes, isStream: isStream), checksAll: checksAll)
            let end = try reader.readEvents(.control) { _, _ in }
            return end != .complete || reader.snapshotDamage != nil
        } catch {
            return true
        }
    }

    @Test(arguments: [false, true])
    func noFlippedBitGoesUnnoticed(isStream: Bool) throws {
        let bytes = try Self.trace().bytes(blockEvents: 120)
        #expect(!isTold(bytes, checksAll: true, isStream: isStream))
        var random = TestRandom(seed: 4)
        var missed: [Int] = []
        var missedWithout = 0
        for place in stride(from: 0, to: bytes.count, by: 3) {
            var flipped = bytes
            flipped[place] ^= UInt8(1 << random.below(8))
            if !isTold(flipped, checksAll: true, isStream: isStream) { missed.append(place) }
            if !isTold(flipped, checksAll: false, isStream: isStream) { missedWithout += 1 }
        }
        #expect(missed == [])
        #expect(missedWithout > 50, "else this test would prove nothing")
    }

    @Test(arguments: [false, true])
    func aDamagedSnapshotTakesNoEventAway(isStream: Bool) throws {
        let trace = Self.trace()
        var bytes = try trace.bytes(blockEvents: 120)
        let place = try #require(
            try TraceReader(source: MemorySource(bytes)).snapshots.first?.dataOffset)
        bytes[Int(place) + 9] ^= 1
        let reader = try TraceReader(
            source: MemorySource(bytes, isStream: isStream), checksAll: true)
        var events: [Event] = []
        let end = try reader.readEvents { header, values in
            events.append(Event(header, values.indices.map { values[$0] }))
        }
        #expect(end == .complete && events == trace.events)
        #expect(reader.snapshotDamage?.offset == place)
        guard
            case .checksum(field: "snapshot", offset: place, stored: _, computed: _)? =
                reader.snapshotDamage?.error
        else {
            Issue.record("\(String(describing: reader.snapshotDamage))")
            return
        }
    }

    /// A block is handed on as a whole or not at all, whatever lane is asked for.
    @Test func theBlockWithTheDamageIsNotHandedOn() throws {
        let trace = Self.trace()
        let bytes = try trace.bytes(blockEvents: 100)
        let reader = try TraceReader(source: MemorySource(bytes))
        var places: [(offset: Int64, length: Int64)] = []
        while try reader.nextBlock() { places.append(reader.blockPlace) }
        #expect(places.count == 3)
        var flipped = bytes
        flipped[Int(places[1].offset + places[1].length) - 1] ^= 1
        for lanes in LaneSelection.allCases {
            let reader = try TraceReader(source: MemorySource(flipped), checksAll: true)
            var last: UInt64 = 0
            let end = try reader.readEvents(lanes) { header, _ in last = header.sequence }
            #expect(last <= trace.events[99].header.sequence)
            guard case .damaged(_, offset: places[1].offset) = end else {
                Issue.record("\(lanes): \(end)")
                continue
            }
        }
    }
}
