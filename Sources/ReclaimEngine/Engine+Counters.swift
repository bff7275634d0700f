import PhysicalMemory
import TraceCore

/// The names under which the engine's counters appear, each interned once.
///
/// They are sysctl(8)'s, one value each; where FreeBSD prints a table (`vm.phys_free`,
/// `vmstat -z`), the name says the row (engine specification 10.2).
struct CounterNames: Sendable {
    /// The names of one domain.
    struct Domain: Sendable {
        let freeCount: Int64
        /// By pool, then by order, as `vm.phys_free` has its columns and rows.
        let freeBlocks: [Int64]
        let wakeups: Int64
        let reclaims: Int64
        let running: Int64
    }

    let used: Int64
    let free: Int64
    let allocations: Int64
    let frees: Int64
    let fails: Int64
    let crossed: Int64
    let broken: Int64
    let reclaimed: Int64
    let freed: Int64
    let domains: [Domain]

    /// - Parameter threadCounter: what the policy's threads count, `reclaims` or `allocs`.
    init(_ strings: inout StringTable, domainCount: Int, threadCounter: String) {
        let zone = "vm.uma.ktls_buffers.stats."
        used = strings.intern(zone + "current")
        free = strings.intern("vmstat.ktls_buffers.free")
        allocations = strings.intern(zone + "allocs")
        frees = strings.intern(zone + "frees")
        fails = strings.intern(zone + "fails")
        crossed = strings.intern(zone + "xdomain")
        broken = strings.intern("vm.reserv.broken")
        reclaimed = strings.intern("vm.reserv.reclaimed")
        freed = strings.intern("vm.reserv.freed")
        var domains: [Domain] = []
        for domain in 0..<domainCount {
            let thread = "kern.ipc.tls.domain\(domain)."
            var freeBlocks: [Int64] = []
            for pool in 0..<MemoryGeometry.poolCount {
                for order in 0...MemoryGeometry.orderMax {
                    freeBlocks.append(
                        strings.intern("vm.phys_free.\(domain).pool\(pool).order\(order)"))
                }
            }
            domains.append(
                Domain(
                    freeCount: strings.intern("vm.domain.\(domain).stats.free_count"),
                    freeBlocks: freeBlocks, wakeups: strings.intern(thread + "wakeups"),
                    reclaims: strings.intern(thread + threadCounter),
                    running: strings.intern(thread + "running")))
        }
        self.domains = domains
    }
}

extension Engine {
    /// One `counter` event for each counter that FreeBSD would show now.
    mutating func recordCounters() {
        let names = counterNames
        let used = zoneCounters.allocs - zoneCounters.frees
        recordCounter(names.used, used)
        recordCounter(names.free, zone.imported - zone.released - used)
        recordCounter(names.allocations, zoneCounters.allocs)
        recordCounter(names.frees, zoneCounters.frees)
        recordCounter(names.fails, zoneCounters.fails)
        recordCounter(names.crossed, zoneCounters.xdomain)
        recordCounter(names.broken, Int64(memory.reservationCounts.broken))
        recordCounter(names.reclaimed, Int64(memory.reservationCounts.reclaimed))
        recordCounter(names.freed, Int64(memory.reservationCounts.freed))
        for domain in names.domains.indices { recordCounters(domain, names.domains[domain]) }
    }

    private mutating func recordCounters(_ domain: Int, _ names: CounterNames.Domain) {
        recordCounter(names.freeCount, Int64(memory.domains[domain].freeCount), domain: domain)
        for (position, name) in names.freeBlocks.enumerated() {
            let (pool, order) = position.quotientAndRemainder(
                dividingBy: MemoryGeometry.orderCount)
            let blocks = memory.domains[domain].freeBlockCount(order: order, poolIndex: pool)
            recordCounter(name, Int64(blocks), domain: domain)
        }
        // The sysctl nodes exist only where there is a thread.
        guard !threads.isEmpty else { return }
        recordCounter(names.wakeups, threads[domain].wakeups, domain: domain)
        recordCounter(names.reclaims, threads[domain].counter, domain: domain)
        recordCounter(names.running, threads[domain].running ? 1 : 0, domain: domain)
    }

    private mutating func recordCounter(_ name: Int64, _ value: Int64, domain: Int = -1) {
        let row: InlineArray<2, Int64> = [name, value]
        emit(.counter, domain: domain, row.span)
    }
}
