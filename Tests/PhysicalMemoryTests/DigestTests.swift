import PhysicalMemory
import Testing

struct DigestTests {
    @Test func swappedListNeighboursChangeTheDigest() throws {
        let memory = try PhysicalMemory.fragmented(freeSingles: 100, tail: [(4, .file)])
        let image = memory.snapshot()
        var seen: [UInt64] = [memory.stateDigest]
        for place in 4..<image.freeLists.count - 1 {
            var other = image
            other.freeLists.swapAt(place, place + 1)
            let swapped = try PhysicalMemory(other)
            #expect(swapped.checkInvariants().isEmpty)
            #expect(!seen.contains(swapped.stateDigest), "place \(place)")
            seen.append(swapped.stateDigest)
        }
    }

    @Test func everyPartOfAPageStateCounts() throws {
        let start = try PhysicalMemory.fragmented(freeSingles: 100, tail: [(8, .file)])
        var seen = [start.stateDigest]
        func check(_ change: (inout PhysicalMemory) -> Void) {
            var memory = start
            change(&memory)
            #expect(!seen.contains(memory.stateDigest))
            #expect(memory.stateDigest == memory.recomputedStateDigest())
            seen.append(memory.stateDigest)
        }
        check { $0.wire(65736) }
        check { $0.wire(65737) }
        check { $0.changeKind(of: 65736, to: .busy) }
        check { $0.setOwner(of: 65736, to: 7) }
        check { $0.setOwner(of: 65736, to: 8) }
        check { $0.free(65736) }
        check { $0.ticks += 1 }
        check { $0.addMinWaiter() }
        check { $0.addPageDaemonWaiter(0) }
        check { _ = $0.allocatePage(0, class: .interrupt) }
        check { _ = $0.allocatePage(0, class: .interrupt, owner: 3) }
    }

    @Test func undoneChangesRestoreTheDigest() throws {
        var memory = try PhysicalMemory.fragmented(freeSingles: 300, tail: [(8, .file)])
        let digest = memory.stateDigest
        memory.wire(65536 + 600)
        #expect(memory.stateDigest != digest)
        memory.unwire(65536 + 600, to: .file)
        #expect(memory.stateDigest == digest)
        memory.setOwner(of: 65536 + 600, to: 9)
        memory.setOwner(of: 65536 + 600, to: -1)
        #expect(memory.stateDigest == digest)
    }
}
