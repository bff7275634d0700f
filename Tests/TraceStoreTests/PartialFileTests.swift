import Foundation
import TestRandomness
import Testing
import TraceCore
import TraceFormat
import TraceTestSupport

@testable import TraceStore

@Suite struct PartialFileTests {
    @Test func aFileHasAPredictableNameUntilItIsWhole() throws {
        let folder = try TemporaryFolder()
        let sink = try FileSink(path: folder.file("a.ktrace"))
        #expect(folder.names == ["a.ktrace.partial"])
        #expect(sink.temporaryPath == folder.file("a.ktrace.partial"))
        try sink.commit()
        #expect(folder.names == ["a.ktrace"])
    }

    @Test(arguments: [PartialFile.disposable, .guarded, .kept])
    func aFileHasOneWriter(partial: PartialFile) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.ktrace")
        let sink = try FileSink(path: path)
        for overwrites in [false, true] {
            #expect(throws: StoreError.beingWritten(path: path + ".partial")) {
                _ = try FileSink(path: path, overwrites: overwrites, partial: partial)
            }
        }
        try sink.write([1])
        try sink.commit()
        #expect(FileManager.default.contents(atPath: path) == Data([1]))
    }

    @Test func whatACutRecordingLeftIsNotOverwritten() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.ktrace")
        let left = path + ".partial"
        try Data("precious".utf8).write(to: URL(fileURLWithPath: left))
        for partial in [PartialFile.guarded, .kept] {
            #expect(throws: StoreError.partialLeft(path: left)) {
                _ = try FileSink(path: path, partial: partial)
            }
        }
        #expect(FileManager.default.contents(atPath: left) == Data("precious".utf8))
        let forced = try FileSink(path: path, overwrites: true)
        try forced.write([1])
        try forced.commit()
        #expect(FileManager.default.contents(atPath: path) == Data([1]))
        #expect(folder.names == ["a.ktrace"])
        try Data("old".utf8).write(to: URL(fileURLWithPath: folder.file("b.txt.partial")))
        let text = try FileSink(path: folder.file("b.txt"), partial: .disposable)
        try text.commit()
        #expect(FileManager.default.contents(atPath: folder.file("b.txt")) == Data())
    }

    /// Where the partial file should be stands something that is none.
    @Test func nothingElseIsReplaced() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.ktrace")
        let name = path + ".partial"
        let files = FileManager.default
        try files.createDirectory(atPath: name, withIntermediateDirectories: false)
        #expect(throws: StoreError.self) { _ = try FileSink(path: path, overwrites: true) }
        try files.removeItem(atPath: name)
        try Data("mine".utf8).write(to: URL(fileURLWithPath: folder.file("other")))
        try files.createSymbolicLink(atPath: name, withDestinationPath: folder.file("other"))
        #expect(throws: StoreError.self) { _ = try FileSink(path: path, overwrites: true) }
        #expect(files.contents(atPath: folder.file("other")) == Data("mine".utf8))
        try files.removeItem(atPath: name)
        #expect(unsafe mkfifo(name, 0o600) == 0)
        #expect(throws: StoreError.self) { _ = try FileSink(path: path, overwrites: true) }
        #expect(folder.names == ["a.ktrace.partial", "other"])
    }

    @Test func aFailureLeavesWhatIsToBeKept() throws {
        let folder = try TemporaryFolder()
        let kept = try FileSink(path: folder.file("kept"), partial: .kept)
        try kept.write([1, 2])
        kept.discard()
        let empty = try FileSink(path: folder.file("empty"), partial: .kept)
        empty.discard()
        let guarded = try FileSink(path: folder.file("guarded"))
        try guarded.write([1, 2])
        guarded.discard()
        #expect(folder.names == ["kept.partial"])
        #expect(FileManager.default.contents(atPath: folder.file("kept.partial")) == Data([1, 2]))
        // Nobody writes it any more.
        #expect(throws: StoreError.partialLeft(path: folder.file("kept.partial"))) {
            _ = try FileSink(path: folder.file("kept"))
        }
    }
}

/// A writer that is moved on step by step.
private final class SteppedWriter {
    private var writer: TraceWriter?
    private let events: [Event]
    private(set) var written = 0

    init(_ trace: RandomTrace, to sink: some ByteSink) throws {
        var writer = try TraceWriter(
            sink: sink, description: trace.description, blockEvents: 60)
        for string in trace.strings { _ = writer.intern(string) }
        for snapshot in trace.snapshots { writer.addSnapshot(name: snapshot.name, snapshot.bytes) }
        self.writer = consume writer
        events = trace.events
    }

    /// Writes some more events, and ends the trace after the last.
    func step(_ count: Int) throws(StoreError) {
        for event in events[written..<min(written + count, events.count)] {
            writer?.record(event)
        }
        written = min(written + count, events.count)
        if written == events.count { _ = try writer?.finish() }
    }

    /// Goes away as a killed process does.
    func vanish() { writer = nil }
}

@Suite struct FollowTests {
    /// Reads a file while it is written, and hands each state to `check`.
    private func follow(
        _ path: String, wait: @escaping () -> Bool, _ check: ([Event]) -> Void
    ) throws -> (events: [Event], end: Completeness?) {
        let reader = try TraceReader(source: SourceFile.follow(path, wait: wait))
        var events: [Event] = []
        while try reader.nextBlock() {
            _ = try reader.forEachEvent { events.append(Event($0, $1)) }
            check(events)
        }
        return (events, reader.completeness)
    }

    @Test(arguments: TestSeeds.all)
    func aTraceIsReadWhileItIsWritten(seed: UInt64) throws {
        var random = TestRandom(seed: seed, purpose: 5)
        let trace = RandomTrace(seed: seed, eventCount: 1_500)
        let folder = try TemporaryFolder()
        let path = folder.file("a.ktrace")
        let writer = try SteppedWriter(
            trace,
            to: FileSink(path: path, overwrites: false) { descriptor, bytes, start in
                let end = min(bytes.count, start + 1 + random.below(3_000))
                return FileCalls.write(descriptor, Array(bytes[..<end]), from: start)
            })
        var waits = 0
        let result = try follow(path) {
            waits += 1
            do { try writer.step(40) } catch { Issue.record("\(error)") }
            return true
        } _: { events in
            // Never an event that the writer does not have yet, and none twice.
            #expect(events.count <= writer.written, "seed \(seed)")
            #expect(events == Array(trace.events.prefix(events.count)), "seed \(seed)")
        }
        #expect(result.events == trace.events, "seed \(seed)")
        #expect(result.end == .complete, "seed \(seed)")
        #expect(waits > 10, "seed \(seed)")
    }

    @Test func theFollowingEndsWhenTheWriterHasGone() throws {
        let trace = RandomTrace(seed: 5, eventCount: 1_500)
        let folder = try TemporaryFolder()
        let path = folder.file("a.ktrace")
        let writer = try SteppedWriter(trace, to: FileSink(path: path, partial: .kept))
        let result = try follow(path) {
            do { try writer.step(200) } catch { Issue.record("\(error)") }
            if writer.written >= 1_000 { writer.vanish() }
            return true
        } _: { _ in
        }
        // All whole blocks of 60 among the 1,000 events.
        #expect(result.events == Array(trace.events.prefix(960)))
        #expect(result.end == .incomplete(ignoredBytes: 0))
    }

    @Test func aFollowerThatDoesNotWantToWaitEnds() throws {
        let trace = RandomTrace(seed: 5, eventCount: 1_500)
        let folder = try TemporaryFolder()
        let path = folder.file("a.ktrace")
        let writer = try SteppedWriter(trace, to: FileSink(path: path, partial: .kept))
        try writer.step(500)
        let result = try follow(path) {
            false
        } _: { _ in
        }
        #expect(result.events == Array(trace.events.prefix(480)))
        #expect(result.end == .incomplete(ignoredBytes: 0))
    }

    @Test func aWholeFileIsReadWithoutWaiting() throws {
        let trace = RandomTrace(seed: 6, eventCount: 700)
        let folder = try TemporaryFolder()
        let path = folder.file("a.ktrace")
        _ = try trace.write(to: FileSink(path: path))
        let result = try follow(path) {
            Issue.record("there is nothing to wait for")
            return false
        } _: { _ in
        }
        #expect(result.events == trace.events)
        #expect(result.end == .complete)
        #expect(throws: StoreError.notFound(path: folder.file("none"))) {
            _ = try SourceFile.follow(folder.file("none")) { false }
        }
    }

    /// At every moment, also within a block, a reader sees whole blocks from the beginning.
    @Test(arguments: TestSeeds.all)
    func aReaderSeesATruePrefixAtEveryWrite(seed: UInt64) throws {
        var random = TestRandom(seed: seed, purpose: 6)
        let trace = RandomTrace(seed: seed, eventCount: 600)
        let folder = try TemporaryFolder()
        let path = folder.file("a.ktrace")
        var looks = 0
        var last = 0
        func look() {
            guard let back = try? ReadBack(SourceFile.open(path + ".partial")) else { return }
            looks += 1
            #expect(back.events == Array(trace.events.prefix(back.events.count)), "seed \(seed)")
            #expect(back.events.count >= last, "seed \(seed): events went away")
            last = back.events.count
            if case .damaged(let error, _) = back.completeness {
                Issue.record("seed \(seed): \(error)")
            }
        }
        let sink = try FileSink(path: path, overwrites: false) { descriptor, bytes, start in
            let end = min(bytes.count, start + 1 + random.below(2_500))
            let taken = FileCalls.write(descriptor, Array(bytes[..<end]), from: start)
            look()
            return taken
        }
        _ = try trace.write(to: sink, blockEvents: 100)
        #expect(looks > 8, "seed \(seed)")
        #expect(last == 600, "seed \(seed)")
    }
}

@Suite struct LiveInputTests {
    @Test func bytesAreHandedOnAsTheyCome() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("fifo")
        #expect(unsafe mkfifo(path, 0o600) == 0)
        let writer = unsafe open(path, O_RDWR)
        let input = try LiveInput(path: path)
        var buffer = [UInt8](repeating: 0, count: 10)
        #expect(try input.next(into: &buffer, waitingMilliseconds: 0) == .nothing)
        #expect(FileCalls.write(writer, [1, 2, 3], from: 0) == 3)
        #expect(try input.next(into: &buffer, waitingMilliseconds: 0) == .bytes(3))
        #expect(buffer[..<3] == [1, 2, 3])
        #expect(try input.next(into: &buffer, waitingMilliseconds: 0) == .nothing)
        close(writer)
        #expect(try input.next(into: &buffer, waitingMilliseconds: 0) == .end)
        #expect(throws: StoreError.isDirectory(path: folder.path)) {
            _ = try LiveInput(path: folder.path)
        }
        #expect(throws: StoreError.notFound(path: folder.file("none"))) {
            _ = try LiveInput(path: folder.file("none"))
        }
    }
}
