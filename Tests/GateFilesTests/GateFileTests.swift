import GateFiles
import Testing
import TraceAnalysis
import TraceDiff
import YAMLTrees

@Suite struct GateFileTests {
    private static let good = """
        name: nightly
        false_alarms: 2.5%
        limits:
          - metric: cpu.reclaim
            relative: 5%
            absolute: 1.5ms
            better: lower
            why: 'it''s taken from the load'
          - metric: service.success
            domain: 1
            relative: 0.25%
            absolute: 0.2%
            better: higher
            why: buffers
        """

    private static func read(_ text: String) throws(YAMLFileError) -> GateThresholds {
        try GateFile.read(Array(text.utf8))
    }

    @Test func aFileSaysWhatItSays() throws {
        let thresholds = try Self.read(Self.good)
        #expect(thresholds.name == "nightly" && thresholds.levelPpm == 25_000)
        #expect(
            thresholds.limits == [
                GateLimit(
                    metric: "cpu.reclaim", relativePpm: 50_000, absolute: 1_500_000,
                    better: .lowerIsBetter, why: "it's taken from the load"),
                GateLimit(
                    metric: "service.success", domain: 1, relativePpm: 2_500, absolute: 2_000,
                    better: .higherIsBetter, why: "buffers"),
            ])
    }

    @Test func whatIsWrittenIsReadBack() throws {
        for thresholds in [try Self.read(Self.good), .standard] {
            #expect(try Self.read(GateFile.text(thresholds)) == thresholds)
        }
        // JSON is YAML.
        let json = """
            {"limits": [{"metric": "a", "relative": "1%", "absolute": "3", "better": "lower",
            "why": "w"}]}
            """
        #expect(try Self.read(json).limits[0].absolute == 3)
        #expect(try Self.read(json).levelPpm == GateThresholds.defaultLevelPpm)
    }

    @Test(arguments: [
        ("absolute: 1.5ms", "absolute: soon", "is not a quantity"),
        ("absolute: 1.5ms", "absolute: -1", "is not a quantity"),
        ("absolute: 1.5ms", "absolute: 1.ms", "is not a quantity"),
        ("absolute: 1.5ms", "absolute: 99999999999s", "is not a quantity"),
        ("relative: 5%", "relative: 5", "is not a share"),
        ("relative: 5%", "relative: -5%", "is not a share"),
        ("better: lower", "better: less", "is not known"),
        ("    why: buffers", "", "is missing"), ("    absolute: 0.2%", "", "is missing"),
        ("false_alarms: 2.5%", "false_alarms: 0%", "never alarms"),
        ("false_alarms: 2.5%", "false_alarms: 60%", "is not a share"),
        ("false_alarms: 2.5%", "alarms: 1%", "unknown key"),
        ("domain: 1", "domain: -1", "out of range"),
        ("metric: service.success\n    domain: 1", "metric: cpu.reclaim", "a second limit"),
        ("limits:", "limit:", "unknown key"),
    ])
    func whatIsWrongIsNamedWithItsPlace(old: String, new: String, problem: String) throws {
        let text = Self.good.replacing(old, with: new)
        #expect(text != Self.good)
        let error = #expect(throws: YAMLFileError.self) { try Self.read(text) }
        #expect(error?.sentence(file: "f").contains(problem) == true, "\(error as Any)")
        #expect((error?.position.line ?? 0) >= 1)
    }
}
