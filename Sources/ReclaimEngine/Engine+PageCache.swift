import PhysicalMemory

/// Fallback pages: from the worker's page cache where there is one, else one by one.
extension Engine {
    /// One page for a worker; an empty cache is filled with a whole batch or not at all
    /// (`vm_page_zone_import`).
    mutating func takeFallbackPage(cpu: Int, domain: Int) -> (page: Int, isFromCache: Bool)? {
        if pageCache.isOn {
            if let page = pageCache.take(cpu: cpu, domain: domain)
                ?? fillPageCache(cpu: cpu, domain: domain)
            {
                return (page, true)
            }
        }
        return memory.allocatePage(domain, class: .normal, kind: .fallback).map { ($0, false) }
    }

    private mutating func fillPageCache(cpu: Int, domain: Int) -> Int? {
        pageRuns.removeAll(keepingCapacity: true)
        let got = memory.allocateBatch(
            domain, class: .normal, pool: .direct, count: pageCache.batchPages, kind: .fallback,
            into: &pageRuns)
        guard got > 0 else { return nil }
        for run in pageRuns {
            for page in run.page..<run.page + run.count {
                pageCache.put(page, cpu: cpu, domain: domain)
            }
        }
        return pageCache.take(cpu: cpu, domain: domain)
    }

    /// The single pages of a record: those that came from a page cache go to that of the freeing
    /// CPU, the others to the system.
    mutating func freeFallbackPages(of record: Record) {
        let cpu = Int(record.freeCpu)
        for index in 0..<Int(record.pagesHeld) {
            let page = Int(record.pages[index])
            guard record.cachedPages & 1 << UInt8(index) != 0 else {
                memory.free(page)
                continue
            }
            let domain = memory.domain(of: page)
            if pageCache.isFull(cpu: cpu, domain: domain) {
                releaseCachedPages(pageCache.batchPages, cpu: cpu, domain: domain)
            }
            pageCache.put(page, cpu: cpu, domain: domain)
        }
    }

    /// The oldest pages of a cache go back to the free lists, then all at once to the free count.
    private mutating func releaseCachedPages(_ count: Int, cpu: Int, domain: Int) {
        let released = pageCache.removeOldest(count, cpu: cpu, domain: domain) { page in
            memory.freeBlock(page, order: 0)
        }
        if released > 0 { memory.givePages(released, to: domain) }
    }

    /// All page caches of a domain are emptied, as in a severe shortage.
    mutating func drainPageCaches(_ domain: Int) {
        guard pageCache.isOn else { return }
        for cpu in 0..<host.cpuCount {
            releaseCachedPages(2 * pageCache.batchPages, cpu: cpu, domain: domain)
        }
    }

    /// What is wrong with the page caches.
    func pageCacheViolations() -> [String] {
        var found: [String] = []
        var counts = [Int](repeating: 0, count: host.domains.count)
        var seen: Set<Int> = []
        pageCache.forEachPage { page, domain in
            guard page >= 0 else { return }
            counts[domain] += 1
            if !seen.insert(page).inserted { found.append("page \(page) is cached twice") }
            if memory.kind(of: page) != .fallback || memory.domain(of: page) != domain {
                found.append("cached page \(page) is \(memory.kind(of: page))")
            }
        }
        if counts != pageCache.pageCounts { found.append("cached pages, counted \(counts)") }
        return found
    }
}
