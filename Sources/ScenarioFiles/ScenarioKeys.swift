import ReclaimEngine
import Workloads

/// The table of all keys.
public enum ScenarioKeys {
    /// All keys in the order in which they are written and documented.
    public static let all: [ScenarioKey] =
        top + domains + fragmentation + requests + background + modelKeys(in: "zone")
        + modelKeys(in: "costs") + settings

    /// The sections in the order of their first keys.
    static let sections: [String] = all.reduce(into: []) { names, key in
        if let section = key.section, !names.contains(section) { names.append(section) }
    }

    /// The names of free text.
    static let texts = ["name", "summary"]
    /// The longest `name` and the longest `summary`, in bytes.
    static let nameLimit: Int64 = 64
    static let summaryLimit: Int64 = 200
    /// The most settings of a file.
    static let settingLimit = 10_000

    /// The keys of a section; `nil` is the outermost level.
    static func keys(in section: String?) -> [ScenarioKey] { all.filter { $0.section == section } }

    /// The key with a path such as `requests.peak`, or with the name of a setting in the header of
    /// a trace such as `peak_bits_per_second`; only numbers of the scenario are looked at.
    public static func scenarioKey(named name: String) -> ScenarioKey? {
        all.first { key in
            guard case .scenario = key.storage else { return false }
            return key.path == name || key.settingName == name
        }
    }

    /// The key of a model setting, by its name in the header of a trace.
    public static func modelKey(named name: String) -> ScenarioKey? {
        all.first { key in
            guard case .model = key.storage else { return false }
            return key.settingName == name
        }
    }

    private static let top: [ScenarioKey] =
        [
            ScenarioKey(
                nil, "name", .number, 1...nameLimit, "the name that traces carry",
                isRequired: true),
            ScenarioKey(nil, "summary", .number, 0...summaryLimit, "one line on host and load"),
            scenario(nil, "seed", "seed"),
        ] + modelKeys(in: nil)

    private static let domains: [ScenarioKey] = [
        ScenarioKey(
            "domains", "memory", .pages, 1024...(1 << 31), "memory of a domain", isRequired: true),
        ScenarioKey("domains", "cpus", .number, 1...1024, "CPUs of a domain", isRequired: true),
        ScenarioKey(
            "domains", "first_page", .number, 0...(1 << 40),
            "number of its first page; where left out, behind the domain before it"),
    ]

    private static let fragmentation = [
        scenario("fragmentation", "free", "free_ppm"),
        scenario("fragmentation", "unmovable", "unmovable_ppm"),
        scenario("fragmentation", "direct_pool", "direct_pool_ppm"),
        scenario("fragmentation", "reserved", "reserved_ppm"),
        scenario("fragmentation", "broken_reservations", "broken_reservations"),
        ScenarioKey(
            "fragmentation", "free_blocks", .number, 0...(1 << 31),
            "instead of free: free blocks of order 0, 1, ... 12, a list for each domain"),
    ]

    private static let requests = [
        scenario("requests", "peak", "peak_bits_per_second", isRequired: true),
        scenario("requests", "shape", "shape"),
        scenario("requests", "low", "low_share_ppm"),
        scenario("requests", "period", "period_ns"),
        scenario("requests", "burst", "burst_ns"),
        scenario("requests", "step_at", "step_at_ns"),
        scenario("requests", "stagger", "stagger_ns"),
        scenario("requests", "lifetime_median", "lifetime_median_ns"),
        scenario("requests", "small", "small_ppm"),
        scenario("requests", "three_pages", "three_pages_ppm"),
        scenario("requests", "anonymous", "anonymous_ppm"),
        scenario("requests", "freed_on_same_cpu", "free_on_same_cpu_ppm"),
        scenario("requests", "freed_in_other_domain", "freed_in_other_domain_ppm"),
    ]

    private static let background = [
        scenario("background", "turnover", "turnover_ns"),
        scenario("background", "turnover_start", "turnover_start_ns"),
        scenario("background", "floor", "floor_pages"),
        scenario("background", "drain_every", "drain_every"),
        scenario("background", "sendfile", "sendfile_pages"),
        scenario("background", "kernel", "kernel_pages"),
        scenario("background", "file_reads", "file_read_pages_per_second"),
        scenario("background", "file_reserved", "file_reserved_ppm"),
        scenario("background", "dirty", "dirty_ppm"),
        scenario("background", "touched", "touched_ppm"),
    ]

    private static let settings = [
        ScenarioKey(
            "settings", "at", .time, 0...86_400_000_000_000, "when a setting changes",
            isRequired: true),
        ScenarioKey(
            "settings", "name", .number, 1...200, "a tunable of a policy, see --list-policies",
            isRequired: true),
        ScenarioKey(
            "settings", "value", .number, Int64.min...Int64.max, "its new value, as it allows",
            isRequired: true),
    ]

    private static func scenario(
        _ section: String?, _ name: String, _ fieldName: String, isRequired: Bool = false
    ) -> ScenarioKey {
        guard let field = Scenario.fields.first(where: { $0.name == fieldName }) else {
            preconditionFailure("the scenario has a field \(fieldName)")
        }
        return ScenarioKey(section, name, field, isRequired: isRequired)
    }

    private static func modelKeys(in section: String?) -> [ScenarioKey] {
        ModelParameters.fields.map { ScenarioKey($0) }.filter { $0.section == section }
    }
}
