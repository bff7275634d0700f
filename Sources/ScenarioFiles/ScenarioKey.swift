import ReclaimEngine
import Workloads

/// One key of a scenario file: reader, printer, messages and the table in SCENARIOS.md all take
/// what they say about it from here.
public struct ScenarioKey: Sendable {
    /// Where a value goes.
    enum Storage: Sendable {
        /// A number of the scenario.
        case scenario(any WritableKeyPath<Scenario, Int64> & Sendable)
        /// A number of the model.
        case model(any WritableKeyPath<ModelParameters, Int64> & Sendable)
        /// Something with a form of its own.
        case special
    }

    /// The group of keys it stands in, or `nil` at the outermost level. `domains` and `settings`
    /// are lists of groups.
    public let section: String?
    /// The key itself.
    public let name: String
    /// The name in the header of a trace without the group, for `--set`; empty when it has none.
    public let settingName: String
    /// What its value counts.
    public let kind: QuantityKind
    /// The allowed values.
    public let range: ClosedRange<Int64>
    /// One line on what it is.
    public let summary: String
    /// Whether a file must have it.
    public let isRequired: Bool
    let storage: Storage

    /// The key with its section, as messages name it.
    public var path: String { section.map { $0 + "." + name } ?? name }

    /// The allowed values in words: `1s to 10s`, or the words themselves.
    public var allowed: String {
        switch kind {
        case .onOff: "on, off"
        case .shape: LoadShape.names.joined(separator: ", ")
        default: kind.text(of: range.lowerBound) + " to " + kind.text(of: range.upperBound)
        }
    }

    func value(in file: ScenarioFile) -> Int64? {
        switch storage {
        case .scenario(let path): file.scenario[keyPath: path]
        case .model(let path): file.model[keyPath: path]
        case .special: nil
        }
    }

    func set(_ value: Int64, in file: inout ScenarioFile) {
        switch storage {
        case .scenario(let path): file.scenario[keyPath: path] = value
        case .model(let path): file.model[keyPath: path] = value
        case .special: break
        }
    }
}

extension ScenarioKey {
    init(_ section: String?, _ name: String, _ field: Scenario.Field, isRequired: Bool) {
        self.init(
            section: section, name: name, settingName: field.name,
            kind: QuantityKind(settingNamed: field.name, range: field.range), range: field.range,
            summary: field.summary, isRequired: isRequired, storage: .scenario(field.path))
    }

    init(_ field: ModelParameters.Field) {
        let (section, name) = Self.place(ofModelSetting: field.name)
        self.init(
            section: section, name: name, settingName: field.name,
            kind: QuantityKind(settingNamed: field.name, range: field.range), range: field.range,
            summary: field.summary, isRequired: false, storage: .model(field.path))
    }

    init(
        _ section: String?, _ name: String, _ kind: QuantityKind, _ range: ClosedRange<Int64>,
        _ summary: String, isRequired: Bool = false
    ) {
        self.init(
            section: section, name: name, settingName: "", kind: kind, range: range,
            summary: summary, isRequired: isRequired, storage: .special)
    }

    /// Where a model setting stands in a file: what describes the host has a place of its own,
    /// everything else is a cost. A setting added to the model is there without a line here.
    private static func place(
        ofModelSetting name: String
    ) -> (section: String?, name: String) {
        switch name {
        case "bucket_size", "bucket_growth": ("zone", name)
        case "page_daemon", "pgcache_pages", "salt": (nil, name)
        default: ("costs", name)
        }
    }
}
