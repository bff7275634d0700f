import Synchronization
import Testing
import TraceCore
import TraceFormat

@testable import TraceRecorder

/// The drain step by step, with rows whose ticks the test chooses.
@Suite struct DrainTests {
    /// A drain whose ticks are nanoseconds, with some producers.
    struct Bench: ~Copyable {
        let log = Log()
        let shared = RecorderShared()
        let rings: [Ring]
        var drain: Drain<LogSink>

        init(producers: Int, capacityWords: Int = 64) {
            rings = (0..<producers).map { _ in Ring.small(capacityWords, .dropNewest) }
            for ring in rings { _ = shared.add(ring) }
            drain = Drain(
                sink: LogSink(log: log), shared: shared, schema: SmallSchema.schema,
                reader: ClockReader(.monotonic), clock: TickClock(startNs: 0),
                configuration: RecorderConfiguration(), patienceNs: .max)
            drain.admit()
        }

        /// Rounds until everything that is published now, and is not held back, is emitted.
        mutating func settle() {
            let now = ClockReader(.monotonic).ticks()
            while drain.horizon < now { _ = drain.round() }
            _ = drain.round()
        }
    }

    @Test func everySmallMergeIsInOrderAndStopsAtTheBound() {
        // Two producers with up to three rows each, at rising times from 1 to 4.
        let histories: [[UInt64]] = [
            [], [1], [2], [4], [1, 1], [1, 2], [2, 4], [3, 3], [1, 2, 3], [2, 2, 2], [1, 3, 4],
        ]
        for first in histories {
            for second in histories {
                for bound in 0...5 as ClosedRange<UInt64> {
                    var bench = Bench(producers: 2)
                    for ticks in first { bench.rings[0].add(ticks, SmallSchema.one, [0]) }
                    for ticks in second { bench.rings[1].add(ticks, SmallSchema.one, [1]) }
                    bench.drain.merge(through: bound)
                    let expected = (first + second).filter { $0 <= bound }.sorted()
                    #expect(bench.log.times == expected.map { Int64($0) })
                    bench.drain.merge(through: .max)
                    let events = bench.log.events
                    #expect(
                        events.map(\.header.timeNs) == (first + second).map { Int64($0) }.sorted())
                    #expect(
                        events.map(\.header.sequence) == (0..<events.count).map { UInt64($0 + 1) })
                    for (number, history) in [first, second].enumerated() {
                        let own = events.filter { $0.values == [Int64(number)] }
                        #expect(own.map(\.header.timeNs) == history.map { Int64($0) })
                    }
                }
            }
        }
    }

    @Test func aHeldProducerIsWaitedForFromItsLastRowOn() throws {
        var bench = Bench(producers: 2)
        bench.rings[0].add(10)
        bench.rings[0].put(20, SmallSchema.one, [7])
        for ticks in [5, 10, 11, 30] as [UInt64] { bench.rings[1].add(ticks) }
        bench.settle()
        #expect(bench.log.times == [5, 10, 10])
        bench.rings[0].publish()
        bench.settle()
        #expect(bench.log.times == [5, 10, 10, 11, 20, 30])
        let totals = try bench.drain.end()
        #expect(totals.storedEvents == 6)
        #expect(totals.lateEvents == 0)
    }

    @Test func whoComesTooLateIsMovedUpAndCounted() throws {
        var bench = Bench(producers: 2)
        // Nobody is held, so nobody is waited for.
        bench.rings[1].add(40)
        bench.drain.merge(through: 50)
        bench.rings[0].add(15)
        bench.rings[0].add(39)
        bench.rings[0].add(41)
        bench.drain.merge(through: 50)
        #expect(bench.log.times == [40, 40, 40, 41])
        let totals = try bench.drain.end()
        #expect(totals.lateEvents == 2)
        #expect(totals.longestDelayNs == 25)
    }

    @Test func aFullRingIsNotMadeToWait() throws {
        var bench = Bench(producers: 2, capacityWords: 16)
        bench.rings[0].put(20, SmallSchema.one, [7])
        for ticks in [30, 31, 32, 33, 34] as [UInt64] { bench.rings[1].add(ticks) }
        bench.settle()
        #expect(bench.log.times.isEmpty)
        // The first five wait outside the ring; with three more it is over half full.
        for ticks in [35, 36, 37] as [UInt64] { bench.rings[1].add(ticks) }
        bench.settle()
        #expect(bench.log.times == [30, 31, 32, 33, 34, 35, 36, 37])
        bench.rings[0].publish()
        let totals = try bench.drain.end()
        #expect(bench.log.times.last == 37)
        #expect(totals.lateEvents == 1)
        #expect(totals.storedEvents == 9)
    }

    @Test func anIdleProducerHoldsNobodyUp() {
        var bench = Bench(producers: 3)
        bench.rings[1].add(5)
        bench.settle()
        #expect(bench.log.times == [5])
    }

    @Test func theRecordingEndsWithWhatIsPublished() throws {
        let bench = Bench(producers: 2)
        bench.rings[0].add(3)
        bench.rings[0].put(9, SmallSchema.one, [7])
        bench.rings[1].add(4)
        let log = bench.log
        let totals = try bench.drain.end()
        #expect(log.times == [3, 4])
        #expect(totals.storedEvents == 2)
        #expect(log.content.withLock { $0.isEnded })
    }

    @Test func aClosedRingIsEmptiedAndForgotten() throws {
        var bench = Bench(producers: 0)
        weak var gone: Ring?
        do {
            let ring = Ring.small(8, .dropNewest)
            gone = ring
            _ = bench.shared.add(ring)
            let producer = Producer(ring: ring, thread: 1)
            for number in 0..<4 { producer.record(SmallSchema.one, [Int64(number)]) }
        }
        #expect(gone != nil)
        while gone != nil { _ = bench.drain.round() }
        #expect(bench.log.events.count == 2)
        let totals = try bench.drain.end()
        #expect(totals.losses == [.init(kind: SmallSchema.one, count: 2)])
        #expect(bench.log.losses.map(\.count) == [2])
    }

    @Test func textsGetTheSinksNumbers() throws {
        var bench = Bench(producers: 1)
        let log = bench.log
        // The sink has strings of its own already.
        log.content.withLock { for text in ["x", "y", "beta"] { _ = $0.strings.intern(text) } }
        let alpha = bench.shared.intern("alpha")
        bench.rings[0].add(1, SmallSchema.named, [alpha, 1])
        bench.drain.merge(through: 5)
        let beta = bench.shared.intern("beta")
        bench.rings[0].add(2, SmallSchema.named, [beta, 2])
        bench.rings[0].add(3, SmallSchema.named, [0, 3])
        bench.drain.merge(through: 5)
        let strings = log.content.withLock { $0.strings }
        #expect(log.events.map { strings[$0.values[0]] } == ["alpha", "beta", ""])
        #expect(log.events.map { $0.values[1] } == [1, 2, 3])
    }

    @Test func eventsCarryKindDomainAndCPU() {
        var bench = Bench(producers: 1)
        bench.rings[0].add(1, SmallSchema.two, [-1, .min])
        bench.rings[0].add(2, SmallSchema.none, [])
        bench.drain.merge(through: 5)
        #expect(
            bench.log.events == [
                Event(
                    EventHeader(sequence: 1, timeNs: 1, kind: SmallSchema.two, domain: -1, cpu: 5),
                    [-1, .min]),
                Event(
                    EventHeader(sequence: 2, timeNs: 2, kind: SmallSchema.none, domain: -1, cpu: 5),
                    [Int64]()),
            ])
    }
}
