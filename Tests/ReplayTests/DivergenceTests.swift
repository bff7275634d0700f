import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import TestRandomness
import Testing
import TraceCore
import TraceReplay

/// A recording that was changed diverges exactly where it was changed.
struct DivergenceTests {
    static let seeds = TestSeeds.chosen(1...9)

    /// One place of each derived or sampled kind the recording has, and some more.
    private func places(_ recorded: Recorded) -> [Int] {
        var random = TestRandom(seed: recorded.random.seed, purpose: 9)
        var places: [KindID: [Int]] = [:]
        for (place, event) in recorded.log.events.enumerated() {
            let role = StandardSchema.schema.kind(event.header.kind)?.role
            if role != .input { places[event.header.kind, default: []].append(place) }
        }
        return places.keys.sorted().flatMap { kind -> [Int] in
            let all = places[kind] ?? []
            return [all[0], random.choice(all)]
        }
    }

    private func checkDivergence(
        _ recorded: Recorded, at place: Int, _ what: String,
        _ change: (inout Event) -> Void
    ) throws {
        let log = recorded.log.changing(at: place, change)
        // What follows the change is of no interest.
        let outcome = try ReplayOutcome(
            recorded.setup, log.prefix(place + 1), isComplete: false)
        let comment = Comment("\(what) of event \(place + 1), \(recorded.random)")
        let divergence = try #require(outcome.divergence, comment)
        #expect(divergence.recorded == log.events[place], comment)
        #expect(outcome.equalEvents == place, comment)
        // An event that is recorded too early meets an engine that has not got there yet.
        let isEarly = log.events[place].header.timeNs < recorded.log.events[place].header.timeNs
        if !isEarly || divergence.replayed != nil {
            #expect(divergence.replayed == recorded.log.events[place], comment)
        }
        #expect(divergence.context == Array(log.events[max(place - 16, 0)..<place]), comment)
    }

    @Test(arguments: seeds)
    func aChangedDerivedEventIsNamed(seed: UInt64) throws {
        let recorded = try Recorded(seed: seed, detail: 2, policy: policy(seed))
        var random = TestRandom(seed: seed, purpose: 13)
        for place in places(recorded) {
            let columns = recorded.log.events[place].values.count
            for column in [0, columns - 1, random.number(0...(columns - 1))] {
                try checkDivergence(recorded, at: place, "column \(column)") {
                    $0.values[column] += 1
                }
            }
            try checkDivergence(recorded, at: place, "later time") { $0.header.timeNs += 1 }
            try checkDivergence(recorded, at: place, "earlier time") { $0.header.timeNs -= 1 }
            try checkDivergence(recorded, at: place, "number") { $0.header.sequence += 1 }
            try checkDivergence(recorded, at: place, "domain") { $0.header.domain += 1 }
            try checkDivergence(recorded, at: place, "cpu") { $0.header.cpu += 1 }
            try checkDivergence(recorded, at: place, "cause") { $0.header.cause += 1 }
            try checkDivergence(recorded, at: place, "kind") {
                $0.header.kind = $0.header.kind == .hit ? .limited : .hit
            }
            try checkDivergence(recorded, at: place, "missing column") { $0.values.removeLast() }
            try checkDivergence(recorded, at: place, "added column") { $0.values.append(0) }
        }
    }

    private func policy(_ seed: UInt64) -> Policy {
        Policy(PolicyCatalog.all[Int(seed % UInt64(PolicyCatalog.all.count))])
    }

    @Test(arguments: seeds)
    func aMissingDerivedEventIsNamed(seed: UInt64) throws {
        let recorded = try Recorded(seed: seed, detail: 1, policy: policy(seed))
        for place in places(recorded) {
            let log = recorded.log.removing(at: place)
            let outcome = try ReplayOutcome(recorded.setup, log)
            let divergence = try #require(outcome.divergence, "\(recorded.random)")
            #expect(divergence.replayed == recorded.log.events[place], "\(recorded.random)")
            #expect(outcome.equalEvents == place, "\(recorded.random)")
            let next = place < log.events.count ? log.events[place] : nil
            #expect(divergence.recorded == next, "\(recorded.random)")
        }
    }

    @Test(arguments: seeds)
    func anAddedDerivedEventIsNamed(seed: UInt64) throws {
        let recorded = try Recorded(seed: seed, detail: 1, policy: policy(seed))
        for place in places(recorded) {
            let event = recorded.log.events[place]
            for offset in [0, 1] {
                let log = recorded.log.inserting(event, at: place + offset)
                let outcome = try ReplayOutcome(recorded.setup, log)
                // The copy in front is taken for the event itself.
                let divergence = try #require(outcome.divergence, "\(recorded.random)")
                #expect(divergence.recorded == event, "\(recorded.random)")
                #expect(outcome.equalEvents == place + 1, "\(recorded.random)")
            }
        }
    }

    /// What replays is the recording's inputs: with one of them changed, the replay goes the way
    /// of an engine that is given the changed inputs, and leaves the recorded events where that
    /// engine does.
    @Test(arguments: seeds)
    func aChangedLifetimeIsFollowed(seed: UInt64) throws {
        let recorded = try Recorded(seed: seed, detail: 2, policy: policy(seed))
        var random = TestRandom(seed: seed, purpose: 10)
        let requests = recorded.log.events.indices.filter {
            recorded.log.events[$0].header.kind == .request
        }
        for _ in 0..<4 {
            let place = random.choice(requests)
            let edited = recorded.log.changing(at: place) { $0.values[3] += 1_000_000 }
            let handle = edited.events[place].values[0]
            let inputs = recorded.inputs.map { input in
                guard case .request(var request) = input.action, request.handle == handle else {
                    return input
                }
                request.lifetimeNs += 1_000_000
                return Input(timeNs: input.timeNs, .request(request))
            }
            try checkFollowed(recorded, edited, inputs)
        }
    }

    @Test(arguments: seeds)
    func aDroppedRequestIsFollowed(seed: UInt64) throws {
        let recorded = try Recorded(seed: seed, detail: 2, policy: policy(seed))
        var random = TestRandom(seed: seed, purpose: 11)
        let requests = recorded.log.events.indices.filter {
            recorded.log.events[$0].header.kind == .request
        }
        for _ in 0..<4 {
            let place = random.choice(requests)
            let handle = recorded.log.events[place].values[0]
            let inputs = recorded.inputs.filter { input in
                guard case .request(let request) = input.action else { return true }
                return request.handle != handle
            }
            try checkFollowed(recorded, recorded.log.removing(at: place), inputs)
        }
    }

    private func checkFollowed(
        _ recorded: Recorded, _ edited: EventLog, _ inputs: [Input]
    ) throws {
        let again = try recorded.setup.record(inputs)
        #expect(try ReplayOutcome(recorded.setup, again).divergence == nil, "\(recorded.random)")
        let outcome = try ReplayOutcome(recorded.setup, edited)
        guard let place = edited.firstDifference(again) else {
            #expect(outcome.divergence == nil, "\(recorded.random)")
            return
        }
        let divergence = try #require(outcome.divergence, "\(recorded.random)")
        #expect(outcome.equalEvents == place, "\(recorded.random)")
        #expect(
            divergence.recorded == (place < edited.events.count ? edited.events[place] : nil),
            "\(recorded.random)")
        // The engine's own event is named if it has come by the time of the recorded one.
        if let replayed = divergence.replayed {
            #expect(replayed == again.events[place], "\(recorded.random)")
        } else {
            let untilNs = try #require(divergence.recorded).header.timeNs
            #expect(again.events[place].header.timeNs > untilNs, "\(recorded.random)")
        }
    }

    @Test(arguments: seeds)
    func aRecordingThatStopsHasNoDifference(seed: UInt64) throws {
        let recorded = try Recorded(seed: seed, detail: 2, policy: policy(seed))
        var random = TestRandom(seed: seed, purpose: 12)
        let count = recorded.log.events.count
        for length in [0, 1, count - 1] + (0..<6).map({ _ in random.number(0...(count - 1)) }) {
            let log = recorded.log.prefix(length)
            let partial = try ReplayOutcome(recorded.setup, log, isComplete: false)
            #expect(partial.divergence == nil, "\(recorded.random)")
            #expect(partial.equalEvents == length, "\(recorded.random)")
            let complete = try ReplayOutcome(recorded.setup, log, isComplete: true)
            let divergence = try #require(complete.divergence, "\(recorded.random)")
            #expect(divergence.recorded == nil, "\(recorded.random)")
            #expect(divergence.replayed?.header.sequence == UInt64(length + 1))
        }
    }

    @Test func onlyTheFirstDifferenceIsTold() throws {
        let recorded = try Recorded(seed: 2, detail: 1, policy: .named("reclaim-batch"))
        let places = Array(places(recorded).sorted().suffix(2))
        let log = recorded.log
            .changing(at: places[0]) { $0.values[0] += 1 }
            .changing(at: places[1]) { $0.values[0] += 1 }
        let outcome = try ReplayOutcome(recorded.setup, log)
        #expect(outcome.divergence?.recorded == log.events[places[0]])
        #expect(outcome.equalEvents == places[0])
    }
}
