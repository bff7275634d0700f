import ReclaimEngine
import TestRandomness
import Testing
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
