import TestRandomness
import Testing

@testable import TraceRecorder

@Suite struct ClockTests {
    @Test func aLineIsExactInIntegers() {
        let values: [UInt64] = [0, 1, 2, 3, 999, 1 << 20, 1 << 31, 1 << 44, 1 << 53, 1 << 62]
        let rates: [UInt64] = [1, 3, 1 << 20, TickMapping.one / 3, TickMapping.one, 1 << 46]
        for rate in rates {
            for anchor in values {
                for ticks in values {
                    let line = TickMapping(anchorTicks: anchor, anchorNs: 1_000, rate: rate)
                    let distance = Int128(ticks) - Int128(anchor)
                    let size = Int128((distance.magnitude * UInt128(rate)) >> 40)
                    let exact = 1_000 + (distance < 0 ? -size : size)
                    #expect(line.timeNs(ticks) == Int64(clamping: exact))
                }
            }
        }
    }

    @Test func aLineEndsWhereNanosecondsEnd() {
        let line = TickMapping(anchorTicks: 0, anchorNs: 5, rate: 1 << 60)
        #expect(line.timeNs(.max) == .max)
        let back = TickMapping(anchorTicks: .max, anchorNs: -5, rate: 1 << 60)
        #expect(back.timeNs(0) == .min)
        let edge = TickMapping(anchorTicks: 0, anchorNs: 0, rate: TickMapping.one)
        #expect(edge.timeNs(UInt64(Int64.max)) == .max)
        #expect(edge.timeNs(UInt64(Int64.max) + 1) == .max)
        #expect(edge.timeNs(UInt64(Int64.max) - 1) == .max - 1)
    }

    @Test func aRateNeedsTwoDistances() {
        #expect(TickMapping.rate(ns: 0, ticks: 5) == nil)
        #expect(TickMapping.rate(ns: -1, ticks: 5) == nil)
        #expect(TickMapping.rate(ns: 5, ticks: 0) == nil)
        #expect(TickMapping.rate(ns: 1, ticks: .max) == nil)
        #expect(TickMapping.rate(ns: .max, ticks: 1) == nil)
        #expect(TickMapping.rate(ns: 1_000, ticks: 1_000) == TickMapping.one)
        #expect(TickMapping.rate(ns: 1_000, ticks: 3_000) == TickMapping.one / 3)
        let line = TickMapping(anchorTicks: 0, anchorNs: 0, rate: TickMapping.one / 2)
        #expect(line.ticks(ofNs: 50) == 100)
    }

    @Test func ticksOfTheSystemsClockAreNanoseconds() {
        var clock = TickClock(startNs: 123_456)
        #expect(clock.timeNs(123_456) == 0)
        #expect(clock.timeNs(123_456 + 86_400_000_000_000) == 86_400_000_000_000)
        #expect(!clock.isCorrectionDue(.max))
    }

    @Test func pairsThatGiveNoRateChangeNothing() {
        let start = ClockPair(ticks: 1_000, ns: 50)
        var clock = TickClock(start, ClockPair(ticks: 3_000, ns: 1_050))
        let line = clock.current
        for pair in [
            ClockPair(ticks: 2_000, ns: 9_000), ClockPair(ticks: 9_000, ns: 900),
            ClockPair(ticks: 3_000, ns: 1_050),
        ] {
            clock.correct(pair)
        }
        #expect(clock.corrections == 0)
        #expect(clock.current == line && clock.upcoming == nil)
        #expect(clock.timeNs(3_000) == 1_000)
        // Two equal pairs: nothing better is known than one tick a nanosecond.
        let blind = TickClock(start, start)
        #expect(blind.current.rate == TickMapping.one)
    }

    @Test(arguments: TestSeeds.all)
    func timeNeverFallsAndFollowsTheClock(seed: UInt64) {
        var random = TestRandom(seed: seed)
        // A counter from 24 MHz to 5 GHz, wrong by up to 100 ppm in the first stretch.
        let hertz = UInt64(24_000_000 + random.below(5_000_000_000))
        let offset = UInt64(random.below(1 << 40))
        func ticks(_ ns: Int64) -> UInt64 {
            offset + UInt64(UInt128(UInt64(ns)) * UInt128(hertz) / 1_000_000_000)
        }
        func pair(_ ns: Int64, _ noise: Int64) -> ClockPair {
            ClockPair(ticks: ticks(ns), ns: ns + random.number(-noise...noise))
        }
        var clock = TickClock(pair(1_000_000, 50), pair(2_000_000, 50))
        var nowNs: Int64 = 2_000_000
        var lastNs: Int64 = 0
        var worstNs: Int64 = 0
        for step in 0..<4_000 {
            nowNs += Int64(random.below(10_000_000)) + 1
            if clock.isCorrectionDue(ticks(nowNs)) { clock.correct(pair(nowNs, 50)) }
            // A row may be older than the last pair.
            let rowNs = nowNs - Int64(random.below(2)) * min(nowNs - lastNs - 1_000_000, 1_000)
            let timeNs = clock.timeNs(max(ticks(rowNs), ticks(lastNs + 1_000_000)))
            #expect(timeNs >= lastNs, "seed \(seed), step \(step)")
            lastNs = max(lastNs, timeNs)
            let errorNs = abs(timeNs - (rowNs - 1_000_000))
            if step > 2_000, timeNs > lastNs - 1 { worstNs = max(worstNs, errorNs) }
        }
        #expect(clock.corrections > 10, "seed \(seed)")
        // The noise of two pairs, doubled by the bend, and a tick.
        #expect(worstNs < 500 + 2_000_000_000 / Int64(hertz), "seed \(seed): \(worstNs)")
    }

    @Test func aClockThatWasSetForwardIsFollowedWithoutAJump() {
        var clock = TickClock(
            ClockPair(ticks: 0, ns: 0), ClockPair(ticks: 1_000_000, ns: 1_000_000))
        var lastNs: Int64 = 0
        for step in 1...50 as ClosedRange<Int64> {
            let ns = step * 10_000_000
            // From the second pair on one clock is 30 ms ahead.
            let aheadNs: Int64 = step > 1 ? 30_000_000 : 0
            let pair = ClockPair(ticks: UInt64(ns), ns: ns + aheadNs)
            if clock.isCorrectionDue(pair.ticks) { clock.correct(pair) }
            let timeNs = clock.timeNs(pair.ticks)
            #expect(timeNs >= lastNs && timeNs <= lastNs + 20_000_001)
            lastNs = timeNs
        }
        #expect(clock.largestCorrectionNs >= 29_000_000)
    }

    @Test func thisMachinesClocksGiveAPair() {
        let reader = ClockReader(.automatic)
        let pair = reader.pair()
        #expect(pair.ns > 0 && pair.ticks > 0)
        #expect(reader.pair().ticks >= pair.ticks)
        #expect(!ClockReader(.monotonic).usesCounter)
        #expect(reader.start().current.rate > 0)
    }
}
