import PhysicalMemory
import Testing

/// Small cases of engine specification 9.1 and 13.
struct ReclaimCallTests {
    /// 5000 runs of which `failing` among the kept ones cannot be moved.
    private func ringCase(failing: Int) throws -> (ReclaimCall, [RunAttempt]) {
        let runs = 5000
        var memory = try PhysicalMemory.fragmented(freeSingles: 6000, tail: [(4 * runs, .file)])
        let first = 65536 + 12000
        let request = ReclaimRequest(domain: 0, desiredRuns: 1024)
        var call = ReclaimCall(request, on: memory)
        #expect(call.scan(memory, visitBudget: 1 << 40).isPassComplete)
        #expect(call.passes[0].found == runs)
        #expect(call.remainingRuns == 1039)
        for number in 0..<failing { memory.wire(first + 4 * (4990 - 7 * number)) }
        let attempts = call.runToEnd(&memory)
        #expect(memory.checkInvariants().isEmpty)
        return (call, attempts)
    }

    @Test func ringWithoutFailuresNeeds1024Runs() throws {
        let (call, attempts) = try ringCase(failing: 0)
        let pages = attempts.map { ($0.page - 65536 - 12000) / 4 }
        #expect(pages == Array((3976...4999).reversed()))
        #expect(call.result == true)
        #expect(call.passes.count == 1)
    }

    @Test func ringAllowsFifteenFailures() throws {
        let (call, attempts) = try ringCase(failing: 15)
        let pages = attempts.map { ($0.page - 65536 - 12000) / 4 }
        #expect(pages == Array((3961...4999).reversed()))
        #expect(call.passes.count == 1)
        #expect(call.passes[0].okRuns == 1024)
    }

    @Test func ringWithSixteenFailuresNeedsASecondPass() throws {
        let (call, _) = try ringCase(failing: 16)
        #expect(call.passes[0].reclaimedPages == 4092)
        #expect(call.passes.count == 2)
        #expect(call.result == true)
    }

    /// The oldest of the kept runs is still there when no run follows.
    @Test func whatIsNoRunLeavesTheRingAlone() throws {
        var memory = try PhysicalMemory.fragmented(
            freeSingles: 600, tail: [(80, .file), (400, .wired)])
        let first = 65536 + 1200
        var call = ReclaimCall(ReclaimRequest(domain: 0, desiredRuns: 1), on: memory)
        #expect(call.scan(memory, visitBudget: 1 << 40).isPassComplete)
        #expect(call.passes[0].found == 20)
        for run in 0..<20 { memory.wire(first + 4 * run) }
        var pages: [PageNumber] = []
        while call.passes.count == 1 { pages.append(call.tryNextRun(&memory).page) }
        #expect(pages == (4..<20).reversed().map { first + 4 * $0 })
    }

    @Test func ringSizesAndGoals() {
        func sizes(_ desired: Int, _ mallocSucceeds: Bool = true, pages: Int = 4) -> [Int] {
            let request = ReclaimRequest(
                domain: 0, pageCount: pages, desiredRuns: desired,
                mallocSucceeds: mallocSucceeds)
            return [request.ringSize, request.goalPages, request.roundedPageCount]
        }
        #expect(sizes(1024) == [1039, 4096, 4])
        #expect(sizes(1024, false) == [16, 4096, 4])
        #expect(sizes(1) == [16, 8, 4])
        #expect(sizes(0) == [16, 8, 4])
        #expect(sizes(-1) == [16, Int.max, 4])
        #expect(sizes(2, pages: 5) == [17, 10, 8])
        #expect(sizes(2, pages: 5000) == [17, 10000, 8192])
    }

    @Test func failedMallocMeansThreePassesAndSuccess() throws {
        var memory = try PhysicalMemory.fragmented(freeSingles: 6000, tail: [(8000, .file)])
        let request = ReclaimRequest(domain: 0, desiredRuns: 1024, mallocSucceeds: false)
        var call = ReclaimCall(request, on: memory)
        let before = memory.domains[0].contiguousBlocks
        call.runToEnd(&memory)
        #expect(call.passes.map(\.option.rawValue) == [1, 2, 0])
        #expect(call.result == true)
        #expect(memory.domains[0].contiguousBlocks - before <= 48)
    }

    @Test func desiredOneTakesTwoRuns() throws {
        var memory = try PhysicalMemory.fragmented(freeSingles: 600, tail: [(400, .file)])
        var call = ReclaimCall(ReclaimRequest(domain: 0, desiredRuns: 1), on: memory)
        let attempts = call.runToEnd(&memory)
        #expect(attempts.count == 2)
        #expect(attempts.map(\.movedPages) == [4, 4])
        #expect(attempts.map(\.gainedBlocks).reduce(0, +) == 2)
        #expect(memory.domains[0].freeCount == 600)
        #expect(memory.largestFreeOrder(0) ?? 0 >= 2)
    }

    @Test func sevenHundredSeparatedRunsNeedThreePasses() throws {
        let tail: [(count: Int, kind: PageKind)] = (0..<1400).map {
            (4, $0 % 2 == 0 ? .file : .wired)
        }
        var memory = try PhysicalMemory.fragmented(freeSingles: 6000, tail: tail)
        let request = ReclaimRequest(domain: 0, desiredRuns: 1024)
        var call = ReclaimCall(request, on: memory)
        let attempts = call.runToEnd(&memory)
        #expect(call.passes.map(\.found) == [700, 700, 700])
        #expect(call.result == true)
        #expect(attempts.reduce(0) { $0 + $1.gainedBlocks } == 700)
        #expect(attempts.filter { $0.alreadyFreePages == 4 }.count == 1400)
    }

    @Test func freeBlockOfAnyOrderIsOneRun() throws {
        let memory = try PhysicalMemory.fragmented(
            freeSingles: 400, tail: [(32, .wired), (32, .free), (32, .wired)])
        var call = ReclaimCall(ReclaimRequest(domain: 0, desiredRuns: 64), on: memory)
        call.recordsFoundRuns = true
        _ = call.scan(memory, visitBudget: 1 << 40)
        #expect(call.foundRuns == [65536 + 800 + 32])
    }

    @Test func ownerMovesWithTheContent() throws {
        var memory = try PhysicalMemory.fragmented(freeSingles: 600, tail: [(8, .file)])
        let first = 65536 + 1200
        for page in first..<first + 8 { memory.setOwner(of: page, to: Int32(page - first)) }
        var call = ReclaimCall(ReclaimRequest(domain: 0, desiredRuns: 2), on: memory)
        let attempts = call.runToEnd(&memory)
        var moved: [Int32] = []
        for attempt in attempts {
            for number in 0..<attempt.moveCount {
                let move = attempt.move(number)
                #expect(memory.owner(of: move.to) == Int32(move.from - first))
                #expect(memory.owner(of: move.from) == -1)
                #expect(memory.kind(of: move.to) == .file)
                moved.append(memory.owner(of: move.to))
            }
        }
        #expect(moved == [4, 5, 6, 7, 0, 1, 2, 3])
    }

    /// Freed pages of a run return in descending order, so the lowest decides on the pool.
    @Test func lowestRelocatedPageGivesItsPool() throws {
        var image = try PhysicalMemory.fragmented(freeSingles: 600, tail: [(4, .file)]).snapshot()
        image.pageRuns.removeLast()
        image.appendPages(1, kind: .file, pool: .standard)
        image.appendPages(3, kind: .file, pool: .direct)
        var memory = try PhysicalMemory(image)
        var call = ReclaimCall(ReclaimRequest(domain: 0, desiredRuns: 1), on: memory)
        call.runToEnd(&memory)
        #expect(memory.freeList(domain: 0, pool: .standard, order: 2) == [65536 + 1200])
        #expect(memory.checkInvariants().isEmpty)
    }

    @Test func onlyTheThirdPassLooksIntoFullReservations() {
        var memory = PhysicalMemory(segments: [
            MemorySegment(start: 65536, end: 65536 + 4096, domain: 0)
        ])
        var object = PageObject(id: 1, isFile: false, pageCount: 512, color: 0)
        for index in 0..<512 {
            _ = memory.allocatePage(of: &object, at: index, domain: 0, class: .normal)
        }
        #expect(memory.queuedReservations(0).isEmpty)
        var call = ReclaimCall(ReclaimRequest(domain: 0, desiredRuns: 4000), on: memory)
        var progress: [ReclaimCall.ScanProgress] = []
        while progress.count < 3 {
            if call.phase == .scanning {
                progress.append(call.scan(memory, visitBudget: 1 << 40))
            } else {
                _ = call.tryNextRun(&memory)
            }
        }
        let blocks = progress[0].found
        #expect(progress.map(\.found) == [blocks, blocks, blocks + 128])
        #expect(progress.map(\.objectLocks) == [0, 1, 512])
        #expect(progress[1].visits == progress[0].visits)
        #expect(progress[2].visits == progress[0].visits + 511)
    }

    @Test(arguments: [1, 7, 64]) func sliceSizeDoesNotMatter(budget: Int) throws {
        let tail: [(count: Int, kind: PageKind)] = (0..<300).map {
            (1 + $0 % 9, [.file, .wired, .anonymous, .inTransit, .invalid][$0 % 5])
        }
        let memory = try PhysicalMemory.fragmented(freeSingles: 400, tail: tail)
        var whole = ReclaimCall(ReclaimRequest(domain: 0, desiredRuns: 64), on: memory)
        var sliced = whole
        let all = whole.scan(memory, visitBudget: 1 << 40)
        var visits = 0
        while sliced.phase == .scanning {
            let slice = sliced.scan(memory, visitBudget: budget)
            #expect(slice.visits <= budget)
            visits += slice.visits
        }
        #expect(sliced.passes == whole.passes)
        #expect(visits == all.visits)
    }

    @Test func phantomRunGivesNoBlock() throws {
        var memory = PhysicalMemory(segments: [
            MemorySegment(start: 65536, end: 65536 + 4096, domain: 0)
        ])
        var object = PageObject(id: 1, isFile: false, pageCount: 4096, color: 0)
        for index in 0..<512 {
            _ = memory.allocatePage(of: &object, at: index, domain: 0, class: .normal)
        }
        memory.ticks += 1
        for index in stride(from: 0, to: 512, by: 2) { memory.releasePage(of: &object, at: index) }
        while memory.largestFreeOrder(0) ?? 0 >= 2 {
            #expect(memory.importBuffer(0) != nil)
        }
        let request = ReclaimRequest(domain: 0, desiredRuns: 2)
        var call = ReclaimCall(request, on: memory)
        _ = call.scan(memory, visitBudget: 1 << 40)
        #expect(call.passes[0].found == 0)
        #expect(call.passes.count == 2)
        _ = call.scan(memory, visitBudget: 1 << 40)
        #expect(call.passes[1].found == 128)
        let attempt = call.tryNextRun(&memory)
        #expect(attempt.outcome == .ok)
        #expect(attempt.movedPages == 2)
        #expect(memory.checkInvariants().isEmpty)
    }

    @Test func restartedCallEqualsANewOne() throws {
        let memory = try PhysicalMemory.fragmented(freeSingles: 600, tail: [(400, .file)])
        let request = ReclaimRequest(domain: 0, desiredRuns: 20)
        var used = ReclaimCall(ReclaimRequest(domain: 0, desiredRuns: 90), on: memory)
        var scratch = memory
        used.runToEnd(&scratch)
        used.restart(request, on: memory)
        var new = ReclaimCall(request, on: memory)
        var first = memory
        var second = memory
        #expect(used.runToEnd(&first).map(\.page) == new.runToEnd(&second).map(\.page))
        #expect(first.stateDigest == second.stateDigest)
    }
}
