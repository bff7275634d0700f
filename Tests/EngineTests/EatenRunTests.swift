import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import TestRandomness
import Testing
import TraceCore

/// Targets taken from runs made earlier in the same call (engine specification, section 13, A1),
/// and calls that depart from the kernel's.
struct EatenRunTests {
    private let host = PageMap.host((4096, 1))

    /// 200 runs that can be moved, and 200 free pages, all above them.
    private var allAbove: PhysicalMemory {
        PageMap.memory(host) { _, offset in
            if offset < 800 { return .file }
            return offset % 2 == 0 && offset < 1200 ? .free : .kernel
        }
    }

    @Test func withoutFreePagesBelowRunsEatRuns() throws {
        var run = try EngineRun(
            host, allAbove.snapshot(), policy: .named("reclaim-batch", ("max_reclaim", 60)))
        run.apply(.record(at: 0))
        run.run(until: 900_000_000)
        let end = try #require(run.log.all(.batchEnd).first)
        // Four of the single pages went to the record that failed. The others are enough for 49
        // runs; each further one uses a run up.
        #expect(end["ok"] == 60)
        #expect(end["gained_blocks"] == 49)
        #expect(end["eaten"] == 11)
        #expect(end["nominal"] == 60)
    }

    @Test func withFreePagesBelowNothingIsEaten() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("reclaim-batch", ("max_reclaim", 60)))
        run.apply(.record(at: 0))
        run.run(until: 900_000_000)
        #expect(run.log.all(.batchEnd).map { $0["eaten"] } == [0])
        #expect(run.log.all(.batchEnd).map { $0["gained_blocks"] } == [60])
    }

    private func randomMemory(_ random: inout TestRandom) -> PhysicalMemory {
        let density = random.choice([2, 4, 9])
        var kinds: [PageKind] = []
        for _ in 0..<4096 {
            let other = random.choice([PageKind.file, .file, .anonymous, .kernel, .wiredObject])
            kinds.append(random.isOneIn(density) ? .free : random.isOneIn(3) ? other : .file)
        }
        return PageMap.memory(host) { _, offset in kinds[offset] }
    }

    /// The count against a list of runs that is searched from end to end.
    @Test(arguments: TestSeeds.chosen(1...12))
    func eatenRunsAreCountedExactly(seed: UInt64) {
        var random = TestRandom(seed: seed, purpose: 31)
        var memory = randomMemory(&random)
        let variant = ReclaimVariant(countsGain: random.isOneIn(3), stopsEarly: random.isOneIn(3))
        let request = ReclaimRequest(
            domain: 0, desiredRuns: random.number(1...400), variant: variant)
        var call = ReclaimCall(request, on: memory)
        var made: [PageNumber] = []
        var eaten = 0
        var gained = 0
        let before = memory.domains[0].contiguousBlocks
        while !call.isOver {
            if call.phase == .scanning {
                _ = call.scan(memory, visitBudget: random.number(1...5000))
                continue
            }
            let attempt = call.tryNextRun(&memory)
            gained += attempt.gainedBlocks
            for number in 0..<attempt.moveCount {
                let target = attempt.move(number).to
                let lost = made.filter { $0 <= target && target < $0 + 4 }
                eaten += lost.count
                made.removeAll { lost.contains($0) }
            }
            if attempt.outcome == .ok, !made.contains(attempt.page) { made.append(attempt.page) }
        }
        #expect(call.eatenRuns == eaten, "seed \(seed)")
        #expect(call.gainedBlocks == gained, "seed \(seed)")
        #expect(memory.domains[0].contiguousBlocks == before + gained, "seed \(seed)")
        #expect(memory.checkInvariants() == [], "seed \(seed)")
        if variant.countsGain, call.result == true { #expect(gained > 0, "seed \(seed)") }
    }

    /// A pass that begins in the middle finds the same runs, in the order of its way round, and
    /// one that counts gains leaves out those that are free.
    @Test(arguments: TestSeeds.chosen(1...12))
    func aPassFromAnywhereFindsTheSameRuns(seed: UInt64) {
        var random = TestRandom(seed: seed, purpose: 32)
        let memory = randomMemory(&random)
        func found(_ variant: ReclaimVariant) -> [PageNumber] {
            var call = ReclaimCall(
                ReclaimRequest(domain: 0, desiredRuns: 2000, variant: variant), on: memory)
            call.recordsFoundRuns = true
            while call.phase == .scanning, call.passes.count == 1 {
                _ = call.scan(memory, visitBudget: random.number(1...700))
            }
            return call.foundRuns
        }
        let all = found(.kernel)
        let movable = all.filter { run in
            !(run..<run + 4).allSatisfy { memory.kind(of: $0) == .free }
        }
        #expect(movable.count > 10, "seed \(seed)")
        #expect(found(ReclaimVariant(countsGain: true)) == movable, "seed \(seed)")
        let start = host.domains[0].firstPage + 4 * random.number(0...1023)
        let wanted = movable.filter { $0 >= start } + movable.filter { $0 < start }
        #expect(
            found(ReclaimVariant(countsGain: true, startPage: start)) == wanted, "seed \(seed)")
    }

    /// A call that stops early goes round the domain in stretches; the runs of each are tried from
    /// the highest down, also when the scan has begun in the middle.
    @Test(arguments: TestSeeds.chosen(1...12))
    func stretchesAreTriedFromTheHighestRunDown(seed: UInt64) {
        var random = TestRandom(seed: seed, purpose: 33)
        var memory = randomMemory(&random)
        let begin = host.domains[0].firstPage
        let start = begin + 4 * random.number(1...1022)
        // A goal out of reach: three rounds are made, with several stretches each.
        let variant = ReclaimVariant(countsGain: true, stopsEarly: true, startPage: start)
        var call = ReclaimCall(
            ReclaimRequest(domain: 0, desiredRuns: 2000, variant: variant), on: memory)
        #expect(call.request.ringSize > 1024, "a ring that only the end of a leg stops")
        var triedByPass: [[PageNumber]] = []
        while !call.isOver {
            if call.phase == .scanning {
                _ = call.scan(memory, visitBudget: random.number(1...700))
                while triedByPass.count < call.passes.count { triedByPass.append([]) }
            } else {
                let pass = call.passes.count - 1
                triedByPass[pass].append(call.tryNextRun(&memory).page)
            }
        }
        for (pass, tried) in triedByPass.enumerated() {
            #expect(zip(tried, tried.dropFirst()).allSatisfy { $0 > $1 }, "seed \(seed)")
            #expect(tried.count == call.passes[pass].kept, "seed \(seed)")
        }
        #expect(triedByPass.first?.allSatisfy { $0 >= start } == true, "seed \(seed)")
        #expect(triedByPass.dropFirst().first?.allSatisfy { $0 < start } == true, "seed \(seed)")
        #expect(triedByPass.joined().contains { $0 < start }, "seed \(seed)")
    }

    @Test func aDomainThatCannotHoldARunIsOutOfRange() {
        let segments = [
            MemorySegment(start: 0, end: 4096, domain: 0),
            MemorySegment(start: 5001, end: 5004, domain: 1),
        ]
        let none = Thresholds(pageCount: 3, freeCount: 3, clusterPages: 8)
        var limits = none
        limits.reserved = 0
        var memory = PhysicalMemory(segments: segments, thresholds: [none, limits])
        // Free pages enough, but no room for four in a row.
        memory.givePages(4, to: 1)
        var call = ReclaimCall(ReclaimRequest(domain: 1, desiredRuns: 4), on: memory)
        while call.phase == .scanning { _ = call.scan(memory, visitBudget: 10) }
        #expect(call.result == false)
        #expect(call.error(on: memory) == .outOfRange)
        let refused = ReclaimCall(
            ReclaimRequest(domain: 1, desiredRuns: 4),
            on: PhysicalMemory(segments: segments))
        #expect(refused.phase == .refused)
        #expect(refused.error(on: memory) == .noMemory)
    }
}
