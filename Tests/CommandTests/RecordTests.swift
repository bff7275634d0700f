import Foundation
import Testing

private func settings(_ info: ToolResult) -> [String: String] {
    let pairs = info.lines.compactMap { line -> (String, String)? in
        let parts = line.split(separator: "=", maxSplits: 1)
        guard line.hasPrefix("  "), parts.count == 2 else { return nil }
        return (
            parts[0].trimmingCharacters(in: .whitespaces),
            parts[1].trimmingCharacters(in: .whitespaces)
        )
    }
    return Dictionary(pairs) { first, _ in first }
}

private func counts(_ info: ToolResult) -> [String: Int] {
    let pairs = info.lines.compactMap { line -> (String, Int)? in
        let parts = line.split(separator: ":")
        guard line.hasPrefix("  "), parts.count == 2,
            let count = Int(parts[1].trimmingCharacters(in: .whitespaces))
        else { return nil }
        return (parts[0].trimmingCharacters(in: .whitespaces), count)
    }
    return Dictionary(pairs) { first, _ in first }
}

@Suite struct RecordTests {
    @Test(arguments: ["cache-only", "alloc-thread", "reclaim-batch"])
    func eachPolicyGivesAWholeTrace(policy: String) throws {
        let folder = try Folder()
        try folder.record("run.ktrace", "--policy", policy, "--duration", "3s")
        #expect(folder.names == ["run.ktrace"])
        let info = try folder.run("info", "run.ktrace")
        expectFine(info)
        #expect(info.lines.first == "complete: true")
        #expect(info.lines.contains("lost events: 0"))
        #expect(settings(info)["policy.name"] == policy)
        #expect(settings(info)["recording.duration_ns"] == "3000000000")
        #expect(settings(info)["source"] == "engine")
        #expect(info.text.contains("last event: 3000000000 ns"))
        expectFine(try folder.run("verify", "run.ktrace"))
        expectFine(try folder.shell("zstd -qt run.ktrace"))
        let replay = try folder.run("replay", "run.ktrace")
        expectFine(replay)
        #expect(replay.lines.last == "replay agrees with the recording")
    }

    @Test func detailDecidesWhatIsRecorded() throws {
        let folder = try Folder()
        var byDetail: [[String: Int]] = []
        for detail in 0...2 {
            try folder.record(
                "\(detail).ktrace", "--detail", "\(detail)", "--duration", "3s", "--policy",
                "alloc-thread")
            let info = try folder.run("info", "\(detail).ktrace")
            #expect(settings(info)["recording.detail"] == "\(detail)")
            byDetail.append(counts(info))
        }
        #expect(byDetail[0]["request"] == nil)
        #expect(byDetail[0]["background"] == nil)
        #expect((byDetail[1]["request"] ?? 0) > 1000)
        #expect(byDetail[1]["hit"] == nil)
        #expect((byDetail[2]["limited"] ?? 0) > 100)
        #expect((byDetail[2]["fallback"] ?? 0) > 100)
        // More detail adds kinds and changes no other.
        for kind in ["alloc_fail", "wake_send", "spin_end", "wait_begin", "sample", "service"] {
            #expect((byDetail[0][kind] ?? 0) > 0, "\(kind)")
            #expect(byDetail[0][kind] == byDetail[1][kind], "\(kind)")
            #expect(byDetail[1][kind] == byDetail[2][kind], "\(kind)")
        }
        for kind in ["request", "background"] { #expect(byDetail[1][kind] == byDetail[2][kind]) }
    }

    @Test func settingsArriveWhereTheyAreMeant() throws {
        let folder = try Folder()
        try folder.record(
            "run.ktrace", "--duration", "5s", "--set", "kern.ipc.tls.max_reclaim=7", "--set",
            "scenario.free_ppm=140000", "--set", "model.scan_visit_ns=61", "--seed", "3",
            "--salt", "9")
        let info = settings(try folder.run("info", "run.ktrace"))
        #expect(info["policy.kern.ipc.tls.max_reclaim"] == "7")
        #expect(info["scenario.free_ppm"] == "140000")
        #expect(info["model.scan_visit_ns"] == "61")
        #expect(info["scenario.seed"] == "3")
        #expect(info["model.salt"] == "9")
        let begins = try DumpedEvents(folder.path("run.ktrace"), "--kind", "batch_begin").events
        #expect(!begins.isEmpty)
        #expect(begins.allSatisfy { $0["desired"].integer == 7 })
        // 140,000 of a million pages of 16,384 are free at the start.
        let samples = try DumpedEvents(folder.path("run.ktrace"), "--kind", "sample").events
        let freePages: Int64 = 16_384 * 140_000 / 1_000_000
        #expect(samples.first?["free_pages"].integer == freePages)
        expectFine(try folder.run("replay", "run.ktrace"))
    }

    @Test func theLastSettingOfANameHolds() throws {
        let folder = try Folder()
        try folder.record(
            "run.ktrace", "--set", "model.hz=100", "--set", "model.hz=250", "--duration", "100ms")
        #expect(settings(try folder.run("info", "run.ktrace"))["model.hz"] == "250")
    }

    /// The last part of a tunable's name is enough, also for a change during the run.
    @Test func shortNamesOfTunablesAreUnderstood() throws {
        let folder = try Folder()
        try folder.record("long.ktrace", "--set", "kern.ipc.tls.max_reclaim=7", "--duration", "1s")
        try folder.record("short.ktrace", "--set", "max_reclaim=7", "--duration", "1s")
        func contentID(_ name: String) throws -> [String] {
            try folder.run("info", name).lines.filter { $0.contains("content") }
        }
        #expect(try contentID("short.ktrace") == contentID("long.ktrace"))
        #expect(try !contentID("short.ktrace").isEmpty)
        try folder.record("at.ktrace", "--set-at", "500ms:max_reclaim=9", "--duration", "1s")
        let sets = try DumpedEvents(folder.path("at.ktrace"), "--kind", "set").events
        #expect(sets.map { $0["name"].text } == ["kern.ipc.tls.max_reclaim"])
        #expect(
            try settings(folder.run("info", "at.ktrace"))["scenario.setting0"]
                == "500000000 kern.ipc.tls.max_reclaim=9")
        for name in ["reclaim", "tls.max_reclaim", ".max_reclaim", ""] {
            expectRefusal(
                try folder.run("record", "--set", "\(name)=7", "-o", "no.ktrace"), 64,
                naming: "there is no such setting")
        }
    }

    @Test func policiesAndPresetsAreListed() throws {
        let folder = try Folder()
        let policies = try folder.run("record", "--list-policies")
        expectFine(policies)
        let names = policies.lines.filter { !$0.hasPrefix(" ") }.map {
            $0.split(separator: ":")[0]
        }
        #expect(
            names == [
                "pages-only", "cache-only", "alloc-thread", "reclaim-one", "reclaim-batch",
                "reclaim-honest", "reclaim-adaptive", "reclaim-resume", "watermark",
                "unlocked-limit",
            ])
        for tunable in ["kern.ipc.tls.max_alloc = 128: ", "kern.ipc.tls.max_reclaim = 1024: "] {
            #expect(policies.lines.contains { $0.hasPrefix("    " + tunable) })
        }
        for line in policies.lines where !line.hasPrefix(" ") {
            let name = line.prefix { $0 != ":" }
            let isFreeBSD = [
                "pages-only", "cache-only", "alloc-thread", "reclaim-one", "reclaim-batch",
            ].contains(String(name))
            #expect(line.hasSuffix(" [not FreeBSD]") != isFreeBSD, "\(line)")
        }
        let presets = try folder.run("record", "--list-presets")
        expectFine(presets)
        #expect(presets.lines.map { $0.split(separator: ":")[0] }.prefix(2) == ["unit", "small"])
        #expect(folder.names == [])
    }

    @Test func presetSmallIsRecorded() throws {
        let folder = try Folder()
        expectFine(
            try folder.run(
                "record", "--preset", "small", "--duration", "200ms", "-o", "run.ktrace"))
        let info = try folder.run("info", "run.ktrace")
        #expect(settings(info)["scenario.name"] == "small")
        #expect(settings(info)["scenario.domain0.cpus"] == "4")
    }
}
