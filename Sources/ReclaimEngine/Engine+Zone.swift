import PhysicalMemory

/// The buffer zone above the page layer (engine specification 4.3 and 4.4).
extension Engine {
    /// `uma_zalloc(M_NOWAIT | M_NORECLAIM)` for a worker.
    mutating func allocateFromZone(cpu: Int, handle: Int64, cause: UInt64) -> Int? {
        if let page = takeCached(cpu: cpu, handle: handle, cause: cause) { return page }
        let domain = host.domainOfCpu[cpu]
        if !bucketsDisabled,
            let page = importBucket(cpu: cpu, domain: domain, handle: handle, cause: cause)
        {
            workers[cpu].served.imports += 1
            return page
        }
        let page = importItem(cpu: cpu, domain: domain, handle: handle, cause: cause)
        if page != nil { workers[cpu].served.imports += 1 }
        return page
    }

    /// A buffer from the CPU's buckets or its domain's list.
    private mutating func takeCached(cpu: Int, handle: Int64, cause: UInt64) -> Int? {
        guard let found = zone.takeCached(cpu: cpu) else { return nil }
        switch found.level {
        case .cpu:
            workers[cpu].served.hitsCpu += 1
            occupyWorker(cpu, model.hitCpuNs)
        case .list:
            workers[cpu].served.hitsList += 1
            occupyWorker(cpu, model.hitListNs)
        }
        recordHit(handle: handle, level: found.level.rawValue, cpu: cpu, cause: cause)
        return found.page
    }

    /// Fills a bucket by an import and takes one buffer out of it.
    private mutating func importBucket(
        cpu: Int, domain: Int, handle: Int64, cause: UInt64
    ) -> Int? {
        var pages: [Int] = []
        while pages.count < zone.bucketImportCount,
            let page = memory.importBuffer(domain)
        {
            pages.append(page)
        }
        finishImport(
            cpu: cpu, wanted: zone.bucketImportCount, got: pages.count, phase: 0, handle: handle,
            cause: cause)
        return pages.isEmpty ? nil : zone.loadImported(pages, cpu: cpu)
    }

    /// Imports one buffer past the buckets.
    private mutating func importItem(
        cpu: Int, domain: Int, handle: Int64, cause: UInt64
    ) -> Int? {
        let page = memory.importBuffer(domain)
        if page != nil { zone.countItemImport() }
        finishImport(
            cpu: cpu, wanted: 1, got: page == nil ? 0 : 1, phase: 1, handle: handle, cause: cause)
        return page
    }

    private mutating func finishImport(
        cpu: Int, wanted: Int, got: Int, phase: Int64, handle: Int64, cause: UInt64
    ) {
        let costNs = got > 0 ? Int64(got) * model.importNs : model.importFailNs
        if got == 0 { zone.countFailure() }
        occupyWorker(cpu, costNs)
        recordImport(
            handle: handle, cpu: cpu, wanted: wanted, got: got, ns: costNs, phase: phase,
            cause: cause)
    }

    /// `uma_zalloc(M_WAITOK)` of the old helper thread, up to the point where it would spin.
    ///
    /// - Returns: the buffer and what it cost, or `nil` with the cost of the failed attempt.
    mutating func allocateWaiting(cpu: Int, domain: Int) -> (page: Int?, costNs: Int64) {
        if let found = zone.takeCached(cpu: cpu) {
            return (found.page, found.level == .cpu ? model.hitCpuNs : model.hitListNs)
        }
        guard let page = memory.importBuffer(domain, breakReservations: true) else {
            return (nil, model.spinTurnNs)
        }
        zone.countItemImport()
        return (page, model.importNs)
    }

    /// The zone gives a domain's listed buffers back, page by page.
    mutating func drainZone(domain: Int, cause: UInt64) {
        let pages = zone.drainList(of: domain)
        for page in pages { memory.releaseBuffer(page) }
        recordTrim(domain: domain, buffers: pages.count, cause: cause)
        reviewBuckets()
    }
}
