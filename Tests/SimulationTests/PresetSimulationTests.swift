import EngineTestSupport
import ReclaimEngine
import ScenarioFiles
import Testing
import TraceCore
import Workloads

/// Presets as they are recorded.
struct PresetSimulationTests {
    @Test(arguments: ["unit", "small"], ["cache-only", "alloc-thread", "reclaim-batch"])
    func tenSecondsKeepAllInvariants(name: String, policy: String) throws {
        let preset = try #require(Presets.named(name))
        let memory = preset.scenario.initialMemory()
        let setup = EngineSetup(
            host: preset.scenario.host, model: preset.model, policy: .named(policy), detail: 1,
            durationNs: 10_000_000_000, memory: memory.snapshot)
        var generator = InputGenerator(preset.scenario, memory: memory)
        var run = try EngineRun(setup)
        var checkNs: Int64 = 0
        while let input = generator.next(before: setup.durationNs) {
            run.apply(input)
            if input.timeNs > checkNs {
                checkNs += 500_000_000
                #expect(run.engine.invariantViolations().prefix(3) == [])
            }
        }
        run.finish(at: setup.durationNs)
        #expect(run.engine.invariantViolations().prefix(3) == [])
        #expect(TraceInvariants.violations(setup, run.log).prefix(3) == [])
        // The pressure is kept on: failures in every period of two seconds.
        let failures = run.log.all(.allocFail)
        for period in 0..<Int64(5) {
            #expect(failures.contains { $0.timeNs / 2_000_000_000 == period })
        }
    }
}
