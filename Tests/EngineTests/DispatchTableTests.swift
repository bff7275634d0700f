import Foundation
import Testing

@testable import ReclaimEngine

/// `Fixtures/dispatch/idle-exit-latency.json`: wakeup latencies in recordings of a real host.
struct DispatchFixture: Decodable {
    /// Latencies of wakeups that found their CPU idle.
    struct Group: Decodable {
        let threads: String
        let latencies: [Int64]
    }

    /// Latencies of all wakeups of some threads.
    struct Percentiles: Decodable {
        let n: Int
        let p0ToP100: [Int64]
    }

    let idleExitNs: [Group]
    let reclaimThreadPercentilesNs: [String: Percentiles]

    static func load() throws -> DispatchFixture {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appendingPathComponent("Fixtures/dispatch/idle-exit-latency.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(DispatchFixture.self, from: Data(contentsOf: file))
    }
}

/// The table of idle-exit latencies is the one that the recordings give.
struct DispatchTableTests {
    @Test func theTableHasTheQuantilesOfTheRecordedLatencies() throws {
        let samples = try DispatchFixture.load().idleExitNs.flatMap(\.latencies).sorted()
        let table = IdleExitLatency.quantilesNs
        #expect(table.count == 257)
        #expect(table[0] == samples.first)
        #expect(table[128] == samples[samples.count / 2])
        #expect(table[256] == samples.last)
        for (index, value) in table.enumerated() {
            let below = samples.count { $0 < value }
            let upTo = samples.count { $0 <= value }
            let position = Double(index) / 256 * Double(samples.count - 1)
            #expect(Double(below) <= position + 1 && position <= Double(upTo), "\(index)")
        }
    }

    @Test func theKernelThreadsAreCountedFirst() throws {
        let groups = try DispatchFixture.load().idleExitNs
        #expect(groups.prefix(2).map(\.threads) == ["kswapd", "kcompactd"])
        #expect(groups.prefix(2).map(\.latencies.count) == [7, 1])
        #expect(groups.reduce(0) { $0 + $1.latencies.count } == 57)
    }

    @Test func drawsLieBetweenNeighbouringQuantiles() {
        let table = IdleExitLatency.quantilesNs
        for interval in 0..<256 {
            let top = UInt64(interval) << 56
            #expect(IdleExitLatency.quantileNs(top) == table[interval])
            let last = IdleExitLatency.quantileNs(top | (1 << 56 - 1))
            #expect(table[interval]...table[interval + 1] ~= last)
        }
    }
}
