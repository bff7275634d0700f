import ReclaimEngine
import ScenarioFiles
import TraceStore
import Workloads
import YAMLTrees

/// What a command line asks for of a recording.
struct RecordRequest {
    /// The policy's name.
    var policy: String
    /// A preset's name, or `nil` for the standard one.
    var preset: String?
    /// A scenario's file instead.
    var scenario: String?
    /// A file with the free lists of a host.
    var fragmentationFrom: String?
    /// Changes as `--set` takes them.
    var set: [String] = []
    /// Changes as `--set-at` takes them.
    var setAt: [String] = []
    /// The seed, or `nil` for the scenario's.
    var seed: Int64?
    /// The salt, or `nil` for the scenario's.
    var salt: Int64?
    /// How much virtual time is recorded.
    var duration: TimeSpan
}

/// Everything that decides a recording: the scenario with all changes, and the policy.
struct RecordPlan {
    /// The scenario and how the model is set.
    private(set) var file: ScenarioFile
    /// The policy with its tunables.
    private(set) var policy: Policy

    /// Puts together what the command line asks for: the preset or the file, then the free lists of
    /// a host, then single settings in their order.
    init(_ request: RecordRequest) throws {
        policy = Policy(try Self.policy(named: request.policy))
        file = try Self.file(request)
        if let path = request.fragmentationFrom { try takeFreeLists(path) }
        for setting in request.set { try change(setting) }
        if let seed = request.seed { file.scenario.seed = seed }
        if let salt = request.salt { file.model.salt = salt }
        for setting in request.setAt { try schedule(setting, before: request.duration) }
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

    /// A policy by its name.
    static func policy(named name: String) throws(CommandFailure) -> PolicyDefinition {
        if let definition = PolicyCatalog.named(name) { return definition }
        let names = PolicyCatalog.all.map(\.name).joined(separator: ", ")
        throw CommandFailure(.usage, "there is no policy \(name); there are: \(names)")
    }

    private static func file(_ request: RecordRequest) throws -> ScenarioFile {
        if let path = request.scenario {
            let bytes = try reporting { try SettingsFile.read(path) }
            do {
                return try ScenarioFile(yaml: bytes)
            } catch {
                throw CommandFailure(.badData, error.sentence(file: LoadedTrace.label(path)))
            }
        }
        let name = request.preset ?? "unit"
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
