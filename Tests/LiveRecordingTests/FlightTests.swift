import Foundation
import TestRandomness
import Testing
import TraceCore
import TraceFormat
import TraceTestSupport

@testable import LiveRecording
@testable import TraceStore

@Suite struct FlightTests {
    @Test(arguments: TestSeeds.all)
    func dumpsAreTheLastEventsAndDoNotOverlap(seed: UInt64) throws {
        var random = TestRandom(seed: seed, purpose: 3)
        let trace = RandomTrace(seed: seed, eventCount: 4_000)
        let folder = try TemporaryFolder()
        let flight = LivePlan.Flight(ringBytes: 16_000)
        var recorder = try LiveRecorder(
            LivePlan(.flight(flight)), description: trace.description,
            files: RecordingFiles(folder.file("run.ktrace")))
        begin(&recorder, trace)
        let stops = [1_000 + random.below(1_000), 2_500 + random.below(1_000), 4_000]
        var taken = 0
        let plain = trace.plainEvents
        var writtenBefore = 0
        for (position, stop) in stops.enumerated() {
            for event in trace.events[taken..<stop] { recorder.record(event) }
            taken = stop
            // Besides what is kept there is the segment that is being filled, of one block more.
            #expect(recorder.ring!.bytes <= 16_000, "seed \(seed)")
            recorder.dumpNow(reason: "the test")
            #expect(recorder.failure == nil, "seed \(seed)")
            let part = try Part(folder.file("run.000\(position + 1).ktrace"))
            #expect(part.isComplete, "seed \(seed)")
            #expect(part.events == Array(plain[..<stop].suffix(part.events.count)), "seed \(seed)")
            let before = UInt64(stop - part.events.count)
            #expect(before >= writtenBefore, "seed \(seed): dumps overlap")
            #expect(
                part.parameters[StretchMarks.eventsBeforeKey] ?? "0" == "\(before)",
                "seed \(seed)")
            #expect(
                part.parameters.integer(SliceWindow.beginKey)
                    == (before == 0 ? nil : part.events[0].header.timeNs), "seed \(seed)")
            #expect(part.parameters[StretchMarks.dumpKey] == "\(position + 1)", "seed \(seed)")
            #expect(part.parameters[TraceDescription.replayRefusedKey] != nil, "seed \(seed)")
            #expect(part.note("dump.reason") == "the test", "seed \(seed)")
            #expect(part.reader.snapshots.isEmpty, "seed \(seed)")
            writtenBefore = stop
        }
        // The bound has let something go.
        #expect(recorder.ring!.eventsLetGo > 0, "seed \(seed)")
        try recorder.finish()
        #expect(folder.names.count == 3, "seed \(seed)")
    }

    /// One event of kind 1 with the value 0 each nanosecond, and those with other values.
    private func record(
        _ flight: LivePlan.Flight, events count: Int, marked: Set<Int>, in folder: TemporaryFolder,
        blockEvents: Int = 10, gapAt: Int? = nil, notice: @escaping (LiveNotice) -> Void = { _ in }
    ) throws -> UInt64 {
        let kind = EventKind(id: 1, "tick", .control, .derived, [Column("mark")])
        var recorder = try LiveRecorder(
            LivePlan(.flight(flight), blockEvents: blockEvents),
            description: TraceDescription(schema: EventSchema(kinds: [kind])!),
            files: RecordingFiles(folder.file("run.ktrace")), notice: notice)
        for number in 1...count {
            let timeNs = Int64(number) + (gapAt.map { number >= $0 } == true ? 1_000_000 : 0)
            recorder.record(
                Event(
                    EventHeader(sequence: UInt64(number), timeNs: timeNs, kind: kind.id),
                    [marked.contains(number) ? 1 : 0]))
        }
        try recorder.finish()
        return recorder.ignoredTriggers
    }

    private func sequences(_ folder: TemporaryFolder) throws -> [[UInt64]] {
        try folder.names.map { try Part(folder.file($0)).events.map(\.header.sequence) }
    }

    private let mark = DumpTrigger.condition(kind: "tick", column: "mark", .equal, .number(1))

    @Test func aTriggerWritesUpToItsEvent() throws {
        let folder = try TemporaryFolder()
        let flight = LivePlan.Flight(ringBytes: 1 << 20, triggers: [mark])
        let ignored = try record(flight, events: 500, marked: [100, 250], in: folder)
        #expect(try sequences(folder) == [Array(1...100), Array(101...250)])
        #expect(ignored == 0)
        let reason = try Part(folder.file("run.0002.ktrace")).note("dump.reason")
        #expect(reason == "tick.mark=1 at 250 ns, event 250")
    }

    @Test func recordingGoesOnForAWhileAfterATrigger() throws {
        let folder = try TemporaryFolder()
        let flight = LivePlan.Flight(ringBytes: 1 << 20, triggers: [mark], afterNs: 30)
        let ignored = try record(flight, events: 500, marked: [100, 110, 490], in: folder)
        // The end of the recording comes before the while is over, and what is due is written.
        #expect(try sequences(folder) == [Array(1...129), Array(130...500)])
        #expect(ignored == 1)
    }

    @Test func triggersTooSoonAfterADumpAreCounted() throws {
        let folder = try TemporaryFolder()
        let flight = LivePlan.Flight(ringBytes: 1 << 20, triggers: [mark], pauseNs: 100)
        let ignored = try record(
            flight, events: 500, marked: [50, 60, 149, 150, 300], in: folder)
        #expect(try sequences(folder) == [Array(1...50), Array(51...150), Array(151...300)])
        #expect(ignored == 2)
    }

    @Test func aGapBeforeTheNextEventDoesNotHoldUpADump() throws {
        let folder = try TemporaryFolder()
        let flight = LivePlan.Flight(ringBytes: 1 << 20, triggers: [mark], afterNs: 30)
        _ = try record(flight, events: 200, marked: [100], in: folder, gapAt: 105)
        #expect(try sequences(folder) == [Array(1...104)])
    }

    @Test func onlyALengthOfTimeIsKept() throws {
        let folder = try TemporaryFolder()
        let flight = LivePlan.Flight(
            ringBytes: 1 << 20, ringTimeNs: 80, triggers: [mark])
        _ = try record(flight, events: 1_000, marked: [1_000], in: folder)
        let kept = try #require(try sequences(folder).first)
        // In steps of an eighth.
        #expect(kept.last == 1_000)
        #expect((70...100).contains(kept.count))
    }

    @Test func withoutATriggerNothingIsWritten() throws {
        let folder = try TemporaryFolder()
        let flight = LivePlan.Flight(ringBytes: 1 << 20, triggers: [mark])
        _ = try record(flight, events: 500, marked: [], in: folder)
        #expect(folder.names == [])
    }

    @Test func theEndCanBeATrigger() throws {
        let folder = try TemporaryFolder()
        var notices: [LiveNotice] = []
        let flight = LivePlan.Flight(ringBytes: 1 << 20, triggers: [mark, .exit])
        _ = try record(flight, events: 300, marked: [300], in: folder) { notices.append($0) }
        #expect(try sequences(folder) == [Array(1...300)])
        #expect(notices.last == .nothingToDump(reason: "exit"))
    }

    @Test func aDumpTakesTheNextNumberThatIsFree() throws {
        let folder = try TemporaryFolder()
        try Data("mine".utf8).write(to: URL(filePath: folder.file("run.0004.ktrace")))
        let flight = LivePlan.Flight(ringBytes: 1 << 20, triggers: [mark])
        _ = try record(flight, events: 300, marked: [100, 200], in: folder)
        #expect(folder.names == ["run.0004.ktrace", "run.0005.ktrace", "run.0006.ktrace"])
        #expect(try Data(contentsOf: URL(filePath: folder.file("run.0004.ktrace"))).count == 4)
    }

    @Test func lossesAreInTheDump() throws {
        let kind = EventKind(id: 1, "tick", .control, .derived, [])
        let folder = try TemporaryFolder()
        var recorder = try LiveRecorder(
            LivePlan(.flight(LivePlan.Flight(ringBytes: 1 << 20))),
            description: TraceDescription(schema: EventSchema(kinds: [kind])!),
            files: RecordingFiles(folder.file("run.ktrace")))
        recorder.record(Event(EventHeader(sequence: 1, timeNs: 1, kind: kind.id), [Int64]()))
        let loss = LossRecord(kind: kind.id, beginNs: 1, endNs: 5, count: 7)
        recorder.addLoss(loss)
        recorder.dumpNow(reason: "x")
        #expect(try Part(folder.file("run.0001.ktrace")).reader.losses == [loss])
    }

    @Test func whatWaitsForALaterEventIsDoneWhenNothingComes() throws {
        let kind = EventKind(id: 1, "tick", .control, .derived, [Column("mark")])
        let folder = try TemporaryFolder()
        let flight = LivePlan.Flight(ringBytes: 1 << 20, triggers: [mark], afterNs: 1_000)
        var recorder = try LiveRecorder(
            LivePlan(.flight(flight)),
            description: TraceDescription(schema: EventSchema(kinds: [kind])!),
            files: RecordingFiles(folder.file("run.ktrace")))
        recorder.record(Event(EventHeader(sequence: 1, timeNs: 1, kind: kind.id), [1]))
        recorder.nothingCame(for: 999)
        #expect(folder.names == [])
        recorder.nothingCame(for: 1_000)
        #expect(folder.names == ["run.0001.ktrace"])
    }
}
