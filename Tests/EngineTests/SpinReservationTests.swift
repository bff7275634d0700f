import EngineTestSupport
import PhysicalMemory
import TestRandomness
import Testing
import TraceCore

@testable import ReclaimEngine

/// The old thread and reservations: it breaks them, and walks past those of no use at every turn
/// (engine specification 4.7, 5.1, 9 invariant 16).
struct SpinReservationTests {
    private let host = PageMap.host((4096, 1))

    /// Below the reservations free pages, no two of them adjacent, and kernel pages.
    private func run(
        _ populated: [(Int) -> Bool], maxAlloc: Int64 = 1, policy: String = "alloc-thread"
    ) throws -> EngineRun {
        let memory = PageMap.reserved(host, populated) { $0 % 2 == 0 ? .free : .kernel }
        var run = try EngineRun(
            host, memory.snapshot(), policy: .named(policy, ("max_alloc", maxAlloc)), detail: 2)
        run.apply(.record(at: 0))
        return run
    }

    @Test(arguments: ["alloc-thread", "reclaim-one"])
    func aReservationWithRoomIsBroken(policy: String) throws {
        var run = try run([{ $0 < 500 }], maxAlloc: 3, policy: policy)
        run.run(until: 900_000_000)
        let broken = try #require(run.log.all(.reservationBreak).first)
        #expect(run.log.count(.reservationBreak) == 1)
        #expect(broken["page"] == Int64(host.domains[0].firstPage + 3584))
        #expect(broken["populated"] == 500)
        #expect(broken.text("why") == "contiguous request")
        #expect(broken.domain == 0)
        // The buffer taken when it broke, and two of the pieces it left.
        #expect(run.log.all(.threadSleep).map { $0["counter"] } == [3])
        #expect(run.log.count(.spinBegin) + run.log.count(.batchBegin) == 0)
        let counts = run.engine.reservationCounts
        #expect([counts.broken, counts.reclaimed, counts.freed] == [1, 1, 0])
        #expect(run.engine.invariantViolations() == [])
    }

    @Test(arguments: [1, 629, 630, 631, 6_000_000] as [Int64])
    func theSpinEndsWhenAReservationHasRoom(afterNs: Int64) throws {
        // Every second page is populated: one queued reservation without room.
        var run = try run([{ $0 % 2 == 0 }])
        let sinceNs = try #require(run.time(ofNext: .spinBegin))
        run.run(until: sinceNs)
        // The ninth and tenth page of content, and with them five adjacent pages.
        run.apply(.background(at: sinceNs + afterNs, .free, slot: 9, pages: 2))
        run.run(until: sinceNs + afterNs + 2000)
        let end = try #require(run.log.all(.spinEnd).first)
        let turns = afterNs / 630 + 1
        #expect(end.timeNs == sinceNs + turns * 630)
        #expect(end["iterations"] == turns)
        #expect(end["deficit"] == turns)
        #expect(run.log.count(.reservationBreak) == 1)
        #expect(run.log.count(.spinBegin) == 1)
        #expect(run.log.all(.threadSleep).map { $0["counter"] } == [1])
        #expect(!run.engine.memory.watchesReservations)
    }

    @Test func adjacentPagesTooFewDoNotEndIt() throws {
        var run = try run([{ $0 % 2 == 0 }])
        let sinceNs = try #require(run.time(ofNext: .spinBegin))
        run.apply(.background(at: sinceNs + 1000, .free, slot: 9))
        run.run(until: sinceNs + 50_000_000)
        #expect(run.log.count(.spinEnd) == 0)
    }

    /// From the next turn on each turn walks past one reservation more.
    @Test func aLongerQueueMakesLongerTurns() throws {
        var run = try run([{ _ in true }, { $0 % 2 == 0 }])
        let sinceNs = try #require(run.time(ofNext: .spinBegin))
        run.run(until: sinceNs)
        #expect(run.engine.memory.queuedReservationCount(0) == 1)
        run.apply(.background(at: sinceNs + 1000, .free, slot: 0))
        #expect(run.engine.memory.queuedReservationCount(0) == 2)
        run.apply(.background(at: sinceNs + 5000, .free, slot: 521, pages: 2))
        run.run(until: sinceNs + 10_000)
        // Two turns of 630 ns, then six of 660 ns.
        let end = try #require(run.log.all(.spinEnd).first)
        #expect(end.timeNs == sinceNs + 2 * 630 + 6 * 660)
        #expect(end["iterations"] == 8)
    }

    @Test func theArrayKeepsItsSizeForARound() throws {
        let host = PageMap.host((4096, 1))
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("alloc-thread", ("max_alloc", 2)))
        run.apply(.record(at: 0))
        let sinceNs = try #require(run.time(ofNext: .spinBegin))
        run.apply(
            .set(at: sinceNs + 1000, "max_alloc", 3),
            .background(at: sinceNs + 2000, .free, slot: 2000, pages: 12))
        run.run(until: sinceNs + 900_000_000)
        #expect(run.log.all(.threadSleep).map { $0["counter"] } == [2])
        run.apply((0..<9).map { .record(at: 1_000_000_000 + $0) })
        run.run(until: 1_500_000_000)
        // The next round wants three, and spins for want of blocks.
        #expect(run.log.count(.threadRun) == 2)
        run.apply(.background(at: 1_600_000_000, .free, slot: 1950, pages: 12))
        run.run(until: 1_900_000_000)
        #expect(run.log.all(.threadSleep).map { $0["counter"] } == [2, 5])
    }

    @Test func theDeficitCanBeReadInASpin() throws {
        var run = try run([{ $0 % 2 == 0 }])
        let sinceNs = try #require(run.time(ofNext: .spinBegin))
        run.run(until: sinceNs + 6300 + 100)
        let before = run.engine.memory.domains[0].pageoutDeficit
        run.engine.flushSpinDeficit(0)
        #expect(run.engine.memory.domains[0].pageoutDeficit == before + 10)
        run.engine.flushSpinDeficit(0)
        #expect(run.engine.memory.domains[0].pageoutDeficit == before + 10)
        run.apply(.background(at: sinceNs + 12_600 + 100, .free, slot: 9, pages: 2))
        run.run(until: sinceNs + 20_000)
        #expect(run.engine.memory.domains[0].pageoutDeficit == before + 21)
        #expect(run.log.all(.spinEnd).map { $0["deficit"] } == [21])
    }

    /// Pages come and go in reservations at random; a spin never outlasts its reason, and ends
    /// only with a buffer in reach.
    @Test(arguments: TestSeeds.chosen(1...12))
    func noSpinOutlastsItsReason(seed: UInt64) throws {
        var random = TestRandom(seed: seed, purpose: 22)
        var isFull: [Bool] = []
        for place in 0..<1536 { isFull.append(place % 4 == 0 || random.isOneIn(2)) }
        var run = try run((0..<3).map { number in { isFull[512 * number + $0] } }, maxAlloc: 3)
        var timeNs = try #require(run.time(ofNext: .spinBegin))
        for _ in 0..<300 {
            timeNs += random.choice([1, 100, 630, 2_000_000])
            let slot = 4096 - 1536 + random.number(0...1535)
            // Every fourth page stays most of the time, so that room is rare.
            let operation: Input.Background.Operation =
                random.isOneIn(2) || slot % 4 == 0 && !random.isOneIn(40) ? .allocate : .free
            run.apply([
                Input(
                    timeNs: timeNs,
                    .background(
                        Input.Background(
                            domain: 0, operation: operation, handle: Int64(slot), pages: 1,
                            flags: Input.Background.reserved)))
            ])
            #expect(run.engine.invariantViolations() == [], "seed \(seed)")
        }
        let counts = run.engine.reservationCounts
        #expect(counts.broken == Int64(run.log.count(.reservationBreak)), "seed \(seed)")
        #expect(run.log.count(.spinBegin) >= 1, "seed \(seed)")
    }

    /// Against a clock that goes from turn to turn.
    @Test(arguments: TestSeeds.chosen(1...50))
    func theClockCountsTurns(seed: UInt64) {
        var random = TestRandom(seed: seed, purpose: 21)
        let beganNs = Int64(random.number(0...1000))
        var lengthNs = Int64(random.number(1...50))
        var clock = SpinClock(beganNs: beganNs, turnNs: lengthNs)
        var turns: Int64 = 0
        var endNs = beganNs + lengthNs
        for nowNs in beganNs...(beganNs + 500) {
            while endNs <= nowNs {
                turns += 1
                endNs += lengthNs
            }
            if random.isOneIn(7) {
                lengthNs = Int64(random.number(1...50))
                clock.change(turnNs: lengthNs, at: nowNs)
            }
            #expect(clock.turns(at: nowNs) == turns, "seed \(seed)")
            #expect(clock.turnEndNs(at: nowNs) == endNs, "seed \(seed)")
        }
    }
}
