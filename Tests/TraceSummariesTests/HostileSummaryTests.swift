import TestRandomness
import Testing
import TraceAnalysis
import TraceFormat
import TraceStore
import TraceSummaries

/// Bytes that nobody vouches for.
@Suite struct HostileSummaryTests {
    private static func file(_ run: RunSummaries) throws -> [UInt8] {
        let sink = MemorySink()
        try SummaryFile.write(run.encoded(), version: RunSummaries.version, to: sink)
        return sink.bytes
    }

    private static func read(_ bytes: [UInt8]) throws -> RunSummaries {
        let (version, content) = try SummaryFile.read(MemorySource(bytes))
        return try RunSummaries(decoding: content, version: version)
    }

    @Test func aFileComesBack() throws {
        let run = try merged(randomRun(1), randomRun(2))
        let bytes = try Self.file(run)
        #expect(try Self.read(bytes) == run)
        let source = try PeekedSource(MemorySource(bytes, isStream: true))
        #expect(try SummaryFile.isAt(source))
        #expect(try SummaryFile.read(source).content == run.encoded())
    }

    @Test func everyCutAndEveryFlippedBitIsNoticed() throws {
        let bytes = try Self.file(randomRun(3, events: 60))
        for count in bytes.indices {
            #expect(throws: StoreError.self) { try Self.read(Array(bytes[..<count])) }
        }
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 1 << UInt8(position % 8)
            #expect(throws: StoreError.self, "\(position)") { try Self.read(changed) }
        }
        #expect(throws: StoreError.self) { try Self.read(bytes + [0]) }
    }

    /// Content whose checksums are right and which nobody has written.
    @Test(arguments: TestSeeds.all)
    func changedContentIsReadOrRefused(seed: UInt64) throws {
        let bytes = try merged(randomRun(seed, events: 80), randomRun(seed + 1, events: 80))
            .encoded()
        var random = TestRandom(seed: seed)
        var taken = 0
        for _ in 0..<2_000 {
            var changed = bytes
            for _ in 0...random.below(3) {
                changed[random.below(changed.count)] = UInt8(truncatingIfNeeded: random.bits())
            }
            if random.isOneIn(4) { changed.removeLast(random.below(changed.count)) }
            guard let read = try? RunSummaries(decoding: changed, version: RunSummaries.version)
            else { continue }
            taken += 1
            // What is taken can be written and merged, or says why not.
            let again = try RunSummaries(decoding: read.encoded(), version: RunSummaries.version)
            #expect(again == read, "seed \(seed)")
            _ = try? merged(read, again)
            _ = read.summary.metrics
        }
        #expect(taken > 20, "seed \(seed)")
    }

    @Test func anotherVersionOfTheMetricsIsNamed() throws {
        let content = try randomRun(1).encoded()
        #expect(throws: SummaryError.otherVersion(found: 99, known: RunSummaries.version)) {
            try RunSummaries(decoding: content, version: 99)
        }
    }

    @Test func aTraceIsNoSummary() throws {
        let source = try PeekedSource(MemorySource([1, 2, 3]))
        #expect(try !SummaryFile.isAt(source))
        var buffer = [UInt8](repeating: 9, count: 5)
        #expect(try source.read(at: 1, into: &buffer, at: 2, count: 3) == 2)
        #expect(buffer == [9, 9, 2, 3, 9])
    }
}
