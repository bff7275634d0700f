import EngineTestSupport
import TestRandomness
import Testing

@testable import ReclaimEngine

/// The buckets of the zone by themselves (engine specification 4.3). A page belongs to domain
/// `page / 1000`.
struct BufferZoneTests {
    private func zone(
        _ bucketSize: Int, cpus: [Int] = [0], domains: Int = 1, lockNs: Int64 = 0
    ) -> BufferZone {
        BufferZone(
            bucketSize: bucketSize, bucketSizeChanges: lockNs > 0, lockNs: lockNs,
            domainOfCpu: cpus, domainCount: domains)
    }

    @Test(
        arguments: [
            (1, 2), (2, 2), (3, 4), (4, 4), (5, 8), (8, 8), (9, 16), (16, 16), (17, 30), (30, 30),
            (31, 62), (62, 62), (63, 126), (126, 126), (127, 254), (254, 254),
        ])
    func theSmallestClassThatHoldsTheSize(size: Int, capacity: Int) {
        var zone = zone(size)
        let (bucket, wanted) = zone.beginImport()
        #expect(zone.store.capacity(bucket) == capacity)
        #expect(wanted == size)
    }

    /// Buckets keep their capacity; new ones have the class of the present size.
    @Test func eachBucketHasTheClassOfItsTime() {
        var zone = zone(2)
        zone.give(1...4)
        zone.bucketSize = 3
        zone.give(5...9)
        let capacities = zone.domains[0].list.listedBuckets.map {
            zone.store.capacity(Int($0.token))
        }
        #expect(capacities == [2, 2])
        #expect(zone.store.capacity(zone.caches[0].allocate) == 4)
        #expect(zone.take(10) == [9, 8, 7, 6, 5, 4, 3, 2, 1])
    }

    @Test func aRetiredBucketServesItsClassAgain() {
        var store = BucketStore()
        let (small, large) = (store.make(wanted: 1), store.make(wanted: 200))
        store.push(.init(page: 7, home: 0), small)
        _ = store.pop(small)
        store.retire(small)
        #expect(store.usedCount == 1)
        let next = (store.make(wanted: 3), store.make(wanted: 2), store.make(wanted: 2))
        #expect(next.1 == small)
        #expect(Set([next.0, next.1, next.2, large]).count == 4)
        #expect(store.capacity(large) == 254)
        #expect(store.digest(small) == store.digest(next.2))
    }

    @Test func theLastBufferInIsTheFirstOut() {
        var zone = zone(4)
        #expect(zone.importBuffers([10, 20, 30]) == 30)
        zone.give([30])
        #expect(zone.take(4) == [30, 20, 10])
    }

    @Test func anImportWithoutSuccessIsAFailureAndLeavesNoBucket() {
        var zone = zone(4)
        #expect(zone.importBuffers([]) == nil)
        #expect(zone.counters.fails == 1)
        #expect(zone.store.usedCount == 0)
    }

    /// Buckets of two: the first full one stays with the CPU, later ones go to the head of the
    /// list, and come back from there.
    @Test func fullBucketsGoToTheHeadOfTheList() {
        var zone = zone(2, cpus: [0, 0])
        var listed: [Int] = []
        for page in 1...7 {
            zone.give([page])
            listed.append(zone.listedItems[0])
        }
        #expect(listed == [0, 0, 0, 0, 2, 2, 4])
        var other = zone
        #expect(zone.take(8) == [7, 6, 5, 4, 3, 2, 1])
        #expect(other.takeCached(cpu: 1, nowNs: 0)?.level == .list)
        #expect(other.takeCached(cpu: 1, nowNs: 0)?.level == .cpu)
        #expect(other.take(3, cpu: 1) == [2, 1])
        #expect(other.heldItems(cpus: 0..<1) == 3)
    }

    /// The bucket that is empty when nothing else is found is given up: the next buffer that
    /// comes back needs a new one, of the present size.
    @Test func anEmptyBucketIsGivenUp() {
        var zone = zone(2)
        zone.give(1...1)
        #expect(zone.take(2) == [1])
        #expect(zone.store.usedCount == 0)
        zone.bucketsDisabled = true
        #expect(zone.free(1, homeDomain: 0, cpu: 0, nowNs: 0) == .system)
    }

    // MARK: Without buckets

    /// A CPU goes on with the buckets it has; a full one is still listed.
    @Test func withoutBucketsABufferGoesToTheSystem() {
        var zone = zone(2)
        zone.give(1...3)
        zone.bucketsDisabled = true
        let levels = (4...7).map { zone.free($0, homeDomain: 0, cpu: 0, nowNs: 0) }
        #expect(levels == [.cpu, .system, .system, .system])
        #expect(zone.outgoing == [5, 6, 7])
        #expect(zone.released == 3)
        #expect(zone.listedItems == [2])
        #expect(zone.counters.frees == 7)
        zone.outgoing = []
        #expect(zone.take(5) == [4, 3, 2, 1])
    }

    // MARK: Buffers of other domains

    @Test func foreignBuffersWaitInACrossBucket() {
        var zone = zone(2, cpus: [0, 1], domains: 2)
        zone.give([1, 1001, 2], cpu: 1)
        #expect(zone.listedItems == [0, 0])
        #expect(zone.counters.xdomain == 0)
        #expect(zone.take(1) == [])
        // The full bucket leaves when the next foreign buffer needs its place.
        zone.give([3], cpu: 1)
        #expect(zone.listedItems == [2, 0])
        #expect(zone.counters.xdomain == 2)
        #expect(zone.take(3) == [2, 1])
        #expect(zone.take(2, cpu: 1) == [1001])
        #expect(zone.heldItems(cpus: 1..<2) == 1)
    }

    @Test func moreThanTwoDomainsSortWhatIsForeign() {
        var zone = zone(4, cpus: [0, 1, 2], domains: 3)
        zone.give([1001, 2001, 1002, 2002, 1003, 2003, 1004, 2004, 1005], cpu: 0)
        // Two full buckets were dealt out, from their tops; each domain had four.
        #expect(zone.listedItems == [0, 4, 4])
        #expect(zone.counters.xdomain == 8)
        #expect(zone.take(5, cpu: 1) == [1003, 1004, 1001, 1002])
        #expect(zone.take(5, cpu: 2) == [2003, 2004, 2001, 2002])
        #expect(zone.violations(inUse: 8 - 9) == [])
    }

    /// Without buckets, what finds no cross bucket of its domain leaves, the first in first.
    @Test func sortingWithoutBucketsLetsTheRestGo() {
        var zone = zone(4, cpus: [0, 1, 2], domains: 3)
        zone.give([1001, 2001, 1002, 2002], cpu: 0)
        zone.bucketsDisabled = true
        #expect(zone.free(2003, homeDomain: 2, cpu: 0, nowNs: 0) == .system)
        #expect(zone.outgoing == [1001, 2001, 1002, 2002, 2003])
        #expect(zone.store.usedCount == 0)
        #expect(zone.counters.xdomain == 4)
    }

    // MARK: Bucket size

    @Test func theSizeGrowsWhenAnotherCpuHasTheList() {
        var zone = zone(2, cpus: [0, 0], lockNs: 150)
        zone.give(1...4, cpu: 0)
        zone.give(11...14, cpu: 1)
        #expect(zone.bucketSize == 2)
        zone.give([5], cpu: 0, nowNs: 1000)
        #expect(zone.bucketSize == 2)
        // Another CPU, but the lock is free again.
        zone.give([15], cpu: 1, nowNs: 1150)
        #expect(zone.bucketSize == 2)
        zone.give([6, 7], cpu: 0, nowNs: 1299)
        #expect(zone.bucketSize == 3)
        // The same CPU does not find itself in the way.
        zone.give([8, 9], cpu: 0, nowNs: 1299)
        #expect(zone.bucketSize == 3)
        zone.bucketSize = 254
        #expect(zone.take(20, cpu: 1, nowNs: 1300).count == 11)
        #expect(zone.bucketSize == 254)
    }

    @Test func theSizeShrinksWithReclaims() {
        var zone = zone(4, lockNs: 150)
        for size in [3, 2, 1, 1] {
            zone.shrinkBucketSize()
            #expect(zone.bucketSize == size)
        }
        for (size, half) in [(254, 127), (2, 1), (1, 1), (62, 31)] {
            zone.bucketSize = size
            zone.unloadCpus()
            #expect(zone.bucketSize == half)
        }
        // The periodic reclaim leaves it.
        zone.reclaim(.periodic, domain: 0)
        #expect(zone.bucketSize == 31)
    }

    @Test func aFixedSizeStays() {
        var zone = BufferZone(
            bucketSize: 4, bucketSizeChanges: false, lockNs: 1_000_000, domainOfCpu: [0, 0],
            domainCount: 1)
        zone.give(1...20, cpu: 0)
        zone.give(101...120, cpu: 1)
        zone.shrinkBucketSize()
        zone.unloadCpus()
        #expect(zone.bucketSize == 4)
    }

    // MARK: Reclaim

    /// Buckets leave from the head of the list, their buffers from the one that came first.
    @Test func aDrainTakesTheListFromItsHead() {
        var zone = zone(2)
        zone.give(1...7)
        #expect(zone.reclaim(.drain, domain: 0) == 4)
        #expect(zone.outgoing == [3, 4, 1, 2])
        #expect(zone.released == 4)
        #expect(zone.listedItems == [0])
        #expect(zone.reclaim(.drain, domain: 0) == 0)
        zone.outgoing = []
        #expect(zone.take(4) == [7, 6, 5])
    }

    /// 16 buffers are listed at first; then two of eight buckets are in use now and then.
    @Test func aTrimKeepsTheWorkingSet() {
        var zone = zone(2)
        zone.give(1...20)
        #expect(zone.listedItems == [16])
        zone.reclaim(.periodic, domain: 0)
        for _ in 0..<20 {
            let taken = zone.take(8)
            zone.give(taken.reversed())
            zone.reclaim(.periodic, domain: 0)
        }
        #expect(zone.outgoing == [])
        let workingSet = zone.domains[0].list.workingSet
        #expect((4...8).contains(workingSet))
        #expect(zone.reclaim(.trim, domain: 0) == 16 - zone.listedItems[0])
        #expect((workingSet...workingSet + 2).contains(zone.listedItems[0]))
    }

    /// More than 45 periods without use, then a quarter of what was idle.
    @Test func whatIsIdleForLongGoesBackByQuarters() {
        var zone = zone(2)
        for page in 1...2052 { _ = zone.free(page, homeDomain: 0, cpu: 0, nowNs: 0) }
        #expect(zone.listedItems == [2048])
        var longIdle = 0
        for period in 1...45 {
            if period > 1 { longIdle = (2048 + 255 * longIdle) / 256 }
            #expect(zone.reclaim(.periodic, domain: 0) == 0)
        }
        longIdle = (2048 + 255 * longIdle) / 256
        #expect(longIdle > 200)
        #expect(zone.reclaim(.periodic, domain: 0) == longIdle / 4 / 2 * 2)
        #expect(zone.outgoing.prefix(4) == [2047, 2048, 2045, 2046])
    }

    @Test func theCrossBucketOfADomainGoesAtEveryReclaim() {
        for depth in [BufferZoneList.Depth.periodic, .trim, .drain] {
            var zone = zone(4, cpus: [0, 1, 2], domains: 3)
            zone.give([1001, 2001, 1002, 2002, 1003], cpu: 0)
            #expect(zone.listedItems == [0, 0, 0])
            #expect(zone.reclaim(depth, domain: 2) == 2)
            #expect(zone.outgoing == [2002, 2001])
            #expect(zone.reclaim(depth, domain: 1) == 2)
            #expect(zone.outgoing == [2002, 2001, 1002, 1001])
            // The CPU's own cross bucket stays.
            #expect(zone.heldItems(cpus: 0..<1) == 1)
        }
    }

    @Test func theEmergencyDrainTakesWhatCpusHold() {
        var zone = zone(2, cpus: [0, 1], domains: 2)
        zone.give([1, 2, 3, 1001, 1002], cpu: 0)
        zone.give([1003, 4], cpu: 1)
        zone.unloadCpus()
        #expect(zone.heldItems(cpus: 0..<2) == 0)
        #expect(zone.listedItems == [4, 3])
        // Nothing of it counts as needed.
        #expect(zone.domains.map(\.list.itemMin) == [4, 3])
        #expect(zone.domains.map(\.list.workingSet) == [0, 0])
        #expect(zone.reclaim(.drain, domain: 0) == 4)
        #expect(zone.outgoing == [4, 1, 2, 3])
    }

    @Test func theEmergencyDrainSortsOnThreeDomains() {
        var zone = zone(2, cpus: [0, 1, 2], domains: 3)
        zone.give([1001, 2001], cpu: 0)
        zone.give([1, 2002], cpu: 1)
        zone.unloadCpus()
        // 2001 and 2002 made a full bucket, 1001 and 1 wait in the cross buckets of their domains.
        #expect(zone.listedItems == [0, 0, 2])
        #expect(zone.cachedItems(of: 0, cpus: 0..<1) == 1)
        #expect(zone.cachedItems(of: 1, cpus: 1..<2) == 1)
        #expect(zone.violations(inUse: -4) == [])
    }

    // MARK: A waiting import

    @Test func aWaitingImportFillsItsBucketFirst() {
        var zone = zone(3, cpus: [0, 0])
        zone.beginLoading(0)
        #expect(zone.loadingMissing(0) == 3)
        for page in 1...3 { zone.addLoaded(page, domain: 0) }
        var other = zone
        #expect(zone.finishLoading(0, cpu: 0, nowNs: 0) == 3)
        #expect(zone.take(4) == [3, 2, 1])
        // Meanwhile the CPU has got another bucket: the new one is listed.
        other.give([9])
        #expect(other.finishLoading(0, cpu: 0, nowNs: 0) == 3)
        #expect(other.listedItems == [3])
        #expect(other.domains[0].list.itemMin == 3)
        #expect(other.take(5) == [9, 3, 2, 1])
    }

    // MARK: Digest

    @Test func whateverALaterEventDependsOnChangesTheDigest() {
        var zone = zone(2, cpus: [0, 0, 1], domains: 2, lockNs: 150)
        zone.give([1, 2, 3, 4, 5, 1001], cpu: 0)
        zone.give([11], cpu: 2)
        let changes: [(inout BufferZone) -> Void] = [
            { $0.bucketSize += 1 }, { $0.bucketsDisabled = true }, { $0.counters.xdomain += 1 },
            { $0.counters.fails += 1 }, { $0.domains[0].lastTouchNs += 1 },
            { $0.domains[0].lastCpu = 1 }, { $0.domains[0].list.noteImport(1) },
            { $0.caches[0].swapBuckets() }, { $0.caches.swapAt(0, 1) },
            { _ = $0.takeCached(cpu: 0, nowNs: 0) }, { $0.give([6], cpu: 0) },
            { $0.give([6], cpu: 1) }, { _ = $0.reclaim(.drain, domain: 0) },
            { $0.beginLoading(1) }, { $0.shrinkBucketSize() },
        ]
        var digests = [zone.digest]
        for change in changes {
            var changed = zone
            change(&changed)
            digests.append(changed.digest)
            #expect(changed.digest == changed.recomputedDigest)
        }
        #expect(Set(digests).count == digests.count)
    }

    /// Buffers of one bucket in another order, and buckets of one list in another order.
    @Test func theOrderOfBuffersAndBucketsCounts() {
        let orders = [[1, 2, 3, 4, 5, 6, 7], [2, 1, 3, 4, 5, 6, 7], [3, 4, 1, 2, 5, 6, 7]]
        let digests = orders.map { pages in
            var zone = zone(2)
            zone.give(pages)
            return zone.digest
        }
        #expect(Set(digests).count == 3)
        // Which bucket holds a buffer does not matter.
        var (one, other) = (zone(2), zone(2))
        one.give(1...4)
        other.give(1...7)
        #expect(other.take(7).count == 7)
        other.give(1...4)
        other.counters = one.counters
        other.domains[0].list = one.domains[0].list
        (other.domains[0].lastCpu, other.domains[0].lastTouchNs) = (-1, 0)
        #expect(one.digest == other.digest)
    }

    // MARK: Books

    @Test func wrongBooksAreNoticed() {
        var zone = zone(2, cpus: [0, 1], domains: 2)
        _ = zone.importBuffers([4, 8])
        zone.give([5, 6, 7, 9, 10, 11], cpu: 0)
        #expect(zone.violations(inUse: 1 - 6) == [])
        #expect(zone.violations(inUse: 0).count == 2)
        let faults: [(inout BufferZone) -> Void] = [
            { $0.caches[0].allocate = -1 }, { $0.domains[0].list.noteImport(-1000) },
            { $0.caches.swapAt(0, 1) }, { $0.domains.swapAt(0, 1) }, { $0.bucketSize = 255 },
            { $0.domains[0].listDigest += 1 }, { $0.outgoing = [1] },
            { $0.caches[1].cross = $0.caches[0].allocate },
        ]
        for (number, fault) in faults.enumerated() {
            var wrong = zone
            fault(&wrong)
            #expect(!wrong.violations(inUse: 1 - 6).isEmpty, "fault \(number)")
        }
    }
}

extension BufferZone {
    /// Frees buffers on a CPU.
    fileprivate mutating func give(
        _ pages: some Sequence<Int>, cpu: Int = 0, nowNs: Int64 = 0
    ) {
        for page in pages { _ = free(page, homeDomain: page / 1000, cpu: cpu, nowNs: nowNs) }
    }

    /// Takes up to so many cached buffers.
    fileprivate mutating func take(_ count: Int, cpu: Int = 0, nowNs: Int64 = 0) -> [Int] {
        var pages: [Int] = []
        while pages.count < count, let found = takeCached(cpu: cpu, nowNs: nowNs) {
            pages.append(found.page)
        }
        return pages
    }

    /// An import that brings these buffers.
    fileprivate mutating func importBuffers(_ pages: [Int]) -> Int? {
        let (bucket, _) = beginImport()
        for page in pages { addImported(page, domain: 0, bucket: bucket) }
        return finishImport(bucket, cpu: 0)
    }

    fileprivate func violations(inUse: Int) -> [String] {
        invariantViolations(inUse: inUse) { $0 / 1000 }
    }
}
