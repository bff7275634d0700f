import Foundation
import Testing

/// Arguments that make no sense.
@Suite struct UsageTests {
    @Test(arguments: [
        "10", "-5s", "0s", "1e9s", "5parsecs", "", "s", ".", ".5s", "1.s", "1.5.5s", "5 s", "+5s",
        "0x5s", "1s1s", "5S", "25h", "99999999999999999999s", "9223372036854775807h",
        "0.0000000001s", "5٣s", "NaN", "inf",
    ])
    func durations(text: String) throws {
        let folder = try Folder()
        let result = try folder.run("record", "-o", "run.ktrace", "--duration", text)
        let isRange = text == "0s" || text == "25h"
        expectUsageError(result, naming: "--duration", isRange ? "must be" : "'\(text)'")
        #expect(folder.names == [])
    }

    @Test(arguments: ["1ns", "1500us", "0.5s", "1.000000001s", "0.01min"])
    func goodDurations(text: String) throws {
        let folder = try Folder()
        expectFine(try folder.run("record", "-o", "run.ktrace", "--duration", text))
        expectFine(try folder.run("verify", "run.ktrace"))
    }

    @Test(arguments: [
        (["--policy", "best"], "best"), (["--preset", "huge"], "huge"),
        (["--source", "windows"], "windows"),
        (["--set", "kern.ipc.tls.max=1"], "kern.ipc.tls.max"),
        (["--set", "scenario.color=1"], "scenario.color"),
        (["--set", "model.color=1"], "model.color"),
        (["--set", "kern.ipc.tls.max_reclaim"], "kern.ipc.tls.max_reclaim"),
        (["--set", "model.hz="], "model.hz="), (["--set", "model.hz=many"], "model.hz=many"),
        (["--set", "=1"], "=1"), (["--set", "model.hz=1=2"], "model.hz=1=2"),
        (["--set", "model.hz=0"], "model.hz=0"), (["--set", "model.hz=-1"], "model.hz=-1"),
        (["--set", "scenario.free_ppm=9999"], "10000"),
        (["--set", "scenario.free_ppm=900001"], "900000"),
        (["--set", "kern.ipc.tls.max_reclaim=1048577"], "1048576"),
        (["--set", "model.hz=9223372036854775808"], "9223372036854775808"),
        (["--policy", "cache-only", "--set", "kern.ipc.tls.max_reclaim=1"], "max_reclaim"),
        (["--detail", "3"], "--detail"), (["--detail", "-1"], "--detail"),
        (["--seed", "-1"], "--seed"), (["--seed", "one"], "one"),
        (["--seed", "9223372036854775808"], "9223372036854775808"),
        (["--salt", "-1"], "--salt"),
        (["--compression", "-1"], "--compression"), (["--compression", "20"], "--compression"),
        (["--wat"], "--wat"), (["surplus"], "surplus"),
    ])
    func recording(options: [String], word: String) throws {
        let folder = try Folder()
        let result = try Tool.run(
            ["record", "-o", "run.ktrace", "--duration", "1s"] + options, in: folder.url)
        expectUsageError(result, naming: word)
        #expect(folder.names == [])
    }

    @Test func anOutputIsNeeded() throws {
        expectUsageError(try Tool.run(["record"]), naming: "--output")
        expectUsageError(
            try Tool.run(["import", "--from", "ftrace-text", "x"]), naming: "--output")
    }

    @Test(arguments: [
        (["dump", "--kind", "nonsense"], "nonsense"), (["dump", "--format", "xml"], "xml"),
        (["analyze", "--format", "yaml"], "yaml"), (["analyze", "--interval", "0s"], "--interval"),
        (["analyze", "--interval", "-1s"], "-1s"), (["analyze", "--begin", "5"], "5"),
        (["analyze", "--begin", "3s", "--end", "2s"], "--begin"),
        (["analyze", "--begin", "2s", "--end", "2s"], "--begin"),
        (["dump", "--end", "-1s"], "-1s"), (["dump", "--domain", "-1"], "--domain"),
        (["dump", "--domain", "zero"], "zero"), (["analyze", "--color", "mauve"], "mauve"),
        (["analyze", "--width", "3"], "--width"), (["analyze", "--width", "-3"], "--width"),
        (["analyze", "--top", "0"], "--top"), (["replay", "--gate"], "--gate"),
        (["verify", "a", "b"], "a"), (["info", "--nonsense"], "--nonsense"),
    ])
    func reading(options: [String], word: String) throws {
        let folder = try Folder()
        let result = try Tool.run(options + [Fixtures.trace("several-blocks")], in: folder.url)
        expectUsageError(result, naming: word)
    }

    @Test(arguments: ["info", "dump", "verify", "analyze", "replay"])
    func aTraceIsNeeded(command: String) throws {
        expectUsageError(
            try Tool.run([command]), naming: command == "analyze" ? "<traces>" : "<trace>")
    }

    @Test func unknownCommandsAndForms() throws {
        expectUsageError(try Tool.run(["nonsense"]), naming: "nonsense")
        // So many forms are listed one a line.
        let unknown = try Tool.run(["import", "--from", "xml", "x", "-o", "y"])
        #expect(unknown.status == 64)
        #expect(unknown.errorLines.first?.contains("xml") == true)
        #expect(unknown.errorLines.contains("  - ftrace-text"))
        for (options, word) in [
            (["--from", "rows"], "--schema"), (["--from", "csv", "--schema", "x"], "--schema"),
            (["--from", "ftrace-text", "--skip-unknown"], "--skip-unknown"),
            (["--from", "ftrace-text", "--allow-partial"], "--allow-partial"),
            (["--from", "csv", "--switches-of", "x"], "--switches-of"),
        ] {
            expectUsageError(
                try Tool.run(["import", "x", "-o", "y"] + options), naming: word)
        }
        expectUsageError(try Tool.run(["dump", "x", "--preamble", "full"]), naming: "--preamble")
        expectUsageError(
            try Tool.run(["dump", "x", "--format", "csv", "--preamble", "half"]), naming: "half")
    }
}
