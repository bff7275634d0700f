import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import Testing
import TraceCore
import TraceReplay

/// What cannot be replayed is refused with its reason.
struct RefusalTests {
    private func setup(detail: Int = 1) -> EngineSetup {
        let host = PageMap.host((4096, 2))
        return EngineSetup(
            host: host, model: .quiet, policy: .named("reclaim-batch"), detail: detail,
            durationNs: 1_000_000_000, memory: PageMap.fragmented(host))
    }

    @Test func withoutInputsThereIsNoReplay() {
        #expect(throws: ReplayError.inputsNotRecorded) {
            try ReplayOutcome(setup(detail: 0), EventLog())
        }
    }

    @Test func anotherSchemaIsRefused() throws {
        var kinds = StandardSchema.schema.kinds
        let last = kinds.removeLast()
        let fewer = try #require(EventSchema(kinds: kinds))
        let columns = last.columns + [Column("more")]
        let wider = try #require(
            EventSchema(
                kinds: kinds + [
                    EventKind(id: last.id.rawValue, last.name, last.lane, last.role, columns)
                ]))
        for schema in [fewer, wider] {
            #expect(throws: ReplayError.schemaDiffers) {
                _ = try Replayer(setup(), schema: schema)
            }
        }
    }

    @Test func anImpossibleStartIsRefused() {
        var broken = setup()
        broken.memory.counters[0] += 1
        #expect(
            throws: ReplayError.setup(
                .engine(.snapshot(.freeCountDiffers(domain: 0, stored: 2049, counted: 2048))))
        ) { try ReplayOutcome(broken, EventLog()) }
        broken = setup()
        broken.host = PageMap.host((4096, 1), (4096, 1))
        #expect(throws: ReplayError.setup(.engine(.hostDiffers))) {
            try ReplayOutcome(broken, EventLog())
        }
    }

    private func recording() throws -> EventLog {
        try setup().record([.record(at: 1_000_000), .set(at: 2_000_000, "max_alloc", 1)])
    }

    /// One input at 1 ms with one part changed, and the error it must give.
    private func error(
        _ kind: KindID, _ values: [Int64], cpu: Int32 = 0, domain: Int32 = 0,
        timeNs: Int64 = 1_000_000
    ) throws -> ReplayError? {
        let good = try recording()
        let place = try #require(good.events.firstIndex { $0.header.kind == .request })
        let header = EventHeader(
            sequence: UInt64(place + 1), timeNs: timeNs, kind: kind, domain: domain, cpu: cpu)
        let log = good.changing(at: place) { $0 = Event(header, values) }
        do {
            _ = try ReplayOutcome(setup(), log)
            return nil
        } catch {
            #expect(error == .badInput(sequence: UInt64(place + 1)))
            return error
        }
    }

    /// Handle, pages, private, lifetime, freeing CPU.
    @Test(
        arguments: [
            [1, 5, 0, 1000, 0], [1, -1, 0, 1000, 0], [1, Int64.max, 0, 1000, 0],
            [1, 4, 0, -1, 0], [1, 4, 0, Int64.min, 0], [1, 4, 0, 1000, 2], [1, 4, 0, 1000, -1],
            [1, 4, 0, 1000, Int64.max], [1, 4, 0, 1000], [],
        ] as [[Int64]])
    func aBadRequestIsRefused(values: [Int64]) throws {
        #expect(try error(.request, values) != nil)
    }

    @Test(arguments: [-1, 2, Int32.max, Int32.min])
    func aRequestOnNoCpuIsRefused(cpu: Int32) throws {
        #expect(try error(.request, [1, 4, 0, 1000, 0], cpu: cpu) != nil)
    }

    /// First slot, operation, slots, kind, flags.
    @Test(
        arguments: [
            [0, 8, 1, 0, 0], [0, -1, 1, 0, 0], [0, 0, 1, 3, 0], [0, 0, 1, -1, 0],
            [-1, 0, 1, 0, 0], [1 << 31, 0, 1, 0, 0], [Int64.max, 0, 1, 0, 0], [0, 0, -1, 0, 0],
            [0, 0, 1 << 24, 0, 0], [0, 0, Int64.max, 0, 0], [0, 0, 1], [],
            [0, 0, 1, 0], [0, 0, 1, 0, 4], [0, 0, 1, 0, -1], [0, 0, 1, 0, Int64.max],
        ] as [[Int64]])
    func aBadOperationIsRefused(values: [Int64]) throws {
        #expect(try error(.background, values, cpu: -1) != nil)
    }

    @Test(arguments: [-1, 1, Int32.max, Int32.min])
    func anOperationOnNoDomainIsRefused(domain: Int32) throws {
        #expect(try error(.background, [0, 0, 1, 0, 0], cpu: -1, domain: domain) != nil)
    }

    @Test(arguments: [[-1, 1], [10_000, 1], [Int64.min, 1], [1]] as [[Int64]])
    func aBadSettingIsRefused(values: [Int64]) throws {
        #expect(try error(.set, values, cpu: -1, domain: -1) != nil)
    }

    /// The string that names `max_alloc` in the recording that ``error(_:_:cpu:domain:timeNs:)``
    /// changes.
    private func settingName() throws -> Int64 {
        let log = try recording()
        return Int64(try #require(log.strings.firstIndex(of: "kern.ipc.tls.max_alloc")))
    }

    /// What no policy allows is refused at its event, not passed over in silence.
    @Test func aSettingThatNoPolicyAllowsIsRefused() throws {
        // The string 1 names no tunable; 0 buffers cannot be wanted.
        #expect(try error(.set, [1, 7], cpu: -1, domain: -1) != nil)
        #expect(try error(.set, [settingName(), 0], cpu: -1, domain: -1) != nil)
        #expect(try error(.set, [settingName(), 1_048_577], cpu: -1, domain: -1) != nil)
    }

    @Test(arguments: [-1, Int64.min])
    func timeBeforeTheStartIsRefused(timeNs: Int64) throws {
        #expect(try error(.request, [1, 4, 0, 1000, 0], timeNs: timeNs) != nil)
    }

    /// A good input at the same place is not refused, only different.
    @Test func aGoodInputIsNot() throws {
        #expect(try error(.request, [1, 4, 0, 1000, 1]) == nil)
        #expect(try error(.background, [0, 0, 1, 0, 0], cpu: -1) == nil)
        #expect(try error(.set, [settingName(), 7], cpu: -1, domain: -1) == nil)
    }

    @Test func anInputBeforeAnEarlierOneIsRefused() throws {
        let log = try setup().record([.record(at: 1_000_000), .record(at: 2_000_000, cpu: 1)])
        let place = try #require(log.events.lastIndex { $0.header.kind == .request })
        let back = log.changing(at: place) { $0.header.timeNs = 999_999 }
        #expect(throws: ReplayError.badInput(sequence: UInt64(place + 1))) {
            try ReplayOutcome(setup(), back)
        }
    }

    @Test func anInputAfterTheEndIsRefused() throws {
        let log = try setup().record([.record(at: 1_000_000)])
        let request = try #require(log.events.first { $0.header.kind == .request })
        var header = request.header
        header.timeNs = 1_000_000_000
        header.sequence = UInt64(log.events.count + 1)
        let late = log.inserting(Event(header, request.values), at: log.events.count)
        #expect(throws: ReplayError.badInput(sequence: header.sequence)) {
            try ReplayOutcome(setup(), late)
        }
    }

    @Test(arguments: [
        ReplayError.inputsNotRecorded, .schemaDiffers, .setup(.noSnapshot), .badInput(sequence: 77),
    ])
    func everyReasonIsASentence(error: ReplayError) {
        #expect(!error.description.isEmpty)
        if case .badInput = error { #expect(error.description.contains("77")) }
    }
}
