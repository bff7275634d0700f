import Foundation
import Glibc
import TestRandomness
import Testing

/// Live recordings that are killed at random moments.
@Suite struct KillTests {
    private static let kills = 200

    /// Starts a live recording whose commits come through a pipe.
    private func start(in folder: Folder, _ sync: String) throws -> (Process, FileHandle) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: try Tool.binary())
        process.arguments = [
            "record", "--duration", "24h", "--seed", "7", "--block-time", "20ms", "--sync", sync,
            "--report-commits", "-o", "run.ktrace",
        ]
        process.currentDirectoryURL = folder.url
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = pipe
        try process.run()
        return (process, pipe.fileHandleForReading)
    }

    /// Kills a recording after so many commits and a moment more.
    ///
    /// - Returns: The last block that it reported.
    private func killed(
        after commits: Int, turns: Int, _ sync: String, in folder: Folder
    ) throws -> Commit? {
        let (process, errors) = try start(in: folder, sync)
        var text = Data()
        var lines = 0
        while lines < commits {
            let more = errors.availableData
            if more.isEmpty { break }
            lines += more.count { $0 == UInt8(ascii: "\n") }
            text += more
        }
        for _ in 0..<turns { sched_yield() }
        #expect(kill(process.processIdentifier, SIGKILL) == 0)
        text += try errors.readToEnd() ?? Data()
        process.waitUntilExit()
        // A line without its end was not reported.
        let whole = text.lastIndex(of: UInt8(ascii: "\n")).map { text[...$0] } ?? Data()
        let reported = String(decoding: whole, as: UTF8.self).split(separator: "\n")
        let last = try reported.last.map { try #require(Commit(String($0))) }
        #expect(reported.count == last?.block ?? 0)
        return last
    }

    @Test func everyReportedBlockOfAKilledRecordingIsReadable() throws {
        let seed = TestSeeds.all[0]
        var random = TestRandom(seed: seed, purpose: 7)
        var later = 0
        var longest = ""
        for number in 1...Self.kills {
            let folder = try Folder()
            let commits = random.isOneIn(8) ? random.below(10) : 11 + random.below(60)
            let sync = ["none", "block", "1ms"][random.below(3)]
            let turns = random.below(40)
            let last = try killed(after: commits, turns: turns, sync, in: folder)
            let context: Comment = "seed \(seed), kill \(number)"
            if let last, last.block > 10 { later += 1 }
            // Killed before it was at work, it leaves nothing at all.
            if last == nil, folder.names.isEmpty { continue }
            #expect(folder.names == ["run.ktrace.partial"], context)
            if last == nil, try folder.read("run.ktrace.partial").isEmpty { continue }
            let dump = try folder.run(
                "dump", "--format", "ndjson", "--preamble", "none", "run.ktrace.partial")
            #expect(dump.status == 0, context)
            #expect(dump.error.contains("complete: false (the recording was cut off"), context)
            let end = try dump.lines.last.map { try JSON(Data($0.utf8))["sequence"].integer }
            #expect((end ?? 0) ?? 0 >= last?.lastSequence ?? 0, context)
            // One and the same run: each is the beginning of every longer one.
            if dump.text.utf8.count > longest.utf8.count {
                #expect(dump.text.hasPrefix(longest), context)
                longest = dump.text
            } else {
                #expect(longest.hasPrefix(dump.text), context)
            }
            if number % 10 == 0 { try checkOtherCommands(folder, last, dump, context) }
        }
        #expect(later >= 150, "only \(later) kills came after the tenth block")
    }

    private func checkOtherCommands(
        _ folder: Folder, _ last: Commit?, _ dump: ToolResult, _ context: Comment
    ) throws {
        let verify = try folder.run("verify", "run.ktrace.partial")
        #expect(verify.status == 0, context)
        #expect(verify.text.contains("complete: false"), context)
        let info = try folder.run("info", "run.ktrace.partial")
        #expect(info.status == 0, context)
        #expect(info.text.contains("complete: false"), context)
        let recover = try folder.run("recover", "run.ktrace.partial", "-o", "back.ktrace")
        #expect(recover.status == 0, "\(recover.error)")
        let back = try folder.run("dump", "--format", "ndjson", "--preamble", "none", "back.ktrace")
        #expect(back.output == dump.output, context)
        // The name is free again for those who say so.
        expectRefusal(
            try folder.run("record", "--duration", "1s", "-o", "run.ktrace"), 73,
            naming: "run.ktrace.partial")
    }
}
