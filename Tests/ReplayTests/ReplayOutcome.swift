import EngineTestSupport
import ReclaimEngine
import TraceCore
import TraceReplay

/// What came out of replaying a recording.
struct ReplayOutcome {
    var divergence: Divergence?
    var equalEvents: Int
    var appliedInputs: Int

    /// Replays a recording.
    init(
        _ setup: EngineSetup, _ log: EventLog, isComplete: Bool = true
    ) throws(ReplayError) {
        var replayer = try Replayer(setup, schema: StandardSchema.schema)
        for event in log.events {
            try replayer.consume(event.header, event.values.span, strings: log.strings)
        }
        replayer.finish(isComplete: isComplete)
        divergence = replayer.divergence
        equalEvents = Int(replayer.equalEvents)
        appliedInputs = Int(replayer.appliedInputs)
    }
}

/// A recording with what it was made from.
struct Recorded {
    let random: RandomCase
    let setup: EngineSetup
    let inputs: [Input]
    let log: EventLog

    init(seed: UInt64, detail: Int, policy: Policy? = nil) throws {
        random = RandomCase(seed: seed, detail: detail)
        setup = random.setup(policy: policy)
        inputs = random.inputs()
        log = try setup.record(inputs)
    }
}
