import Foundation
import Testing

@Suite struct PipeTests {
    @Test func recordingFlowsIntoEveryReader() throws {
        let folder = try Folder()
        try folder.record("run.ktrace", "--policy", "alloc-thread")
        for command in ["info", "verify", "dump", "analyze", "replay", "dump --records"] {
            let file = try folder.shell("\"$TOOL\" \(command) run.ktrace")
            let pipe = try folder.shell("cat run.ktrace | \"$TOOL\" \(command) -")
            let redirected = try folder.shell("\"$TOOL\" \(command) - < run.ktrace")
            for result in [file, pipe, redirected] { expectFine(result) }
            // The name of the trace is all that differs; `info` shows it among the arguments of
            // the recording only.
            let expected =
                command == "info"
                ? file.text : file.text.replacing("run.ktrace", with: "standard input")
            #expect(pipe.text == expected, "\(command)")
            #expect(redirected.text == expected, "\(command)")
        }
    }

    @Test func standardOutputHoldsTheSameTrace() throws {
        let folder = try Folder()
        try folder.record("run.ktrace")
        let piped = try folder.shell("\"$TOOL\" record --duration 2s -o - > piped.ktrace")
        expectFine(piped)
        #expect(
            try Identities(folder.path("run.ktrace")) == Identities(folder.path("piped.ktrace")))
        expectFine(try folder.run("verify", "piped.ktrace"))
        expectFine(
            try folder.shell("\"$TOOL\" record --duration 2s -o - | \"$TOOL\" analyze -"))
    }

    @Test(arguments: ["dump", "dump --format ndjson", "dump --format csv"])
    func aReaderThatStopsIsNoFailure(command: String) throws {
        // More than a pipe holds, so that the tool meets the closed end.
        let path = Fixtures.trace("reclaim-batch")
        let result = try Tool.shell("\"$TOOL\" \(command) \(path) | head -n 1")
        expectFine(result)
        #expect(result.lines.count == 1)
    }

    @Test func aRecordingIntoAClosedPipeEndsQuietly() throws {
        let result = try Tool.shell("\"$TOOL\" record --duration 60s -o - | head -c 1 | wc -c")
        expectFine(result)
        #expect(result.text.trimmingCharacters(in: .whitespacesAndNewlines) == "1")
    }

    @Test func aCutStreamIsIncompleteAndNotDamaged() throws {
        let path = Fixtures.trace("several-blocks")
        for command in ["info", "analyze", "replay"] {
            let result = try Tool.shell("head -c 40000 \(path) | \"$TOOL\" \(command) -")
            expectFine(result)
            #expect(result.lines.first?.hasPrefix("complete: false (the recording") == true)
        }
    }

    @Test func closedStandardStreamsAreSaid() throws {
        let path = Fixtures.trace("several-blocks")
        expectRefusal(
            try Tool.shell("\"$TOOL\" info - <&-"), 74, naming: "standard input")
        expectRefusal(
            try Tool.shell("\"$TOOL\" info \(path) >&-"), 74, naming: "standard output")
    }
}
