import ReclaimEngine
import ScenarioFiles
import Workloads

/// A setting that the command line changes: `name=value`.
struct SettingChange {
    /// The name: `scenario.NAME`, `model.NAME` or a policy's tunable.
    let name: String
    /// The value with its unit, as it was given.
    let text: String
    /// The option with what was given, for messages.
    private let option: String

    /// - Parameters:
    ///   - option: the option with everything that was given.
    ///   - form: how it should look.
    init(
        _ setting: some StringProtocol, option: String, form: String = "name=value"
    ) throws(CommandFailure) {
        let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw CommandFailure(.usage, "\(option): must be \(form)") }
        (name, text, self.option) = (String(parts[0]), String(parts[1]), option)
    }

    /// A setting of `--set`.
    init(set setting: String) throws(CommandFailure) {
        try self.init(setting, option: "--set \(setting)")
    }

    /// Whether it is a number of the scenario.
    var isOfScenario: Bool { name.hasPrefix("scenario.") }

    /// Changes a number of the scenario.
    func change(_ scenario: inout Scenario) throws(CommandFailure) {
        try namingOption {
            let key = ScenarioKeys.scenarioKey(named: String(name.dropFirst("scenario.".count)))
            guard let key else { throw ParameterError.unknown(name: name) }
            let value = try key.kind.value(of: text, needsUnit: false)
            try scenario.set(key.settingName, to: value)
            // Who says how much is free does not want the lists that say it too.
            if key.settingName == "free_ppm" { scenario.freeBlocks = [] }
        }
    }

    /// Changes a number of the model or a tunable of the policy.
    func change(_ policy: inout Policy, _ model: inout ModelParameters) throws(CommandFailure) {
        try namingOption {
            guard name.hasPrefix("model.") else {
                let tunable = try tunable(of: policy.definition)
                try policy.set(tunable.name, to: tunable.value)
                return
            }
            let own = String(name.dropFirst("model.".count))
            let key = ScenarioKeys.modelKey(named: own)
            guard let key else { throw ParameterError.unknown(name: name) }
            try model.set(own, to: try key.kind.value(of: text, needsUnit: false))
        }
    }

    /// The tunable by its full name and the value, in the unit that the end of the name says.
    func timedSetting(
        at timeNs: Int64, of policy: Policy
    ) throws(CommandFailure) -> TimedSetting {
        var setting = TimedSetting(timeNs: timeNs, name: name, value: 0)
        try namingOption {
            let tunable = try tunable(of: policy.definition)
            (setting.name, setting.value) = (tunable.name, tunable.value)
            // Refuses what the policy would not take when the time has come.
            var trial = policy
            try trial.set(tunable.name, to: tunable.value)
        }
        return setting
    }

    private func tunable(of policy: PolicyDefinition) throws -> (name: String, value: Int64) {
        guard let tunable = policy.tunable(named: name) else {
            throw ParameterError.unknown(name: name)
        }
        let kind = QuantityKind(settingNamed: tunable.name, range: tunable.range)
        return (tunable.name, try kind.value(of: text, needsUnit: false))
    }

    /// Runs `body`, naming the option where a value is wrong.
    private func namingOption(_ body: () throws -> Void) throws(CommandFailure) {
        do {
            try body()
        } catch {
            throw CommandFailure(.usage, "\(option): \(error)")
        }
    }
}
