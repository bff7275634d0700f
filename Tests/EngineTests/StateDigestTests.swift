import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import TestRandomness
import Testing

/// The digest in each sample changes with every part of the state.
struct StateDigestTests {
    private let host = PageMap.host((1024, 1))

    private func digest(_ snapshot: MemorySnapshot) throws -> UInt64 {
        try Engine(
            host: host, memory: snapshot, model: .quiet, policy: .named("cache-only"), detail: 1
        ).stateDigest
    }

    @Test func equalStatesHaveEqualDigests() throws {
        let snapshot = PageMap.fragmented(host)
        #expect(try digest(snapshot) == digest(snapshot))
    }

    /// Each list is stored as domain, pool, order, count and its blocks.
    @Test func neighboursOfAFreeListThatChangePlacesChangeIt() throws {
        let snapshot = PageMap.fragmented(host)
        let plain = try digest(snapshot)
        #expect(snapshot.freeLists[3] == 512)
        for place in [4, 5, 300, 514] {
            var other = snapshot
            other.freeLists.swapAt(place, place + 1)
            #expect(try digest(other) != plain, "place \(place)")
        }
    }

    @Test func everyKindOfEveryPageCounts() throws {
        var random = TestRandom(seed: 3)
        let kinds = PageKind.allCases.filter { !$0.isFree }
        for _ in 0..<8 {
            let place = 2 * random.number(0...511) + 1
            let digests = try kinds.map { kind in
                try digest(
                    PageMap.memory(host) { _, offset in
                        offset == place ? kind : offset % 2 == 0 ? .free : .file
                    }.snapshot())
            }
            #expect(Set(digests).count == kinds.count, "page \(place)")
        }
    }

    /// The same buffers come back in another order: the next one handed out is another.
    @Test func theOrderOfCachedBuffersCounts() throws {
        func run(_ lifetimes: [Int64]) throws -> EngineRun {
            var run = try EngineRun(host, PageMap.empty(host), policy: .named("cache-only"))
            run.apply(
                .record(at: 0, lifetimeNs: lifetimes[0]),
                .record(at: 0, lifetimeNs: lifetimes[1]))
            run.run(until: 1000)
            return run
        }
        let (one, other) = (try run([500, 600]), try run([600, 500]))
        #expect(one.engine.memory.stateDigest == other.engine.memory.stateDigest)
        #expect(one.engine.stateDigest != other.engine.stateDigest)
    }

    @Test func theLimiterCounts() throws {
        func run(_ cpu: Int) throws -> EngineRun {
            let host = PageMap.host((1024, 2))
            var run = try EngineRun(host, PageMap.fragmented(host), policy: .named("cache-only"))
            run.apply(.record(at: 0, cpu: cpu, lifetimeNs: 1000))
            run.run(until: 1_000_000)
            return run
        }
        let (one, other) = (try run(0), try run(1))
        #expect(one.engine.memory.stateDigest == other.engine.memory.stateDigest)
        #expect(one.engine.stateDigest != other.engine.stateDigest)
    }
}
