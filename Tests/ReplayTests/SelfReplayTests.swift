import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import ScenarioFiles
import TestRandomness
import Testing
import TraceCore
import TraceReplay
import Workloads

/// A recording replays without any difference.
struct SelfReplayTests {
    static let seeds = TestSeeds.chosen(1...40)

    @Test(arguments: seeds, [1, 2])
    func everyPolicyReplays(seed: UInt64, detail: Int) throws {
        for definition in PolicyCatalog.all {
            let recorded = try Recorded(seed: seed, detail: detail, policy: Policy(definition))
            let outcome = try ReplayOutcome(recorded.setup, recorded.log)
            #expect(outcome.divergence == nil, "\(recorded.random) \(definition.name)")
            #expect(outcome.equalEvents == recorded.log.events.count, "\(recorded.random)")
            #expect(outcome.appliedInputs == recorded.inputs.count, "\(recorded.random)")
        }
    }

    @Test(arguments: seeds)
    func tunablesAndDetailAsDrawn(seed: UInt64) throws {
        let recorded = try Recorded(seed: seed, detail: RandomCase(seed: seed).detail | 1)
        let outcome = try ReplayOutcome(recorded.setup, recorded.log)
        #expect(outcome.divergence == nil, "\(recorded.random)")
        #expect(outcome.equalEvents == recorded.log.events.count, "\(recorded.random)")
    }

    @Test(arguments: seeds, [1, 2])
    func pageDaemonsAndPageCachesReplay(seed: UInt64, detail: Int) throws {
        let random = RandomCase(seed: seed, detail: detail)
        for definition in PolicyCatalog.all {
            let setup = random.daemonSetup(policy: Policy(definition))
            let inputs = random.daemonInputs()
            let log = try setup.record(inputs)
            let outcome = try ReplayOutcome(setup, log)
            #expect(outcome.divergence == nil, "\(random) \(definition.name)")
            #expect(outcome.equalEvents == log.events.count, "\(random)")
            #expect(outcome.appliedInputs == inputs.count, "\(random)")
        }
    }

    /// A replay needs what a trace stores and nothing of the scenario but the host.
    @Test(arguments: seeds.prefix(12))
    func theScenariosOwnNumbersTakeNoPart(seed: UInt64) throws {
        let recorded = try Recorded(seed: seed, detail: 1)
        var parameters = ParameterList()
        recorded.random.scenario.write(to: &parameters)
        recorded.setup.write(to: &parameters)
        #expect(parameters.integer("scenario.seed") == recorded.random.scenario.seed)
        for field in Scenario.fields { parameters.set("scenario." + field.name, 0) }
        let setup = try EngineSetup(parameters, snapshot: recorded.setup.memory.encoded())
        let outcome = try ReplayOutcome(setup, recorded.log)
        #expect(outcome.divergence == nil, "\(recorded.random)")
        #expect(outcome.equalEvents == recorded.log.events.count, "\(recorded.random)")
    }

    /// The salt does take part.
    @Test func anotherSaltDiverges() throws {
        for seed in Self.seeds {
            let recorded = try Recorded(
                seed: seed, detail: 1, policy: .named("reclaim-batch"))
            guard let run = recorded.log.events.firstIndex(where: { $0.header.kind == .threadRun })
            else { continue }
            var setup = recorded.setup
            setup.model.salt ^= 0xabcd
            let divergence = try #require(try ReplayOutcome(setup, recorded.log).divergence)
            let first = divergence.recorded?.header.sequence ?? UInt64.max
            // Not before the first thread was dispatched, and by its first event at the latest
            // unless both draws are equal.
            let wake = recorded.log.events.firstIndex { $0.header.kind == .wakeSend } ?? 0
            #expect(first > UInt64(wake + 1), "\(recorded.random)")
            #expect(first <= UInt64(run + 1), "\(recorded.random)")
            return
        }
    }

    @Test func textIsComparedAsTextNotAsNumber() throws {
        let recorded = try Recorded(seed: 3, detail: 1, policy: .named("reclaim-batch"))
        var shifted = recorded.log
        shifted.strings.insert("a string of somebody else", at: 1)
        for place in shifted.events.indices {
            let kind = try #require(
                StandardSchema.schema.kind(shifted.events[place].header.kind))
            for (column, described) in kind.columns.enumerated()
            where described.type == .text && shifted.events[place].values[column] > 0 {
                shifted.events[place].values[column] += 1
            }
        }
        #expect(shifted.events != recorded.log.events)
        #expect(try ReplayOutcome(recorded.setup, shifted).divergence == nil)
        // The same numbers with another table say something else.
        var renamed = recorded.log
        renamed.strings[1] += "x"
        #expect(try ReplayOutcome(recorded.setup, renamed).divergence != nil)
    }

    /// The inputs of one policy's recording, recorded again under another policy, are the other
    /// policy's own recording.
    @Test(arguments: seeds.prefix(10))
    func inputsCarryOverToAnotherPolicy(seed: UInt64) throws {
        let one = try Recorded(seed: seed, detail: 1, policy: .named("alloc-thread"))
        let other = try Recorded(seed: seed, detail: 1, policy: .named("reclaim-batch"))
        let inputs = try one.log.all.filter { $0.kind.role == .input }.map { event in
            let input = Input(
                event.event.header, event.event.values.span, strings: one.log.strings)
            return try #require(input)
        }
        #expect(inputs == one.inputs, "\(one.random)")
        #expect(try other.setup.record(inputs).events == other.log.events, "\(one.random)")
    }

    @Test func aPresetReplays() throws {
        let preset = try #require(Presets.named("unit"))
        let memory = preset.scenario.initialMemory()
        let setup = EngineSetup(
            host: preset.scenario.host, model: preset.model, policy: .named("reclaim-batch"),
            detail: 1,
            durationNs: 6_000_000_000, memory: memory.snapshot)
        var generator = InputGenerator(preset.scenario, memory: memory)
        var inputs: [Input] = []
        while let input = generator.next(before: setup.durationNs) { inputs.append(input) }
        let log = try setup.record(inputs)
        #expect(log.count(.batchEnd) > 2)
        let outcome = try ReplayOutcome(setup, log)
        #expect(outcome.divergence == nil)
        #expect(outcome.equalEvents == log.events.count)
    }
}
