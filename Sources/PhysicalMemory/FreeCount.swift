/// Free-count transitions (conformance vectors, section 4; engine specification 4.5, 4.13).
extension PhysicalMemory {
    /// Would a request of this class be granted by the free count?
    @inline(__always)
    public func mayTakePages(
        _ count: Int, from domain: Int, class allocationClass: AllocationClass
    ) -> Bool {
        let limits = domains[domain].thresholds
        let kept =
            switch allocationClass {
            case .normal: limits.reserved
            case .system: limits.interruptFreeMin
            case .interrupt: 0
            }
        return domains[domain].freeCount >= count + kept
    }

    /// Charges `count` pages to the domain before any page is looked for.
    ///
    /// - Returns: `false` if the class may not go that low; nothing changes then.
    public mutating func takePages(
        _ count: Int, from domain: Int, class allocationClass: AllocationClass
    ) -> Bool {
        guard mayTakePages(count, from: domain, class: allocationClass) else { return false }
        let limits = domains[domain].thresholds
        let old = domains[domain].freeCount
        let new = old - count
        domains[domain].freeCount = new
        if old >= limits.wakeup && limits.wakeup > new {
            signals.append(.pageDaemonWakeup(domain: domain))
        }
        let crossesMin = old >= limits.min && new < limits.min
        let crossesSevere = old >= limits.severe && new < limits.severe
        if crossesMin || crossesSevere { enterSets(domain) }
        return true
    }

    /// Gives `count` pages back to the domain's free count.
    public mutating func givePages(_ count: Int, to domain: Int) {
        let limits = domains[domain].thresholds
        let old = domains[domain].freeCount
        let new = old + count
        domains[domain].freeCount = new
        guard old < limits.min else { return }
        if new >= limits.min || (old < limits.severe && new >= limits.severe)
            || (old < limits.pageoutFreeMin && new >= limits.pageoutFreeMin)
        {
            leaveSets(domain)
        }
    }

    /// Does a thread that waits for memory of this domain have to sleep now?
    ///
    /// True exactly while the domain is in the min set (engine specification 4.13).
    public func waitNeeded(_ domain: Int) -> Bool { domains[domain].isInMinSet }

    /// One more thread sleeps until a domain leaves the min set.
    public mutating func addMinWaiter() { minWaiters += 1 }

    /// One more thread sleeps until a domain leaves the severe set.
    public mutating func addSevereWaiter() { severeWaiters += 1 }

    /// The page daemon of the domain sleeps until pages are free.
    public mutating func addPageDaemonWaiter(_ domain: Int) {
        domains[domain].isPageDaemonWaiting = true
    }

    /// Adds failed attempts to the allocation deficit that were not made one by one, such as the
    /// turns of a spin.
    public mutating func addPageoutDeficit(_ pages: Int, domain: Int) {
        domains[domain].pageoutDeficit += pages
    }

    /// Reads the allocation deficit of the domain and sets it to zero, as the page daemon does.
    public mutating func collectPageoutDeficit(_ domain: Int) -> Int {
        let deficit = domains[domain].pageoutDeficit
        domains[domain].pageoutDeficit = 0
        return deficit
    }

    private mutating func enterSets(_ domain: Int) {
        let limits = domains[domain].thresholds
        let free = domains[domain].freeCount
        if !domains[domain].isInMinSet && free < limits.min {
            domains[domain].isInMinSet = true
            signals.append(.minSetEntered(domain: domain))
        }
        if !domains[domain].isInSevereSet && free < limits.severe {
            domains[domain].isInSevereSet = true
            signals.append(.severeSetEntered(domain: domain))
        }
    }

    private mutating func leaveSets(_ domain: Int) {
        let limits = domains[domain].thresholds
        let free = domains[domain].freeCount
        if domains[domain].isInMinSet && free >= limits.min {
            domains[domain].isInMinSet = false
            signals.append(.minSetLeft(domain: domain))
            if minWaiters != 0 {
                signals.append(.minWaitersWoken(count: minWaiters))
                minWaiters = 0
            }
        }
        if domains[domain].isInSevereSet && free >= limits.severe {
            domains[domain].isInSevereSet = false
            signals.append(.severeSetLeft(domain: domain))
            if severeWaiters != 0 {
                signals.append(.severeWaitersWoken(count: severeWaiters))
                severeWaiters = 0
            }
        }
        if domains[domain].isPageDaemonWaiting && free >= limits.pageoutFreeMin {
            domains[domain].isPageDaemonWaiting = false
            signals.append(.waitingPageDaemonWoken(domain: domain))
        }
    }
}
