import PhysicalMemory
import TestRandomness
import Testing

/// Long random histories; after every few steps a full recount.
struct RandomOperationTests {
    @Test(arguments: TestSeeds.all) func stateStaysSound(seed: UInt64) throws {
        var world = RandomWorld(seed: seed)
        for step in 0..<1500 {
            world.step()
            if step % 150 == 149 {
                let faults = world.memory.checkInvariants()
                #expect(faults.isEmpty, "seed \(seed), step \(step): \(faults.prefix(4))")
                if !faults.isEmpty { return }
                let restored = try PhysicalMemory(world.memory.snapshot())
                #expect(
                    restored.stateDigest == world.memory.stateDigest, "seed \(seed) step \(step)")
            }
        }
        let lost = world.lostContent()
        #expect(lost.isEmpty, "seed \(seed): content lost \(lost.prefix(4))")
        #expect(world.moves > 0, "seed \(seed): nothing was relocated")
    }

    /// The same with page queues; these are no part of a snapshot.
    @Test(arguments: TestSeeds.all) func stateStaysSoundWithPageQueues(seed: UInt64) {
        var world = RandomWorld(seed: seed)
        world.memory.startPageQueues()
        for step in 0..<1500 {
            world.step()
            if step % 150 == 149 {
                let faults = world.memory.checkInvariants()
                #expect(faults.isEmpty, "seed \(seed), step \(step): \(faults.prefix(4))")
                if !faults.isEmpty { return }
            }
        }
        #expect(world.lostContent().isEmpty, "seed \(seed)")
        #expect(world.memory.pageQueueLength(.inactive, domain: 0) > 0, "seed \(seed)")
    }

    /// Page queues look on: they change nothing of what happens to pages.
    @Test(arguments: TestSeeds.all) func pageQueuesChangeNoOutcome(seed: UInt64) {
        var plain = RandomWorld(seed: seed)
        var queued = plain
        queued.memory.startPageQueues()
        for _ in 0..<600 {
            plain.step()
            queued.step()
        }
        #expect(plain.memory.snapshot() == queued.memory.snapshot(), "seed \(seed)")
    }

    @Test func equalSeedsGiveEqualStates() {
        var first = RandomWorld(seed: 99)
        var second = RandomWorld(seed: 99)
        for _ in 0..<800 {
            first.step()
            second.step()
        }
        #expect(first.memory.stateDigest == second.memory.stateDigest)
        #expect(first.memory.snapshot() == second.memory.snapshot())
    }

    /// A restored state goes on exactly as the original.
    @Test func restoredStateHasTheSameFuture() throws {
        var first = RandomWorld(seed: 7)
        for _ in 0..<700 { first.step() }
        var second = first
        second.memory = try PhysicalMemory(first.memory.snapshot())
        second.memory.recordsDetails = true
        for _ in 0..<700 {
            first.step()
            second.step()
        }
        #expect(first.memory.stateDigest == second.memory.stateDigest)
    }
}

private struct RandomWorld {
    var memory: PhysicalMemory
    var random: TestRandom
    var buffers: [Int] = []
    var kernelPages: [Int] = []
    /// Page of each movable content by owner number, -1 = gone.
    var movable: [Int] = []
    var objects: [PageObject] = []
    var call: ReclaimCall?
    var moves = 0

    init(seed: UInt64) {
        random = TestRandom(seed: seed)
        memory = PhysicalMemory(segments: [
            MemorySegment(start: 65539, end: 69000, domain: 0),
            MemorySegment(start: 69000, end: 71500, domain: 1),
            MemorySegment(start: 71700, end: 74000, domain: 0),
        ])
        memory.recordsDetails = true
        for number in 0..<4 {
            objects.append(
                PageObject(
                    id: Int32(number), isFile: number % 2 == 0, pageCount: 1800,
                    color: number * 100))
        }
        while memory.domains[0].freeCount > 500 { addMovable(0) }
        while memory.domains[1].freeCount > 500 { addMovable(1) }
        for _ in 0..<2500 { removeMovable() }
    }

    mutating func step() {
        memory.drainSignals()
        if random.isOneIn(5) { memory.ticks &+= 1 }
        let domain = random.below(2)
        switch random.below(12) {
        case 0, 1:
            let page = memory.importBuffer(domain, breakReservations: random.isOneIn(10))
            if let page { buffers.append(page) }
        case 2:
            if !buffers.isEmpty {
                memory.releaseBuffer(buffers.remove(at: random.below(buffers.count)))
            }
        case 3:
            if let page = memory.allocatePage(domain, class: .normal, kind: .fallback) {
                kernelPages.append(page)
            }
        case 4:
            if !kernelPages.isEmpty {
                memory.free(kernelPages.remove(at: random.below(kernelPages.count)))
            }
        case 5: addMovable(domain)
        case 6: removeMovable()
        case 7: changeKind()
        case 8, 9: touchObject(domain)
        default: advanceCall(domain)
        }
    }

    /// Owners of movable content that is no longer where the book says.
    func lostContent() -> [Int] {
        movable.indices.filter { number in
            movable[number] >= 0 && memory.owner(of: movable[number]) != Int32(number)
        }
    }

    private mutating func addMovable(_ domain: Int) {
        let kind: PageKind = random.isOneIn(2) ? .file : .anonymous
        let page = memory.allocateMovablePage(domain, kind: kind, owner: Int32(movable.count))
        if let page { movable.append(page) }
    }

    private mutating func removeMovable() {
        let number = random.below(movable.count)
        if movable[number] < 0 { return }
        memory.free(movable[number])
        movable[number] = -1
    }

    private mutating func changeKind() {
        let page = movable[random.below(movable.count)]
        if page < 0 { return }
        let kinds: [PageKind] = [
            .file, .anonymous, .busy, .unqueued, .wiredWhenUnmapped, .wiredObject,
        ]
        memory.changeKind(of: page, to: kinds[random.below(kinds.count)])
    }

    private mutating func touchObject(_ domain: Int) {
        let number = random.below(objects.count)
        let start = random.below(1700)
        for index in start..<start + 1 + random.below(90) {
            if objects[number].page(at: index) == nil {
                let owner = Int32(1 << 20 + number << 12 + index)
                _ = memory.allocatePage(
                    of: &objects[number], at: index, domain: domain, class: .normal,
                    owner: owner)
            } else if random.isOneIn(2) {
                memory.releasePage(of: &objects[number], at: index)
            }
        }
        if random.isOneIn(60) { memory.breakReservations(of: objects[number]) }
    }

    private mutating func advanceCall(_ domain: Int) {
        if call == nil || call?.isOver == true {
            let request = ReclaimRequest(domain: domain, desiredRuns: 1 + random.below(60))
            if call == nil { call = ReclaimCall(request, on: memory) }
            call?.restart(request, on: memory)
        }
        for _ in 0..<20 {
            switch call?.phase {
            case .scanning: _ = call?.scan(memory, visitBudget: 1 + random.below(700))
            case .relocating:
                memory.drainSignals()
                _ = call?.tryNextRun(&memory)
                // A later run may move the same content again.
                followMoves()
            default: return
            }
        }
    }

    /// Books follow the content by its owner number.
    private mutating func followMoves() {
        for signal in memory.signals {
            guard case .pageMoved(let from, let to) = signal else { continue }
            moves += 1
            follow(from, to)
        }
    }

    private mutating func follow(_ from: Int, _ to: Int) {
        let owner = Int(memory.owner(of: to))
        if owner >= 1 << 20 {
            let number = (owner - 1 << 20) >> 12
            let index = owner & 4095
            if objects[number].page(at: index) == from {
                objects[number].movePage(at: index, to: to)
            }
        } else if owner >= 0 && movable[owner] == from {
            movable[owner] = to
        }
    }
}
