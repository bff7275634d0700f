import Foundation
import TestRandomness
import Testing
import TraceCore
import TraceFormat
import TraceTestSupport

@testable import LiveRecording
@testable import TraceStore

@Suite struct RotationTests {
    private func record(
        _ trace: RandomTrace, _ rotation: LivePlan.Rotation, in folder: TemporaryFolder,
        blockTimeNs: Int64? = nil
    ) throws {
        var recorder = try LiveRecorder(
            LivePlan(.rotating(rotation), blockTimeNs: blockTimeNs),
            description: trace.description,
            files: RecordingFiles(folder.file("run.ktrace")))
        begin(&recorder, trace)
        for (position, event) in trace.events.enumerated() {
            recorder.record(event)
            if position == trace.events.count / 2 {
                for loss in trace.losses { recorder.addLoss(loss) }
            }
        }
        try recorder.finish()
    }

    /// Checks that the files are the whole, each a whole trace for itself.
    private func check(
        _ folder: TemporaryFolder, _ trace: RandomTrace, _ context: String
    ) throws -> [Part] {
        let parts = try folder.names.map { try Part(folder.file($0)) }
        #expect(
            folder.names == (1...parts.count).map { NumberedNames("run.ktrace").path($0) },
            "\(context)")
        #expect(parts.flatMap(\.events) == trace.plainEvents, "\(context)")
        var eventsBefore = 0
        for (position, part) in parts.enumerated() {
            #expect(part.isComplete, "\(context)")
            let report = try TraceVerifier.verify(SourceFile.open(part.reader.path))
            #expect(report.completeness == .complete, "\(context)")
            #expect(part.parameters[StretchMarks.partKey] == "\(position + 1)", "\(context)")
            let refusal = part.parameters[TraceDescription.replayRefusedKey]
            #expect((refusal == nil) == (position == 0), "\(context)")
            if position > 0 {
                #expect(
                    part.parameters[StretchMarks.eventsBeforeKey] == "\(eventsBefore)",
                    "\(context)")
                // Where one part ends the next begins: no time is in none of them.
                #expect(
                    part.parameters[SliceWindow.beginKey]
                        == parts[position - 1].note(StretchMarks.endKey), "\(context)")
                #expect(part.reader.snapshots.isEmpty, "\(context)")
            } else {
                #expect(part.reader.snapshots.count == trace.snapshots.count, "\(context)")
            }
            eventsBefore += part.events.count
        }
        #expect(parts.flatMap(\.reader.losses) == trace.losses, "\(context)")
        return parts
    }

    @Test(arguments: TestSeeds.all)
    func partsBySizeAddUpToTheWhole(seed: UInt64) throws {
        let trace = RandomTrace(seed: seed, eventCount: 3_000)
        let folder = try TemporaryFolder()
        try record(trace, LivePlan.Rotation(sizeBytes: 8_000), in: folder)
        let parts = try check(folder, trace, "seed \(seed)")
        #expect(parts.count > 1, "seed \(seed)")
        // All but the last have reached the size.
        for part in parts.dropLast() {
            #expect(part.reader.totals!.fileBytes >= 8_000, "seed \(seed)")
        }
    }

    @Test(arguments: TestSeeds.all)
    func partsByTimeEndAtMultiplesOfIt(seed: UInt64) throws {
        let trace = RandomTrace(seed: seed, eventCount: 3_000)
        let folder = try TemporaryFolder()
        let lengthNs: Int64 = 2_000_000_000
        try record(
            trace, LivePlan.Rotation(timeNs: lengthNs), in: folder, blockTimeNs: 400_000_000)
        let parts = try check(folder, trace, "seed \(seed)")
        #expect(parts.count > 1, "seed \(seed)")
        for part in parts {
            // Rounded down: the interval that holds the time.
            let intervals = Set(
                part.events.map { event -> Int64 in
                    let timeNs = event.header.timeNs
                    let rest = timeNs % lengthNs
                    return timeNs / lengthNs - (rest < 0 ? 1 : 0)
                })
            #expect(intervals.count == 1, "seed \(seed)")
        }
    }

    @Test func onlySoManyAreKept() throws {
        let trace = RandomTrace(seed: 3, eventCount: 3_000)
        let all = try TemporaryFolder()
        try record(trace, LivePlan.Rotation(sizeBytes: 8_000), in: all)
        let some = try TemporaryFolder()
        try Data("mine".utf8).write(to: URL(filePath: some.file("run.ktrace")))
        try record(trace, LivePlan.Rotation(sizeBytes: 8_000, keep: 2), in: some)
        #expect(some.names == all.names.suffix(2) + ["run.ktrace"])
        #expect(
            try Part(some.file(all.names.last!)).events == Part(all.file(all.names.last!)).events)
    }

    @Test func partsOfAnotherRecordingAreNotMixedWithThese() throws {
        let folder = try TemporaryFolder()
        let trace = RandomTrace(seed: 3, eventCount: 500)
        for name in ["run.0007.ktrace", "run.0012.ktrace.partial"] {
            let path = folder.file(name)
            try Data("old".utf8).write(to: URL(filePath: path))
            #expect(throws: StoreError.exists(path: path)) {
                try record(trace, LivePlan.Rotation(sizeBytes: 8_000), in: folder)
            }
            try FileManager.default.removeItem(atPath: path)
        }
        // These only look like it.
        for name in ["run.007.ktrace", "run.00007.ktrace", "run.x0007.ktrace", "run.0007.txt"] {
            try Data("old".utf8).write(to: URL(filePath: folder.file(name)))
        }
        try record(trace, LivePlan.Rotation(sizeBytes: 8_000), in: folder)
        #expect(folder.names.contains("run.0001.ktrace"))
    }

    @Test func aFileHoldsTheStringsThatItUses() throws {
        let kind = EventKind(id: 1, "name", .control, .note, [Column("name", .text)])
        let description = TraceDescription(schema: EventSchema(kinds: [kind])!)
        let folder = try TemporaryFolder()
        var recorder = try LiveRecorder(
            LivePlan(.rotating(LivePlan.Rotation(timeNs: 10)), blockEvents: 10),
            description: description, files: RecordingFiles(folder.file("run.ktrace")))
        for number in 0..<100 {
            let text = recorder.intern("text \(number)")
            recorder.record(
                Event(
                    EventHeader(
                        sequence: UInt64(number + 1), timeNs: Int64(number), kind: kind.id),
                    [text]))
        }
        try recorder.finish()
        #expect(folder.names.count == 10)
        for (position, name) in folder.names.enumerated() {
            let part = try Part(folder.file(name))
            #expect(
                part.reader.strings
                    == [""] + (position * 10..<position * 10 + 10).map { "text \($0)" })
        }
    }

    @Test func namesHaveTheNumberBeforeTheEnding() {
        #expect(NumberedNames("a/run.ktrace").path(1) == "a/run.0001.ktrace")
        #expect(NumberedNames("a.b/run").path(12) == "a.b/run.0012")
        #expect(NumberedNames(".hidden").path(3) == ".hidden.0003")
        #expect(NumberedNames("x.y.z").path(12_345) == "x.y.12345.z")
        for path in ["a/run.ktrace", "a.b/run", ".hidden", "é.y.z"] {
            let names = NumberedNames(path)
            for number in [1, 9_999, 10_000, 123_456] {
                #expect(names.number(of: names.path(number)) == number)
                #expect(names.number(of: names.path(number) + ".partial") == number)
            }
            #expect(names.number(of: path) == nil)
            #expect(names.number(of: "b" + names.path(1)) == nil)
        }
    }
}
