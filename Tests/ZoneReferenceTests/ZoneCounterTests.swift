import EngineTestSupport
import TestRandomness
import Testing
import TraceCore
import Workloads

@testable import ReclaimEngine

/// What the zone has counted against the events of whole runs, on hosts of one to four domains.
struct ZoneCounterTests {
    @Test(arguments: TestSeeds.chosen(1...48))
    func countersAreCountsOfEvents(seed: UInt64) throws {
        let (setup, inputs) = Self.draw(seed)
        var run = try EngineRun(setup)
        run.apply(inputs)
        run.finish(at: setup.durationNs)
        let counters = run.engine.zoneCounters
        let imports = run.log.all(.importCall)
        let returns = run.log.all(.returned)
        let helperHolds = run.engine.threads.reduce(0) { $0 + Int64($1.heldBuffers) }
        #expect(counters.fails == imports.filter { $0["got"] == 0 }.count, "seed \(seed)")
        #expect(
            counters.allocs - counters.frees == run.engine.inUse.reduce(0, +) + helperHolds,
            "seed \(seed)")
        // The old thread allocates and frees on its own account, without events.
        if setup.policy.definition.name != "alloc-thread" {
            let served = run.log.count(.hit) + imports.filter { $0["got"] > 0 }.count
            #expect(counters.allocs == served, "seed \(seed)")
            #expect(counters.frees == returns.count, "seed \(seed)")
        }
        let crossed = returns.filter { $0["cross"] == 1 && $0.text("level") == "cpu" }.count
        let waiting = run.engine.zone.caches.reduce(0) {
            $0 + run.engine.zone.store.fill($1.cross)
        }
        #expect(counters.xdomain == crossed - waiting, "seed \(seed)")
        #expect(run.engine.invariantViolations() == [], "seed \(seed)")
        #expect(TraceInvariants.violations(setup, run.log).prefix(3) == [], "seed \(seed)")
    }

    /// A random case on a host of `seed % 4 + 1` domains, every record freed anywhere.
    private static func draw(_ seed: UInt64) -> (EngineSetup, [Input]) {
        let drawn = RandomCase(seed: seed, detail: 2)
        var random = TestRandom(seed: seed, purpose: 3)
        var scenario = drawn.scenario
        var firstPage = 65_536
        scenario.host = Host(
            domains: (0...Int(seed % 4)).map { _ in
                let pages = random.number(2048...6000)
                defer { firstPage += pages + 1000 }
                return .init(
                    firstPage: firstPage, pageCount: pages, cpuCount: random.number(1...3))
            })
        var model = drawn.model
        model.bucketSize = random.choice([1, 2, 4, 20])
        model.zoneLockNs = random.choice([0, 150, 1_000_000])
        let setup = EngineSetup(
            host: scenario.host, model: model, policy: drawn.policy, detail: 2,
            durationNs: drawn.durationNs, memory: scenario.initialMemory().snapshot)
        var generator = InputGenerator(scenario, memory: scenario.initialMemory())
        var inputs: [Input] = []
        while var input = generator.next(before: setup.durationNs) {
            if case .request(var request) = input.action {
                request.freeCpu = random.number(0...(scenario.host.cpuCount - 1))
                input.action = .request(request)
            }
            inputs.append(input)
        }
        return (setup, inputs)
    }
}
