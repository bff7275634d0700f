public import PhysicalMemory
import ReclaimEngine
import TraceCore

extension Scenario {
    /// The memory of the host at time 0: see `PagePlan` for what lies where. Free lists and the
    /// queue of partly filled reservations are in random order.
    ///
    /// - Complexity: O(pages).
    public func initialMemory() -> InitialMemory {
        var snapshot = MemorySnapshot()
        var domains: [InitialMemory.Domain] = []
        let total = host.domains.reduce(0) { $0 + $1.pageCount }
        let cluster = Thresholds.clusterPages(systemPageCount: total)
        snapshot.globals = [0, 0, 0, 0]
        for (number, segment) in host.segments.enumerated() {
            let plan = PagePlan(self, domain: number)
            snapshot.segments += [segment.start, segment.end, number]
            let thresholds = Thresholds(
                pageCount: segment.pageCount, freeCount: segment.pageCount, clusterPages: cluster)
            let freePages = plan.uses.count { $0 == PagePlan.Use.free }
            snapshot.appendThresholds(thresholds)
            snapshot.appendCounters(freePages: freePages, thresholds)
            append(plan.runs, to: &snapshot)
            appendLists(plan, number, &snapshot)
            appendReservations(plan, number, &snapshot)
            domains.append(
                InitialMemory.Domain(
                    firstSlot: host.slot(ofPage: segment.start, domain: number),
                    isContent: plan.uses.map { $0 == PagePlan.Use.file }))
        }
        return InitialMemory(snapshot: snapshot, domains: domains)
    }

    private func append(_ runs: [PagePlan.Run], to snapshot: inout MemorySnapshot) {
        for run in runs { snapshot.appendPages(run.count, kind: run.kind, pool: run.pool) }
    }

    private func appendLists(_ plan: PagePlan, _ domain: Int, _ snapshot: inout MemorySnapshot) {
        let random = KeyedRandom(
            seed: UInt64(bitPattern: seed), purpose: Purpose.listOrder.rawValue)
        var lists = plan.freeBlocks()
        for pool in lists.indices {
            for order in lists[pool].indices where !lists[pool][order].isEmpty {
                random.shuffle(&lists[pool][order], entity: domain << 8 | pool << 4 | order)
                snapshot.freeLists += [domain, pool, order, lists[pool][order].count]
                for head in lists[pool][order] { snapshot.freeLists.append(Int(head)) }
            }
        }
    }

    private func appendReservations(
        _ plan: PagePlan, _ domain: Int, _ snapshot: inout MemorySnapshot
    ) {
        var queue: [Int] = []
        for superpage in plan.isReserved.indices where plan.isReserved[superpage] {
            let pages = plan.pages(ofSuperpage: superpage)
            let first = plan.start + pages.lowerBound
            let extent = host.extent(ofPage: first, domain: domain)
            snapshot.reservations += [first, extent, 0, 0]
            if pages.contains(where: { plan.uses[$0] == PagePlan.Use.free }) { queue.append(first) }
        }
        if queue.isEmpty { return }
        let random = KeyedRandom(
            seed: UInt64(bitPattern: seed), purpose: Purpose.queueOrder.rawValue)
        random.shuffle(&queue, entity: domain)
        snapshot.queues += [domain, queue.count]
        snapshot.queues += queue
    }
}

/// The memory a recording starts with.
public struct InitialMemory: Sendable {
    /// The slots of one domain at the start.
    public struct Domain: Sendable {
        /// The slot of the domain's first page.
        public let firstSlot: Int
        /// By slot from `firstSlot` on: does it hold content of a file?
        public let isContent: [Bool]

        /// All slots of the domain's memory, empty ones included.
        public var slots: Range<Int> { firstSlot..<(firstSlot + isContent.count) }
    }

    /// The state of all pages.
    public let snapshot: MemorySnapshot
    /// The slots that hold file pages, by domain.
    public let domains: [Domain]
}
