/// A setting of a sweep, with the value that a cell has.
public struct SweepSetting: Hashable, Sendable {
    /// The name, as it was given.
    public let name: String
    /// The value, as it was given.
    public let value: String

    /// Makes a setting.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// As on a command line.
    public var text: String { "\(name)=\(value)" }
}

/// One combination of a policy and settings: what runs of several seeds have in common.
public struct SweepCell: Hashable, Sendable {
    /// The policy.
    public let policy: String
    /// The settings that the policy has, in the order in which they were given.
    public let settings: [SweepSetting]

    /// Makes a cell.
    public init(policy: String, settings: [SweepSetting]) {
        self.policy = policy
        self.settings = settings
    }

    /// The policy and its settings: `reclaim-batch,max_reclaim=64`.
    public var name: String { ([policy] + settings.map(\.text)).joined(separator: ",") }

    /// The name of its folder: what cannot stand in a file's name is written as `%` and two digits.
    public var folder: String {
        var result = ""
        for byte in name.utf8 {
            let isPlain =
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || [44, 45, 46, 61, 95].contains(byte)
            if isPlain {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }
}

/// All combinations of policies and values, each to be run with every seed.
public struct SweepGrid: Hashable, Sendable {
    /// The values of one setting.
    public struct Values: Hashable, Sendable {
        /// The setting's name.
        public let name: String
        /// Its values, in the order in which they were given.
        public let values: [String]

        /// Makes values.
        public init(name: String, values: [String]) {
            self.name = name
            self.values = values
        }
    }

    /// The cells: by policy, then by settings, the last one changing first.
    public let cells: [SweepCell]
    /// The seeds, ascending, each once.
    public let seeds: [Int64]

    /// Makes a grid; a setting that a policy does not have makes no cells of it.
    ///
    /// - Complexity: O(cells^2).
    public init(
        policies: [String], settings: [Values], seeds: [Int64],
        has: (_ policy: String, _ setting: String) -> Bool
    ) {
        var cells: [SweepCell] = []
        for policy in policies {
            var combinations: [[SweepSetting]] = [[]]
            for setting in settings where has(policy, setting.name) {
                combinations = combinations.flatMap { chosen in
                    setting.values.map { chosen + [SweepSetting(name: setting.name, value: $0)] }
                }
            }
            for chosen in combinations {
                let cell = SweepCell(policy: policy, settings: chosen)
                if !cells.contains(cell) { cells.append(cell) }
            }
        }
        self.cells = cells
        self.seeds = Set(seeds).sorted()
    }

    /// How many runs it takes.
    public var runCount: Int { cells.count * seeds.count }
}
