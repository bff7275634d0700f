/// Buffers that come back (engine specification 4.3).
extension BufferZone {
    /// Takes a buffer back on the CPU that frees it.
    ///
    /// `.system`: no bucket could be had for it; it is the last of `outgoing`. What comes before
    /// it there had to leave a cross bucket for the same reason.
    /// - Returns: where the buffer went, `.cpu` or `.system`.
    mutating func free(_ page: Int, homeDomain: Int, cpu: Int, nowNs: Int64) -> Level {
        counters.frees += 1
        let item = BucketStore.Item(page: Int32(page), home: Int32(homeDomain))
        return homeDomain == domainOfCpu[cpu]
            ? freeAtHome(item, cpu: cpu, nowNs: nowNs) : freeAbroad(item, cpu: cpu, nowNs: nowNs)
    }

    private mutating func freeAtHome(
        _ item: BucketStore.Item, cpu: Int, nowNs: Int64
    ) -> Level {
        if !store.hasRoom(caches[cpu].allocate), store.hasRoom(caches[cpu].free) {
            caches[cpu].swapBuckets()
        }
        if store.hasRoom(caches[cpu].allocate) {
            store.push(item, caches[cpu].allocate)
            return .cpu
        }
        let full = caches[cpu].free
        caches[cpu].free = -1
        // The new bucket is made before the list is touched: it has the size from before.
        let fresh = makeBucket()
        if full >= 0 {
            touchList(Int(item.home), cpu: cpu, nowNs: nowNs)
            enlist(full, domain: Int(item.home), isWorkingSet: true)
        }
        guard let fresh else { return releaseAlone(item) }
        caches[cpu].free = fresh
        caches[cpu].swapBuckets()
        store.push(item, fresh)
        return .cpu
    }

    private mutating func freeAbroad(
        _ item: BucketStore.Item, cpu: Int, nowNs: Int64
    ) -> Level {
        if store.hasRoom(caches[cpu].cross) {
            store.push(item, caches[cpu].cross)
            return .cpu
        }
        let full = caches[cpu].cross
        caches[cpu].cross = -1
        counters.xdomain += Int64(store.fill(full))
        let fresh = makeBucket()
        if full >= 0 {
            if domains.count > 2 {
                sort(full, cpu: cpu, nowNs: nowNs)
            } else {
                // With two domains, whatever is foreign belongs to the one other domain.
                touchList(Int(item.home), cpu: cpu, nowNs: nowNs)
                enlist(full, domain: Int(item.home), isWorkingSet: true)
            }
        }
        guard let fresh else { return releaseAlone(item) }
        caches[cpu].cross = fresh
        store.push(item, fresh)
        return .cpu
    }

    private mutating func releaseAlone(_ item: BucketStore.Item) -> Level {
        released += 1
        outgoing.append(Int(item.page))
        return .system
    }

    /// Deals the buffers of a bucket, the last in first, out to the cross buckets of their
    /// domains. Those that become full go to their lists when all is dealt out, the last first.
    /// Where a cross bucket is needed and none can be had, what is left leaves the zone.
    ///
    /// - Parameter cpu: who touches the lists; `nil` is a drain, which contends with nobody.
    mutating func sort(_ bucket: Int, cpu: Int?, nowNs: Int64) {
        fullBuckets.removeAll(keepingCapacity: true)
        while let item = store.top(of: bucket) {
            let home = Int(item.home)
            if domains[home].cross < 0 {
                guard let fresh = makeBucket() else { break }
                domains[home].cross = fresh
            }
            store.push(store.pop(bucket), domains[home].cross)
            if !store.hasRoom(domains[home].cross) {
                fullBuckets.append(domains[home].cross)
                domains[home].cross = -1
            }
        }
        releaseAll(bucket)
        while let full = fullBuckets.popLast() {
            let home = Int(store.item(0, of: full).home)
            if let cpu { touchList(home, cpu: cpu, nowNs: nowNs) }
            enlist(full, domain: home, isWorkingSet: true)
        }
    }
}
