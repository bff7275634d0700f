/// How buffers go back to the page layer (engine specification 4.3, 13 B5).
extension BufferZone {
    /// Reclaims a domain: its cross bucket whole, then listed buckets as deep as asked.
    ///
    /// The bucket size does not change here.
    /// - Returns: buffers released; they are at the end of `outgoing`.
    @discardableResult
    mutating func reclaim(_ depth: BufferZoneList.Depth, domain: Int) -> Int {
        let before = outgoing.count
        releaseAll(domains[domain].cross)
        domains[domain].cross = -1
        var place = domains[domain].list.bucketCount
        reclaimed.removeAll(keepingCapacity: true)
        _ = domains[domain].list.reclaim(depth, into: &reclaimed)
        for index in reclaimed.indices {
            let bucket = Int(reclaimed[index].token)
            place -= 1
            domains[domain].listDigest &-= listWeight(bucket, place: place)
            releaseAll(bucket)
        }
        return outgoing.count - before
    }

    /// A reclaim of the zone, other than the periodic one, makes buckets smaller.
    mutating func shrinkBucketSize() {
        if bucketSizeChanges, bucketSize > Self.bucketSizeMin { bucketSize -= 1 }
    }

    /// Takes all buckets from all CPUs and lists them; they do not count as working set. The
    /// bucket size goes half the way down to its least value.
    mutating func unloadCpus() {
        if bucketSizeChanges { bucketSize = (Self.bucketSizeMin + bucketSize) / 2 }
        for cpu in caches.indices {
            let cache = caches[cpu]
            caches[cpu] = CpuCache()
            let domain = domainOfCpu[cpu]
            if cache.allocate >= 0 {
                enlist(cache.allocate, domain: domain, isWorkingSet: false)
            }
            if cache.free >= 0 { enlist(cache.free, domain: domain, isWorkingSet: false) }
            guard cache.cross >= 0 else { continue }
            if domains.count > 2 {
                sort(cache.cross, cpu: nil, nowNs: 0)
            } else {
                enlist(cache.cross, domain: 1 - domain, isWorkingSet: false)
            }
        }
    }

    // MARK: Imports that wait

    /// Whether a waiting import of the domain is under way.
    func isLoading(_ domain: Int) -> Bool { domains[domain].loading >= 0 }

    /// Begins an import that waits for each of its buffers.
    mutating func beginLoading(_ domain: Int) {
        precondition(!isLoading(domain), "one waiting import per domain")
        let load = beginImport()
        domains[domain].loading = load.bucket
        domains[domain].loadingWanted = load.wanted
    }

    /// Buffers the waiting import of the domain still wants.
    func loadingMissing(_ domain: Int) -> Int {
        domains[domain].loadingWanted - store.fill(domains[domain].loading)
    }

    /// One more buffer for the waiting import.
    mutating func addLoaded(_ page: Int, domain: Int) {
        addImported(page, domain: domain, bucket: domains[domain].loading)
    }

    /// The waiting import is complete. If its CPU has a bucket again by now, the new one is
    /// listed, without counting as working set.
    ///
    /// - Returns: buffers it brought.
    mutating func finishLoading(_ domain: Int, cpu: Int, nowNs: Int64) -> Int {
        let bucket = domains[domain].loading
        let count = store.fill(bucket)
        domains[domain].loading = -1
        domains[domain].loadingWanted = 0
        if canLoad(cpu: cpu) {
            load(bucket, cpu: cpu)
        } else {
            touchList(domain, cpu: cpu, nowNs: nowNs)
            enlist(bucket, domain: domain, isWorkingSet: false)
        }
        return count
    }
}
