import ReclaimEngine
import ScenarioFiles
import TraceStore
import Workloads
import YAMLTrees

/// Everything that decides a recording: the scenario with all changes, and the policy.
struct RecordPlan {
    /// The scenario and how the model is set.
    private(set) var file: ScenarioFile
    /// The policy with its tunables.
    private(set) var policy: Policy

    /// Puts together what the command line asks for: the preset or the file, then the free lists of
    /// a host, then single settings in their order.
    init(_ command: RecordCommand) throws {
        guard let definition = PolicyCatalog.named(command.policy) else {
            throw Self.noPolicy(command.policy)
        }
        policy = Policy(definition)
        file = try Self.file(command)
        if let path = command.fragmentationFrom { try takeFreeLists(path) }
        for setting in command.set { try change(setting) }
        if let seed = command.seed { file.scenario.seed = seed }
        if let salt = command.salt { file.model.salt = salt }
        for setting in command.setAt { try schedule(setting, before: command.duration) }
        for setting in file.scenario.settings {
            do {
                try policy.checkChange(setting.name, to: setting.value)
            } catch {
                throw CommandFailure(.usage, "setting at \(setting.timeNs) ns: \(error)")
            }
        }
        if let contradiction = file.scenario.contradiction {
            throw CommandFailure(.usage, contradiction.problem)
        }
    }

    /// Says which policies there are.
    static func noPolicy(_ name: String) -> CommandFailure {
        let names = PolicyCatalog.all.map(\.name).joined(separator: ", ")
        return CommandFailure(.usage, "there is no policy \(name); there are: \(names)")
    }

    private static func file(_ command: RecordCommand) throws -> ScenarioFile {
        if let path = command.scenario {
            let bytes = try reporting { try SettingsFile.read(path) }
            do {
                return try ScenarioFile(yaml: bytes)
            } catch {
                throw CommandFailure(.badData, error.sentence(file: LoadedTrace.label(path)))
            }
        }
        let name = command.preset ?? "unit"
        guard let preset = Presets.named(name) else {
            let names = Presets.all.map(\.scenario.name).joined(separator: ", ")
            throw CommandFailure(.usage, "there is no preset \(name); there are: \(names)")
        }
        return preset
    }

    // MARK: Changes

    private mutating func takeFreeLists(_ path: String) throws {
        let label = LoadedTrace.label(path)
        let bytes = try reporting { try SettingsFile.read(path) }
        do {
            let lists = try FreeLists(bytes)
            for line in try file.take(lists) {
                Terminal.writeError("ktls-trace: \(label): \(line)\n")
            }
        } catch let error as FreeListsError {
            throw CommandFailure(.badData, error.sentence(file: label))
        } catch let error as FreeListsMismatch {
            throw CommandFailure(.usage, "\(label): \(error)")
        }
    }

    private mutating func change(_ setting: String) throws(CommandFailure) {
        let change = try SettingChange(set: setting)
        if change.isOfScenario {
            try change.change(&file.scenario)
        } else {
            try change.change(&policy, &file.model)
        }
    }

    private mutating func schedule(
        _ setting: String, before end: TimeSpan
    ) throws(CommandFailure) {
        let option = "--set-at \(setting)"
        let form = "time:name=value"
        let parts = setting.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw CommandFailure(.usage, "\(option): must be \(form)") }
        let change = try SettingChange(parts[1], option: option, form: form)
        let timeNs: Int64
        do {
            timeNs = try QuantityKind.time.value(of: String(parts[0]), needsUnit: true)
        } catch {
            throw CommandFailure(.usage, "\(option): \(error)")
        }
        guard (0..<end.ns).contains(timeNs) else {
            throw CommandFailure(.usage, "\(option): the time must lie within --duration")
        }
        file.scenario.settings.append(try change.timedSetting(at: timeNs, of: policy))
    }
}
