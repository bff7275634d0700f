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
        #expect(context.prefix { $0.hasPrefix("  ") }.count == 16)
        #expect(result.lines.contains("fields that differ: free_pages \(old) -> \(new) pages"))
        #expect(
            result.lines.last
                == "the state last agreed at 1000000000 ns; at 1100000000 ns it agrees again")
        #expect(!result.text.contains("recorded by version"))
    }

    /// What is different in the state at the next samples is named, in text and JSON.
    @Test func theStateBehindADivergenceIsTold() throws {
        let path = Fixtures.corrupt.appending(path: "request-dropped.ktrace").path
        let result = try Tool.run(["replay", path])
        #expect(result.status == 3)
        #expect(
            result.lines.contains(
                "  service of CPU 0: requests 527 -> 526, limited 454 -> 453, "
                    + "fallback 485 -> 484"))
        let second = try Tool.run(["replay", path, "--format", "json"])
        #expect(second.status == 3)
        let json = try JSON(second.output)
        #expect(json["schema"].text == "ktls-trace-replay/0")
        #expect(json["agrees"].flag == false)
        let state = json["divergence"]["state"]
        #expect(state["time_ns"].integer == 1_100_000_000)
        #expect(state["outcome"].text == "differs")
        let place = state["places"].first("kind", "service")
        #expect(place["cpu"].integer == 0)
        #expect(place["fields"].first("name", "requests")["recorded"].integer == 527)
        #expect(json["divergence"]["last_equal_sample_ns"].integer == 1_000_000_000)
    }

    @Test func agreementIsToldInJSON() throws {
        let result = try Tool.run(["replay", Fixtures.trace("cache-only"), "--format", "json"])
        expectFine(result)
        let json = try JSON(result.output)
        #expect(json["agrees"].flag == true)
        #expect(json["divergence"].isNull)
        #expect(json["complete"].flag == true)
    }
}
