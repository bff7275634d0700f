import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import ScenarioFiles
import Testing
import TraceCore
import Workloads

struct ModelTests {
    /// The buffers got before an attempt fails take their time, too.
    @Test func timeOfBuffersGotBeforeASpinCounts() throws {
        let host = PageMap.host((4096, 1))
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("alloc-thread", ("max_alloc", 50)))
        // Ten blocks appear after the failure and before the thread runs.
        run.apply(.record(at: 0), .background(at: 1, .free, slot: 2028, pages: 20))
        let startNs = try #require(run.time(ofNext: .threadRun))
        let importNs = ModelParameters.quiet.importNs
        #expect(run.time(ofNext: .spinBegin) == startNs + 10 * importNs)
        run.finish(at: startNs + 10 * importNs + 600_000)
        #expect(run.log.all(.spinEnd).map { $0["iterations"] } == [1000])
        // Two failed imports of the worker, one of the thread, a thousand turns.
        #expect(run.log.all(.sample).last?["deficit"] == 1003)
        #expect(run.log.all(.onCpu).map { $0["ns"] } == [10 * importNs + 600_000])
    }

    @Test func aNegativeGoalIsRecordedAsUnreachable() throws {
        let host = PageMap.host((4096, 1))
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("reclaim-batch", ("max_reclaim", -1)))
        run.apply(.record(at: 0))
        run.run(until: 100_000_000)
        #expect(run.log.all(.batchBegin).map { $0["target_pages"] } == [Int64.max])
    }

    @Test func sharesThatAddUpToMoreThanAllStillGiveAMemory() async {
        await #expect(processExitsWith: .success) {
            guard var scenario = Presets.named("unit")?.scenario else { preconditionFailure() }
            try scenario.set("free_ppm", to: 500_000)
            try scenario.set("unmovable_ppm", to: 800_000)
            let memory = try PhysicalMemory(scenario.initialMemory().snapshot)
            precondition(memory.checkInvariants() == [])
        }
    }
}
