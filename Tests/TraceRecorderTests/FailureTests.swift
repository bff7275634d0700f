import Synchronization
import TestRandomness
import Testing
import TraceCore
import TraceFormat
import TraceStore

@testable import TraceRecorder

@Suite struct FailureTests {
    /// Takes so many bytes, and then no more, like a disk that is full. What it took stays.
    private final class FullDisk: ByteSink, Sendable {
        private let limit: Int
        let bytes = Mutex([UInt8]())

        init(limit: Int) { self.limit = limit }

        func write(_ more: [UInt8]) throws(StoreError) {
            let isFull = bytes.withLock { bytes in
                bytes += more.prefix(limit - bytes.count)
                return bytes.count == limit
            }
            if isFull { throw .noSpace(path: "disk", offset: Int64(limit)) }
        }

        func commit() throws(StoreError) {}

        func discard() {}
    }

    @Test(arguments: RecorderConfiguration.WhenFull.allCases)
    func aFullDiskIsToldAtTheEndAndWhatItTookIsReadable(
        whenFull: RecorderConfiguration.WhenFull
    ) throws {
        let disk = FullDisk(limit: 6_000)
        let writer = try TraceWriter(
            sink: disk, description: TraceDescription(schema: SmallSchema.schema),
            blockEvents: 100)
        var configuration = RecorderConfiguration()
        configuration.whenFull = whenFull
        configuration.ringBytes = 64 << 10
        let recorder = try Recorder(
            sink: writer, schema: SmallSchema.schema, configuration: configuration)
        inThreads(2) { _ in
            let producer = recorder.makeProducer(name: "worker")
            // Nothing makes random bits smaller, so even what the rings hold fills the disk.
            var random = TestRandom(seed: 1, purpose: UInt64(producer.thread))
            for _ in 0..<20_000 {
                producer.record(
                    SmallSchema.two, [producer.thread, Int64(bitPattern: random.bits())])
            }
        }
        #expect(throws: RecorderError.store(.noSpace(path: "disk", offset: 6_000))) {
            _ = try recorder.finish()
        }
        // Whole blocks are readable, and the rest is said to be missing.
        let reader = try TraceReader(source: MemorySource(disk.bytes.withLock { $0 }))
        var events: UInt64 = 0
        let end = try reader.readEvents { header, _ in
            events += 1
            #expect(header.sequence == events)
        }
        #expect(events > 0)
        guard case .incomplete = end else {
            Issue.record("\(end)")
            return
        }
    }

    @Test func anExistingFileIsNotReplaced() throws {
        let folder = try Folder()
        let path = folder.path("run.ktrace")
        _ = try Recorder(to: path).finish()
        #expect(throws: RecorderError.store(.exists(path: path))) {
            _ = try Recorder(to: path)
        }
        _ = try Recorder(to: path, overwrites: true).finish()
        #expect(throws: RecorderError.self) { _ = try Recorder(to: folder.path("none/run")) }
    }

    @Test func aKindOfAnotherSchemaTraps() async {
        await #expect(processExitsWith: .failure) {
            let ring = Ring.small(16, .dropNewest)
            Producer(ring: ring, thread: 1).record(KindID(rawValue: 4), [])
        }
        await #expect(processExitsWith: .failure) {
            let ring = Ring.small(16, .dropNewest)
            Producer(ring: ring, thread: 1).record(KindID(rawValue: 999), [])
        }
    }

    @Test func aWrongNumberOfValuesTraps() async {
        await #expect(processExitsWith: .failure) {
            let ring = Ring.small(16, .dropNewest)
            Producer(ring: ring, thread: 1).record(SmallSchema.one, [1, 2])
        }
    }

    @Test func aTextThatWasNeverNumberedTraps() async {
        await #expect(processExitsWith: .failure) {
            let recorder = try Recorder(sink: LogSink(log: Log()), schema: SmallSchema.schema)
            recorder.makeProducer(name: "only").record(SmallSchema.named, [77, 0])
            _ = try recorder.finish()
        }
    }

    @Test func finishingTwiceTraps() async {
        await #expect(processExitsWith: .failure) {
            let recorder = try Recorder(sink: LogSink(log: Log()), schema: SmallSchema.schema)
            _ = try recorder.finish()
            _ = try recorder.finish()
        }
    }

    @Test func aRingThatHoldsNoRowTraps() async {
        await #expect(processExitsWith: .failure) { _ = Ring.small(2, .dropNewest, upTo: 1) }
        await #expect(processExitsWith: .failure) { _ = Ring.small(12, .dropNewest, upTo: 1) }
    }
}
