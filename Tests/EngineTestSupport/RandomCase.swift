public import ReclaimEngine
import ScenarioFiles
import TestRandomness
public import Workloads

/// A small host, its load and the settings of a run, all drawn from a seed; many features are off
/// altogether in many seeds, so that each also shows alone.
public struct RandomCase: DrawnCase {
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
    /// Records are freed on any CPU of the host, also of another domain.
    public let freesAnywhere: Bool
    /// Changes of tunables during the run.
    public let changesSettings: Bool
    /// Background operations that no generator would make, on slots in use and on others.
    public let hasStrangeOperations: Bool

    /// Draws a case.
    ///
    /// - Parameter detail: replaces the drawn one.
    public init(seed: UInt64, detail: Int? = nil) {
        self.seed = seed
        var random = TestRandom(seed: seed, purpose: 1)
        scenario = Self.scenario(&random)
        model = Self.model(&random)
        policy = Self.policy(&random)
        let drawn = random.choice([0, 1, 1, 2, 2, 2])
        self.detail = detail ?? drawn
        durationNs = random.number(300_000_000...Int64(2_500_000_000))
        freesAnywhere = random.isOneIn(2)
        changesSettings = random.isOneIn(3)
        hasStrangeOperations = random.isOneIn(3)
    }

    /// One line that says what the seed stands for.
    public var description: String {
        "seed \(seed): \(policy.definition.name) \(hostText) "
            + "detail \(detail) bucket \(model.bucketSize) other \(model.otherLoadPpm)"
    }

    /// All inputs of the run, in order of time.
    public func inputs() -> [Input] {
        var random = TestRandom(seed: seed, purpose: 2)
        var inputs = generatedInputs(&random)
        if changesSettings { inputs += settings(&random) }
        if hasStrangeOperations { inputs += strangeOperations(&random) }
        return inputs.inOrderOfTime
    }

    private func settings(_ random: inout TestRandom) -> [Input] {
        (0..<random.number(1...6)).map { _ in
            let name = random.choice(["max_reclaim", "max_alloc", "max_reclaim", "max_reclaim"])
            let value = random.choice([-1, 0, 1, 2, 7, 40, 300, 1024] as [Int64])
            return .set(
                at: random.number(0...(durationNs - 1)), name,
                name == "max_alloc" ? max(value, 1) : value)
        }
    }

    private func strangeOperations(_ random: inout TestRandom) -> [Input] {
        let slotCount = scenario.host.domains.reduce(0) { $0 + $1.pageCount } * 2
        return (0..<random.number(10...200)).map { _ in
            .background(
                at: random.number(0...(durationNs - 1)),
                random.choice(Input.Background.Operation.allCases),
                slot: random.number(0...slotCount), pages: random.number(0...90),
                domain: random.number(0...(scenario.host.domains.count - 1)),
                kind: random.choice(Input.Background.PageKind.allCases))
        }
    }

    // MARK: Drawing

    private static func scenario(_ random: inout TestRandom) -> Scenario {
        let domains = (0..<random.number(1...2)).map { _ in
            (pages: random.number(2048...10_000), cpus: random.number(1...4))
        }
        guard var scenario = Presets.named("unit")?.scenario else {
            preconditionFailure("there is a preset unit")
        }
        scenario.name = "random"
        scenario.host = host(domains)
        scenario.peakBitsPerSecond = random.number(40_000_000...Int64(700_000_000))
        scenario.turnoverNs = random.choice([40_000_000, 150_000_000, 600_000_000, 3_000_000_000])
        scenario.floorPages = random.choice([0, 40, 300, 1 << 30])
        scenario.sendfilePages = random.choice([0, 0, 64, 1000])
        scenario.seed = random.number(0...Int64.max - 1)
        scenario.periodNs = random.choice([200_000_000, 900_000_000, 10_000_000_000])
        scenario.lowSharePpm = random.choice([1, 100_000, 1_000_000])
        scenario.staggerNs = random.choice([0, 30_000_000, 250_000_000])
        scenario.lifetimeMedianNs = random.number(1_000_000...Int64(250_000_000))
        scenario.threePagesPpm = random.choice([0, 40_000, 900_000])
        scenario.smallPpm = random.choice([0, 50_000, 500_000])
        scenario.anonymousPpm = random.choice([0, 30_000, 500_000])
        scenario.freeOnSameCpuPpm = random.choice([0, 700_000, 1_000_000])
        scenario.freePpm = random.choice([10_000, 30_000, 60_000, 120_000, 300_000, 800_000])
        scenario.unmovablePpm = random.choice([0, 20_000, 100_000, 190_000])
        // Now and then hardly anything can be moved.
        if random.isOneIn(8) {
            scenario.unmovablePpm = 900_000
            scenario.freePpm = random.choice([30_000, 60_000, 100_000])
        }
        scenario.directPoolPpm = random.choice([0, 250_000, 1_000_000])
        scenario.kernelPages = random.choice([0, 0, 2, 40])
        scenario.drainEvery = random.choice([0, 1, 1, 3])
        return scenario
    }

    private static func host(_ domains: [(pages: Int, cpus: Int)]) -> Host {
        var firstPage = 65_536
        return Host(
            domains: domains.map { domain in
                defer { firstPage += domain.pages + 1000 }
                return Host.Domain(
                    firstPage: firstPage, pageCount: domain.pages, cpuCount: domain.cpus)
            })
    }

    private static func model(_ random: inout TestRandom) -> ModelParameters {
        var model = ModelParameters()
        model.salt = random.number(0...Int64.max - 1)
        model.hz = random.choice([100, 1000, 1000])
        model.ticksAtStart = random.choice([
            model.ticksAtStart, model.ticksAtStart, 0, Int64(Int32.max) - 900, Int64(Int32.min),
        ])
        model.sampleIntervalNs = random.number(5_000_000...Int64(200_000_000))
        model.sliceNs = random.choice([10_000, 100_000, 1_000_000])
        model.relocatePageNs = random.choice([0, 2500, 90_000])
        model.scanVisitNs = random.choice([1, 60, 2000])
        model.spinTurnNs = random.choice([1, 600, 100_000])
        model.lostWakeupWindowNs = random.choice([0, 500, 200_000_000])
        model.otherLoadPpm = random.choice([0, 100_000, 500_000, 950_000])
        model.otherWindowNs = random.choice([100_000, 1_000_000, 20_000_000])
        model.encryptRecordNs = random.choice([5000, 1_000_000])
        model.bucketSize = random.number(1...Int64(62))
        return model
    }

    private static func policy(_ random: inout TestRandom) -> Policy {
        let choice = random.number(0...9)
        let count = random.choice([1, 5, 60, 500] as [Int64])
        if choice == 0 { return .named("cache-only") }
        if choice <= 4 { return .named("alloc-thread", ("max_alloc", count)) }
        let desired = random.choice([-1, 0, 1, 2, 30, 200, 1024] as [Int64])
        return .named("reclaim-batch", ("max_reclaim", desired))
    }
}
