import PhysicalMemory

/// Page daemons: rounds of eviction, aging and laundering (engine specification 4.15, 13 C4, C6).
extension Engine {
    /// The longest sleep of a page daemon, and its pause after a scan that fell short.
    static let pageDaemonIntervalNs: Int64 = 100_000_000
    /// `vm.lowmem_period`: the shortest time between two calls of the low-memory handler.
    static let lowMemoryIntervalNs: Int64 = 10_000_000_000
    /// Between a scan that met its target and the next one, when pages are still short.
    private static let roundPauseNs: Int64 = 1_000_000
    /// How many pages of the laundry count as one of the inactive queue when pages age.
    private static let laundryWeight = 3

    mutating func startPageDaemons() {
        memory.startPageQueues()
        for domain in host.domains.indices {
            let target = memory.domains[domain].thresholds.target
            pageDaemons.append(
                PageDaemon(controller: PageoutController(targetPages: target, hz: model.hz)))
            scheduleStep(domain, at: Self.pageDaemonIntervalNs)
        }
    }

    private mutating func scheduleStep(_ domain: Int, at timeNs: Int64) {
        pageDaemons[domain].stepNumber += 1
        daemonSteps.insert(
            PageDaemonStep(domain: domain, number: pageDaemons[domain].stepNumber), at: timeNs)
    }

    /// The free count fell below the wakeup threshold.
    mutating func wakePageDaemon(_ domain: Int) {
        guard !pageDaemons.isEmpty, !pageDaemons[domain].isWanted else { return }
        pageDaemons[domain].isWanted = true
        if pageDaemons[domain].phase == .asleep { scheduleStep(domain, at: nowNs) }
    }

    /// The free count allows the page daemon's own requests again.
    mutating func resumeLaundry(_ domain: Int) {
        if !pageDaemons.isEmpty { pageDaemons[domain].isLaundryWaiting = false }
    }

    /// The next instant at which a page daemon does something.
    mutating func step(_ step: PageDaemonStep) {
        let domain = step.domain
        guard step.number == pageDaemons[domain].stepNumber else { return }
        switch pageDaemons[domain].phase {
        case .asleep, .pausing: beginRound(domain)
        case .scanning: scan(domain)
        case .aging: age(domain)
        }
    }

    // MARK: A round

    private mutating func beginRound(_ domain: Int) {
        pageDaemons[domain].isWanted = true
        launder(domain)
        var shortage = pageDaemons[domain].controller.shortagePages(
            freePages: memory.domains[domain].freeCount, ticks: memory.ticks)
        guard shortage > 0 else {
            beginAging(domain)
            return
        }
        shortage -= min(shortage, relieve(domain))
        flushSpinDeficit(domain)
        pageDaemons[domain].shortagePages = shortage
        pageDaemons[domain].deficitPages = memory.collectPageoutDeficit(domain)
        pageDaemons[domain].scannedPages = 0
        pageDaemons[domain].freedPages = 0
        pageDaemons[domain].pagesLeft = memory.pageQueueLength(.inactive, domain: domain)
        pageDaemons[domain].phase = .scanning
        scan(domain)
    }

    /// The low-memory handler, at most once in its period.
    ///
    /// - Returns: pages it brought back.
    private mutating func relieve(_ domain: Int) -> Int {
        let last = pageDaemons[domain].lowMemoryNs
        guard last < 0 || nowNs - last >= Self.lowMemoryIntervalNs else { return 0 }
        pageDaemons[domain].lowMemoryNs = nowNs
        let before = memory.domains[domain].freeCount
        if memory.domains[domain].isInSevereSet { drainPageCaches(domain) }
        relieveZone(domain)
        return max(memory.domains[domain].freeCount - before, 0)
    }

    /// What the zone gives back when memory is low: what is above the working set, and all there
    /// is if that leaves the domain severely short.
    private mutating func relieveZone(_ domain: Int) {
        trimZone(domain: domain, cause: 0)
        if memory.domains[domain].isInSevereSet { drainCpuBuckets(cause: 0) }
    }

    // MARK: Eviction

    /// One slice of the scan: from the head of the inactive queue, referenced pages become
    /// active, dirty ones go to the laundry, the others are evicted. Busy ones stay.
    private mutating func scan(_ domain: Int) {
        var costNs: Int64 = 0
        while pageDaemons[domain].missingPages > 0, pageDaemons[domain].pagesLeft > 0,
            costNs < model.sliceNs,
            let page = memory.firstPage(on: .inactive, domain: domain)
        {
            pageDaemons[domain].pagesLeft -= 1
            pageDaemons[domain].scannedPages += 1
            if memory.kind(of: page) == .busy {
                memory.requeue(page, to: .inactive)
            } else if memory.isReferenced(page) {
                activate(page)
            } else if memory.isDirty(page) {
                memory.requeue(page, to: .laundry)
            } else {
                evict(page)
                pageDaemons[domain].freedPages += 1
                costNs += model.evictPageNs - model.checkPageNs
            }
            costNs += model.checkPageNs
        }
        if costNs > 0 {
            scheduleStep(domain, at: nowNs + costNs)
        } else {
            endScan(domain)
        }
    }

    private mutating func activate(_ page: Int) {
        memory.setReferenced(page, false)
        memory.requeue(page, to: .active)
    }

    /// The page is free and the slot whose content it held is empty; its later operations do
    /// nothing.
    private mutating func evict(_ page: Int) {
        let slot = Int(memory.owner(of: page))
        memory.free(page)
        if slot >= 0, slot < contents.slotCount, contents.page(of: slot) == page {
            contents.clear(slot)
        }
    }

    private mutating func endScan(_ domain: Int) {
        pageDaemons[domain].isTargetMet = pageDaemons[domain].missingPages <= 0
        recordPageout(domain)
        beginAging(domain)
    }

    // MARK: Aging

    /// `vm_pageout_active_target`: pages that the inactive queue lacks.
    private mutating func beginAging(_ domain: Int) {
        let state = memory.domains[domain]
        let wanted =
            state.thresholds.inactiveTarget + max(state.thresholds.target - state.freeCount, 0)
        let present =
            memory.pageQueueLength(.inactive, domain: domain)
            + memory.pageQueueLength(.laundry, domain: domain) / Self.laundryWeight
        pageDaemons[domain].agingPages = wanted - present
        pageDaemons[domain].pagesLeft = memory.pageQueueLength(.active, domain: domain)
        pageDaemons[domain].phase = .aging
        age(domain)
    }

    /// One slice of aging: from the head of the active queue, referenced pages start over at its
    /// tail, the others become inactive.
    private mutating func age(_ domain: Int) {
        var costNs: Int64 = 0
        while pageDaemons[domain].agingPages > 0, pageDaemons[domain].pagesLeft > 0,
            costNs < model.sliceNs,
            let page = memory.firstPage(on: .active, domain: domain)
        {
            pageDaemons[domain].pagesLeft -= 1
            if memory.isReferenced(page) {
                activate(page)
            } else {
                memory.requeue(page, to: .inactive)
                pageDaemons[domain].agingPages -= 1
            }
            costNs += model.checkPageNs
        }
        if costNs > 0 {
            scheduleStep(domain, at: nowNs + costNs)
        } else {
            endRound(domain)
        }
    }

    /// Sleeps; with too few free pages it goes on, after a pause if the scan fell short.
    private mutating func endRound(_ domain: Int) {
        let state = memory.domains[domain]
        let isShort = state.freeCount < state.thresholds.wakeup
        if isShort, pageDaemons[domain].isTargetMet {
            // The next round follows at once, but not in the same instant for ever.
            pageDaemons[domain].phase = .pausing
            scheduleStep(domain, at: nowNs + Self.roundPauseNs)
            return
        }
        pageDaemons[domain].isWanted = false
        pageDaemons[domain].phase = isShort ? .pausing : .asleep
        scheduleStep(domain, at: nowNs + Self.pageDaemonIntervalNs)
    }

    // MARK: Laundry

    /// Writes as many pages of the laundry as time allows since the last round, and puts them at
    /// the head of the inactive queue. It needs a page for its own use, and waits while even the
    /// page daemon's class cannot have one.
    private mutating func launder(_ domain: Int) {
        let elapsedNs = min(
            nowNs - pageDaemons[domain].launderedNs, 2 * Self.pageDaemonIntervalNs)
        pageDaemons[domain].launderedNs = nowNs
        let credit =
            elapsedNs * model.launderPagesPerSecond + pageDaemons[domain].launderRest
        var pages = credit / 1_000_000_000
        pageDaemons[domain].launderRest = credit % 1_000_000_000
        guard !pageDaemons[domain].isLaundryWaiting else { return }
        while pages > 0, let page = memory.firstPage(on: .laundry, domain: domain) {
            let allocationClass = AllocationClass.normal.forPageDaemon
            guard memory.mayTakePages(1, from: domain, class: allocationClass) else {
                memory.addPageDaemonWaiter(domain)
                pageDaemons[domain].isLaundryWaiting = true
                return
            }
            pages -= 1
            if memory.kind(of: page) == .busy {
                memory.requeue(page, to: .laundry)
            } else if memory.isReferenced(page) {
                activate(page)
            } else {
                memory.setDirty(page, false)
                memory.requeue(page, to: .inactive, atHead: true)
            }
        }
    }
}
