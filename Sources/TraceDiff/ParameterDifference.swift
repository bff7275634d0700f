import TraceCore

/// What a setting is about; the order is the order in which differences are told.
public enum ParameterGroup: Int, Sendable, CaseIterable, Comparable {
    case source = 0
    case policy, scenario, model, host, seed, other

    /// The name in reports.
    public var name: String {
        switch self {
        case .source: "source"
        case .policy: "policy"
        case .scenario: "scenario"
        case .model: "model"
        case .host: "host"
        case .seed: "seeds"
        case .other: "other"
        }
    }

    /// The group of a setting.
    ///
    /// Seeds and salts of whatever group are told together.
    init(_ name: String) {
        let parts = name.split(separator: ".")
        if let last = parts.last, last.hasSuffix("seed") || last.hasSuffix("salt") {
            self = .seed
            return
        }
        self =
            switch parts.first {
            case "source": .source
            case "policy": .policy
            case "scenario": .scenario
            case "model": .model
            case "host": .host
            default: .other
            }
    }

    /// Orders groups by when they are told.
    public static func < (left: ParameterGroup, right: ParameterGroup) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// A setting that the two sides do not share.
public struct ParameterDifference: Hashable, Sendable {
    /// What it is about.
    public let group: ParameterGroup
    /// Its full name.
    public let name: String
    /// Its value on the left; `nil` where it has none.
    public let left: String?
    /// Its value on the right; `nil` where it has none.
    public let right: String?

    /// Whether it tells when something was recorded: that always differs.
    private static func isTime(_ name: String) -> Bool {
        name == "host.start_ns" || name == "host.wall_start_ns" || name.hasPrefix("host.sync.")
    }

    /// The differences of two lists, by group, then by name; when they were recorded is none.
    ///
    /// - Complexity: O(n log n).
    static func all(_ left: ParameterList, _ right: ParameterList) -> [ParameterDifference] {
        var result: [ParameterDifference] = []
        for entry in left.entries
        where right[entry.key] != entry.value && !isTime(entry.key) {
            result.append(
                ParameterDifference(
                    group: ParameterGroup(entry.key), name: entry.key, left: entry.value,
                    right: right[entry.key]))
        }
        for entry in right.entries where left[entry.key] == nil && !isTime(entry.key) {
            result.append(
                ParameterDifference(
                    group: ParameterGroup(entry.key), name: entry.key, left: nil,
                    right: entry.value))
        }
        return result.sorted {
            $0.group != $1.group
                ? $0.group < $1.group
                : $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
        }
    }
}
