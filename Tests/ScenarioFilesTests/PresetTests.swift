import ReclaimEngine
import ScenarioFiles
import Testing
import Workloads

/// The presets are what is promised of them (engine specification 7.4).
@Suite struct PresetTests {
    @Test func areTheseFive() {
        #expect(
            Presets.all.map(\.scenario.name) == ["unit", "small", "half", "server100", "server200"])
        for preset in Presets.all {
            #expect(preset.scenario.contradiction == nil)
            #expect(!preset.summary.isEmpty)
        }
        #expect(Presets.named("server300") == nil)
    }

    @Test(arguments: [
        ("half", 2, 4, 8, 16), ("server100", 2, 96, 16, 100), ("server200", 2, 128, 32, 200),
    ])
    func hostsHaveTheirSizes(
        name: String, domains: Int, gibibytes: Int, cpus: Int, gigabits: Int64
    ) throws {
        let preset = try #require(Presets.named(name))
        let scenario = preset.scenario
        #expect(preset.hasPageDaemon)
        #expect(scenario.host.domains.count == domains)
        for domain in scenario.host.domains {
            #expect(domain.pageCount == gibibytes << 18)
            #expect(domain.cpuCount == cpus)
        }
        #expect(scenario.peakBitsPerSecond == gigabits * 1_000_000_000)
        #expect(scenario.periodNs == 10_000_000_000)
        #expect(scenario.drainEvery == 1)
        // At the peak records hold at least three batches of buffers in each domain.
        let recordsPerSecond = scenario.peakBitsPerSecond / 131_072 / Int64(domains)
        #expect(recordsPerSecond * scenario.lifetimeMedianNs / 1_000_000_000 >= 2400)
    }

    /// Recordings that were made with these two are compared with later ones.
    @Test func unitAndSmallStayAsTheyWere() throws {
        let unit = try #require(Presets.named("unit"))
        var scenario = Scenario(
            name: "unit",
            host: Host(domains: [Host.Domain(firstPage: 65_536, pageCount: 16_384, cpuCount: 2)]),
            peakBitsPerSecond: 400_000_000)
        scenario.periodNs = 2_000_000_000
        scenario.lifetimeMedianNs = 60_000_000
        scenario.freePpm = 150_000
        scenario.turnoverNs = 500_000_000
        scenario.floorPages = 300
        scenario.sendfilePages = 64
        scenario.kernelPages = 2
        #expect(unit.scenario == scenario)
        #expect(unit.model.bucketSize == 4)
        #expect(!unit.hasPageDaemon)
        let small = try #require(Presets.named("small"))
        scenario = Scenario(
            name: "small",
            host: Host(domains: [Host.Domain(firstPage: 65_536, pageCount: 262_144, cpuCount: 4)]),
            peakBitsPerSecond: 8_000_000_000)
        scenario.periodNs = 2_000_000_000
        scenario.staggerNs = 200_000_000
        scenario.freePpm = 77_000
        scenario.turnoverNs = 300_000_000
        scenario.floorPages = 3000
        scenario.sendfilePages = 2048
        #expect(small.scenario == scenario)
        #expect(small.model.bucketSize == 62)
        #expect(unit.scenario.shape == LoadShape.square.rawValue)
        #expect(unit.scenario.lowSharePpm == 200_000)
        #expect(unit.scenario.staggerNs == 250_000_000)
        #expect(small.scenario.lifetimeMedianNs == 40_000_000)
    }
}
