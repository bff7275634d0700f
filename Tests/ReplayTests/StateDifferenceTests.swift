import EngineTestSupport
import ReclaimEngine
import TestRandomness
import Testing
import TraceCore
import TraceReplay

/// What is told of the state behind a divergence.
struct StateDifferenceTests {
    static let seeds = TestSeeds.chosen(1...20)

    private func replay(_ setup: EngineSetup, _ log: EventLog) throws -> (
        Divergence?, StateDifference?, Bool
    ) {
        var replayer = try Replayer(setup, schema: StandardSchema.schema)
        for event in log.events where !replayer.isSettled {
            try replayer.consume(event.header, event.values.span, strings: log.strings)
        }
        let isSettled = replayer.isSettled
        replayer.finish(isComplete: true)
        return (replayer.divergence, replayer.stateDifference, isSettled)
    }

    private func recorded(_ seed: UInt64) throws -> Recorded {
        let definition = PolicyCatalog.all[Int(seed % UInt64(PolicyCatalog.all.count))]
        return try Recorded(seed: seed, detail: 2, policy: Policy(definition))
    }

    /// A derived event that was changed changes no state: at the next samples all is the same.
    @Test(arguments: seeds)
    func aChangedDerivedEventLeavesTheState(seed: UInt64) throws {
        let recorded = try recorded(seed)
        let derived = recorded.log.events.indices.filter { place in
            let header = recorded.log.events[place].header
            return StandardSchema.schema.kind(header.kind)?.role == .derived
                && header.timeNs < recorded.setup.durationNs
        }
        var random = TestRandom(seed: seed, purpose: 31)
        guard !derived.isEmpty else { return }
        let place = random.choice(derived)
        let log = recorded.log.changing(at: place) { $0.values[0] += 1 }
        let (divergence, state, _) = try replay(recorded.setup, log)
        let difference = try #require(divergence?.differences.first, "\(recorded.random)")
        #expect(divergence?.differences.count == 1, "\(recorded.random)")
        let kind = StandardSchema.schema.kind(recorded.log.events[place].header.kind)
        #expect(difference.name == kind?.columns[0].name, "\(recorded.random)")
        #expect(difference.recorded != difference.replayed, "\(recorded.random)")
        let next = recorded.log.events[place...].first { $0.header.kind == .sample }
        #expect(state?.timeNs == next?.header.timeNs, "\(recorded.random)")
        #expect(state?.outcome == .compared([]), "\(recorded.random)")
    }

    /// With another memory use the next samples differ where the states do, in the fields in which
    /// an engine with that use would differ.
    @Test(arguments: seeds)
    func aDroppedRequestShowsInTheState(seed: UInt64) throws {
        let recorded = try recorded(seed)
        let places = recorded.log.events.indices.filter {
            recorded.log.events[$0].header.kind == .request
        }
        var random = TestRandom(seed: seed, purpose: 32)
        let place = random.choice(places)
        let handle = recorded.log.events[place].values[0]
        let log = recorded.log.removing(at: place)
        let (divergence, state, _) = try replay(recorded.setup, log)
        let diverged = try #require(divergence, "\(recorded.random)")
        let found = try #require(state, "\(recorded.random)")
        #expect(found.timeNs >= (diverged.recorded?.header.timeNs ?? 0), "\(recorded.random)")
        let again = try recorded.setup.record(
            recorded.inputs.filter { input in
                guard case .request(let request) = input.action else { return true }
                return request.handle != handle
            })
        guard case .compared(let places) = found.outcome else {
            Issue.record("\(recorded.random): \(found.outcome)")
            return
        }
        func samples(_ log: EventLog) -> [Event] {
            log.events.filter { $0.header.timeNs == found.timeNs && $0.header.kind == .sample }
        }
        let domains = recorded.setup.host.domains.count
        let (old, new) = (samples(log).prefix(domains), samples(again).prefix(domains))
        let expected = zip(old, new).filter { $0.values != $1.values }.map(\.0.header.domain)
        #expect(places.filter { $0.kind == "sample" }.map(\.domain) == expected)
        for place in places where place.kind == "sample" {
            let (one, other) = (old[Int(place.domain)].values, new[Int(place.domain)].values)
            #expect(place.differences.count == zip(one, other).filter { $0 != $1 }.count)
        }
    }

    /// The time of the last samples that agree is told.
    @Test func theLastEqualSampleIsNamed() throws {
        let recorded = try recorded(4)
        let samples = recorded.log.events.indices.filter {
            recorded.log.events[$0].header.kind == .sample
        }
        let domains = recorded.setup.host.domains.count
        let place = samples[2 * domains]
        let log = recorded.log.changing(at: place) { $0.values[0] += 1 }
        let (divergence, state, isSettled) = try replay(recorded.setup, log)
        #expect(
            divergence?.lastEqualSampleNs
                == recorded.log.events[samples[2 * domains - 1]].header.timeNs)
        #expect(isSettled)
        #expect(state?.timeNs == recorded.log.events[place].header.timeNs)
        guard case .compared(let places) = state?.outcome else {
            Issue.record("no comparison")
            return
        }
        #expect(places.count == 1)
        #expect(places.first?.differences.map(\.name) == ["free_pages"])
        let first = recorded.log.changing(at: samples[0]) { $0.values[0] += 1 }
        #expect(try replay(recorded.setup, first).0?.lastEqualSampleNs == nil)
    }

    /// Samples that only one side has are told as such.
    @Test func samplesOfOneSideAreTold() throws {
        let recorded = try recorded(4)
        let sampleNs = recorded.setup.model.sampleIntervalNs
        var log = recorded.log
        log.events.removeAll {
            SampleKinds.contains($0.header.kind) && $0.header.timeNs == sampleNs
        }
        let missing = try replay(recorded.setup, log).1
        #expect(missing == StateDifference(timeNs: sampleNs, outcome: .onlyReplayed))
        log = recorded.log
        let place = try #require(
            log.events.firstIndex {
                SampleKinds.contains($0.header.kind) && $0.header.timeNs == sampleNs
            })
        var early = log.events[place]
        early.header.timeNs = log.events[place - 1].header.timeNs
        log = log.inserting(early, at: place)
        let added = try replay(recorded.setup, log).1
        #expect(added?.outcome == .onlyRecorded)
    }

    private enum SampleKinds {
        static func contains(_ kind: KindID) -> Bool { kind == .sample || kind == .service }
    }
}
