import ReclaimEngine
import TestRandomness
import Testing
import TraceCore
import Workloads
import YAMLTrees

@testable import ScenarioFiles

/// Every value is written and read again.
@Suite struct RoundTripTests {
    @Test(arguments: ["unit", "small", "half", "server100", "server200"])
    func presets(name: String) throws {
        let preset = try #require(Presets.named(name))
        #expect(try ScenarioFile(yaml: Array(preset.yaml.utf8)) == preset)
    }

    @Test(arguments: TestSeeds.chosen(1...60))
    func randomScenarios(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let file = Self.file(&random)
        guard file.scenario.contradiction == nil else { return }
        #expect(try ScenarioFile(yaml: Array(file.yaml.utf8)) == file, "seed \(seed)")
    }

    /// What a trace keeps of a scenario is all of it.
    @Test(arguments: TestSeeds.chosen(1...60))
    func parametersOfTraces(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        var scenario = Self.file(&random).scenario
        guard scenario.contradiction == nil else { return }
        for number in 0..<random.below(3) {
            scenario.settings.append(
                TimedSetting(
                    timeNs: Int64(number), name: "kern.ipc.tls.max_reclaim",
                    value: Int64(random.number(-1...9))))
        }
        var parameters = ParameterList()
        scenario.write(to: &parameters)
        #expect(try Scenario(parameters) == scenario, "seed \(seed)")
        // What is missing or no number is told by its name.
        for key in parameters.entries.map(\.key) where key.hasSuffix("_ppm") || key.hasSuffix("_ns")
        {
            var less = parameters
            less[key] = nil
            #expect(throws: ParameterError.missing(name: key)) { try Scenario(less) }
            less[key] = "x"
            #expect(throws: ParameterError.self) { try Scenario(less) }
        }
    }

    @Test func damagedParametersAreRefused() throws {
        var parameters = ParameterList()
        try #require(Presets.named("small")).scenario.write(to: &parameters)
        for (key, value) in [
            ("scenario.domain0.free_blocks", "1 x"), ("scenario.domain0.free_blocks", "1"),
            ("scenario.setting0", "1"), ("scenario.setting0", "1 a"),
            ("scenario.setting0", "x a=1"), ("scenario.small_ppm", "990000"),
        ] {
            var wrong = parameters
            wrong[key] = value
            #expect(throws: ParameterError.self, "\(key)") { try Scenario(wrong) }
        }
        parameters["scenario.name"] = nil
        #expect(throws: ParameterError.missing(name: "scenario.name")) { try Scenario(parameters) }
    }

    /// A scenario in which every number is drawn.
    static func file(_ random: inout TestRandom) -> ScenarioFile {
        var firstPage = 0
        let domains = (0..<random.number(1...3)).map { _ in
            firstPage += random.number(0...100_000)
            let pageCount = random.number(1024...1_000_000)
            defer { firstPage += pageCount }
            return Host.Domain(
                firstPage: firstPage, pageCount: pageCount, cpuCount: random.number(1...9))
        }
        var file = ScenarioFile(
            summary: random.choice(["", "a: b # \"c\" \\ 'd'", "größer & kleiner"]),
            scenario: Scenario(
                name: random.choice(["x", "- y", "null", "1e3"]), host: Host(domains: domains),
                peakBitsPerSecond: 1), model: ModelParameters())
        for key in ScenarioKeys.all {
            let (low, high) = (key.range.lowerBound, key.range.upperBound)
            let width = UInt64(bitPattern: high &- low)
            let drawn = random.bits().multipliedFullWidth(by: width).high
            let inner = Int64(bitPattern: UInt64(bitPattern: low) &+ drawn)
            key.set(random.isOneIn(6) ? random.choice([low, high]) : inner, in: &file)
        }
        // Two shares that may not be more than all.
        file.scenario.smallPpm /= 2
        file.scenario.threePagesPpm /= 2
        file.scenario.freeOnSameCpuPpm /= 2
        file.scenario.freedInOtherDomainPpm /= 2
        file.scenario.freePpm = max(file.scenario.freePpm / 2, 10_000)
        file.scenario.unmovablePpm /= 2
        file.scenario.burstNs = min(file.scenario.burstNs, file.scenario.periodNs)
        if random.isOneIn(3) {
            file.scenario.setFreeBlocks(
                domains.map { domain in
                    var blocks = [Int](repeating: 0, count: 13)
                    for order in 0..<8 { blocks[order] = random.number(0...1) }
                    return blocks
                })
        }
        for _ in 0..<random.choice([0, 0, 3]) {
            file.scenario.settings.append(
                TimedSetting(
                    timeNs: random.number(0...Int64(1) << 45), name: "kern.ipc.tls.max_reclaim",
                    value: random.number(1...2000)))
        }
        return file
    }
}

/// The table of keys.
@Suite struct KeyTableTests {
    @Test func everyNumberHasExactlyOneKey() {
        let names = ScenarioKeys.all.map(\.settingName).filter { !$0.isEmpty }.sorted()
        let expected = Scenario.fields.map(\.name) + ModelParameters.fields.map(\.name)
        #expect(names == expected.sorted())
        #expect(Set(ScenarioKeys.all.map(\.path)).count == ScenarioKeys.all.count)
    }

    @Test func keysAreFoundByBothNames() {
        for key in ScenarioKeys.all where !key.settingName.isEmpty {
            if case .scenario = key.storage {
                #expect(ScenarioKeys.scenarioKey(named: key.path)?.path == key.path)
                #expect(ScenarioKeys.scenarioKey(named: key.settingName)?.path == key.path)
                #expect(ScenarioKeys.modelKey(named: key.settingName) == nil)
            } else {
                #expect(ScenarioKeys.modelKey(named: key.settingName)?.path == key.path)
            }
        }
        #expect(ScenarioKeys.scenarioKey(named: "requests") == nil)
    }

    @Test func theNearestNameIsNear() {
        let names = ["free", "floor", "period", "peak"]
        #expect(nearestName(to: "freee", among: names) == "free")
        #expect(nearestName(to: "perod", among: names) == "period")
        #expect(nearestName(to: "peek", among: names) == "peak")
        #expect(nearestName(to: "xyz", among: names) == nil)
        #expect(nearestName(to: "", among: names) == nil)
        #expect(nearestName(to: String(repeating: "a", count: 100_000), among: names) == nil)
    }
}
