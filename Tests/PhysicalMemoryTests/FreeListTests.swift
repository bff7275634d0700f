import PhysicalMemory
import Testing

struct FreeListTests {
    private func small(_ pages: Int = 64) -> PhysicalMemory {
        PhysicalMemory(segments: [MemorySegment(start: 65536, end: 65536 + pages, domain: 0)])
    }

    @Test func freeingPagesInAnyOrderGivesOneBlock() {
        var orders: [[Int]] = [[]]
        for page in 0..<6 {
            orders = orders.flatMap { order in
                (0...order.count).map { place in
                    var longer = order
                    longer.insert(page, at: place)
                    return longer
                }
            }
        }
        #expect(orders.count == 720)
        let full = small(8)
        for order in orders {
            var memory = full
            for _ in 0..<8 { _ = memory.allocatePage(0, class: .interrupt, kind: .kernel) }
            #expect(memory.largestFreeOrder(0) == nil)
            for page in order { memory.free(65536 + page) }
            memory.free(65542)
            memory.free(65543)
            #expect(memory.freeList(domain: 0, pool: .direct, order: 3) == [65536], "\(order)")
            #expect(memory.domains[0].contiguousBlocks == 2, "\(order)")
        }
    }

    @Test func rangeFreedInOneCallIsNotMerged() {
        var memory = small()
        let page = memory.allocateContiguous(
            domain: 0, count: 4, bounds: AddressBounds(), kind: .wired)
        #expect(page == 65536)
        memory.freeContiguous(65536, count: 4)
        #expect(memory.freeList(domain: 0, pool: .standard, order: 2) == [65540, 65536])
        #expect(memory.checkInvariants().contains { $0.contains("free buddy") })
        let faults = memory.checkInvariants(allowsUnmergedBuddies: true)
        #expect(!faults.contains { $0.contains("buddy") })
    }

    @Test func blocksNeverCrossASegmentEdge() {
        let memory = PhysicalMemory(segments: [
            MemorySegment(start: 65536, end: 65552, domain: 0),
            MemorySegment(start: 65552, end: 65568, domain: 0),
        ])
        #expect(memory.freeList(domain: 0, pool: .standard, order: 4) == [65536, 65552])
        #expect(memory.checkInvariants().isEmpty)
    }

    @Test func freedPageGivesItsPoolToTheMergedBlock() throws {
        var memory = small()
        let first = memory.allocatePage(0, class: .interrupt)
        let page = try #require(first)
        #expect(memory.pool(of: page) == .direct)
        #expect(memory.freeList(domain: 0, pool: .direct, order: 5) == [65568])
        memory.free(page)
        #expect(memory.freeList(domain: 0, pool: .direct, order: 6) == [65536])
        #expect(memory.checkInvariants().isEmpty)
    }

    @Test func importNeedsABlockOfOrderTwo() throws {
        var memory = try PhysicalMemory.fragmented(freeSingles: 200, tail: [(4, .file)])
        #expect(memory.largestFreeOrder(0) == 0)
        #expect(memory.importBuffer(0) == nil)
        #expect(memory.domains[0].pageoutDeficit == 1)
        for page in 65936..<65940 { memory.free(page) }
        #expect(memory.largestFreeOrder(0) == 2)
        #expect(memory.importBuffer(0) == 65936)
        #expect(memory.kind(of: 65936) == .buffer)
        memory.releaseBuffer(65936)
        #expect(memory.largestFreeOrder(0) == 2)
        #expect(memory.collectPageoutDeficit(0) == 1)
        #expect(memory.domains[0].pageoutDeficit == 0)
    }

    @Test func batchTakesSmallBlocksFirst() {
        var memory = small()
        _ = memory.allocateBlock(domain: 0, pool: .standard, order: 0, kind: .wired)
        var runs: [PhysicalMemory.PageRun] = []
        let got = memory.allocateBatch(
            0, class: .interrupt, pool: .standard, count: 5, into: &runs)
        #expect(got == 5)
        #expect(runs.map(\.page) == [65537, 65538, 65540])
        #expect(runs.map(\.count) == [1, 2, 2])
        #expect(memory.domains[0].freeCount == 64 - 5)
    }
}
