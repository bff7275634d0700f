import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import Testing
import TraceCore

/// Runs that lie in a reservation: counted by the kernel, of no use to an import (engine
/// specification 4.7, the trap).
struct PhantomTests {
    private let host = PageMap.host((4096, 2))

    /// Single free pages below, then a reservation of which every second page is populated.
    private func halfReservation() throws -> MemorySnapshot {
        let first = host.domains[0].firstPage + 2048
        var memory = PageMap.memory(host) { _, offset in
            if offset < 2048 { return offset % 2 == 0 ? .free : .kernel }
            return offset < 2560 ? .free : .kernel
        }
        let extent = Int32(host.extent(ofPage: first, domain: 0))
        let made = memory.makeReservation(
            in: 0, object: extent, offset: 0, class: .normal, kind: .file)
        #expect(made == first)
        for offset in stride(from: 2, to: 512, by: 2) {
            let page = memory.populateReservation(
                at: first, offset: offset, class: .normal, kind: .file)
            #expect(page == first + offset)
        }
        memory.drainSignals()
        return memory.snapshot()
    }

    @Test func aPhantomRunGainsNothing() throws {
        var run = try EngineRun(
            host, halfReservation(), policy: .named("reclaim-batch", ("max_reclaim", 20)),
            detail: 2)
        run.apply(.record(at: 0))
        run.run(until: 900_000_000)
        let end = try #require(run.log.all(.batchEnd).first)
        #expect(end.text("result") == "ok")
        #expect(end["passes"] == 2)
        #expect(end["ok"] == 20)
        #expect(end["phantom"] == 20)
        #expect(end["moved"] == 40)
        #expect(end["gained_blocks"] == 0)
        #expect(end["nominal"] == 20)
        #expect(run.log.all(.run).map { $0["phantom"] } == Array(repeating: 1, count: 20))
        #expect(run.engine.memory.domains[0].contiguousBlocks == 0)
        #expect(run.engine.invariantViolations() == [])
        // The next record fails as the first one did.
        run.apply(.record(at: 1_000_000_000))
        #expect(run.log.all(.allocFail).count == 2)
    }

    /// The reservation ends with its last page, and then all of it is free at once.
    @Test func theLastPageOfAReservationFreesAllOfIt() throws {
        var run = try EngineRun(
            host, halfReservation(), policy: .named("reclaim-batch", ("max_reclaim", 128)))
        run.apply(.record(at: 0))
        run.run(until: 900_000_000)
        let end = try #require(run.log.all(.batchEnd).first)
        #expect(end["ok"] == 128)
        #expect(end["phantom"] == 127)
        #expect(end["gained_blocks"] == 128)
        #expect(run.engine.memory.domains[0].contiguousBlocks == 128)
        #expect(run.engine.invariantViolations() == [])
    }
}
