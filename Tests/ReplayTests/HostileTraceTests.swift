import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import Testing
import TraceCore
import TraceReplay

/// What a damaged or hostile trace can contain ends in an error or a divergence, never in a trap
/// or an endless run. Each case runs in a process of its own.
struct HostileTraceTests {
    private static func setup(durationNs: Int64 = 1_000_000_000) -> EngineSetup {
        let host = PageMap.host((4096, 2))
        return EngineSetup(
            host: host, model: .quiet, policy: .named("reclaim-batch"), detail: 1,
            durationNs: durationNs, memory: PageMap.fragmented(host))
    }

    /// The error that one event, put after the first ones of a recording, gives.
    private static func error(
        _ kind: UInt16, _ values: [Int64], timeNs: Int64 = 1_000_000, cpu: Int32 = 0
    ) -> ReplayError? {
        do {
            let start = try EngineRun(setup()).log
            let header = EventHeader(
                sequence: UInt64(start.events.count + 1), timeNs: timeNs,
                kind: KindID(rawValue: kind), domain: 0, cpu: cpu)
            let log = start.inserting(Event(header, values), at: start.events.count)
            let outcome = try ReplayOutcome(setup(), log, isComplete: false)
            precondition(outcome.divergence != nil || kind == 25 || kind == 27)
            return nil
        } catch {
            return error as? ReplayError
        }
    }

    @Test func aLifetimeBeyondTheEndOfTimeIsRefused() async {
        await #expect(processExitsWith: .success) {
            precondition(Self.error(25, [1, 4, 0, Int64.max, 0]) != nil)
        }
    }

    @Test func slotsBeyond31BitsAreRefused() async {
        await #expect(processExitsWith: .success) {
            precondition(Self.error(27, [Int64(Int32.max), 0, 2, 0, 0], cpu: -1) != nil)
        }
    }

    @Test(arguments: [0, 36, 41, 500, UInt16.max])
    func anUnknownKindIsADifference(kind: UInt16) throws {
        let start = try EngineRun(Self.setup()).log
        let header = EventHeader(
            sequence: UInt64(start.events.count + 1), timeNs: 5, kind: KindID(rawValue: kind))
        let log = start.inserting(Event(header, [1]), at: start.events.count)
        let outcome = try ReplayOutcome(Self.setup(), log, isComplete: false)
        #expect(outcome.divergence?.recorded == log.events.last)
    }

    @Test func anInputAfterTheDurationIsRefused() {
        #expect(Self.error(25, [1, 4, 0, 5, 0], timeNs: 1_000_000_001) != nil)
        #expect(Self.error(25, [1, 4, 0, 5, 0], timeNs: 1_000_000_000) == nil)
    }

    /// Samples are missing before the input: that is told at the first of them, not after all of
    /// them have been made.
    @Test func aFarInputDivergesAtTheFirstMissingEvent() throws {
        let setup = Self.setup(durationNs: 1 << 62)
        let start = try EngineRun(setup).log
        let header = EventHeader(
            sequence: UInt64(start.events.count + 1), timeNs: 1 << 61, kind: .request, domain: 0,
            cpu: 0)
        let log = start.inserting(Event(header, [1, 4, 0, 5, 0]), at: start.events.count)
        let divergence = try ReplayOutcome(setup, log).divergence
        #expect(divergence?.recorded == log.events.last)
        #expect(divergence?.replayed?.header.kind == .sample)
        #expect(divergence?.replayed?.header.timeNs == 60_000_000_000)
        let derived = log.changing(at: start.events.count) { $0.header.kind = .waitSkip }
        #expect(try ReplayOutcome(setup, derived).divergence?.replayed?.header.kind == .sample)
        #expect(try ReplayOutcome(setup, start).divergence?.replayed?.header.kind == .sample)
    }

    /// The end of a recording is where its settings say, not where its last events say.
    @Test func aLaterEndIsADifference() throws {
        let setup = Self.setup()
        let log = try setup.record([.record(at: 0)])
        var late = log
        let end = log.events.lastIndex { $0.header.timeNs < setup.durationNs } ?? 0
        for place in (end + 1)..<log.events.count { late.events[place].header.timeNs += 1 }
        let outcome = try ReplayOutcome(setup, late)
        #expect(outcome.divergence?.recorded == late.events[end + 1])
        #expect(outcome.divergence?.replayed == log.events[end + 1])
    }

    @Test func pageNumbersBeyond31BitsAreRefused() async {
        await #expect(processExitsWith: .success) {
            let host = Host(
                domains: [Host.Domain(firstPage: 1 << 31, pageCount: 1024, cpuCount: 1)])
            var setup = Self.setup()
            setup.host = host
            setup.memory = PageMap.memory(host) { _, _ in .file }.snapshot()
            do {
                _ = try setup.makeEngine()
                preconditionFailure("accepted")
            } catch {
                precondition("\(error)".contains("pageNumbersTooLarge"))
            }
        }
    }

    /// Thresholds that contradict each other, and levels that do not follow from them.
    @Test func impossibleThresholdsAreRefused() async {
        await #expect(processExitsWith: .success) {
            let host = PageMap.host((4096, 2))
            // The third threshold is the reserve, the fifth the minimum.
            for change in [(2, 3000), (4, 0), (3, 4000)] {
                var setup = Self.setup()
                setup.memory.thresholds[change.0] = change.1
                var run: EngineRun
                do { run = try EngineRun(setup) } catch { continue }
                run.apply((0..<700).map { .record(at: $0) })
                preconditionFailure("accepted")
            }
            var setup = Self.setup()
            setup.memory = PageMap.scarce(host, free: 75)
            setup.memory.counters[2] = 0
            do {
                _ = try EngineRun(setup)
                preconditionFailure("accepted")
            } catch {
                precondition("\(error)".contains("levelsDiffer(domain: 0)"))
            }
        }
    }

    /// A page without valid content is freed by a reclaim call; its slot must not outlive it.
    @Test func pagesWithoutContentAreNoSlots() async {
        await #expect(processExitsWith: .success) {
            let host = PageMap.host((4096, 2))
            let memory = PageMap.memory(host) { _, offset in
                offset % 2 == 0 ? .free : offset > 3000 ? .invalid : .file
            }
            var run = try EngineRun(host, memory.snapshot(), policy: .named("reclaim-batch"))
            run.apply(.record(at: 0))
            run.run(until: 100_000_000)
            precondition(run.engine.invariantViolations() == [])
            run.apply(.background(at: 200_000_000, .free, slot: 0, pages: 2048))
            precondition(run.engine.invariantViolations() == [])
        }
    }

    /// Every single flipped bit of a stored state, then some traffic on what it has become.
    @Test func flippedBitsOfTheStateNeverTrap() async {
        await #expect(processExitsWith: .success) {
            let host = PageMap.host((1024, 2))
            let snapshot = PageMap.memory(host) { _, offset in
                switch offset % 11 {
                case 0, 1, 2, 5: .free
                case 3: .kernel
                default: .file
                }
            }.snapshot()
            let bytes = snapshot.encoded()
            for bit in stride(from: 0, to: 8 * bytes.count, by: 1) {
                var damaged = bytes
                damaged[bit / 8] ^= 1 << (bit % 8)
                guard let memory = try? MemorySnapshot(encoded: damaged),
                    var run = try? EngineRun(host, memory, policy: .named("reclaim-batch"))
                else { continue }
                run.apply((0..<150).map { .record(at: $0, cpu: Int($0 % 2), lifetimeNs: 9000) })
                run.apply(.background(at: 20_000, .free, slot: 0, pages: 600))
                run.finish(at: 5_000_000)
                precondition(run.engine.invariantViolations() == [], "bit \(bit)")
            }
        }
    }

    @Test func aFreePageHasNoOwner() throws {
        let host = PageMap.host((1024, 2))
        var memory = PageMap.empty(host)
        memory.pageRuns[0] ^= 1 << 40
        #expect(throws: SnapshotError.inconsistent(field: .pageRuns, page: 65_536)) {
            try PhysicalMemory(memory)
        }
    }
}
