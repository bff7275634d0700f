import PhysicalMemory

/// What differs between the engine's page layer and the slow one.
enum Comparison {
    /// List by list in order; `nil` when nothing differs.
    static func lists(_ memory: PhysicalMemory, _ slow: SlowMemory) -> String? {
        for domain in 0..<memory.domainCount {
            let blocks = memory.domains[domain].contiguousBlocks
            if blocks != slow.buffersInLists(domain) {
                return "domain \(domain): \(blocks) blocks, wanted \(slow.buffersInLists(domain))"
            }
            for pool in FreePool.allCases {
                for order in 0...12 {
                    let list = memory.freeList(domain: domain, pool: pool, order: order)
                    let wanted = slow.list(domain, Int(pool.rawValue), order)
                    if list != wanted {
                        return "list \(domain) \(pool) \(order): \(list), wanted \(wanted)"
                    }
                }
            }
        }
        return nil
    }

    /// Code and pool of every page.
    static func pages(_ memory: PhysicalMemory, _ slow: SlowMemory) -> String? {
        for segment in memory.segments {
            for page in segment.start..<segment.end {
                if memory.kind(of: page).code != slow.codes[page - slow.base] {
                    return "page \(page): \(memory.kind(of: page)), wanted \(slow.code(page))"
                }
                if Int(memory.pool(of: page).rawValue) != slow.pools[page - slow.base] {
                    return "page \(page): pool \(memory.pool(of: page))"
                }
            }
        }
        return nil
    }

    static func counts(_ memory: PhysicalMemory, _ slow: SlowMemory) -> String? {
        for (number, domain) in memory.domains.enumerated() {
            let wanted = slow.domains[number]
            if domain.freeCount != wanted.free || domain.pageoutDeficit != wanted.deficit {
                return "domain \(number): \(domain.freeCount) free, deficit "
                    + "\(domain.pageoutDeficit), wanted \(wanted.free) and \(wanted.deficit)"
            }
            if domain.isInMinSet != wanted.isInMinSet
                || domain.isInSevereSet != wanted.isInSevereSet
                || domain.isPageDaemonWaiting != wanted.isPageDaemonWaiting
            {
                return "domain \(number): sets or a waiting page daemon"
            }
        }
        if memory.domainIterator % memory.domainCount != slow.iterator % memory.domainCount {
            return "rotation \(memory.domainIterator), wanted \(slow.iterator)"
        }
        if memory.minWaiters != slow.minWaiters || memory.severeWaiters != slow.severeWaiters {
            return "waiters \(memory.minWaiters) and \(memory.severeWaiters)"
        }
        return nil
    }

    static func reservations(_ memory: PhysicalMemory, _ slow: SlowMemory) -> String? {
        for domain in 0..<memory.domainCount {
            let queue = memory.queuedReservations(domain)
            if queue != slow.domains[domain].queue {
                return "queue \(domain): \(queue), wanted \(slow.domains[domain].queue)"
            }
        }
        var found: [String] = []
        memory.forEachReservation { entry in
            found.append(
                "\(entry.first) \(entry.object) \(entry.pageIndex) \(entry.population) "
                    + "\(entry.isQueued) \(entry.lastTick)")
        }
        let wanted = slow.reservations.sorted { $0.first < $1.first }.map { entry in
            let domain = slow.domain(of: entry.first)
            let isQueued = slow.domains[domain].queue.contains(entry.first)
            return "\(entry.first) \(entry.object) \(entry.index) \(entry.population) "
                + "\(isQueued) \(entry.lastTick)"
        }
        return found == wanted ? nil : "reservations \(found), wanted \(wanted)"
    }

    /// Takes the engine's signals and the slow model's happenings and compares them.
    static func signals(_ memory: inout PhysicalMemory, _ slow: inout SlowMemory) -> String? {
        let found = memory.signals.compactMap(\.happening)
        let wanted = slow.happenings
        memory.drainSignals()
        slow.happenings = []
        return found == wanted ? nil : "signals \(found), wanted \(wanted)"
    }
}

extension MemorySignal {
    fileprivate var happening: SlowMemory.Happening? {
        switch self {
        case .minSetEntered(let domain): .entered(min: true, domain: domain)
        case .minSetLeft(let domain): .left(min: true, domain: domain)
        case .severeSetEntered(let domain): .entered(min: false, domain: domain)
        case .severeSetLeft(let domain): .left(min: false, domain: domain)
        case .pageDaemonWakeup(let domain): .daemonCalled(domain: domain)
        case .waitingPageDaemonWoken(let domain): .daemonWoken(domain: domain)
        case .minWaitersWoken(let count): .woken(min: true, count: count)
        case .severeWaitersWoken(let count): .woken(min: false, count: count)
        case .reservationBroken(let first, _, _): .broke(first: first)
        // A hint for spins; the rules know nothing of it.
        case .reservationHasRoom: nil
        case .targetSearchFailed(let domain): .searchFailed(domain: domain)
        case .pageMoved(let from, let to): .moved(from: from, to: to)
        case .invalidPageFreed(let page): .invalidFreed(page: page)
        }
    }
}
