import Synchronization
import TestRandomness
import Testing
import TraceCore
import TraceFormat
import TraceTestSupport

@testable import TraceStore

/// Blocks that are taken on another thread.
@Suite struct PipelineTests {
    private final class Taken: Sendable {
        let events = Mutex<[Event]>([])
        let blocks = Mutex<[BlockSummary]>([])

        func take(_ block: BlockDecoder) {
            blocks.withLock { $0.append(block.summary) }
            events.withLock { events in
                block.forEachEvent(.both) { events.append(Event($0, $1)) }
            }
        }
    }

    private static func taken(
        _ bytes: [UInt8], isStream: Bool
    ) throws -> (events: [Event], blocks: Int, end: Completeness?) {
        let reader = try TraceReader(source: MemorySource(bytes, isStream: isStream))
        let taken = Taken()
        let pipeline = BlockPipeline(
            schema: reader.description.schema, lanes: .both, columns: nil, taken.take)
        while try reader.nextBlock() { _ = try reader.handOver(to: pipeline) }
        pipeline.finish()
        return (
            taken.events.withLock { $0 }, taken.blocks.withLock { $0.count }, reader.completeness
        )
    }

    private static func read(_ bytes: [UInt8]) throws -> (events: [Event], end: Completeness?) {
        let reader = try TraceReader(source: MemorySource(bytes))
        var events: [Event] = []
        while try reader.nextBlock() {
            _ = try reader.forEachEvent { events.append(Event($0, $1)) }
        }
        return (events, reader.completeness)
    }

    @Test(arguments: TestSeeds.all)
    func blocksComeInOrderAndAll(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let trace = RandomTrace(seed: seed, eventCount: random.below(4_000))
        let bytes = try trace.bytes(blockEvents: 1 + random.below(500))
        for isStream in [false, true] {
            let taken = try Self.taken(bytes, isStream: isStream)
            #expect(taken.events == trace.events, "seed \(seed)")
            #expect(taken.end == .complete, "seed \(seed)")
        }
    }

    @Test(arguments: TestSeeds.all)
    func damageEndsWhereItDoesWithoutAThread(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let bytes = try RandomTrace(seed: seed, eventCount: 400).bytes(blockEvents: 50)
        for _ in 0..<20 {
            var flipped = bytes
            flipped[random.below(bytes.count)] ^= UInt8(1 << random.below(8))
            guard let read = try? Self.read(flipped) else { continue }
            let taken = try Self.taken(flipped, isStream: false)
            #expect(taken.events == read.events && taken.end == read.end, "seed \(seed)")
        }
    }

    @Test func nothingGivenIsNothingTaken() throws {
        let taken = try Self.taken(RandomTrace(seed: 1, eventCount: 0).bytes(), isStream: false)
        #expect(taken.blocks == 0 && taken.end == .complete)
    }
}
