import EngineTestSupport
import PhysicalMemory
import Testing
import TraceCore

@testable import ReclaimEngine

/// Rounds of the page daemon (engine specification 4.15, 13 C6).
struct PageDaemonTests {
    private let host = PageMap.host((4096, 1))
    private var limits: Thresholds { PageMap.thresholds(host) }
    private let second: Int64 = 1_000_000_000

    private func model(_ change: (inout ModelParameters) -> Void = { _ in }) -> ModelParameters {
        var model = ModelParameters.quiet
        model.pageDaemon = 1
        change(&model)
        return model
    }

    /// Single free pages, then pages of one kind, every other page kernel: nothing ever merges.
    /// File and anonymous pages are slots from 0 on.
    private func memory(free: Int, others: PageKind = .file) -> MemorySnapshot {
        PageMap.memory(host) { _, offset in
            offset % 2 == 1 ? .kernel : offset / 2 < free ? .free : others
        }.snapshot()
    }

    private func run(
        free: Int, others: PageKind = .file, policy: Policy = .named("cache-only"),
        _ change: (inout ModelParameters) -> Void = { _ in }
    ) throws -> EngineRun {
        try EngineRun(
            host, memory(free: free, others: others), policy: policy, model: model(change))
    }

    private func freePages(_ run: EngineRun) -> Int { run.engine.memory.domains[0].freeCount }

    /// Slots that hold content.
    private func slots(_ run: EngineRun) -> [Int] {
        run.engine.contents.pages.indices.filter { run.engine.contents.pages[$0] >= 0 }
    }

    private func sum(_ run: EngineRun, _ column: String) -> Int {
        Int(run.log.all(.pageout).reduce(0) { $0 + $1[column] })
    }

    // MARK: Target

    @Test func theFreeCountReturnsToItsTarget() throws {
        var run = try run(free: 400)
        let before = slots(run)
        run.run(until: second)
        #expect(run.log.count(.pageout) == 0)
        run.apply(.background(at: second, .allocate, slot: 5000, pages: 300, kind: .kernel))
        #expect(freePages(run) == 100)
        #expect(limits.min < 100 && limits.wakeup > 100)
        run.run(until: 2 * second)
        #expect(freePages(run) >= limits.target)
        #expect(freePages(run) < 2 * limits.target)
        // It was woken, it did not wait for its interval.
        let first = try #require(run.log.all(.pageout).first)
        #expect(first.timeNs < second + 1_000_000)
        #expect(first["thread"] == 300)
        #expect(first["shortage"] > 0)
        #expect(sum(run, "freed") == freePages(run) - 100)
        let content = before.filter { run.engine.contents.page(of: $0) < 0 }
        #expect(content.count == sum(run, "freed"))
        #expect(run.engine.invariantViolations() == [])
    }

    /// Above the wakeup threshold nobody wakes it; it looks by itself every 100 ms.
    @Test func itLooksEveryInterval() throws {
        var run = try run(free: 400)
        let pages = 400 - limits.target + 3
        run.apply(.background(at: 530_000_000, .allocate, slot: 5000, pages: pages, kind: .kernel))
        #expect(freePages(run) > limits.wakeup)
        run.run(until: 599_999_999)
        #expect(run.log.count(.pageout) == 0)
        run.run(until: second)
        let first = try #require(run.log.all(.pageout).first)
        #expect(first.timeNs == 600_000_000 + first["freed"] * 1000)
        // The fall since the round before counts too: 3 / 3 + 3 / 4 + (3 + 253) / 8.
        #expect(first["shortage"] == 33)
        #expect(freePages(run) >= limits.target)
    }

    @Test func evictionTakesItsTime() throws {
        var run = try run(free: 400) { $0.evictPageNs = 1_000_000 }
        run.apply(.background(at: second, .allocate, slot: 5000, pages: 300, kind: .kernel))
        for step in 0..<10 {
            run.run(until: second + Int64(step) * 1_000_000)
            #expect(freePages(run) == 101 + step)
        }
        run.run(until: 3 * second)
        let scan = try #require(run.log.all(.pageout).first)
        #expect(scan.timeNs == second + scan["freed"] * 1_000_000)
    }

    @Test func evictedContentIsGoneForGood() throws {
        var run = try run(free: 400)
        let before = slots(run)
        run.apply(.background(at: second, .allocate, slot: 5000, pages: 300, kind: .kernel))
        run.run(until: 2 * second)
        let free = freePages(run)
        let evicted = before.filter { run.engine.contents.page(of: $0) < 0 }
        #expect(!evicted.isEmpty)
        let operations: [Input.Background.Operation] = [
            .touch, .wire, .unwire, .busy, .idle, .free,
        ]
        for operation in operations {
            run.apply(evicted.map { .background(at: 2 * second, operation, slot: $0) })
        }
        #expect(freePages(run) == free)
        #expect(run.engine.invariantViolations() == [])
    }

    @Test func withoutItNothingIsEvicted() throws {
        var run = try run(free: 400) { $0.pageDaemon = 0 }
        run.apply(
            .background(at: second, .allocate, slot: 5000, pages: 300, kind: .kernel),
            .background(at: second, .touch, slot: 0, pages: 10))
        run.finish(at: 2 * second)
        #expect(freePages(run) == 100)
        #expect(run.log.count(.pageout) == 0)
        #expect(run.log.all(.threadName).allSatisfy { $0.text("role") != "other" })
        let sample = try #require(run.log.all(.sample).last)
        #expect([sample["active"], sample["inactive"], sample["laundry"]] == [-1, -1, -1])
        #expect(run.engine.invariantViolations() == [])
    }

    @Test func aSampleTellsTheQueues() throws {
        var run = try run(free: 400)
        run.finish(at: second)
        let sample = try #require(run.log.all(.sample).last)
        #expect(sample["active"] + sample["inactive"] == 1648)
        #expect(sample["laundry"] == 0)
        let names = run.log.all(.threadName).filter { $0["thread"] == 300 }
        #expect(names.map { $0.text("name") } == ["pagedaemon_0"])
        #expect(names.map { $0.text("role") } == ["other"])
    }

    // MARK: Queues

    @Test func usedPagesBecomeActive() throws {
        var run = try run(free: 400)
        let pages = run.engine.memory.pages(on: .inactive, domain: 0).prefix(5)
        let slots = pages.map { Int(run.engine.memory.owner(of: $0)) }
        run.apply(slots.map { .background(at: 1, .touch, slot: $0) })
        #expect(pages.allSatisfy { run.engine.memory.isReferenced($0) })
        run.apply(.background(at: second, .allocate, slot: 5000, pages: 300, kind: .kernel))
        run.run(until: second + 500_000)
        #expect(run.log.count(.pageout) == 1)
        #expect(run.log.all(.pageout)[0]["scanned"] == run.log.all(.pageout)[0]["freed"] + 5)
        for page in pages {
            #expect(run.engine.memory.pageQueue(of: page) == .active)
            #expect(!run.engine.memory.isReferenced(page))
        }
    }

    @Test func dirtyPagesGoThroughTheLaundry() throws {
        var run = try run(free: 300, others: .kernel) { $0.launderPagesPerSecond = 0 }
        run.apply(
            .background(at: 1, .allocate, slot: 0, pages: 100, flags: 2),
            .background(at: 2, .allocate, slot: 200, pages: 90, kind: .kernel))
        #expect(freePages(run) == 110)
        run.run(until: second)
        #expect(sum(run, "freed") == 0)
        #expect(run.engine.memory.pageQueueLength(.laundry, domain: 0) == 100)
        #expect(freePages(run) == 110)

        var laundering = try self.run(free: 300, others: .kernel) {
            $0.launderPagesPerSecond = 100
        }
        laundering.apply(
            .background(at: 1, .allocate, slot: 0, pages: 100, flags: 2),
            .background(at: 2, .allocate, slot: 200, pages: 90, kind: .kernel))
        laundering.run(until: second / 2)
        // Ten pages in each tenth of a second, and each is evicted when it has been written.
        #expect((20...50).contains(freePages(laundering) - 110))
        laundering.run(until: 2 * second)
        #expect(freePages(laundering) >= limits.target)
        #expect(laundering.engine.invariantViolations() == [])
    }

    @Test func anonymousMemoryIsWrittenFirst() throws {
        var run = try run(free: 100, others: .anonymous) { $0.launderPagesPerSecond = 0 }
        run.run(until: second)
        #expect(sum(run, "freed") == 0)
        #expect(run.engine.memory.pageQueueLength(.laundry, domain: 0) > 0)
        #expect(run.engine.memory.pageQueueLength(.inactive, domain: 0) == 0)
    }

    @Test func activePagesAgeIntoALackingInactiveQueue() throws {
        var run = try run(free: 400)
        let active = run.engine.memory.pageQueueLength(.active, domain: 0)
        let inactive = run.engine.memory.pages(on: .inactive, domain: 0)
        #expect(active > 200)
        let slots = inactive.map { Int(run.engine.memory.owner(of: $0)) }
        run.apply(slots.map { .background(at: 1, .free, slot: $0) })
        #expect(run.engine.memory.pageQueueLength(.inactive, domain: 0) == 0)
        run.run(until: second)
        let wanted = min(limits.inactiveTarget, active)
        #expect(run.engine.memory.pageQueueLength(.inactive, domain: 0) == wanted)
    }

    // MARK: Deficit

    /// Two rounds of the old thread, with the page daemon and without: the spin's turns are
    /// collected while it lasts, none twice, and file pages go for them.
    @Test func aSpinEvictsTheFileCache() throws {
        let policy = Policy.named("alloc-thread", ("max_alloc", 2))
        func spin(_ daemon: Int64) throws -> EngineRun {
            var run = try run(free: limits.target + 1, policy: policy) {
                $0.spinTurnNs = 1_000_000
                $0.pageDaemon = daemon
            }
            run.apply(.record(at: 0))
            run.run(until: 3_010_000_000)
            return run
        }
        let (with, without) = (try spin(1), try spin(0))
        #expect(without.log.count(.spinBegin) == 1)
        #expect(with.log.count(.spinBegin) == 1)
        #expect(with.log.count(.spinEnd) == 0)
        let collected = sum(with, "deficit")
        #expect((90...110).contains(collected))
        #expect(sum(with, "freed") == collected + sum(with, "shortage"))
        // The same turns in all, once both spins have been closed.
        var (ended, other) = (with, without)
        ended.finish(at: 3_010_000_000)
        other.finish(at: 3_010_000_000)
        let left = ended.engine.memory.domains[0].pageoutDeficit
        #expect(left + collected == other.engine.memory.domains[0].pageoutDeficit)
        #expect(
            ended.log.all(.spinEnd).map { $0["deficit"] }
                == other.log.all(.spinEnd).map { $0["deficit"] })
    }

    // MARK: Low memory

    @Test func theLowMemoryHandlerRunsEveryTenSecondsAtMost() throws {
        var run = try run(free: 100, others: .kernel)
        run.run(until: 25 * second)
        #expect(run.log.all(.zoneTrim).map { $0.timeNs / second } == [0, 10, 20])
        // Nothing can be evicted: a scan and a pause, again and again.
        #expect((200...260).contains(run.log.count(.pageout)))
        #expect(sum(run, "freed") == 0)
    }

    /// With hardly a page free the laundry cannot write; it goes on once there are enough.
    @Test func theLaundryWaitsForPagesOfItsOwn() throws {
        var run = try run(free: 100, others: .anonymous)
        let taken = run.engine.memory.takePages(98, from: 0, class: .interrupt)
        #expect(taken)
        run.run(until: second)
        #expect(run.engine.memory.domains[0].isPageDaemonWaiting)
        #expect(run.engine.pageDaemons[0].isLaundryWaiting)
        #expect(freePages(run) == 2)
        run.engine.memory.givePages(limits.pageoutFreeMin - 3, to: 0)
        run.run(until: 2 * second)
        #expect(run.engine.pageDaemons[0].isLaundryWaiting)
        run.engine.memory.givePages(1, to: 0)
        run.run(until: 3 * second)
        #expect(!run.engine.memory.domains[0].isPageDaemonWaiting)
        #expect(!run.engine.pageDaemons[0].isLaundryWaiting)
        #expect(freePages(run) > limits.pageoutFreeMin)
        #expect(sum(run, "freed") > 0)
    }

    /// vm_wait ends because the page daemon evicts.
    @Test func aWaitingWorkerIsHelped() throws {
        var run = try run(free: limits.reserved + 2) { $0.launderPagesPerSecond = 0 }
        run.apply(.record(at: 0))
        #expect(run.log.count(.waitBegin) == 1)
        run.run(until: second)
        #expect(run.log.count(.waitEnd) == 1)
        #expect(freePages(run) >= limits.wakeup)
        #expect(run.engine.invariantViolations() == [])
    }
}
