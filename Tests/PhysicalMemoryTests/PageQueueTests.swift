import TestRandomness
import Testing

@testable import PhysicalMemory

/// Page queues against plain arrays, and the rule they start by.
struct PageQueueTests {
    private static let queues: [PageQueue] = [.inactive, .active, .laundry]

    /// 120,000 operations in all.
    @Test(arguments: TestSeeds.chosen(1...4))
    func queuesAreThoseOfPlainArrays(seed: UInt64) throws {
        var world = QueueWorld(seed: seed)
        for step in 0..<30_000 {
            world.step()
            if let fault = world.headFault() {
                Issue.record("seed \(seed), step \(step): \(fault)")
                return
            }
            if step % 100 == 99, let fault = world.fault() {
                Issue.record("seed \(seed), step \(step): \(fault)")
                return
            }
            if step % 3000 == 2999 {
                let faults = world.memory.checkInvariants()
                #expect(faults.isEmpty, "seed \(seed), step \(step): \(faults.prefix(4))")
            }
        }
        #expect(world.moves > 100, "seed \(seed): hardly anything was relocated")
    }

    @Test func withoutQueuesNothingIsKept() throws {
        var memory = PhysicalMemory(segments: [
            MemorySegment(start: 65536, end: 66536, domain: 0)
        ])
        let taken = memory.allocateMovablePage(0, class: .interrupt, kind: .anonymous)
        let page = try #require(taken)
        #expect(memory.pageQueue(of: page) == .none)
        #expect(memory.pageQueueLength(.inactive, domain: 0) == 0)
        #expect(!memory.isDirty(page))
        #expect(memory.checkInvariants() == [])
    }

    @Test func everyIdleObjectPageStartsOnAQueue() throws {
        let memory = try started()
        let queued = Self.queues.flatMap { queue in
            (0..<2).flatMap { memory.pages(on: queue, domain: $0) }
        }
        let wanted = memory.segments.flatMap { segment in
            (segment.start..<segment.end).filter { memory.kind(of: $0).isQueued }
        }
        #expect(queued.sorted() == wanted)
        #expect(memory.pageQueueLength(.laundry, domain: 0) == 0)
        let active = memory.pageQueueLength(.active, domain: 0)
        let all = active + memory.pageQueueLength(.inactive, domain: 0)
        #expect(active * 5 > all && active * 3 < all)
        for page in wanted {
            #expect(memory.isDirty(page) == (memory.kind(of: page) == .anonymous))
        }
        #expect(memory.checkInvariants() == [])
    }

    /// Whatever lies together in memory is far apart in the queue: the oldest tenth of the pages
    /// leaves no more than a few whole blocks of four.
    @Test func theFirstPagesLieApart() throws {
        let memory = try started()
        let inactive = memory.pages(on: .inactive, domain: 0)
        let first = Set(inactive.prefix(inactive.count / 10))
        let blocks = first.filter { page in
            page % 4 == 0 && (0..<4).allSatisfy { first.contains(page + $0) }
        }
        #expect(first.count > 1000)
        #expect(blocks.count <= 2)
    }

    @Test func theStartDependsOnThePagesOnly() throws {
        let (one, other) = (try started(), try started())
        #expect(one.stateDigest == other.stateDigest)
        #expect(one.pages(on: .inactive, domain: 1) == other.pages(on: .inactive, domain: 1))
    }

    @Test func theOrderOfAQueueIsInTheDigest() throws {
        var memory = try started()
        let before = memory.stateDigest
        let page = try #require(memory.firstPage(on: .inactive, domain: 0))
        memory.requeue(page, to: .inactive)
        #expect(memory.stateDigest != before)
        memory.requeue(page, to: .inactive, atHead: true)
        #expect(memory.stateDigest == before)
        memory.setReferenced(page, true)
        #expect(memory.stateDigest != before)
    }

    @Test func thePageDaemonsClassIsPromoted() {
        #expect(AllocationClass.normal.forPageDaemon == .system)
        #expect(AllocationClass.system.forPageDaemon == .system)
        #expect(AllocationClass.interrupt.forPageDaemon == .interrupt)
    }

    private func started() throws -> PhysicalMemory {
        var memory = PhysicalMemory(segments: [
            MemorySegment(start: 65600, end: 85_000, domain: 0),
            MemorySegment(start: 90_000, end: 93_000, domain: 1),
        ])
        for domain in 0..<2 {
            for number in 0..<memory.domains[domain].pageCount {
                let kind: PageKind = number % 7 == 0 ? .anonymous : .file
                let taken = memory.allocateMovablePage(domain, class: .interrupt, kind: kind)
                let page = try #require(taken)
                if number % 50 == 1 { memory.changeKind(of: page, to: .kernel) }
            }
        }
        memory.startPageQueues()
        return memory
    }
}

/// Two small domains and, beside them, their queues as arrays.
private struct QueueWorld {
    var memory: PhysicalMemory
    var random: TestRandom
    /// By domain and queue, head first.
    var queues = [[[Int]]](repeating: [[], [], [], []], count: 2)
    var referenced: Set<Int> = []
    var dirty: Set<Int> = []
    var held: [Int] = []
    var moves = 0

    init(seed: UInt64) {
        random = TestRandom(seed: seed)
        let limits = Thresholds(
            interruptFreeMin: 0, pageoutFreeMin: 1, reserved: 2, severe: 3, min: 4, target: 8,
            wakeup: 7)
        memory = PhysicalMemory(
            segments: [
                MemorySegment(start: 1029, end: 1300, domain: 0),
                MemorySegment(start: 1300, end: 1480, domain: 1),
            ], thresholds: [limits, limits])
        memory.recordsDetails = true
        memory.startPageQueues()
    }

    mutating func step() {
        memory.drainSignals()
        switch random.below(20) {
        case 0...5: allocate()
        case 6...8: free()
        case 9...11: changeKind()
        case 12...15: requeue()
        case 16: mark()
        case 17: allocateBuffer()
        default: reclaim()
        }
    }

    func headFault() -> String? {
        for domain in 0..<2 {
            for queue in [PageQueue.inactive, .active, .laundry] {
                let wanted = queues[domain][Int(queue.rawValue)]
                let first = memory.firstPage(on: queue, domain: domain)
                let count = memory.pageQueueLength(queue, domain: domain)
                if first != wanted.first || count != wanted.count {
                    return "\(queue) of \(domain): \(count) pages from \(first ?? -1)"
                }
            }
        }
        return nil
    }

    func fault() -> String? {
        for domain in 0..<2 {
            for queue in [PageQueue.inactive, .active, .laundry] {
                let pages = memory.pages(on: queue, domain: domain)
                if pages != queues[domain][Int(queue.rawValue)] { return "\(queue) of \(domain)" }
                if pages.contains(where: { memory.pageQueue(of: $0) != queue }) {
                    return "queue told by a page of \(queue)"
                }
            }
        }
        for page in held {
            if memory.isReferenced(page) != referenced.contains(page) { return "referenced" }
            if memory.isDirty(page) != dirty.contains(page) { return "dirty" }
        }
        return nil
    }

    private func domain(_ page: Int) -> Int { page < 1300 ? 0 : 1 }

    private mutating func remove(_ page: Int) {
        for queue in 1...3 { queues[domain(page)][queue].removeAll { $0 == page } }
    }

    private mutating func forget(_ page: Int) {
        remove(page)
        referenced.remove(page)
        dirty.remove(page)
        held.removeAll { $0 == page }
    }

    private mutating func allocate() {
        let kind = random.choice([PageKind.file, .file, .anonymous, .invalid])
        guard
            let page = memory.allocateMovablePage(
                random.below(2), class: .interrupt, kind: kind)
        else { return }
        held.append(page)
        queues[domain(page)][1].append(page)
        if kind == .anonymous { dirty.insert(page) }
    }

    private mutating func free() {
        guard !held.isEmpty else { return }
        let page = random.choice(held)
        forget(page)
        memory.free(page)
    }

    private mutating func changeKind() {
        guard !held.isEmpty else { return }
        let page = random.choice(held)
        let kind = random.choice([
            PageKind.file, .anonymous, .busy, .wiredWhenUnmapped, .wiredObject, .unqueued,
            .otherObject, .kernel,
        ])
        let old = memory.kind(of: page)
        memory.changeKind(of: page, to: kind)
        let wasQueued = queues[domain(page)].joined().contains(page)
        let isQueued = [.file, .anonymous, .busy, .wiredWhenUnmapped].contains(kind)
        if wasQueued && !isQueued { remove(page) }
        if !wasQueued && isQueued { queues[domain(page)][1].append(page) }
        if kind == .kernel {
            referenced.remove(page)
            dirty.remove(page)
        }
        if kind == .anonymous && old == .kernel { dirty.insert(page) }
    }

    private mutating func requeue() {
        let queued = queues.joined().joined()
        guard !queued.isEmpty else { return }
        let page = random.choice(Array(queued))
        let queue = random.choice([PageQueue.inactive, .active, .laundry])
        let atHead = random.isOneIn(3)
        remove(page)
        let place = atHead ? 0 : queues[domain(page)][Int(queue.rawValue)].count
        queues[domain(page)][Int(queue.rawValue)].insert(page, at: place)
        memory.requeue(page, to: queue, atHead: atHead)
    }

    private mutating func mark() {
        let pages = held.filter { memory.kind(of: $0).hasObject }
        guard !pages.isEmpty else { return }
        let page = random.choice(pages)
        let isSet = random.isOneIn(2)
        if random.isOneIn(2) {
            memory.setReferenced(page, isSet)
            if isSet { referenced.insert(page) } else { referenced.remove(page) }
        } else {
            memory.setDirty(page, isSet)
            if isSet { dirty.insert(page) } else { dirty.remove(page) }
        }
    }

    private mutating func allocateBuffer() {
        if let page = memory.importBuffer(random.below(2)) { memory.releaseBuffer(page) }
    }

    /// Targets of relocation come to the tail of the inactive queue, marks go with the content.
    private mutating func reclaim() {
        var call = ReclaimCall(
            ReclaimRequest(domain: random.below(2), desiredRuns: 1 + random.below(3)), on: memory)
        let busy = held.filter { memory.kind(of: $0) == .wiredWhenUnmapped }
        call.runToEnd(&memory)
        for signal in memory.signals {
            switch signal {
            case .pageMoved(let from, let to):
                let marks = (referenced.contains(from), dirty.contains(from))
                forget(from)
                held.append(to)
                queues[domain(to)][1].append(to)
                if marks.0 { referenced.insert(to) }
                if marks.1 { dirty.insert(to) }
                moves += 1
            case .invalidPageFreed(let page): forget(page)
            default: break
            }
        }
        for page in busy where memory.kind(of: page) == .wiredObject { remove(page) }
    }
}
