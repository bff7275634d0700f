import TestRandomness
import Testing

@testable import ReclaimEngine

/// The order of releases against a list that is sorted each time.
struct RecordTableTests {
    @Test(arguments: TestSeeds.chosen(1...40))
    func recordsAreReleasedInOrder(seed: UInt64) {
        var random = TestRandom(seed: seed, purpose: 1)
        var table = RecordTable()
        var expected: [(timeNs: Int64, handle: Int64)] = []
        var nowNs: Int64 = 0
        // Spans below one bucket, of some buckets, and beyond the wheel.
        let spansNs: [Int64] = [1, 1000, 70_000, 3_000_000, 900_000_000, 5_000_000_000]
        for handle in 0..<Int64(4000) {
            if expected.count < 300, expected.isEmpty || random.isOneIn(2) {
                let timeNs = nowNs + random.number(0...random.choice(spansNs))
                let number = table.insert(
                    Record(handle: handle, cpu: 0, freeCpu: 0, pages: 4, releaseNs: timeNs))
                table.hold(number, nowNs: nowNs)
                expected.append((timeNs, handle))
                // Handles ascend in the order of entry.
                expected.sort { ($0.timeNs, $0.handle) < ($1.timeNs, $1.handle) }
            } else {
                let first = expected.removeFirst()
                #expect(table.firstReleaseNs == first.timeNs, "seed \(seed)")
                #expect(table.takeFirst().handle == first.handle, "seed \(seed)")
                nowNs = first.timeNs
            }
            #expect(table.count == expected.count, "seed \(seed)")
            #expect(table.firstReleaseNs == expected.first?.timeNs, "seed \(seed)")
        }
    }

    @Test func theDigestTellsRecordsApart() {
        func digest(_ change: (inout Record) -> Void) -> UInt64 {
            var table = RecordTable()
            var record = Record(handle: 1, cpu: 0, freeCpu: 0, pages: 4, releaseNs: 50)
            change(&record)
            table.hold(table.insert(record), nowNs: 0)
            return table.digest
        }
        let digests = [
            digest { _ in }, digest { $0.handle = 2 }, digest { $0.releaseNs = 51 },
            digest { $0.freeCpu = 1 }, digest { $0.hasBuffer = true },
            digest { $0.pages[3] = 7 }, digest { $0.pagesHeld = 2 },
        ]
        #expect(Set(digests).count == digests.count)
        #expect(!digests.contains(0))
    }

    @Test func anEmptyTableHasNoDigest() {
        var table = RecordTable()
        for handle in 0..<Int64(50) {
            let record = Record(handle: handle, cpu: 0, freeCpu: 0, pages: 4, releaseNs: handle)
            table.hold(table.insert(record), nowNs: 0)
        }
        while table.firstReleaseNs != nil { _ = table.takeFirst() }
        #expect(table.digest == 0)
        #expect(table.count == 0)
    }
}
