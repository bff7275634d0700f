/// Free counts, sets and who is woken, read from section 4 of the rules.
extension SlowMemory {
    /// How deep a request may dig.
    enum Class: Int {
        case normal = 0
        case interrupt = 1
        case system = 2
    }

    mutating func take(_ count: Int, _ domain: Int, _ level: Class) -> Bool {
        let limits = domains[domain].limits
        let floor =
            switch level {
            case .normal: limits.reserved
            case .interrupt: 0
            case .system: limits.interruptFreeMin
            }
        let old = domains[domain].free
        guard old >= count + floor else { return false }
        domains[domain].free = old - count
        func isCrossed(_ limit: Int) -> Bool { old >= limit && limit > old - count }
        if isCrossed(limits.wakeup) { happenings.append(.daemonCalled(domain: domain)) }
        if isCrossed(limits.min) || isCrossed(limits.severe) {
            if old - count < limits.min && !domains[domain].isInMinSet {
                domains[domain].isInMinSet = true
                happenings.append(.entered(min: true, domain: domain))
            }
            if old - count < limits.severe && !domains[domain].isInSevereSet {
                domains[domain].isInSevereSet = true
                happenings.append(.entered(min: false, domain: domain))
            }
        }
        return true
    }

    mutating func give(_ count: Int, _ domain: Int) {
        let limits = domains[domain].limits
        let old = domains[domain].free
        let new = old + count
        domains[domain].free = new
        func isCrossed(_ limit: Int) -> Bool { old < limit && limit <= new }
        guard old < limits.min,
            new >= limits.min || isCrossed(limits.severe) || isCrossed(limits.pageoutFreeMin)
        else { return }
        if domains[domain].isInMinSet && new >= limits.min {
            domains[domain].isInMinSet = false
            happenings.append(.left(min: true, domain: domain))
            wake(isMin: true)
        }
        if domains[domain].isInSevereSet && new >= limits.severe {
            domains[domain].isInSevereSet = false
            happenings.append(.left(min: false, domain: domain))
            wake(isMin: false)
        }
        if domains[domain].isPageDaemonWaiting && new >= limits.pageoutFreeMin {
            domains[domain].isPageDaemonWaiting = false
            happenings.append(.daemonWoken(domain: domain))
        }
    }

    private mutating func wake(isMin: Bool) {
        let waiters = isMin ? minWaiters : severeWaiters
        if waiters > 0 { happenings.append(.woken(min: isMin, count: waiters)) }
        if isMin { minWaiters = 0 } else { severeWaiters = 0 }
    }
}
