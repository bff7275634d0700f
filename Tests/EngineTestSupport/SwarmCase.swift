public import ReclaimEngine
import ScenarioFiles
import TestRandomness
public import Workloads

/// A very small host and a short run in which each feature is on or off by the seed.
///
/// Features are settings by name. A name that the engine does not have is left out, and a setting
/// that is not named here is drawn from its range: what is added to the engine takes part at once.
public struct SwarmCase: DrawnCase {
    /// What everything is drawn from.
    public let seed: UInt64
    /// The host and its load.
    public let scenario: Scenario
    /// Costs and other numbers.
    public let model: ModelParameters
    /// The rule set.
    public let policy: Policy
    /// How much is recorded.
    public let detail: Int
    /// The length of the run.
    public let durationNs: Int64
    /// Settings that differ from the standard ones.
    private let drawn: [String]
    /// Records are freed on any CPU of the host, also of another domain.
    public let freesAnywhere: Bool
    private let changesSettings: Bool

    /// Draws a case.
    public init(seed: UInt64) {
        self.seed = seed
        var random = TestRandom(seed: seed, purpose: 51)
        var drawn: [String] = []
        scenario = Self.scenario(&random, &drawn)
        model = Self.model(&random, &drawn)
        policy = Self.policy(&random, &drawn)
        self.drawn = drawn
        detail = random.choice([0, 1, 2, 2])
        durationNs = random.number(200_000_000...Int64(2_000_000_000))
        freesAnywhere = random.isOneIn(2)
        changesSettings = random.isOneIn(4)
    }

    /// One line that says what the seed stands for.
    public var description: String {
        "seed \(seed): \(policy.definition.name) \(hostText) "
            + "detail \(detail) \(drawn.joined(separator: " "))"
    }

    /// All inputs of the run, in order of time.
    public func inputs() -> [Input] {
        var random = TestRandom(seed: seed, purpose: 52)
        var inputs = generatedInputs(&random)
        guard changesSettings else { return inputs }
        for _ in 0..<random.number(1...4) {
            inputs.append(change(&random))
        }
        return inputs.inOrderOfTime
    }

    /// A tunable of some policy changes, not always of the present one.
    private func change(_ random: inout TestRandom) -> Input {
        let tunables = PolicyCatalog.all.flatMap(\.tunables)
        let timeNs = random.number(0...(durationNs - 1))
        let tunable = random.choice(tunables)
        let value = Self.value(tunable.range, tunable.standard, nil, &random)
        return Input(timeNs: timeNs, .set(name: tunable.name, value: value))
    }

    // MARK: Drawing

    /// Values of a scenario worth having; several times the same one makes it more likely.
    private static let scenarioValues: [(String, [Int64])] = [
        ("peak_bits_per_second", [30_000_000, 100_000_000, 300_000_000]),
        ("turnover_ns", [30_000_000, 100_000_000, 400_000_000, 3_000_000_000]),
        ("floor_pages", [0, 40, 300, 1 << 30]),
        ("sendfile_pages", [0, 0, 64, 600]),
        ("period_ns", [200_000_000, 600_000_000]),
        ("low_share_ppm", [1, 100_000, 1_000_000]),
        ("stagger_ns", [0, 30_000_000]),
        ("lifetime_median_ns", [1_000_000, 20_000_000, 200_000_000]),
        ("three_pages_ppm", [0, 0, 900_000]),
        ("small_ppm", [0, 0, 500_000]),
        ("anonymous_ppm", [0, 0, 500_000]),
        ("free_on_same_cpu_ppm", [0, 700_000, 1_000_000]),
        ("free_ppm", [10_000, 30_000, 60_000, 120_000, 300_000, 800_000]),
        ("unmovable_ppm", [0, 20_000, 100_000, 190_000]),
        ("direct_pool_ppm", [0, 250_000, 1_000_000]),
        ("kernel_pages", [0, 0, 2, 40]),
        ("drain_every", [0, 1, 1, 3]),
        ("reserved_ppm", [0, 0, 300_000, 800_000]),
        ("broken_reservations", [0, 0, 2]),
        ("file_reserved_ppm", [0, 0, 500_000, 1_000_000]),
        ("file_read_pages_per_second", [0, 0, 0, 3000]),
    ]

    private static let modelValues: [(String, [Int64])] = [
        ("hz", [100, 1000, 1000]),
        ("sample_interval_ns", [5_000_000, 40_000_000, 200_000_000]),
        ("slice_ns", [10_000, 100_000, 1_000_000]),
        ("relocate_page_ns", [0, 2500, 90_000]),
        ("scan_visit_ns", [1, 60, 2000]),
        ("spin_turn_ns", [1, 600, 100_000]),
        ("lost_wakeup_window_ns", [0, 500, 100_000_000]),
        ("other_load_ppm", [0, 100_000, 500_000, 950_000]),
        ("other_window_ns", [100_000, 1_000_000, 20_000_000]),
        ("encrypt_record_ns", [5000, 1_000_000]),
        ("bucket_size", [1, 1, 2, 4, 16, 30, 62]),
        ("page_daemon", [0, 0, 1]),
        ("pgcache_pages", [0, 0, 3, 32]),
        ("bucket_growth", [0, 1]),
        ("launder_pages_per_second", [0, 1000, 100_000]),
    ]

    private static func scenario(
        _ random: inout TestRandom, _ drawn: inout [String]
    ) -> Scenario {
        guard var scenario = Presets.named("unit")?.scenario else {
            preconditionFailure("there is a preset unit")
        }
        scenario.name = "swarm"
        var firstPage = random.choice([65_536, 65_700])
        scenario.host = Host(
            domains: (0..<random.choice([1, 1, 2, 3])).map { _ in
                let pages = random.number(2048...6000)
                defer { firstPage += pages + random.choice([0, 5, 1000]) }
                return Host.Domain(
                    firstPage: firstPage, pageCount: pages, cpuCount: random.number(1...3))
            })
        for (name, values) in scenarioValues {
            let value = random.choice(values)
            guard (try? scenario.set(name, to: value)) != nil else { continue }
            drawn.append("\(name)=\(value)")
        }
        // Now and then hardly anything can be moved.
        if random.isOneIn(8) {
            scenario.unmovablePpm = 900_000
            scenario.freePpm = random.choice([30_000, 60_000, 90_000])
            scenario.reservedPpm = 0
            drawn.append("unmovable_ppm=900000 free_ppm=\(scenario.freePpm) reserved_ppm=0")
        }
        try? scenario.set("seed", to: random.number(0...(1 << 40)))
        return scenario
    }

    private static func model(
        _ random: inout TestRandom, _ drawn: inout [String]
    ) -> ModelParameters {
        var model = ModelParameters()
        try? model.set("salt", to: random.number(0...(1 << 40)))
        for (name, values) in modelValues {
            let value = random.choice(values)
            guard (try? model.set(name, to: value)) != nil else { continue }
            drawn.append("\(name)=\(value)")
        }
        let ticks = random.choice([nil, nil, 0, Int64(Int32.max) - 300, Int64(Int32.min)])
        if let ticks { try? model.set("ticks_at_start", to: ticks) }
        let known = modelValues.map(\.0) + ["salt", "ticks_at_start"]
        for field in ModelParameters.fields where !known.contains(field.name) {
            guard random.isOneIn(5) else { continue }
            let standard = model[keyPath: field.path]
            let most = field.name.hasSuffix("_ns") ? max(10 * standard, 1) : nil
            let value = Self.value(field.range, standard, most, &random)
            try? model.set(field.name, to: value)
            drawn.append("\(field.name)=\(value)")
        }
        return model
    }

    private static func policy(_ random: inout TestRandom, _ drawn: inout [String]) -> Policy {
        var policy = Policy(random.choice(PolicyCatalog.all))
        for tunable in policy.definition.tunables where !random.isOneIn(3) {
            let value = Self.value(tunable.range, tunable.standard, nil, &random)
            try? policy.set(tunable.name, to: value)
            drawn.append("\(tunable.name)=\(value)")
        }
        return policy
    }

    /// A value of a range: small ones, the standard one, seldom a large one.
    private static func value(
        _ range: ClosedRange<Int64>, _ standard: Int64, _ most: Int64?, _ random: inout TestRandom
    ) -> Int64 {
        let low = range.lowerBound
        let high = min(range.upperBound, most ?? 4096)
        let drawn = random.choice([
            standard, low, low + 1, low + 2, 1 << random.number(0...Int64(12)), high,
        ])
        return min(max(drawn, low), max(high, low))
    }
}
