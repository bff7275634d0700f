import Foundation
import Testing

/// `diff --calibrate`: runs of the head are made again and must not alarm.
@Suite struct CalibrationTests {
    private static func runs() throws -> Folder {
        let folder = try Folder()
        expectFine(
            try folder.run(
                "sweep", "--seeds", "1-8", "--duration", "3s", "--set", "max_reclaim=64", "-o", ".")
        )
        try FileManager.default.moveItem(
            atPath: folder.path("reclaim-batch,max_reclaim=64"), toPath: folder.path("head"))
        return folder
    }

    @Test func nullComparisonsAreCounted() throws {
        let folder = try Self.runs()
        let result = try folder.run(
            "diff", "head", "head", "--calibrate", "6", "--format", "json")
        expectFine(result)
        let calibration = try JSON(result.output)["calibration"]
        #expect(calibration["head_runs"].integer == 8 && calibration["base_runs"].integer == 8)
        for (design, pairs) in [("paired", 48), ("unpaired", 0)] {
            let counts = calibration[design]
            #expect(counts["comparisons"].integer == 6 && counts["pairs"].integer == Int64(pairs))
            // The engine's own draws are anew in every run, and other inputs are others.
            #expect(counts["differing_pairs"].integer == Int64(pairs))
            #expect(counts["counts"].flag == true && counts["within_stated_rate"].flag == true)
            #expect(counts["gate"]["false_alarms"].integer == 0)
            #expect(counts["gate"]["high_ppm"].integer == 459_259)
            let series = counts["pooled_events"].list.first {
                $0["series"].text == "wakeup.latency"
            }
            #expect(series?["comparisons"].integer == 6)
            #expect(series?["samples"].integer ?? 0 > 12 * 8)
        }
        // The same runs again, whatever the number of threads made of their order.
        #expect(
            try folder.run("diff", "head", "head", "--calibrate", "6", "--format", "json").output
                == result.output)
        let text = try folder.run("diff", "head", "head", "--calibrate", "2")
        #expect(text.text.contains("paired              2   8/8            100.00%"))
        #expect(text.text.contains("tests that take events for independent"))
    }

    @Test func runsThatCannotBeMadeAgainAreRefused() throws {
        let folder = try Self.runs()
        func calibrate(_ head: String) throws -> ToolResult {
            try folder.run("diff", "head", head, "--calibrate", "2")
        }
        expectRefusal(try calibrate("head/seed-1.ksum"), 5, naming: "would never be an alarm")
        // A host's run has no scenario.
        try FileManager.default.createDirectory(
            atPath: folder.path("host"), withIntermediateDirectories: true)
        for number in 1...8 {
            try FileManager.default.copyItem(
                atPath: Fixtures.trace("linux-d3"), toPath: folder.path("host/\(number).ktrace"))
        }
        let host = try calibrate("host")
        #expect(host.status == 5 && host.error.contains("it was not recorded from the engine"))
        // Slices are not what their settings make.
        try FileManager.default.createDirectory(
            atPath: folder.path("slices"), withIntermediateDirectories: true)
        for seed in 1...8 {
            try folder.record("run.ktrace", "--seed", "\(seed)", "--duration", "2s", "--force")
            let slice = try folder.run(
                "slice", "run.ktrace", "--begin", "1s", "-o", "slices/\(seed).ktrace")
            #expect(slice.status == 0)
        }
        let slices = try calibrate("slices")
        #expect(slices.status == 5 && slices.error.contains("its inputs are not those"))
        expectUsageError(
            try folder.run("diff", "head", "head", "--calibrate", "0"), naming: "--calibrate")
    }
}
