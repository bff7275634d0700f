import PhysicalMemory
import Testing

/// Programmer errors end the process.
struct PreconditionTests {
    @Test func overlappingSegmentsTrap() async {
        await #expect(processExitsWith: .failure) {
            _ = PhysicalMemory(segments: [
                MemorySegment(start: 100, end: 200, domain: 0),
                MemorySegment(start: 150, end: 250, domain: 0),
            ])
        }
    }

    @Test func freeingTwiceTraps() async {
        await #expect(processExitsWith: .failure) {
            var memory = PhysicalMemory(segments: [MemorySegment(start: 0, end: 64, domain: 0)])
            memory.free(3)
        }
    }

    @Test func pageOutsideAllSegmentsTraps() async {
        await #expect(processExitsWith: .failure) {
            let memory = PhysicalMemory(segments: [MemorySegment(start: 64, end: 128, domain: 0)])
            _ = memory.kind(of: 12)
        }
    }

    @Test func oddAlignmentTraps() async {
        await #expect(processExitsWith: .failure) { _ = AddressBounds(alignment: 12288) }
    }

    @Test func freePageCannotChangeItsKind() async {
        await #expect(processExitsWith: .failure) {
            var memory = PhysicalMemory(segments: [MemorySegment(start: 0, end: 64, domain: 0)])
            memory.changeKind(of: 3, to: .wired)
        }
    }

    @Test func refusedCallCannotScan() async {
        await #expect(processExitsWith: .failure) {
            let memory = PhysicalMemory(segments: [MemorySegment(start: 0, end: 32, domain: 0)])
            var call = ReclaimCall(ReclaimRequest(domain: 0, desiredRuns: 2), on: memory)
            _ = call.scan(memory, visitBudget: 10)
        }
    }

    @Test func scanningCallCannotTryARun() async {
        await #expect(processExitsWith: .failure) {
            var memory = PhysicalMemory(segments: [MemorySegment(start: 0, end: 512, domain: 0)])
            var call = ReclaimCall(ReclaimRequest(domain: 0, desiredRuns: 2), on: memory)
            _ = call.tryNextRun(&memory)
        }
    }

    @Test func unalignedBlockTraps() async {
        await #expect(processExitsWith: .failure) {
            var memory = PhysicalMemory(segments: [MemorySegment(start: 0, end: 64, domain: 0)])
            memory.freeBlock(1, order: 1)
        }
    }

    @Test func boundarySmallerThanARunTraps() async {
        await #expect(processExitsWith: .failure) {
            _ = ReclaimRequest(
                domain: 0, bounds: AddressBounds(boundary: 4096), desiredRuns: 1)
        }
    }
}
