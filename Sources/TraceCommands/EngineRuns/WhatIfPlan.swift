import PhysicalMemory
import ReclaimEngine
import TraceCore
import TraceReplay

/// What a what-if changes of a recording.
struct WhatIfPlan {
    /// What the engine is made from.
    private(set) var setup: EngineSetup
    /// The settings as they were recorded.
    let recorded: ParameterList
    /// The settings of the what-if.
    let parameters: ParameterList
    /// Names of the tunables that the command line sets.
    private let setNames: [String]

    /// - Parameters:
    ///   - policy: another policy; tunables that it shares with the recorded one keep their values.
    ///   - settings: single changes, in their order.
    init(_ input: ReplayableTrace, policy name: String?, settings: [String]) throws {
        recorded = input.trace.parameters
        var setup = input.setup
        if let name { setup.policy = try Self.policy(name, recorded) }
        let changes = try settings.map { try SettingChange(set: $0) }
        for change in changes {
            guard !change.isOfScenario else {
                throw CommandFailure(
                    .usage,
                    "--set \(change.name): what arrives is recorded; a what-if changes the policy "
                        + "and the model")
            }
            try change.change(&setup.policy, &setup.model)
        }
        let definition = setup.policy.definition
        setNames = changes.compactMap { definition.tunable(named: $0.name)?.name }
        self.setup = setup
        var parameters = recorded
        for entry in recorded.group("policy") + recorded.group("model") {
            parameters[entry.key] = nil
        }
        setup.write(to: &parameters)
        self.parameters = parameters
    }

    private static func policy(
        _ name: String, _ recorded: ParameterList
    ) throws(CommandFailure) -> Policy {
        _ = try RecordPlan.policy(named: name)
        var parameters = recorded
        parameters["policy.name"] = name
        do {
            return try Policy(parameters)
        } catch {
            throw CommandFailure(.usage, "--policy \(name): \(error)")
        }
    }

    /// Lets the initial state go; see `ReplayableTrace`.
    mutating func forgetInitialState() { setup.memory = MemorySnapshot() }

    /// What is to be said of a tunable that the recording changes while it runs.
    func sentence(_ changed: ChangedSetting) -> String {
        let times = changed.count == 1 ? "once" : "\(changed.count) times"
        let start =
            "the recording changes \(changed.name) \(times), first at \(changed.firstNs) ns: "
        if !changed.hasEffect {
            return start + "\(setup.policy.definition.name) has no such setting"
        }
        if setNames.contains(changed.name) { return start + "from then on --set does not hold" }
        return start + "so does the what-if"
    }
}
