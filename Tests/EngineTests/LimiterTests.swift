import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import Testing
import TraceCore

/// After a failure a worker leaves the zone alone for one second, counted in ticks that wrap
/// (engine specification 4.2 and 9.1).
struct LimiterTests {
    private let host = PageMap.host((4096, 2))

    private func run(
        _ memory: MemorySnapshot, ticksAtStart: Int64? = nil, hz: Int64 = 1000
    ) throws -> EngineRun {
        var model = ModelParameters.quiet
        model.hz = hz
        if let ticksAtStart { model.ticksAtStart = ticksAtStart }
        return try EngineRun(host, memory, policy: .named("cache-only"), model: model, detail: 2)
    }

    @Test func theSecondIsCountedAcrossTheWrapOfTheTicks() throws {
        var run = try run(PageMap.fragmented(host), ticksAtStart: 2_147_483_647)
        run.apply(.record(at: 0))
        #expect(run.engine.memory.ticks == 2_147_483_647)
        #expect(run.log.count(.allocFail) == 1)
        run.apply(.record(at: 999_999_999))
        #expect(run.engine.memory.ticks == -2_147_482_650)
        #expect(run.log.count(.allocFail) == 1)
        #expect(run.log.all(.limited).map { $0["ticks_left"] } == [1])
        run.apply(.record(at: 1_000_000_000))
        #expect(run.engine.memory.ticks == -2_147_482_649)
        #expect(run.log.count(.allocFail) == 2)
    }

    @Test func ticksThatStartAtZeroLimitTheFirstSecond() throws {
        var run = try run(PageMap.empty(host), ticksAtStart: 0)
        run.apply(.record(at: 0), .record(at: 999_999_999), .record(at: 1_000_000_000))
        #expect(run.log.all(.limited).map { $0["ticks_left"] } == [1000, 1])
        #expect(run.log.all(.importCall).map(\.timeNs) == [1_000_000_000])
    }

    @Test func theDefaultStartLimitsNothing() throws {
        var run = try run(PageMap.empty(host))
        run.apply(.record(at: 0))
        #expect(run.log.count(.limited) == 0)
        #expect(run.log.all(.importCall).map { $0["got"] } == [1])
        #expect(ModelParameters().ticksAtStart == 2_147_483_647 - 600_000)
    }

    /// 600 s before the wrap means another tick at another rate, unless a tick was chosen.
    @Test func theDefaultStartFollowsTheTickRate() throws {
        var model = ModelParameters()
        try model.set("hz", to: 100)
        #expect(model.ticksAtStart == 2_147_483_647 - 60_000)
        var parameters = ParameterList()
        model.write(to: &parameters)
        #expect(try ModelParameters(parameters) == model)
        try model.set("ticks_at_start", to: 5)
        try model.set("hz", to: 10)
        #expect(model.ticksAtStart == 5)
        let onlyRate = ParameterList([("model.hz", "250")])
        #expect(try ModelParameters(onlyRate).ticksAtStart == 2_147_483_647 - 150_000)
    }

    @Test func settingsAreEqualByTheirValues() throws {
        var chosen = ModelParameters()
        try chosen.set("ticks_at_start", to: ModelParameters().ticksAtStart)
        #expect(chosen == ModelParameters())
        try chosen.set("salt", to: 2)
        #expect(chosen != ModelParameters())
    }

    /// With 100 ticks a second a failure at 9.99 ms counts from tick 0, so that less than a second
    /// passes before the next attempt.
    @Test func wholeTicksCountNotNanoseconds() throws {
        var run = try run(PageMap.fragmented(host), hz: 100)
        run.apply(.record(at: 9_999_999), .record(at: 999_999_999))
        #expect(run.log.count(.allocFail) == 1)
        run.apply(.record(at: 1_000_000_000))
        #expect(run.log.count(.allocFail) == 2)
        run.apply(.record(at: 1_999_999_999))
        #expect(run.log.count(.allocFail) == 2)
    }

    @Test func eachCpuHasItsOwn() throws {
        var run = try run(PageMap.fragmented(host))
        run.apply(.record(at: 0, cpu: 0), .record(at: 1, cpu: 0), .record(at: 2, cpu: 1))
        #expect(run.log.all(.allocFail).map(\.cpu) == [0, 1])
        #expect(run.log.all(.limited).map(\.cpu) == [0])
    }

    @Test func aLimitedRecordAsksNobodyAndWakesNobody() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host, others: .kernel), policy: .named("reclaim-batch"),
            detail: 2)
        run.apply(.record(at: 0))
        let deficit = run.engine.memory.domains[0].pageoutDeficit
        run.apply((1...9).map { .record(at: $0 * 100_000_000) })
        #expect(run.log.count(.limited) == 9)
        #expect(run.log.count(.wakeSend) == 1)
        #expect(run.log.count(.importCall) == 2)
        #expect(run.engine.memory.domains[0].pageoutDeficit == deficit)
    }

    /// A success does not start a new second, and the last failure is what counts.
    @Test func onlyFailuresLimit() throws {
        var run = try run(PageMap.empty(host))
        run.apply(.record(at: 0), .record(at: 1), .record(at: 2))
        #expect(run.log.count(.limited) == 0)
    }
}
