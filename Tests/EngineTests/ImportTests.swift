import EngineTestSupport
import PhysicalMemory
import Testing
import TraceCore

@testable import ReclaimEngine

/// How the zone fills its buckets, and what a failure costs (engine specification 4.3, 4.4).
struct ImportTests {
    private let host = PageMap.host((4096, 2))

    private func run(
        _ memory: MemorySnapshot, bucketSize: Int64 = 1
    ) throws -> EngineRun {
        var model = ModelParameters.quiet
        model.bucketSize = bucketSize
        return try EngineRun(host, memory, policy: .named("cache-only"), model: model, detail: 2)
    }

    /// Fewer free pages than `free_min`, all of them single.
    private var short: MemorySnapshot {
        PageMap.scarce(host, free: PageMap.thresholds(host).min - 1)
    }

    @Test func oneFailureIsTwoFailedImports() throws {
        var run = try run(PageMap.fragmented(host), bucketSize: 5)
        run.apply(.record(at: 0))
        let imports = run.log.all(.importCall)
        #expect(imports.map { $0.text("phase") } == ["bucket", "item"])
        #expect(imports.map { $0["wanted"] } == [5, 1])
        #expect(imports.map { $0["got"] } == [0, 0])
        #expect(imports.allSatisfy { $0.cause == run.log.all(.request)[0].sequence })
        #expect(run.engine.zone.counters.fails == 2)
        #expect(run.engine.memory.domains[0].pageoutDeficit == 2)
        #expect(run.log.count(.allocFail) == 1)
    }

    @Test func withoutBucketsItIsOne() throws {
        var run = try run(short)
        run.apply(.background(at: 0, .drain), .record(at: 1))
        #expect(run.log.all(.importCall).map { $0.text("phase") } == ["item"])
        #expect(run.engine.zone.counters.fails == 1)
        #expect(run.engine.memory.domains[0].pageoutDeficit == 1)
        #expect(run.log.count(.allocFail) == 1)
    }

    @Test func twentySecondsPassBeforeAShortageIsSeen() throws {
        var run = try run(short)
        run.apply(.record(at: 19_999_999_999, cpu: 0), .record(at: 20_000_000_000, cpu: 1))
        let imports = run.log.all(.importCall)
        #expect(imports.filter { $0.cpu == 0 }.map { $0.text("phase") } == ["bucket", "item"])
        #expect(imports.filter { $0.cpu == 1 }.map { $0.text("phase") } == ["item"])
    }

    @Test func withoutBucketsABufferIsImportedAlone() throws {
        let memory = PageMap.memory(host) { _, offset in offset < 8 ? .free : .kernel }.snapshot()
        var run = try run(memory, bucketSize: 2)
        run.apply(.background(at: 0, .drain), .record(at: 1))
        #expect(run.log.all(.importCall).map { $0["got"] } == [1])
        #expect(run.engine.memory.domains[0].freeCount == 4)
        #expect(run.engine.invariantViolations() == [])
    }

    @Test(arguments: [1, 2, 7, 62] as [Int64])
    func aBucketIsFilledWithItsSize(size: Int64) throws {
        var run = try run(PageMap.empty(host), bucketSize: size)
        run.apply((0...size).map { .record(at: $0) })
        #expect(run.log.all(.importCall).map { $0["got"] } == [size, size])
        #expect(
            run.log.all(.hit).map { $0.text("level") }
                == Array(repeating: "cpu", count: Int(size) - 1))
        #expect(run.engine.memory.domains[0].freeCount == 4096 - 8 * Int(size))
    }

    @Test func aPartOfABucketIsASuccess() throws {
        let memory = PageMap.memory(host) { _, offset in
            offset % 16 < 4 && offset < 48 || offset % 2 == 0 ? .free : .kernel
        }.snapshot()
        var run = try run(memory, bucketSize: 16)
        run.apply((0..<4).map { .record(at: $0) })
        #expect(run.log.all(.importCall).map { $0["wanted"] } == [16, 16, 1])
        #expect(run.log.all(.importCall).map { $0["got"] } == [3, 0, 0])
        #expect(run.log.count(.allocFail) == 1)
        #expect(run.engine.zone.counters.fails == 2)
        #expect(run.engine.memory.domains[0].pageoutDeficit == 3)
    }

    @Test func theDrainGivesListedBuffersBackAndNoOthers() throws {
        var run = try run(PageMap.empty(host))
        run.apply((0..<9).map { .record(at: $0, lifetimeNs: 1000 - $0) })
        run.run(until: 1000)
        // Capacity 2: two buckets stay with the CPU, one of them with a single buffer; the other
        // six buffers are listed.
        #expect(run.engine.zone.listedItems == [6])
        run.apply(.background(at: 2000, .drain))
        #expect(run.log.all(.zoneTrim).map { $0["buffers"] } == [6])
        #expect(run.log.all(.zoneTrim).map { $0.text("why") } == ["drain"])
        #expect(run.engine.zone.listedItems == [0])
        #expect(run.engine.memory.domains[0].freeCount == 4096 - 12)
        #expect(run.engine.invariantViolations() == [])
    }

    @Test func aBufferFreedOnTheOtherDomainGoesHome() throws {
        let host = PageMap.host((4096, 1), (4096, 1))
        var run = try EngineRun(
            host, PageMap.empty(host), policy: .named("cache-only"), detail: 2)
        run.apply((0..<3).map { .record(at: $0, cpu: 0, lifetimeNs: 1000, freeCpu: 1) })
        run.run(until: 1001)
        #expect(run.engine.zone.listedItems == [0, 0])
        run.run(until: 1002)
        #expect(run.log.all(.returned).map { $0["cross"] } == [1, 1, 1])
        // A full cross bucket goes to the list of its own domain when the next buffer comes.
        #expect(run.engine.zone.listedItems == [2, 0])
        run.apply(.record(at: 2000, cpu: 1), .record(at: 2001, cpu: 0))
        #expect(run.log.all(.importCall).last?.domain == 1)
        #expect(run.log.all(.hit).map { $0.text("level") } == ["list"])
        #expect(run.engine.memory.domains.map(\.freeCount) == [4084, 4092])
        #expect(run.engine.invariantViolations() == [])
    }
}
