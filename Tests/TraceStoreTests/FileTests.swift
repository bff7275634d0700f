import Foundation
import Testing
import TraceCore
import TraceFormat
import TraceTestSupport

@testable import TraceStore

@Suite struct FileTests {
    private let trace = RandomTrace(seed: 21, eventCount: 3_000)

    @Test func aFileAppearsUnderItsNameOnlyWhenItIsWhole() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.ktrace")
        let sink = try FileSink(path: path)
        try sink.write([1, 2, 3])
        #expect(folder.names.count == 1)
        #expect(folder.names != ["a.ktrace"])
        try sink.commit()
        #expect(folder.names == ["a.ktrace"])
        #expect(FileManager.default.contents(atPath: path) == Data([1, 2, 3]))
    }

    @Test func anExistingFileIsLeftAloneUnlessToldOtherwise() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.ktrace")
        try Data([9]).write(to: URL(fileURLWithPath: path))
        #expect(throws: StoreError.exists(path: path)) { _ = try FileSink(path: path) }
        let sink = try FileSink(path: path, overwrites: true)
        try sink.write([1])
        #expect(FileManager.default.contents(atPath: path) == Data([9]))
        try sink.commit()
        #expect(FileManager.default.contents(atPath: path) == Data([1]))
        #expect(folder.names == ["a.ktrace"])
    }

    @Test func aFileMadeMeanwhileByAnotherIsNotReplaced() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.ktrace")
        let sink = try FileSink(path: path)
        try sink.write([1])
        try Data([9]).write(to: URL(fileURLWithPath: path))
        #expect(throws: StoreError.exists(path: path)) { try sink.commit() }
        sink.discard()
        #expect(folder.names == ["a.ktrace"])
        #expect(FileManager.default.contents(atPath: path) == Data([9]))
    }

    @Test func whatIsNotCommittedIsRemoved() throws {
        let folder = try TemporaryFolder()
        do {
            let sink = try FileSink(path: folder.file("a.ktrace"))
            try sink.write([1])
        }
        #expect(folder.names.isEmpty)
    }

    @Test func pathsThatCannotBeWrittenAreToldApart() throws {
        let folder = try TemporaryFolder()
        #expect(throws: StoreError.isDirectory(path: folder.path)) {
            _ = try FileSink(path: folder.path, overwrites: true)
        }
        let missing = folder.file("no/such/folder/a.ktrace")
        #expect(throws: StoreError.cannotCreate(path: missing, errno: ENOENT)) {
            _ = try FileSink(path: missing)
        }
        #expect(FileSink.creationError("p", EACCES) == .permission(path: "p"))
        #expect(FileSink.creationError("p", EROFS) == .permission(path: "p"))
        #expect(FileSink.creationError("p", EDQUOT) == .noSpace(path: "p", offset: 0))
        #expect(FileSink.creationError("p", EISDIR) == .isDirectory(path: "p"))
    }

    @Test func pathsThatCannotBeReadAreToldApart() throws {
        let folder = try TemporaryFolder()
        let missing = folder.file("a.ktrace")
        #expect(throws: StoreError.notFound(path: missing)) { _ = try TraceReader(path: missing) }
        #expect(throws: StoreError.isDirectory(path: folder.path)) {
            _ = try TraceReader(path: folder.path)
        }
        #expect(SourceFile.openError("p", EACCES) == .permission(path: "p"))
        try Data("not a trace, but long enough to be one".utf8).write(
            to: URL(fileURLWithPath: missing))
        #expect(throws: StoreError.format(.notATrace, path: missing)) {
            _ = try TraceReader(path: missing)
        }
        try Data().write(to: URL(fileURLWithPath: missing))
        #expect(throws: StoreError.self) { _ = try TraceReader(path: missing) }
    }

    @Test func aFullDiskIsToldAndLeavesNothing() throws {
        #expect(throws: StoreError.noSpace(path: "/dev/full", offset: 0)) {
            try trace.write(to: FileSink(path: "/dev/full"))
        }
        let folder = try TemporaryFolder()
        var room = 5_000
        let sink = try FileSink(path: folder.file("a.ktrace"), overwrites: false) {
            descriptor, bytes, start in
            if room == 0 { return -Int(ENOSPC) }
            let part = Array(bytes[..<min(bytes.count, start + room)])
            let taken = FileCalls.write(descriptor, part, from: start)
            room -= taken
            return taken
        }
        #expect(throws: StoreError.noSpace(path: folder.file("a.ktrace"), offset: 5_000)) {
            try trace.write(to: sink)
        }
        #expect(folder.names.isEmpty)
    }

    @Test func shortWritesAndInterruptionsLoseNothing() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.ktrace")
        var calls = 0
        let sink = try FileSink(path: path, overwrites: false) { descriptor, bytes, start in
            calls += 1
            if calls % 3 == 0 { return -Int(EINTR) }
            let part = Array(bytes[..<min(bytes.count, start + 1 + calls % 97)])
            return FileCalls.write(descriptor, part, from: start)
        }
        _ = try trace.write(to: sink)
        #expect(try ReadBack(SourceFile.open(path)).events == trace.events)
        #expect(calls > 300)
    }

    @Test func theFirstFailureIsKeptAndWhatFollowsIsDropped() throws {
        final class FailingSink: ByteSink {
            var calls = 0
            var isDiscarded = false
            func write(_ bytes: [UInt8]) throws(StoreError) {
                calls += 1
                if calls > 1 { throw .noSpace(path: "x", offset: Int64(calls)) }
            }
            func commit() throws(StoreError) { Issue.record("a failed trace is committed") }
            func discard() { isDiscarded = true }
        }
        let sink = FailingSink()
        var writer = try TraceWriter(
            sink: sink, description: trace.description, blockEvents: 100)
        #expect(writer.failure == nil)
        for _ in trace.strings { _ = writer.intern("x") }
        for string in trace.strings { _ = writer.intern(string) }
        for event in trace.events { writer.record(event) }
        #expect(writer.failure == .noSpace(path: "x", offset: 2))
        #expect(sink.calls == 2)
        var thrown: StoreError?
        do throws(StoreError) { _ = try writer.finish() } catch { thrown = error }
        #expect(thrown == .noSpace(path: "x", offset: 2))
        #expect(sink.isDiscarded)
        #expect(sink.calls == 2)
    }

    @Test func filesAreReadAsWrittenAndZstdAcceptsThem() throws {
        let folder = try TemporaryFolder()
        for seed in 1...4 as ClosedRange<UInt64> {
            let trace = RandomTrace(seed: seed, eventCount: 2_500)
            let path = folder.file("\(seed).ktrace")
            _ = try trace.write(to: FileSink(path: path), blockEvents: 1_100)
            let back = try ReadBack(SourceFile.open(path))
            #expect(back.events == trace.events, "seed \(seed)")
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["zstd", "-q", "-t", path]
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "zstd -t, seed \(seed)")
        }
    }

    @Test func aTraceIsReadFromAPipe() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.ktrace")
        _ = try trace.write(to: FileSink(path: path), blockEvents: 700)
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // Repeated reads of a few bytes each, so that the stream comes in pieces.
        process.arguments = ["dd", "if=\(path)", "bs=113", "status=none"]
        process.standardOutput = pipe
        try process.run()
        let descriptor = dup(pipe.fileHandleForReading.fileDescriptor)
        let back = try ReadBack(StreamSource(path: "pipe", descriptor: descriptor))
        process.waitUntilExit()
        #expect(back.events == trace.events)
        #expect(back.completeness == .complete)
    }

    @Test func aPipeIsWrittenToAndNotReplaced() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("fifo")
        let made = unsafe mkfifo(path, 0o600)
        #expect(made == 0)
        // Opened both ways, so that neither side waits for the other.
        let reader = unsafe open(path, O_RDWR)
        defer { close(reader) }
        let sink = try FileSink(path: path)
        #expect(sink.temporaryPath == nil)
        sink.discard()
        #expect(folder.names == ["fifo"])
    }
}
