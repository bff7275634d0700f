/// The `ktls_buffers` cache zone: buckets of buffers per CPU and per domain, above an import from
/// the page layer (engine specification 4.3). A buffer is the number of its first page.
///
/// Buckets move between CPUs and lists by number; their items lie in one flat array.
struct BufferZone {
    /// Where an allocation was served from.
    enum Level: Int64 {
        case cpu = 0
        case list = 1
    }

    /// The buckets one CPU holds; -1 is none.
    private struct CpuCache {
        var allocate = -1
        var free = -1
        var cross = -1

        mutating func swapBuckets() { (allocate, free) = (free, allocate) }
    }

    /// Buffers a bucket holds.
    let bucketCapacity: Int
    /// Buffers asked for when a bucket is filled by an import.
    let bucketImportCount: Int
    private let domainOfCpu: [Int]
    private var caches: [CpuCache]
    /// Full buckets by domain; a bucket's token is its number.
    private var lists: [BufferZoneList]
    private var items: [Int32] = []
    private var fills: [Int] = []
    private var emptyBuckets: [Int] = []

    /// Buffers handed to workers.
    private(set) var allocations: Int64 = 0
    /// Buffers given back by workers.
    private(set) var frees: Int64 = 0
    /// Failed imports, the `FAIL` column of `vmstat -z`.
    private(set) var fails: Int64 = 0
    /// Buffers taken from and given back to the page layer.
    private(set) var imported: Int64 = 0
    private(set) var released: Int64 = 0

    /// Buffers in all buckets of each domain's list.
    var listedItems: [Int] { lists.map(\.itemCount) }

    /// - Parameter bucketSize: buffers wanted per bucket; the bucket comes from the smallest class
    ///   that holds as many.
    init(bucketSize: Int, domainOfCpu: [Int], domainCount: Int) {
        bucketCapacity = BucketSize.entries(wanted: bucketSize)
        bucketImportCount = min(bucketSize, bucketCapacity)
        self.domainOfCpu = domainOfCpu
        caches = [CpuCache](repeating: CpuCache(), count: domainOfCpu.count)
        lists = [BufferZoneList](repeating: BufferZoneList(), count: domainCount)
    }

    // MARK: Allocation

    /// A cached buffer for a CPU: its own buckets first, then its domain's list.
    mutating func takeCached(cpu: Int) -> (page: Int, level: Level)? {
        if isEmpty(caches[cpu].allocate), !isEmpty(caches[cpu].free) {
            caches[cpu].swapBuckets()
        }
        if !isEmpty(caches[cpu].allocate) { return (pop(caches[cpu].allocate), .cpu) }
        let domain = domainOfCpu[cpu]
        guard let fetched = lists[domain].fetch() else { return nil }
        let bucket = Int(fetched.token)
        retire(caches[cpu].allocate)
        caches[cpu].allocate = bucket
        return (pop(bucket), .list)
    }

    /// Loads freshly imported buffers on a CPU whose allocation bucket is empty and hands out one.
    mutating func loadImported(_ pages: [Int], cpu: Int) -> Int {
        precondition(isEmpty(caches[cpu].allocate), "an import is for an empty bucket only")
        imported += Int64(pages.count)
        lists[domainOfCpu[cpu]].noteImport(pages.count)
        if caches[cpu].allocate < 0 { caches[cpu].allocate = makeBucket() }
        for page in pages { push(page, caches[cpu].allocate) }
        return pop(caches[cpu].allocate)
    }

    /// Counts a buffer that was imported outside any bucket and handed out.
    mutating func countItemImport() {
        imported += 1
        allocations += 1
    }

    /// Counts a failed import.
    mutating func countFailure() { fails += 1 }

    // MARK: Free

    /// Takes a buffer back on the CPU that frees it.
    ///
    /// - Returns: whether the buffer belongs to another domain than the CPU.
    @discardableResult
    mutating func free(_ page: Int, homeDomain: Int, cpu: Int) -> Bool {
        frees += 1
        guard homeDomain == domainOfCpu[cpu] else {
            freeCross(page, homeDomain: homeDomain, cpu: cpu)
            return true
        }
        if caches[cpu].allocate < 0 { caches[cpu].allocate = makeBucket() }
        if isFull(caches[cpu].allocate) {
            if caches[cpu].free >= 0, isFull(caches[cpu].free) {
                enlist(caches[cpu].free, domain: homeDomain)
                caches[cpu].free = -1
            }
            if caches[cpu].free < 0 { caches[cpu].free = makeBucket() }
            caches[cpu].swapBuckets()
        }
        push(page, caches[cpu].allocate)
        return false
    }

    /// With two domains, a full cross bucket holds one other domain's buffers only.
    private mutating func freeCross(_ page: Int, homeDomain: Int, cpu: Int) {
        if caches[cpu].cross < 0 { caches[cpu].cross = makeBucket() }
        push(page, caches[cpu].cross)
        guard isFull(caches[cpu].cross) else { return }
        enlist(caches[cpu].cross, domain: homeDomain)
        caches[cpu].cross = -1
    }

    /// Takes every listed bucket of a domain apart and returns its buffers, head first.
    mutating func drainList(of domain: Int) -> [Int] {
        var buckets: [ZoneBucket] = []
        _ = lists[domain].reclaim(.drain, into: &buckets)
        var pages: [Int] = []
        for bucket in buckets.map({ Int($0.token) }) {
            while !isEmpty(bucket) { pages.append(popStored(bucket)) }
            retire(bucket)
        }
        released += Int64(pages.count)
        return pages
    }

    // MARK: Inspection

    /// Buffers in the buckets that a domain's CPUs hold.
    func heldItems(cpus: Range<Int>) -> Int {
        cpus.reduce(0) { sum, cpu in
            let cache = caches[cpu]
            return sum + fill(cache.allocate) + fill(cache.free) + fill(cache.cross)
        }
    }

    /// All cached buffers in a fixed order: CPUs ascending, then lists from the head.
    func forEachCached(_ body: (Int) -> Void) {
        for cache in caches {
            for bucket in [cache.allocate, cache.free, cache.cross] where bucket >= 0 {
                visit(bucket, body)
            }
        }
        for list in lists { for bucket in list.listedBuckets { visit(Int(bucket.token), body) } }
    }

    /// What is wrong with the zone's bookkeeping; empty when nothing is.
    func invariantViolations(inUse: Int) -> [String] {
        var found: [String] = []
        var cached = 0
        forEachCached { _ in cached += 1 }
        if allocations - frees != Int64(inUse) {
            found.append("zone: allocations - frees is not the number of buffers in use")
        }
        if imported - released != Int64(inUse + cached) {
            found.append("zone: imported - released is not in use + cached")
        }
        for (domain, list) in lists.enumerated() {
            let listed = list.listedBuckets.reduce(0) { $0 + fills[Int($1.token)] }
            if listed != list.itemCount {
                found.append("zone: domain \(domain) counts \(list.itemCount) of \(listed)")
            }
            if list.itemMax < list.itemCount || list.itemCount < list.batchMin
                || list.batchMin < list.itemMin
            {
                found.append("zone: domain \(domain) has impossible working-set figures")
            }
        }
        for fill in fills where fill < 0 || fill > bucketCapacity {
            found.append("zone: a bucket of \(bucketCapacity) holds \(fill)")
        }
        return found
    }

    // MARK: Buckets

    private func visit(_ bucket: Int, _ body: (Int) -> Void) {
        for index in 0..<fills[bucket] { body(Int(items[bucket * bucketCapacity + index])) }
    }

    private func fill(_ bucket: Int) -> Int { bucket < 0 ? 0 : fills[bucket] }
    private func isEmpty(_ bucket: Int) -> Bool { fill(bucket) == 0 }
    private func isFull(_ bucket: Int) -> Bool { fills[bucket] == bucketCapacity }

    private mutating func makeBucket() -> Int {
        if let bucket = emptyBuckets.popLast() { return bucket }
        items.append(contentsOf: repeatElement(-1, count: bucketCapacity))
        fills.append(0)
        return fills.count - 1
    }

    private mutating func retire(_ bucket: Int) {
        guard bucket >= 0 else { return }
        precondition(fills[bucket] == 0, "only an empty bucket is retired")
        emptyBuckets.append(bucket)
    }

    private mutating func enlist(_ bucket: Int, domain: Int) {
        lists[domain].put(
            ZoneBucket(itemCount: fills[bucket], token: Int32(bucket)), isWorkingSet: true)
    }

    private mutating func push(_ page: Int, _ bucket: Int) {
        items[bucket * bucketCapacity + fills[bucket]] = Int32(page)
        fills[bucket] += 1
    }

    private mutating func popStored(_ bucket: Int) -> Int {
        fills[bucket] -= 1
        return Int(items[bucket * bucketCapacity + fills[bucket]])
    }

    private mutating func pop(_ bucket: Int) -> Int {
        allocations += 1
        return popStored(bucket)
    }
}
