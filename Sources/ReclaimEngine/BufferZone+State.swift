/// The zone's state as a whole: figures, digest, and what must hold (engine specification 9).
extension BufferZone {
    /// Buffers in all buckets of each domain's list.
    var listedItems: [Int] { domains.map(\.list.itemCount) }

    /// Buffers in the buckets that some CPUs hold.
    func heldItems(cpus: Range<Int>) -> Int {
        var sum = 0
        for cpu in cpus {
            let cache = caches[cpu]
            sum += store.fill(cache.allocate) + store.fill(cache.free) + store.fill(cache.cross)
        }
        return sum
    }

    /// Buffers cached for a domain: its list, its cross bucket and the buckets of its CPUs.
    func cachedItems(of domain: Int, cpus: Range<Int>) -> Int {
        domains[domain].list.itemCount + store.fill(domains[domain].cross)
            + heldItems(cpus: cpus)
    }

    /// A number for everything a later event depends on: the buckets of each CPU with their
    /// capacities, contents and order, the lists with their figures and last touches, the bucket
    /// size, whether buckets are disabled, and the counters.
    ///
    /// - Complexity: O(CPUs + domains); each change of a bucket or a list costs O(1).
    var digest: UInt64 {
        digest(listDigests: { domains[$0].listDigest }, bucket: { store.digest($0) })
    }

    /// The same number, from all buckets themselves.
    ///
    /// - Complexity: O(cached buffers).
    var recomputedDigest: UInt64 {
        digest(
            listDigests: { domain in
                let buckets = domains[domain].list.listedBuckets
                var sum: UInt64 = 0
                for (index, bucket) in buckets.enumerated() {
                    let place = UInt64(buckets.count - 1 - index) &+ 0x6c69_7374
                    sum &+= ZoneMix.fold(place, store.recomputedDigest(Int(bucket.token)))
                }
                return sum
            }, bucket: { store.recomputedDigest($0) })
    }

    private func digest(
        listDigests: (Int) -> UInt64, bucket: (Int) -> UInt64
    ) -> UInt64 {
        var sum = ZoneMix.fold(0x7a6f_6e65, bucketSize)
        sum = ZoneMix.fold(sum, bucketsDisabled ? 1 : 0)
        sum = ZoneMix.fold(ZoneMix.fold(sum, Int(counters.allocs)), Int(counters.frees))
        sum = ZoneMix.fold(ZoneMix.fold(sum, Int(counters.fails)), Int(counters.xdomain))
        sum = ZoneMix.fold(ZoneMix.fold(sum, Int(imported)), Int(released))
        for cache in caches {
            sum = ZoneMix.fold(sum, bucket(cache.allocate))
            sum = ZoneMix.fold(sum, bucket(cache.free))
            sum = ZoneMix.fold(sum, bucket(cache.cross))
        }
        for number in domains.indices {
            sum = ZoneMix.fold(sum, listDigests(number))
            sum = ZoneMix.fold(sum, bucket(domains[number].cross))
            sum = ZoneMix.fold(sum, bucket(domains[number].loading))
            sum = ZoneMix.fold(sum, domains[number].loadingWanted)
            sum = ZoneMix.fold(sum, domains[number].lastCpu)
            sum = ZoneMix.fold(sum, Int(domains[number].lastTouchNs))
            sum = domains[number].list.foldFigures(into: sum)
        }
        return sum
    }

    /// What is wrong with the zone's bookkeeping; empty when nothing is (invariant 5).
    ///
    /// - Parameters:
    ///   - inUse: buffers handed out and not given back.
    ///   - home: the domain of a page.
    /// - Complexity: O(cached buffers).
    func invariantViolations(inUse: Int, home: @escaping (Int) -> Int) -> [String] {
        var check = ZoneInspection(zone: self, home: home)
        check.visitAll()
        check.expect(
            counters.allocs - counters.frees == Int64(inUse),
            "allocations - frees is not the number of buffers in use")
        check.expect(
            imported - released == Int64(inUse + check.cached),
            "imported - released is not in use + cached")
        check.expect(check.buckets == store.usedCount, "a bucket is lost")
        check.expect(outgoing.isEmpty, "buffers wait to be released")
        check.expect(
            Self.bucketSizeMin...BucketSize.entriesMax ~= bucketSize,
            "the bucket size is \(bucketSize)")
        check.expect(digest == recomputedDigest, "the digest is not that of the state")
        return check.found
    }
}

extension BufferZoneList {
    /// All figures, in a fixed order.
    func foldFigures(into digest: UInt64) -> UInt64 {
        var sum = ZoneMix.fold(digest, itemCount)
        sum = ZoneMix.fold(ZoneMix.fold(sum, itemMax), itemMin)
        sum = ZoneMix.fold(ZoneMix.fold(sum, batchMin), workingSet)
        return ZoneMix.fold(ZoneMix.fold(sum, longIdleCount), idlePeriods)
    }
}

/// A walk over all buckets of a zone that notes what is wrong.
private struct ZoneInspection {
    let zone: BufferZone
    let home: (Int) -> Int
    var found: [String] = []
    var cached = 0
    var buckets = 0
    var seen: Set<Int> = []

    init(zone: BufferZone, home: @escaping (Int) -> Int) {
        self.zone = zone
        self.home = home
    }

    mutating func expect(_ holds: Bool, _ fault: @autoclosure () -> String) {
        if !holds { found.append("zone: " + fault()) }
    }

    mutating func visitAll() {
        for (cpu, cache) in zone.caches.enumerated() {
            let domain = zone.domainOfCpu[cpu]
            visit(cache.allocate, "CPU \(cpu)") { $0 == domain }
            visit(cache.free, "CPU \(cpu)") { $0 == domain }
            visit(cache.cross, "cross bucket of CPU \(cpu)") { $0 != domain }
        }
        for (number, domain) in zone.domains.enumerated() {
            visit(domain.cross, "cross bucket of domain \(number)") { $0 == number }
            visit(domain.loading, "import of domain \(number)") { $0 == number }
            expect(
                domain.cross < 0 || zone.domains.count > 2,
                "domain \(number) has a cross bucket and is one of two")
            visitList(domain.list, number)
        }
    }

    private mutating func visitList(_ list: BufferZoneList, _ domain: Int) {
        var listed = 0
        for bucket in list.listedBuckets {
            let fill = zone.store.fill(Int(bucket.token))
            expect(
                fill > 0 && fill == bucket.itemCount,
                "domain \(domain) lists a bucket of \(bucket.itemCount) with \(fill)")
            listed += fill
            visit(Int(bucket.token), "list of domain \(domain)") { $0 == domain }
        }
        expect(
            listed == list.itemCount, "domain \(domain) counts \(list.itemCount) of \(listed)")
        expect(
            list.itemMax >= list.itemCount && list.itemCount >= list.batchMin
                && list.batchMin >= list.itemMin && list.itemMin >= 0,
            "domain \(domain) has impossible working-set figures")
    }

    private mutating func visit(_ bucket: Int, _ place: String, isHome: (Int) -> Bool) {
        guard bucket >= 0 else { return }
        buckets += 1
        let (fill, capacity) = (zone.store.fill(bucket), zone.store.capacity(bucket))
        expect(0...capacity ~= fill, "\(place): a bucket of \(capacity) holds \(fill)")
        expect(
            BucketSize.entries(wanted: capacity) == capacity, "\(place): capacity \(capacity)")
        for index in 0..<min(fill, capacity) {
            let item = zone.store.item(index, of: bucket)
            let domain = home(Int(item.page))
            expect(domain == Int(item.home), "\(place): \(item.page) is at home in \(domain)")
            expect(isHome(domain), "\(place): \(item.page) of domain \(domain)")
            expect(seen.insert(Int(item.page)).inserted, "\(place): \(item.page) again")
        }
        cached += fill
    }
}
