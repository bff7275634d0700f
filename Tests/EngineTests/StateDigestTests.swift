import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import TestRandomness
import Testing
import TraceCore

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

    /// Two failures in different ticks; nothing else is different by the time of the comparison.
    @Test func theLimiterCounts() throws {
        func run(_ failNs: Int64) throws -> EngineRun {
            var run = try EngineRun(
                host, PageMap.fragmented(host), policy: .named("cache-only"))
            run.apply(
                .record(at: failNs, lifetimeNs: 1_000_000),
                // The CPU begins another stretch, so the end of the first one is forgotten.
                .record(at: 5_000_000, anonymous: true))
            run.run(until: 10_000_000)
            return run
        }
        let (one, sameTick, nextTick) = (try run(0), try run(999_999), try run(1_000_000))
        #expect(one.engine.memory.stateDigest == nextTick.engine.memory.stateDigest)
        #expect(one.engine.stateDigest == sameTick.engine.stateDigest)
        #expect(one.engine.stateDigest != nextTick.engine.stateDigest)
    }

    /// Two runs that differ in when a CPU is free again, and in nothing else.
    @Test func whatCpusAreBusyWithCounts() throws {
        func run(_ timeNs: Int64) throws -> EngineRun {
            var run = try EngineRun(
                host, PageMap.fragmented(host), policy: .named("cache-only"))
            run.apply(.record(at: timeNs, anonymous: true))
            run.run(until: 1_000_000)
            return run
        }
        let (one, other) = (try run(996_000), try run(997_000))
        #expect(one.engine.memory.stateDigest == other.engine.memory.stateDigest)
        #expect(one.engine.stateDigest != other.engine.stateDigest)
    }

    /// A goal of 0 and one of 1 run do the same, and count differently.
    @Test func theCounterOfTheThreadCounts() throws {
        func run(_ desired: Int64) throws -> EngineRun {
            var run = try EngineRun(
                host, PageMap.fragmented(host),
                policy: .named("reclaim-batch", ("max_reclaim", desired)))
            run.apply(.record(at: 0))
            run.run(until: 900_000_000)
            return run
        }
        let (one, other) = (try run(0), try run(1))
        #expect(one.log.all(.threadSleep).map { $0["counter"] } == [0])
        #expect(other.log.all(.threadSleep).map { $0["counter"] } == [1])
        #expect(one.engine.memory.stateDigest == other.engine.memory.stateDigest)
        #expect(one.engine.stateDigest != other.engine.stateDigest)
    }
}
