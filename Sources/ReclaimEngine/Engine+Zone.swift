import PhysicalMemory

/// The buffer zone above the page layer (engine specification 4.3 and 4.4).
extension Engine {
    /// What the zone has counted since the start.
    public var zoneCounters: ZoneCounters { zone.counters }

    // MARK: Allocation

    /// `uma_zalloc(M_NOWAIT | M_NORECLAIM)` for a worker.
    mutating func allocateFromZone(cpu: Int, handle: Int64, cause: UInt64) -> Int? {
        if let page = takeCached(cpu: cpu, handle: handle, cause: cause) { return page }
        let domain = host.domainOfCpu[cpu]
        if !zone.bucketsDisabled,
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
        let size = zone.bucketSize
        let found = zone.takeCached(cpu: cpu, nowNs: nowNs)
        noteBucketSize(before: size, cpu: cpu, cause: cause)
        guard let found else { return nil }
        if found.level == .cpu {
            workers[cpu].served.hitsCpu += 1
            occupyWorker(cpu, model.hitCpuNs)
        } else {
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
        let (bucket, wanted) = zone.beginImport()
        var got = 0
        while got < wanted, let page = memory.importBuffer(domain) {
            zone.addImported(page, domain: domain, bucket: bucket)
            got += 1
        }
        let page = zone.finishImport(bucket, cpu: cpu)
        noteImport(
            cpu: cpu, wanted: wanted, got: got, phase: 0, handle: handle, cause: cause)
        return page
    }

    /// Imports one buffer past the buckets.
    private mutating func importItem(
        cpu: Int, domain: Int, handle: Int64, cause: UInt64
    ) -> Int? {
        let page = memory.importBuffer(domain)
        if page == nil { zone.countFailure() } else { zone.countItemImport() }
        noteImport(
            cpu: cpu, wanted: 1, got: page == nil ? 0 : 1, phase: 1, handle: handle, cause: cause)
        return page
    }

    private mutating func noteImport(
        cpu: Int, wanted: Int, got: Int, phase: Int64, handle: Int64, cause: UInt64
    ) {
        let costNs = got > 0 ? Int64(got) * model.importNs : model.importFailNs
        occupyWorker(cpu, costNs)
        recordImport(
            handle: handle, cpu: cpu, wanted: wanted, got: got, ns: costNs, phase: phase,
            cause: cause)
        if got > 0, let notice = policy.definition.noticesImport {
            notice(&self, host.domainOfCpu[cpu], cpu, cause)
        }
    }

    /// `uma_zalloc(M_WAITOK)` of the old helper thread, up to the point where it would spin.
    ///
    /// It fills a whole bucket before it hands out a buffer and keeps what it has so far; the
    /// next call goes on with it. The cost is that of the whole bucket, told when it is full.
    /// - Returns: the buffer and what it cost, or `nil` with the cost of the failed attempt.
    mutating func allocateWaiting(cpu: Int, domain: Int) -> (page: Int?, costNs: Int64) {
        if !zone.isLoading(domain) {
            let size = zone.bucketSize
            let found = zone.takeCached(cpu: cpu, nowNs: nowNs)
            noteBucketSize(before: size, cpu: cpu, cause: threads[domain].cause)
            if let found {
                return (found.page, found.level == .cpu ? model.hitCpuNs : model.hitListNs)
            }
            if zone.bucketsDisabled { return importItemWaiting(domain) }
            zone.beginLoading(domain)
        }
        while zone.loadingMissing(domain) > 0 {
            guard let page = memory.importBuffer(domain, breakReservations: true) else {
                return (nil, model.spinTurnNs)
            }
            zone.addLoaded(page, domain: domain)
        }
        let size = zone.bucketSize
        let count = zone.finishLoading(domain, cpu: cpu, nowNs: nowNs)
        let found = zone.takeCached(cpu: cpu, nowNs: nowNs)
        noteBucketSize(before: size, cpu: cpu, cause: threads[domain].cause)
        return (found?.page, Int64(count) * model.importNs)
    }

    /// `uma_zalloc(M_NOWAIT)` of a helper thread: a bucket is asked for and then a single buffer,
    /// so a failure counts twice, as for a worker; unlike one it may break reservations.
    ///
    /// - Returns: the buffer, or `nil`, and what it cost.
    mutating func allocateAtOnce(cpu: Int, domain: Int) -> (page: Int?, costNs: Int64) {
        let size = zone.bucketSize
        let found = zone.takeCached(cpu: cpu, nowNs: nowNs)
        noteBucketSize(before: size, cpu: cpu, cause: threads[domain].cause)
        if let found {
            return (found.page, found.level == .cpu ? model.hitCpuNs : model.hitListNs)
        }
        var costNs: Int64 = 0
        if !zone.bucketsDisabled {
            let (bucket, wanted) = zone.beginImport()
            var got = 0
            while got < wanted,
                let page = memory.importBuffer(domain, breakReservations: true)
            {
                zone.addImported(page, domain: domain, bucket: bucket)
                got += 1
            }
            if let page = zone.finishImport(bucket, cpu: cpu) {
                return (page, Int64(got) * model.importNs)
            }
            costNs = model.importFailNs
        }
        guard let page = memory.importBuffer(domain, breakReservations: true) else {
            zone.countFailure()
            return (nil, costNs + model.importFailNs)
        }
        zone.countItemImport()
        return (page, costNs + model.importNs)
    }

    private mutating func importItemWaiting(_ domain: Int) -> (page: Int?, costNs: Int64) {
        guard let page = memory.importBuffer(domain, breakReservations: true) else {
            return (nil, model.spinTurnNs)
        }
        zone.countItemImport()
        return (page, model.importNs)
    }

    // MARK: Free

    /// `uma_zfree` on a CPU.
    ///
    /// - Returns: where the buffer went, and whether it belongs to another domain than the CPU.
    @discardableResult
    mutating func freeIntoZone(
        _ page: Int, cpu: Int
    ) -> (level: BufferZone.Level, isCross: Bool) {
        let home = memory.domain(of: page)
        let size = zone.bucketSize
        let level = zone.free(page, homeDomain: home, cpu: cpu, nowNs: nowNs)
        noteBucketSize(before: size, cpu: cpu, cause: 0)
        let sorted = zone.outgoing.count - (level == .system ? 1 : 0)
        if sorted > 0 { recordSortedOut(sorted) }
        releaseOutgoing()
        return (level, home != host.domainOfCpu[cpu])
    }

    /// Buffers of a cross bucket leave the zone because there is no bucket to sort them into:
    /// memory is short, so it counts as pressure.
    private mutating func recordSortedOut(_ count: Int) {
        for domain in host.domains.indices {
            var buffers = 0
            for index in 0..<count where memory.domain(of: zone.outgoing[index]) == domain {
                buffers += 1
            }
            if buffers > 0 {
                recordTrim(domain: domain, why: .pressure, buffers: buffers, cause: 0)
            }
        }
    }

    // MARK: Reclaim

    /// Every 20 s: `bucketdisable` is looked at, working sets are updated, and what has been idle
    /// for long goes back.
    mutating func checkZone() {
        reviewBuckets()
        for domain in host.domains.indices {
            let buffers = zone.reclaim(.periodic, domain: domain)
            if buffers > 0 { recordTrim(domain: domain, why: .idle, buffers: buffers, cause: 0) }
            releaseOutgoing()
        }
    }

    /// `bucketdisable` follows whether any domain is short of pages (engine specification 4.3).
    private mutating func reviewBuckets() {
        zone.bucketsDisabled = memory.domains.contains { $0.isInMinSet }
    }

    /// The low-memory handler trims a domain's listed buffers down to the working set.
    mutating func trimZone(domain: Int, cause: UInt64) {
        reclaimZone(.trim, why: .pressure, domain: domain, cause: cause)
    }

    /// A domain's listed buffers go back, all of them.
    mutating func drainZone(domain: Int, cause: UInt64) {
        reclaimZone(.drain, why: .drain, domain: domain, cause: cause)
    }

    /// The emergency drain: the buckets of all CPUs are listed, then everything listed goes back.
    mutating func drainCpuBuckets(cause: UInt64) {
        reviewBuckets()
        let size = zone.bucketSize
        zone.unloadCpus()
        zone.shrinkBucketSize()
        noteBucketSize(before: size, cpu: -1, cause: cause)
        if !zone.outgoing.isEmpty { recordSortedOut(zone.outgoing.count) }
        releaseOutgoing()
        for domain in host.domains.indices {
            let buffers = zone.reclaim(.drain, domain: domain)
            recordTrim(domain: domain, why: .drain, buffers: buffers, cause: cause)
            releaseOutgoing()
        }
    }

    private mutating func reclaimZone(
        _ depth: BufferZoneList.Depth, why: TrimReason, domain: Int, cause: UInt64
    ) {
        reviewBuckets()
        let size = zone.bucketSize
        zone.shrinkBucketSize()
        noteBucketSize(before: size, cpu: -1, cause: cause)
        let buffers = zone.reclaim(depth, domain: domain)
        recordTrim(domain: domain, why: why, buffers: buffers, cause: cause)
        releaseOutgoing()
    }

    // MARK: What follows

    /// Gives the pages of buffers that have left the zone back, in their order.
    private mutating func releaseOutgoing() {
        guard !zone.outgoing.isEmpty else { return }
        for index in zone.outgoing.indices { memory.releaseBuffer(zone.outgoing[index]) }
        zone.outgoing.removeAll(keepingCapacity: true)
    }

    /// One event for each time a lock was found held, as sorting can touch several lists; one for
    /// a reclaim.
    private mutating func noteBucketSize(before: Int, cpu: Int, cause: UInt64) {
        var size = before
        while size < zone.bucketSize {
            recordBucketSize(old: size, new: size + 1, cpu: cpu, cause: cause)
            size += 1
        }
        if size > zone.bucketSize {
            recordBucketSize(old: size, new: zone.bucketSize, cpu: cpu, cause: cause)
        }
    }
}

/// Why the zone gives buffers back. The raw value is the label of the `why` column.
enum TrimReason: Int64, Sendable {
    case idle = 0
    case pressure = 1
    case drain = 2
}
