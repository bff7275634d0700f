import Foundation
import TestRandomness
import Testing
import TraceCore
import TraceFormat
import TraceTestSupport

@testable import LiveRecording
@testable import TraceStore

/// Notes what is asked of it, and fails when it is told to.
private final class NotingSink: ByteSink {
    var log: [String] = []
    var failsToSynchronize = false

    func write(_ bytes: [UInt8]) throws(StoreError) { log.append("write \(bytes.count)") }
    func synchronize() throws(StoreError) {
        if failsToSynchronize {
            throw .system(operation: "fdatasync", path: "x", errno: EIO, offset: 0)
        }
        log.append("sync")
    }
    func commit() throws(StoreError) { log.append("commit") }
    func discard() { log.append("discard") }
}

@Suite struct CommitTests {
    private let block: BlockSummary

    /// Takes the block of a small trace with nine events.
    init() throws {
        let kind = EventKind(id: 1, "tick", .control, .derived, [])
        let sink = MemorySink()
        var writer = try TraceWriter(
            sink: sink, description: TraceDescription(schema: EventSchema(kinds: [kind])!))
        for number in 1...9 {
            let header = EventHeader(
                sequence: UInt64(number), timeNs: Int64(number), kind: kind.id)
            writer.record(Event(header, [Int64]()))
        }
        _ = try writer.finish()
        let reader = try TraceReader(source: MemorySource(sink.bytes))
        _ = try reader.nextBlock()
        block = reader.block
    }

    private func lines(
        _ policy: SyncPolicy, clock: @escaping () -> Int64 = { 0 },
        _ body: (CommitSink, NotingSink) throws -> Void
    ) rethrows -> [String] {
        let inner = NotingSink()
        let sink = CommitSink(inner, path: "x", policy: policy, clock: clock) {
            inner.log.append("told \($0.block) \($0.lastSequence) \($0.bytes)")
        }
        try body(sink, inner)
        return inner.log
    }

    private func writeBlocks(_ count: Int, _ sink: CommitSink) throws {
        for _ in 0..<count {
            try sink.write([1, 2, 3])
            try sink.write([4])
            try sink.blockIsWritten(block)
        }
    }

    @Test func aBlockIsToldWhenItIsWritten() throws {
        let log = try lines(.atEnd) { sink, _ in
            try writeBlocks(2, sink)
            try sink.commit()
        }
        #expect(
            log == [
                "write 3", "write 1", "told 1 9 4", "write 3", "write 1", "told 2 9 8", "commit",
            ])
    }

    @Test func aBlockIsToldWhenItIsOnTheDisk() throws {
        let log = try lines(.everyBlock) { sink, _ in try writeBlocks(2, sink) }
        #expect(
            log == [
                "write 3", "write 1", "sync", "told 1 9 4", "write 3", "write 1", "sync",
                "told 2 9 8",
            ])
    }

    @Test func blocksWaitForTheirTime() throws {
        var nowNs: Int64 = 1_000
        let log = try lines(.every(ns: 100), clock: { nowNs }) { sink, inner in
            try writeBlocks(1, sink)
            nowNs = 1_050
            try writeBlocks(2, sink)
            try sink.synchronizeIfDue()
            inner.log.append("later")
            nowNs = 1_100
            try sink.synchronizeIfDue()
            try sink.synchronizeIfDue()
            nowNs = 1_150
            try writeBlocks(1, sink)
            try sink.commit()
        }
        #expect(
            log == [
                "write 3", "write 1", "sync", "told 1 9 4", "write 3", "write 1", "write 3",
                "write 1", "later", "sync", "told 2 9 8", "told 3 9 12", "write 3", "write 1",
                "commit", "told 4 9 16",
            ])
    }

    @Test func whatIsNotOnTheDiskIsNotTold() throws {
        let log = lines(.everyBlock) { sink, inner in
            inner.failsToSynchronize = true
            #expect(throws: StoreError.self) { try writeBlocks(1, sink) }
            sink.discard()
        }
        #expect(log == ["write 3", "write 1", "discard"])
    }
}

@Suite struct FailureTests {
    /// A disk that is full after some bytes, whatever their number: blocks that were told can be
    /// read from what is left, and nothing else is there.
    @Test(arguments: TestSeeds.all)
    func afterAFullDiskTheToldBlocksCanBeRead(seed: UInt64) throws {
        var random = TestRandom(seed: seed, purpose: 4)
        let trace = RandomTrace(seed: seed, eventCount: 2_000)
        for _ in 0..<6 {
            let folder = try TemporaryFolder()
            let path = folder.file("run.ktrace")
            var room = 3_000 + random.below(20_000)
            var told: [BlockCommit] = []
            let files = RecordingFiles(path: path, overwrites: false) {
                path, overwrites throws(StoreError) in
                let sink = try FileSink(path: path, overwrites: overwrites, partial: .kept) {
                    descriptor, bytes, start in
                    if room == 0 { return -Int(ENOSPC) }
                    // Short writes on the way, and interruptions.
                    if random.isOneIn(5) { return -Int(EINTR) }
                    let count = min(bytes.count - start, room, 1 + random.below(900))
                    let part = Array(bytes[..<(start + count)])
                    let taken = FileCalls.write(descriptor, part, from: start)
                    room -= taken
                    return taken
                }
                return CommitSink(sink, path: path, policy: .everyBlock, clock: { 0 }) {
                    told.append($0)
                }
            }
            var recorder = try LiveRecorder(
                LivePlan(.single), description: trace.description, files: files)
            begin(&recorder, trace)
            for event in trace.events { recorder.record(event) }
            var failure: StoreError?
            do throws(StoreError) { try recorder.finish() } catch { failure = error }
            guard let failure else { continue }
            guard case .noSpace = failure else {
                Issue.record("seed \(seed): \(failure)")
                return
            }
            #expect(folder.names == ["run.ktrace.partial"], "seed \(seed)")
            #expect(files.current?.sink.isLeft == true, "seed \(seed)")
            let part = try Part(path + ".partial")
            guard case .incomplete = part.reader.completeness else {
                Issue.record("seed \(seed): \(String(describing: part.reader.completeness))")
                return
            }
            #expect(
                part.events == Array(trace.plainEvents.prefix(part.events.count)), "seed \(seed)")
            #expect(
                part.events.last?.header.sequence ?? 0 == told.last?.lastSequence ?? 0,
                "seed \(seed)")
        }
    }

    @Test func aFileThatCannotBeOpenedEndsTheRecording() throws {
        let folder = try TemporaryFolder()
        let trace = RandomTrace(seed: 3, eventCount: 3_000)
        var opened = 0
        let files = RecordingFiles(path: folder.file("run.ktrace"), overwrites: false) {
            path, overwrites throws(StoreError) in
            opened += 1
            if opened == 3 { throw .permission(path: path) }
            return CommitSink(
                try FileSink(path: path, overwrites: overwrites), path: path, policy: .atEnd,
                clock: { 0 })
        }
        var recorder = try LiveRecorder(
            LivePlan(.rotating(LivePlan.Rotation(sizeBytes: 8_000))),
            description: trace.description, files: files)
        begin(&recorder, trace)
        for event in trace.events { recorder.record(event) }
        let error = StoreError.permission(path: folder.file("run.0003.ktrace"))
        #expect(recorder.failure == error)
        var thrown: StoreError?
        do throws(StoreError) { try recorder.finish() } catch { thrown = error }
        #expect(thrown == error)
        // What was whole stays.
        #expect(folder.names == ["run.0001.ktrace", "run.0002.ktrace"])
    }

    /// A recording into one file is the trace that a writer makes.
    @Test(arguments: TestSeeds.all)
    func oneFileIsWhatAWriterMakes(seed: UInt64) throws {
        let trace = RandomTrace(seed: seed, eventCount: 1_000)
        let folder = try TemporaryFolder()
        let path = folder.file("run.ktrace")
        var recorder = try LiveRecorder(
            LivePlan(.single), description: trace.description, files: RecordingFiles(path))
        begin(&recorder, trace)
        for (position, event) in trace.events.enumerated() {
            recorder.record(event)
            if position == trace.events.count / 2, let loss = trace.losses.first {
                recorder.addLoss(loss)
            }
        }
        for loss in trace.losses.dropFirst() { recorder.addLoss(loss) }
        try recorder.finish()
        #expect(
            try Data(contentsOf: URL(filePath: path)) == Data(trace.bytes(blockEvents: 50)),
            "seed \(seed)")
    }

    @Test func aBlockIsNoLongerThanAsked() throws {
        let kind = EventKind(id: 1, "tick", .control, .derived, [])
        let folder = try TemporaryFolder()
        var recorder = try LiveRecorder(
            LivePlan(.single, blockEvents: 1_000, blockTimeNs: 20),
            description: TraceDescription(schema: EventSchema(kinds: [kind])!),
            files: RecordingFiles(folder.file("run.ktrace")))
        for number in 1...95 {
            recorder.record(
                Event(
                    EventHeader(
                        sequence: UInt64(number), timeNs: Int64(number), kind: kind.id),
                    [Int64]()))
        }
        // Nothing comes for as long: the block that is open goes out too.
        recorder.nothingCame(for: 20)
        let reader = try TraceReader(path: folder.file("run.ktrace.partial"))
        var lengths: [Int] = []
        while try reader.nextBlock() { lengths.append(reader.block.eventCount) }
        #expect(lengths == [20, 20, 20, 20, 15])
    }

    @Test func aRecordingThatIsEndedEarlySaysSo() throws {
        let kind = EventKind(id: 1, "tick", .control, .derived, [])
        let folder = try TemporaryFolder()
        var recorder = try LiveRecorder(
            LivePlan(.single), description: TraceDescription(schema: EventSchema(kinds: [kind])!),
            files: RecordingFiles(folder.file("run.ktrace")))
        recorder.record(Event(EventHeader(sequence: 1, timeNs: 42, kind: kind.id), [Int64]()))
        try recorder.finish(endedBy: "SIGINT", notes: [TextPair("more", "text")])
        let part = try Part(folder.file("run.ktrace"))
        #expect(part.isComplete)
        #expect(part.note(StretchMarks.endKey) == "42")
        #expect(part.note(StretchMarks.endedByKey) == "SIGINT")
        #expect(part.note("more") == "text")
    }
}
