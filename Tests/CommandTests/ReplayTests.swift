import Foundation
import Testing

@Suite struct ReplayCommandTests {
    @Test(arguments: Fixtures.engineTraces)
    func fixturesReplayWithoutDivergence(name: String) throws {
        let result = try Tool.run(["replay", Fixtures.trace(name)])
        expectFine(result)
        let events = try DumpedEvents(Fixtures.trace(name))
        let inputs = events.of("request").count + events.of("background").count
        #expect(
            result.lines == [
                "\(Fixtures.trace(name)): \(events.events.count) events equal, "
                    + "\(inputs) inputs applied",
                "replay agrees with the recording",
            ])
    }

    @Test func aPipeReplaysToo() throws {
        let result = try Tool.shell(
            "\"$TOOL\" record --duration 2s --detail 2 -o - | \"$TOOL\" replay -")
        expectFine(result)
        #expect(result.lines.last == "replay agrees with the recording")
    }

    @Test func whatCannotBeReplayedIsRefused() throws {
        expectRefusal(
            try Tool.run(["replay", Fixtures.trace("linux-d3")]), 5, naming: "linux-d3.ktrace",
            "not recorded from the engine")
        let folder = try Folder()
        try folder.record("plain.ktrace", "--detail", "0")
        expectRefusal(
            try folder.run("replay", "plain.ktrace"), 5, naming: "plain.ktrace", "--detail 0")
    }

    /// The event that differs is shown as recorded and as replayed, after those that agree.
    @Test func aDivergenceIsShown() throws {
        let name = "derived-event-changed-alloc-fail.ktrace"
        let path = Fixtures.corrupt.appending(path: name).path
        let result = try Tool.run(["replay", path])
        #expect(result.status == 3)
        #expect(result.error == "")
        #expect(result.lines[1] == "replay diverges from the recording at this event")
        func fields(_ prefix: String) throws -> [Substring] {
            let line = try #require(result.lines.first { $0.hasPrefix(prefix) })
            return line.dropFirst(prefix.count).split(separator: " ")
        }
        let recorded = try fields("  recorded: ")
        let replayed = try fields("  replayed: ")
        let differing = zip(recorded, replayed).filter { $0 != $1 }
        #expect(differing.count == 1)
        let old = try #require(differing.first?.0.split(separator: "=").last.flatMap { Int($0) })
        let new = try #require(differing.first?.1.split(separator: "=").last.flatMap { Int($0) })
        #expect(differing.first?.0.hasPrefix("free_pages=") == true)
        #expect(old == new + 1)
        let context = result.lines.drop { $0 != "the events before it, which agree" }.dropFirst()
        #expect(context.count == 16)
        #expect(!result.text.contains("note: recorded by version"))
    }
}
