import Foundation
import Glibc
import Testing

/// Signals during work that takes minutes.
@Suite struct SignalTests {
    /// Sends a signal as soon as the unfinished file is there, and waits for the end.
    private func interrupted(
        _ number: Int32, in folder: Folder, _ arguments: [String]
    ) throws -> ToolResult {
        let running = try Tool.start(Tool.binary(), arguments, in: folder.url)
        // Turns until the file is there: that it appears is part of what is tested.
        while running.process.isRunning, !folder.names.contains(where: { $0.contains(".partial") })
        {
            sched_yield()
        }
        #expect(kill(running.process.processIdentifier, number) == 0)
        return try running.result()
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func aRecordingLeavesNothing(signal: (Int32, Int32)) throws {
        let folder = try Folder()
        let result = try interrupted(
            signal.0, in: folder, ["record", "--duration", "24h", "-o", "run.ktrace"])
        expectRefusal(result, signal.1)
        #expect(folder.names == [])
    }

    @Test func aForcedRecordingLeavesWhatWasThere() throws {
        let folder = try Folder()
        try folder.write("run.ktrace", "precious")
        let result = try interrupted(
            SIGINT, in: folder, ["record", "--duration", "24h", "-o", "run.ktrace", "--force"])
        expectRefusal(result, 130, naming: "interrupted")
        #expect(folder.names == ["run.ktrace"])
        #expect(try folder.read("run.ktrace") == Data("precious".utf8))
    }

    /// The input never ends, so the command is at work when the signal comes.
    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func aDumpLeavesNothing(signal: (Int32, Int32)) throws {
        let folder = try Folder()
        #expect(unsafe mkfifo(folder.path("input"), 0o600) == 0)
        let feeder = try Tool.start(
            Tool.binary(), ["record", "--duration", "24h", "-o", "input"], in: folder.url)
        let result = try interrupted(
            signal.0, in: folder, ["dump", "input", "--kind", "alloc_fail", "-o", "events"])
        expectRefusal(result, signal.1)
        #expect(folder.names == ["input"])
        // Without a reader the recording ends by itself.
        let fed = try feeder.result()
        #expect(fed.status == 0)
        #expect(fed.error == "")
    }
}
