import Foundation
import Testing

/// The kept traces of format version 0 stay readable.
@Suite struct FixtureTests {
    @Test(arguments: Fixtures.allTraces)
    func verifies(name: String) throws {
        let result = try Tool.run(["verify", Fixtures.trace(name)])
        expectFine(result)
        #expect(result.lines.count == 5)
        #expect(result.lines.contains("complete: true"))
        expectFine(try Tool.shell("zstd -qt \(Fixtures.trace(name))"))
        let bytes = try Data(contentsOf: URL(filePath: Fixtures.trace(name)))
        #expect(bytes.count <= 300 << 10)
        #expect(bytes.prefix(4) == Data([0x5B, 0x2A, 0x4D, 0x18]))
    }

    @Test func engineTracesHoldWhatTheyAreKeptFor() throws {
        let allocThread = try DumpedEvents(Fixtures.trace("alloc-thread"))
        for kind in ["alloc_fail", "wake_send", "spin_begin", "spin_end", "wait_begin", "wait_end"]
        {
            #expect(allocThread.of(kind).count >= 5, "\(kind)")
        }
        let reclaimBatch = try DumpedEvents(Fixtures.trace("reclaim-batch"))
        for kind in ["alloc_fail", "batch_begin", "batch_pass", "batch_end", "wait_end"] {
            #expect(reclaimBatch.of(kind).count >= 5, "\(kind)")
        }
        let cacheOnly = try DumpedEvents(Fixtures.trace("cache-only"))
        #expect(cacheOnly.of("alloc_fail").count >= 5)
        #expect(cacheOnly.of("wake_send").isEmpty)
        let inputs = try ["cache-only", "alloc-thread", "reclaim-batch"].map {
            try Identities(Fixtures.trace($0)).input
        }
        #expect(Set(inputs).count == 1)
        let detailed = try DumpedEvents(Fixtures.trace("detail-2"))
        for kind in ["hit", "import", "limited", "return", "fallback", "run"] {
            #expect(!detailed.of(kind).isEmpty, "\(kind)")
        }
    }

    /// The example of the format document is no trace of the engine, and a trace all the same.
    @Test func theWorkedExample() throws {
        let path = Fixtures.trace("worked-example")
        guard FileManager.default.fileExists(atPath: path) else { return }
        expectFine(try Tool.run(["verify", path]))
        #expect(try DumpedEvents(path).events.compactMap { $0["pages"].integer } == [4, 4, 9])
        expectRefusal(try Tool.run(["replay", path]), 5, naming: "worked-example.ktrace")
    }
}
