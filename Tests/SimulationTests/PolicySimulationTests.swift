import EngineTestSupport
import ReclaimEngine
import TestRandomness
import Testing
import TraceCore

/// Every policy of the catalog on the same random hosts and loads.
struct PolicySimulationTests {
    static let seeds = TestSeeds.chosen(1001...1024)

    /// The policy with values drawn from the seed for what it has.
    private func policy(_ name: String, _ seed: UInt64) throws -> Policy {
        var random = TestRandom(seed: seed, purpose: 41)
        var policy = Policy.named(name)
        let choices: [String: [Int64]] = [
            "kern.ipc.tls.max_reclaim": [-1, 0, 1, 30, 200, 1024],
            "kern.ipc.tls.max_alloc": [1, 5, 60, 500],
            "lab.runs_per_failure": [1, 7, 64],
            "lab.watermark_blocks": [1, 20, 256],
            "lab.watermark_pause_ms": [0, 5, 1000],
        ]
        for tunable in policy.definition.tunables {
            guard let values = choices[tunable.name] else { continue }
            try policy.set(tunable.name, to: random.choice(values))
        }
        return policy
    }

    /// Invariants 1 to 18 from state and events (engine specification 9).
    @Test(arguments: PolicyCatalog.all.map(\.name), seeds)
    func invariantsHold(name: String, seed: UInt64) throws {
        let random = RandomCase(seed: seed, detail: 2)
        let setup = random.setup(policy: try policy(name, seed))
        var run = try EngineRun(setup)
        run.apply(random.inputs())
        run.finish(at: setup.durationNs)
        #expect(run.engine.invariantViolations().prefix(3) == [], "\(name) \(random)")
        #expect(TraceInvariants.violations(setup, run.log).prefix(3) == [], "\(name) \(random)")
    }

    /// The seeds are worth running: what a policy is about happens under it.
    @Test func theSeedsReachWhatPoliciesDo() throws {
        var found: [String: Int] = [:]
        for definition in PolicyCatalog.all {
            for seed in Self.seeds.prefix(10) {
                let random = RandomCase(seed: seed, detail: 1)
                let log = try random.setup(policy: try policy(definition.name, seed))
                    .record(random.inputs())
                if log.count(.batchEnd) > 0 { found["batch " + definition.name, default: 0] += 1 }
                if log.count(.spinEnd) > 0 { found["spin " + definition.name, default: 0] += 1 }
                if log.all(.wakeSend).contains(where: { $0.text("origin") == "watermark" }) {
                    found["early " + definition.name, default: 0] += 1
                }
            }
        }
        for definition in PolicyCatalog.all {
            let traits = PolicyTraits(definition)
            #expect((found["batch " + definition.name] != nil) == traits.reclaims)
            #expect((found["spin " + definition.name] != nil) == traits.spins)
            #expect((found["early " + definition.name] != nil) == traits.wakesEarly)
        }
    }
}
