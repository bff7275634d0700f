import EngineTestSupport
import ReclaimEngine
import TestRandomness
import Testing
import TraceCore
import TraceReplay
import Workloads

/// A recording's inputs under other settings.
struct WhatIfTests {
    /// What came out of a what-if.
    private struct Outcome {
        var log = EventList()
        var isWhole = false
        var appliedInputs = 0
        var changed: [ChangedSetting] = []
        var support: SupportReport

        init(
            _ setup: EngineSetup, on recorded: EngineSetup, _ log: EventLog,
            isComplete: Bool = true
        ) throws(ReplayError) {
            var base = RecordedSupport(domainCount: recorded.host.domains.count)
            for event in log.events { base.consume(event.header, event.values.span) }
            support = SupportReport(on: base)
            var whatIf = try WhatIf(setup, recorded: recorded, schema: StandardSchema.schema)
            for event in log.events {
                try whatIf.consume(event.header, event.values.span, strings: log.strings)
                if whatIf.waitingEvents > 500 { whatIf.deliver(to: &self.log) }
            }
            isWhole = whatIf.finish(isComplete: isComplete)
            whatIf.deliver(to: &self.log)
            appliedInputs = Int(whatIf.appliedInputs)
            changed = whatIf.changedSettings
            for event in self.log.events { support.consume(event.header, event.values.span) }
        }
    }

    /// Under the recorded policy and settings a what-if is the recording, number by number, and
    /// nothing of it is outside of what the recording shows.
    private func checkIdentity(_ setup: EngineSetup, _ inputs: [Input], _ what: String) throws {
        let log = try setup.record(inputs)
        let outcome = try Outcome(setup, on: setup, log)
        #expect(outcome.log.events == log.events, "\(what)")
        #expect(outcome.log.strings.strings == log.strings, "\(what)")
        #expect(outcome.isWhole, "\(what)")
        #expect(outcome.appliedInputs == inputs.count, "\(what)")
        #expect(outcome.support.outsideReclaims == 0, "\(what)")
        #expect(outcome.support.rows.allSatisfy { $0.below + $0.above == 0 }, "\(what)")
    }

    private func policy(_ seed: UInt64) -> PolicyDefinition {
        PolicyCatalog.all[Int(seed % UInt64(PolicyCatalog.all.count))]
    }

    /// Random hosts of one or two domains, every policy in turn, settings that change meanwhile.
    @Test(arguments: TestSeeds.chosen(1...100))
    func nothingChangedIsTheRecording(seed: UInt64) throws {
        let random = RandomCase(seed: seed, detail: 1 + Int(seed / 10 % 2))
        let definition = policy(seed)
        try checkIdentity(
            random.setup(policy: Policy(definition)), random.inputs(),
            "\(random) \(definition.name)")
        let daemons = RandomCase(seed: seed, detail: 1)
        try checkIdentity(
            daemons.daemonSetup(policy: Policy(definition)), daemons.daemonInputs(),
            "page daemon, \(daemons) \(definition.name)")
    }

    /// Under another policy it is what that policy's own recording would be.
    @Test(arguments: TestSeeds.chosen(1...30))
    func anotherPolicyIsItsOwnRecording(seed: UInt64) throws {
        let recorded = try Recorded(seed: seed, detail: 2, policy: Policy(policy(seed)))
        var setup = recorded.setup
        setup.policy = Policy(policy(seed + 3))
        setup.model.salt ^= Int64(seed & 0xffff)
        let own = try setup.record(recorded.inputs)
        let outcome = try Outcome(setup, on: recorded.setup, recorded.log)
        #expect(outcome.log.events == own.events, "\(recorded.random)")
        #expect(outcome.log.strings.strings == own.strings, "\(recorded.random)")
    }

    /// What was cut off runs as far as it was read.
    @Test(arguments: TestSeeds.chosen(1...10))
    func aCutRecordingRunsToItsEnd(seed: UInt64) throws {
        let recorded = try Recorded(seed: seed, detail: 1, policy: Policy(policy(seed)))
        let count = recorded.log.events.count
        let cut = recorded.log.prefix(count / 2)
        for isComplete in [false, true] {
            let outcome = try Outcome(
                recorded.setup, on: recorded.setup, cut, isComplete: isComplete)
            #expect(!outcome.isWhole, "\(recorded.random)")
            let lastNs = cut.events.last?.header.timeNs ?? 0
            #expect(outcome.log.events.allSatisfy { $0.header.timeNs <= lastNs })
            #expect(outcome.log.events.starts(with: cut.events), "\(recorded.random)")
        }
    }

    @Test func settingsOfTheRecordingAreTold() throws {
        let setup = RandomCase(seed: 4, detail: 1).setup(policy: .named("reclaim-batch"))
        let log = try setup.record([
            .set(at: 1_000_000, "max_reclaim", 7), .set(at: 2_000_000, "max_alloc", 9),
            .set(at: 3_000_000, "max_reclaim", 8),
        ])
        let same = try Outcome(setup, on: setup, log).changed
        #expect(same.map(\.name) == ["kern.ipc.tls.max_reclaim", "kern.ipc.tls.max_alloc"])
        #expect(same.map(\.firstNs) == [1_000_000, 2_000_000])
        #expect(same.map(\.count) == [2, 1])
        #expect(same.map(\.hasEffect) == [true, false])
        var other = setup
        other.policy = .named("alloc-thread")
        #expect(try Outcome(other, on: setup, log).changed.map(\.hasEffect) == [false, true])
    }

    /// A time that is wrong does not have the engine run for ever.
    @Test func aGapWithoutSamplesIsRefused() throws {
        var setup = RandomCase(seed: 4, detail: 1).setup(policy: .named("reclaim-batch"))
        setup.durationNs = 1 << 62
        var run = try EngineRun(setup)
        run.apply(.record(at: 1_000_000))
        var log = run.log
        let last = try #require(log.events.last)
        var header = last.header
        header.sequence += 1
        header.timeNs = 1 << 61
        log.events.append(Event(header, last.values))
        #expect(throws: ReplayError.missingSamples(sequence: header.sequence)) {
            try Outcome(setup, on: setup, log)
        }
    }

    @Test func whatHasNoInputsIsRefused() {
        let setup = RandomCase(seed: 4, detail: 0).setup()
        #expect(throws: ReplayError.inputsNotRecorded) {
            try Outcome(setup, on: setup, EventLog())
        }
    }
}
