import PhysicalMemory
import Testing

/// The counters of `vm.reserv` (engine specification, section 13, B6), and why a reservation broke.
struct ReservationCountTests {
    private func reserved(pages indices: [Int]) -> (PhysicalMemory, PageObject) {
        var memory = PhysicalMemory(segments: [
            MemorySegment(start: 65536, end: 65536 + 4096, domain: 0)
        ])
        var object = PageObject(id: 3, isFile: false, pageCount: 4000, color: 0)
        for index in indices {
            let page = memory.allocatePage(of: &object, at: index, domain: 0, class: .interrupt)
            #expect(page?.isInReservation == true)
        }
        memory.drainSignals()
        return (memory, object)
    }

    private func counts(_ memory: PhysicalMemory) -> [Int64] {
        let counts = memory.reservationCounts
        return [counts.broken, counts.reclaimed, counts.freed]
    }

    private func breaks(_ memory: PhysicalMemory) -> [MemorySignal] {
        memory.signals.filter {
            if case .reservationBroken = $0 { return true }
            return false
        }
    }

    @Test func pressureCountsTwice() {
        var (memory, _) = reserved(pages: [5, 6, 600])
        #expect(memory.queuedReservationCount(0) == 2)
        let isBroken = memory.breakOldestReservation(0)
        #expect(isBroken)
        #expect(counts(memory) == [1, 1, 0])
        #expect(
            breaks(memory)
                == [.reservationBroken(first: 65536, population: 2, cause: .shortage)])
        #expect(memory.queuedReservationCount(0) == 1)
        let page = memory.breakReservation(
            domain: 0, count: 4, bounds: AddressBounds(), kind: .wired)
        #expect(page != nil)
        #expect(counts(memory) == [2, 2, 0])
        #expect(
            breaks(memory).last
                == .reservationBroken(first: 66048, population: 1, cause: .contiguous))
        #expect(memory.queuedReservationCount(0) == 0)
    }

    @Test func anObjectThatGoesAwayCountsOnce() {
        var (memory, object) = reserved(pages: [5])
        memory.breakReservations(of: object)
        #expect(counts(memory) == [1, 0, 0])
        #expect(
            breaks(memory) == [.reservationBroken(first: 65536, population: 1, cause: .object)])
        memory.releasePage(of: &object, at: 5)
        #expect(counts(memory) == [1, 0, 0])
    }

    @Test func anEmptiedOneIsFreed() {
        var (memory, object) = reserved(pages: [5, 6])
        memory.releasePage(of: &object, at: 6)
        #expect(counts(memory) == [0, 0, 0])
        memory.releasePage(of: &object, at: 5)
        #expect(counts(memory) == [0, 0, 1])
        #expect(breaks(memory).isEmpty)
        #expect(memory.queuedReservationCount(0) == 0)
    }

    /// With all free pages below a run in the reservation there, a relocation breaks it.
    @Test func aTargetBreaksOneToo() {
        var (memory, _) = reserved(pages: [0])
        // All other pages become kernel pages but one run of the object's.
        while memory.domains[0].freeCount > 511 {
            let page = memory.allocatePage(0, class: .interrupt, kind: .kernel)
            #expect(page != nil)
        }
        #expect(memory.domains[0].freeCount == 511)
        #expect(breaks(memory).isEmpty)
        let run = 65536 + 2048
        for page in run..<run + 4 { memory.changeKind(of: page, to: .file) }
        var call = ReclaimCall(ReclaimRequest(domain: 0, desiredRuns: 1), on: memory)
        call.runToEnd(&memory)
        #expect(
            breaks(memory) == [.reservationBroken(first: 65536, population: 1, cause: .target)])
        #expect(counts(memory) == [1, 1, 0])
    }

    @Test func roomIsToldOnlyToWatchers() {
        var (memory, object) = reserved(pages: Array(0..<511))
        memory.ticks += 1
        for index in [100, 101, 102] { memory.releasePage(of: &object, at: index) }
        memory.releasePage(of: &object, at: 103)
        #expect(memory.signals.isEmpty)
        #expect(memory.hasReservationWithRoom(0))
        (memory, object) = reserved(pages: Array(0..<511))
        memory.watchesReservations = true
        memory.ticks += 1
        for index in [100, 101, 102] { memory.releasePage(of: &object, at: index) }
        #expect(memory.signals.isEmpty)
        #expect(!memory.hasReservationWithRoom(0))
        memory.releasePage(of: &object, at: 103)
        #expect(memory.signals == [.reservationHasRoom(domain: 0)])
    }
}
