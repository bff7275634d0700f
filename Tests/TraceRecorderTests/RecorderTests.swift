import Foundation
import TestRandomness
import Testing
import TraceCore
import TraceFormat
import TraceStore

@testable import TraceRecorder

@Suite struct RecorderTests {
    private typealias WhenFull = RecorderConfiguration.WhenFull

    /// What threads did, by kind.
    private final class Produced: Sendable {
        let counts = Locked([KindID: UInt64]())
        let kept = Locked([Int64: UInt64]())
    }

    private static func configuration(
        _ whenFull: RecorderConfiguration.WhenFull, ringBytes: Int = 1_024
    ) -> RecorderConfiguration {
        var configuration = RecorderConfiguration()
        configuration.whenFull = whenFull
        configuration.ringBytes = ringBytes
        configuration.restNs = 20_000
        return configuration
    }

    /// Records so many events with a running number, of random kinds.
    private static func work(
        _ producer: borrowing Producer, _ events: Int, seed: UInt64, _ produced: Produced
    ) {
        var random = TestRandom(seed: seed, purpose: UInt64(producer.thread))
        var counts: [KindID: UInt64] = [:]
        var kept: UInt64 = 0
        for number in 1...events {
            let isKept: Bool
            if random.isOneIn(3) {
                counts[SmallSchema.one, default: 0] += 1
                isKept = producer.record(SmallSchema.one, [producer.thread << 32 | Int64(number)])
            } else {
                counts[SmallSchema.two, default: 0] += 1
                isKept = producer.record(
                    SmallSchema.two, domain: 2, [0, producer.thread << 32 | Int64(number)])
            }
            kept += isKept ? 1 : 0
        }
        produced.counts.withLock { $0.merge(counts) { $0 + $1 } }
        produced.kept.withLock { $0[producer.thread] = kept }
    }

    /// Everything that must hold of a recording, whatever its policy.
    private static func check(
        _ log: Log, _ totals: RecorderTotals, _ produced: Produced, _ whenFull: WhenFull,
        seed: UInt64
    ) {
        let events = log.events
        let place: Comment = "\(whenFull), seed \(seed)"
        #expect(UInt64(events.count) == totals.storedEvents, place)
        for (kind, count) in produced.counts.withLock({ $0 }) {
            let stored = UInt64(events.count { $0.header.kind == kind })
            let lost = totals.losses.first { $0.kind == kind }?.count ?? 0
            let told = log.losses.filter { $0.kind == kind }.map(\.count).reduce(0, +)
            #expect(stored + lost == count, place)
            #expect(told == lost, place)
        }
        #expect(zip(events, events.dropFirst()).allSatisfy { $0.header.timeNs <= $1.header.timeNs })
        #expect(events.map(\.header.sequence) == Array(1...totals.storedEvents), place)
        var last: [Int64: Int64] = [:]
        var stored: [Int64: UInt64] = [:]
        for event in events {
            guard let value = event.values.last else { continue }
            #expect(last[value >> 32] ?? 0 < value & 0xffff_ffff, place)
            last[value >> 32] = value & 0xffff_ffff
            stored[value >> 32, default: 0] += 1
        }
        switch whenFull {
        case .block: #expect(totals.lostEvents == 0, place)
        case .dropNewest: #expect(stored == produced.kept.withLock { $0 }, place)
        case .dropOldest:
            // What comes last can be overwritten by nothing.
            let whole = produced.kept.withLock { $0 }
            #expect(last == whole.mapValues { Int64($0) }, place)
        }
    }

    @Test(arguments: RecorderConfiguration.WhenFull.allCases, TestSeeds.chosen(1...6))
    func everyEventIsStoredOrCounted(
        whenFull: RecorderConfiguration.WhenFull, seed: UInt64
    ) throws {
        let log = Log()
        let produced = Produced()
        let recorder = try Recorder(
            sink: LogSink(log: log), schema: SmallSchema.schema,
            configuration: Self.configuration(whenFull))
        inThreads(4) { _ in
            let producer = recorder.makeProducer(name: "worker")
            Self.work(producer, 2_000, seed: seed, produced)
        }
        Self.check(log, try recorder.finish(), produced, whenFull, seed: seed)
    }

    @Test(arguments: RecorderConfiguration.WhenFull.allCases)
    func producersComeAndGoWhileOthersRecord(
        whenFull: RecorderConfiguration.WhenFull
    ) throws {
        let log = Log()
        let produced = Produced()
        let recorder = try Recorder(
            sink: LogSink(log: log), schema: SmallSchema.schema,
            configuration: Self.configuration(whenFull))
        inThreads(4) { number in
            for round in 0..<(number == 0 ? 1 : 25) {
                let producer = recorder.makeProducer(name: "round \(round)")
                Self.work(producer, number == 0 ? 3_000 : 60, seed: 1, produced)
            }
        }
        Self.check(log, try recorder.finish(), produced, whenFull, seed: 1)
    }

    @Test func aFileHoldsWhatWasRecorded() throws {
        let folder = try Folder()
        let path = folder.path("run.ktrace")
        let recorder = try Recorder(
            to: path, parameters: [TextPair("host.name", "here")],
            configuration: Self.configuration(.dropOldest))
        let reason = recorder.intern("no buffer")
        inThreads(3) { number in
            let producer = recorder.makeProducer(
                name: "worker \(number)", role: .requester, cpu: Int16(number))
            for count in 0..<1_000 {
                producer.record(.waitBegin, domain: 1, [producer.thread, Int64(count), 2, reason])
            }
        }
        let totals = try recorder.finish()
        #expect(totals.storedEvents + totals.lostEvents == 3_003)
        let reader = try TraceReader(path: path)
        var names: [String] = []
        var waits = 0
        let end = try reader.readEvents { header, values in
            if header.kind == .threadName { names.append(reader.strings[Int(values[1])]) }
            if header.kind == .waitBegin {
                waits += 1
                #expect(reader.strings[Int(values[3])] == "no buffer")
                #expect(header.domain == 1 && (0..<3).contains(header.cpu))
            }
        }
        #expect(end == .complete)
        #expect(UInt64(names.count + waits) == totals.storedEvents)
        #expect(reader.losses.map(\.count).reduce(0, +) == totals.lostEvents)
        #expect(reader.description.parameter("source") == "import")
        #expect(reader.description.parameter("host.name") == "here")
        let clock = reader.description.notes.first { $0.key == "recorder.clock" }?.value
        #expect(["counter", "monotonic"].contains(clock))
    }

    @Test(arguments: RecorderConfiguration.Clock.allCases)
    func timesOfBothClocksLieWithinTheRecording(clock: RecorderConfiguration.Clock) throws {
        let log = Log()
        var configuration = RecorderConfiguration()
        configuration.clock = clock
        configuration.flushNs = 1
        let before = ClockReader(.monotonic).ticks()
        let recorder = try Recorder(
            sink: LogSink(log: log), schema: SmallSchema.schema, configuration: configuration)
        let producer = recorder.makeProducer(name: "only")
        for _ in 0..<100 { producer.record(SmallSchema.none, []) }
        let totals = try recorder.finish()
        let spanNs = Int64(ClockReader(.monotonic).ticks() - before)
        #expect(totals.storedEvents == 100)
        // A counter that was measured for a millisecond may be off by a thousandth.
        #expect(log.times.allSatisfy { $0 >= 0 && $0 <= spanNs + spanNs / 1_000 })
    }

    @Test func aRecorderThatIsLetGoLeavesAWholeTrace() throws {
        let folder = try Folder()
        let path = folder.path("run.ktrace")
        do {
            let recorder = try Recorder(to: path)
            let producer = recorder.makeProducer(name: "only")
            producer.record(.threadSleep, [1, 2])
        }
        let report = try TraceVerifier.verify(SourceFile.open(path))
        #expect(report.completeness == .complete)
        #expect(report.events == 2)
    }

    @Test(arguments: RecorderConfiguration.WhenFull.allCases)
    func recordingAfterTheEndIsHarmless(whenFull: RecorderConfiguration.WhenFull) throws {
        let log = Log()
        let recorder = try Recorder(
            sink: LogSink(log: log), schema: SmallSchema.schema,
            configuration: Self.configuration(whenFull))
        let producer = recorder.makeProducer(name: "early")
        producer.record(SmallSchema.none, [])
        let totals = try recorder.finish()
        #expect(totals.storedEvents == 1)
        let late = recorder.makeProducer(name: "late")
        var refused = 0
        for _ in 0..<1_000 {
            if !producer.record(SmallSchema.none, []) { refused += 1 }
            if !late.record(SmallSchema.none, []) { refused += 1 }
        }
        #expect((refused > 0) == (whenFull != .dropOldest))
        #expect(log.events.count == 1)
    }

    @Test func configurationsThatCannotWorkAreRefused() throws {
        for bytes in [-1, 0, 1_023, (1 << 30) + 1] {
            #expect(throws: RecorderError.ringBytes(bytes)) {
                _ = try Recorder(
                    sink: LogSink(log: Log()), schema: SmallSchema.schema,
                    configuration: Self.configuration(.block, ringBytes: bytes))
            }
        }
        let columns = (0..<65).map { Column("c\($0)") }
        let wide = try #require(
            EventSchema(kinds: [EventKind(id: 1, "wide", .data, .derived, columns)]))
        #expect(throws: RecorderError.columns(kind: "wide", count: 65)) {
            _ = try Recorder(sink: LogSink(log: Log()), schema: wide)
        }
    }

    @Test func widestRowsFitTheSmallestRing() throws {
        let columns = (0..<64).map { Column("c\($0)") }
        let wide = try #require(
            EventSchema(kinds: [EventKind(id: 9, "wide", .data, .derived, columns)]))
        let log = Log()
        let recorder = try Recorder(
            sink: LogSink(log: log), schema: wide, configuration: Self.configuration(.block))
        let producer = recorder.makeProducer(name: "only")
        let values = (0..<64).map { Int64($0) }
        for _ in 0..<100 { producer.record(KindID(rawValue: 9), values: values.span) }
        #expect(try recorder.finish().storedEvents == 100)
        #expect(log.events.allSatisfy { $0.values == values })
    }
}

/// A folder that goes with the test.
struct Folder: ~Copyable {
    private let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(
            path: "ktls-trace-recorder-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }
}
