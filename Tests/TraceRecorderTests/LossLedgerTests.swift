import TestRandomness
import Testing
import TraceCore
import TraceFormat

@testable import TraceRecorder

@Suite struct LossLedgerTests {
    private let ms: Int64 = 1_000_000

    @Test func lossesWithoutPauseAreOneInterval() {
        var ledger = LossLedger(kindLimit: 3)
        #expect(ledger.add(kind: 1, count: 5, beginNs: 10 * ms, endNs: 20 * ms) == nil)
        #expect(ledger.add(kind: 2, count: 1, beginNs: 20 * ms, endNs: 20 * ms) == nil)
        // From another producer: begins before and ends within.
        #expect(ledger.add(kind: 1, count: 2, beginNs: 5 * ms, endNs: 11 * ms) == nil)
        #expect(ledger.takeEnded(beforeNs: 20 * ms).isEmpty)
        #expect(
            ledger.takeEnded(beforeNs: .max) == [
                LossRecord(kind: KindID(rawValue: 1), beginNs: 5 * ms, endNs: 20 * ms, count: 7),
                LossRecord(kind: KindID(rawValue: 2), beginNs: 20 * ms, endNs: 20 * ms, count: 1),
            ])
        #expect(ledger.takeEnded(beforeNs: .max).isEmpty)
    }

    @Test func aPauseOrALongStretchEndsAnInterval() {
        var ledger = LossLedger(kindLimit: 2)
        #expect(ledger.add(kind: 1, count: 1, beginNs: 0, endNs: 0) == nil)
        let paused = ledger.add(kind: 1, count: 1, beginNs: 100 * ms, endNs: 100 * ms)
        #expect(paused == LossRecord(kind: KindID(rawValue: 1), beginNs: 0, endNs: 0, count: 1))
        for step in 1...9 as ClosedRange<Int64> {
            let begin = (100 + step * 99) * ms
            #expect(ledger.add(kind: 1, count: 1, beginNs: begin, endNs: begin) == nil)
        }
        let long = ledger.add(kind: 1, count: 1, beginNs: 1_099 * ms, endNs: 1_100 * ms)
        #expect(long?.count == 10 && long?.beginNs == 100 * ms)
    }

    @Test(arguments: TestSeeds.all)
    func nothingIsCountedTwiceOrForgotten(seed: UInt64) {
        var random = TestRandom(seed: seed)
        var ledger = LossLedger(kindLimit: 4)
        var expected = [UInt64](repeating: 0, count: 4)
        var records: [LossRecord] = []
        var nowNs: Int64 = 0
        for _ in 0..<2_000 {
            nowNs += Int64(random.below(40)) * ms
            let kind = random.below(4)
            let count = UInt64(1 + random.below(9))
            let begin = max(nowNs - Int64(random.below(50)) * ms, 0)
            expected[kind] += count
            if let ended = ledger.add(kind: kind, count: count, beginNs: begin, endNs: nowNs) {
                records.append(ended)
            }
            if random.isOneIn(5) {
                records += ledger.takeEnded(beforeNs: nowNs - LossLedger.quietNs)
            }
        }
        records += ledger.takeEnded(beforeNs: .max)
        for kind in 0..<4 {
            let sum = records.filter { $0.kind?.rawValue == UInt16(kind) }.map(\.count).reduce(0, +)
            #expect(sum == expected[kind], "seed \(seed)")
        }
        #expect(ledger.losses.map(\.count) == expected, "seed \(seed)")
        #expect(records.allSatisfy { $0.beginNs <= $0.endNs }, "seed \(seed)")
        #expect(
            records.allSatisfy { $0.endNs - $0.beginNs <= LossLedger.longNs + 50 * ms },
            "seed \(seed)")
    }
}
