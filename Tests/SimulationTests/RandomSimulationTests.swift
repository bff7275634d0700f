import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import TestRandomness
import Testing
import TraceCore
import Workloads

/// Many small hosts with many combinations of load, settings and policy.
struct RandomSimulationTests {
    static let seeds = TestSeeds.chosen(1...240)

    /// The state after every few thousand events, and all events, keep what must hold.
    @Test(arguments: seeds)
    func invariantsHold(seed: UInt64) throws {
        let random = RandomCase(seed: seed)
        let setup = random.setup()
        var run = try EngineRun(setup)
        var checked = 0
        for input in random.inputs() {
            run.apply(input)
            if run.log.events.count - checked > 3000 {
                checked = run.log.events.count
                #expect(run.engine.invariantViolations().prefix(3) == [], "\(random)")
            }
        }
        run.finish(at: setup.durationNs)
        #expect(run.engine.invariantViolations().prefix(3) == [], "\(random)")
        #expect(TraceInvariants.violations(setup, run.log).prefix(3) == [], "\(random)")
        checkHoldings(run, random)
    }

    /// Invariant 15: every buffer page belongs to a record or lies in the zone, unless the old
    /// helper thread is at work.
    private func checkHoldings(_ run: EngineRun, _ random: RandomCase) {
        let samples = run.log.all(.sample).suffix(random.scenario.host.domains.count)
        let known = samples.reduce(0) { $0 + Int($1["zone_items"] + $1["in_use"]) }
        var pages = 0
        for segment in run.engine.memory.segments {
            for page in segment.start..<segment.end
            where run.engine.memory.kind(of: page) == .buffer { pages += 1 }
        }
        let isAtWork =
            PolicyTraits(run.engine.policy.definition).holdsBuffers
            && samples.contains { $0["running"] == 1 }
        #expect(isAtWork ? pages >= 4 * known : pages == 4 * known, "\(random)")
    }

    @Test(arguments: seeds.prefix(60))
    func theSameSeedGivesTheSameEvents(seed: UInt64) throws {
        let random = RandomCase(seed: seed)
        let one = try random.setup().record(random.inputs())
        let again = RandomCase(seed: seed)
        let other = try again.setup().record(again.inputs())
        #expect(one.events == other.events, "\(random)")
        #expect(one.strings == other.strings, "\(random)")
    }

    /// Invariant 17: what arrives does not depend on what a policy did.
    @Test(arguments: seeds.prefix(60))
    func inputsAreTheSameUnderEveryPolicy(seed: UInt64) throws {
        let random = RandomCase(seed: seed, detail: 1)
        let inputs = random.inputs()
        let recorded = try PolicyCatalog.all.map { definition in
            let log = try random.setup(policy: Policy(definition)).record(inputs)
            // Sequence numbers differ with what the policy did in between.
            return log.all.filter { $0.kind.role == .input }.map { event in
                [event.timeNs, Int64(event.kind.id.rawValue), Int64(event.domain)]
                    + [Int64(event.cpu)]
                    + (event.kind.id == .set ? [event["value"]] : event.event.values)
            }
        }
        #expect(recorded[0].count == inputs.count, "\(random)")
        for other in recorded.dropFirst() { #expect(recorded[0] == other, "\(random)") }
    }

    /// The salt changes when the thread gets a CPU and nothing that arrives.
    @Test func anotherSaltMeansAnotherDispatch() throws {
        var compared = 0
        for seed in Self.seeds.prefix(60) {
            let random = RandomCase(seed: seed, detail: 1)
            let inputs = random.inputs()
            let setup = random.setup()
            var salted = setup
            salted.model.salt = setup.model.salt ^ 1
            let (one, other) = (try setup.record(inputs), try salted.record(inputs))
            let runs = (one.all(.threadRun), other.all(.threadRun))
            guard let first = runs.0.first, let second = runs.1.first else { continue }
            // The first wakeup is the same; what follows it is not.
            #expect(one.all(.wakeSend)[0].timeNs == other.all(.wakeSend)[0].timeNs, "\(random)")
            if first.timeNs != second.timeNs { compared += 1 }
            let handles = (one.all(.request), other.all(.request))
            #expect(handles.0.map { $0["handle"] } == handles.1.map { $0["handle"] }, "\(random)")
        }
        #expect(compared >= 10)
    }

    /// The seeds are worth running: each of these things happens in some of them.
    @Test(.enabled(if: TestSeeds.areComplete))
    func theSeedsReachWhatMatters() throws {
        var kinds: [String: Int] = [:]
        for seed in Self.seeds.prefix(120) {
            let random = RandomCase(seed: seed, detail: 2)
            let log = try random.setup().record(random.inputs())
            var found: Set<String> = []
            for event in log.all {
                found.insert(event.kind.name)
                switch event.kind.id {
                case .wakeSend: found.insert(event.text("effect"))
                case .batchEnd: found.insert("batch " + event.text("result"))
                case .run: found.insert("run " + event.text("result"))
                case .waitEnd: found.insert(event["thread"] < 1000 ? "thread wait" : "worker wait")
                case .returned where event["cross"] == 1: found.insert("cross")
                case .hit: found.insert("hit " + event.text("level"))
                default: break
                }
            }
            for name in found { kinds[name, default: 0] += 1 }
        }
        let wanted = [
            "woke", "no_sleeper", "suppressed", "lost", "batch ok", "batch failed",
            "batch refused", "run ok", "run busy", "thread wait", "worker wait", "wait_skip",
            "cross", "hit cpu", "hit list", "limited", "spin_begin", "spin_end", "zone_trim",
            "domain_level", "set", "fallback",
        ]
        for name in wanted {
            #expect(kinds[name, default: 0] >= 2, "\(name) in \(kinds[name, default: 0]) seeds")
        }
    }
}
