import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import TestRandomness
import Testing
import TraceCore

/// Over a thousand very small hosts, each with another set of features: all invariants of engine
/// specification 9 that states and events show.
struct SwarmTests {
    static let groupSize: UInt64 = 110

    private func seeds(_ group: Int) -> [UInt64] {
        let first = UInt64(group) * Self.groupSize + 1
        return TestSeeds.chosen(first...first + Self.groupSize - 1)
    }

    @Test(arguments: 0..<10)
    func invariantsHold(group: Int) throws {
        for seed in seeds(group) {
            let swarm = SwarmCase(seed: seed)
            let faults = try violations(swarm)
            #expect(faults.prefix(3) == [], "\(swarm)")
            // One seed says enough, and a fault that all have would flood the output.
            if !faults.isEmpty { return }
        }
    }

    /// What is wrong with a run, looked at some ten times and at its end.
    private func violations(_ swarm: SwarmCase) throws -> [String] {
        let setup = swarm.setup()
        let isAligned = !PolicyTraits(setup.policy.definition).holdsBuffers
        var run = try EngineRun(setup)
        let inputs = swarm.inputs()
        let interval = inputs.count / 8 + 1
        for (number, input) in inputs.enumerated() {
            run.apply([input])
            guard number % interval == interval - 1 else { continue }
            let faults =
                run.engine.invariantViolations()
                + BufferCheck.violations(run.engine.memory, isAligned: isAligned)
            if !faults.isEmpty { return ["t=\(input.timeNs)"] + faults }
        }
        run.finish(at: setup.durationNs)
        return run.engine.invariantViolations()
            + BufferCheck.violations(run.engine.memory, isAligned: isAligned)
            + TraceInvariants.violations(setup, run.log)
    }

    /// Engine specification 8.1: what arrives is the same whatever a policy did.
    @Test(arguments: TestSeeds.chosen(1...40))
    func everyPolicyGetsTheSameInputs(seed: UInt64) throws {
        let swarm = SwarmCase(seed: seed)
        let inputs = swarm.inputs()
        var known: [[Int64]]?
        for definition in PolicyCatalog.all {
            var setup = swarm.setup(policy: Policy(definition))
            setup.detail = 1
            let log = try setup.record(inputs)
            let recorded = log.all.filter { $0.kind.role == .input }.map { event in
                let place = [event.timeNs, Int64(event.domain), Int64(event.cpu)]
                // The number of a text depends on what was recorded before it.
                let values = event.kind.id == .set ? [event["value"]] : event.event.values
                return place + [Int64(event.kind.id.rawValue)] + values
            }
            #expect(recorded.count == inputs.count, "\(definition.name) \(swarm)")
            #expect(known == nil || known == recorded, "\(definition.name) \(swarm)")
            known = recorded
        }
    }

    /// The seeds are worth running: each of these things happens in several of them.
    @Test(.enabled(if: TestSeeds.areComplete))
    func theSeedsReachWhatMatters() throws {
        var found: [String: Int] = [:]
        for seed in UInt64(1)...150 {
            let swarm = SwarmCase(seed: seed)
            var setup = swarm.setup()
            setup.detail = 2
            var names: Set<String> = []
            for event in try setup.record(swarm.inputs()).all {
                names.insert(event.kind.name)
                switch event.kind.id {
                case .wakeSend: names.insert(event.text("effect"))
                case .batchEnd: names.insert("batch " + event.text("result"))
                case .run where event["phantom"] == 1: names.insert("phantom")
                case .run: names.insert("run " + event.text("result"))
                case .returned where event["cross"] == 1: names.insert("cross")
                case .waitEnd: names.insert(event["thread"] < 1000 ? "thread" : "worker")
                default: break
                }
            }
            for name in names { found[name, default: 0] += 1 }
        }
        let wanted = [
            "woke", "suppressed", "lost", "batch ok", "batch failed", "batch refused", "run ok",
            "run busy", "phantom", "thread", "worker", "cross", "limited", "spin_begin",
            "zone_trim", "domain_level", "set", "fallback", "import", "hit",
        ]
        for name in wanted {
            #expect(found[name, default: 0] >= 2, "\(name) in \(found[name, default: 0]) seeds")
        }
    }
}
