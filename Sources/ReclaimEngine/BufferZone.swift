/// The `ktls_buffers` cache zone: buckets of buffers per CPU and per domain, above an import from
/// the page layer (engine specification 4.3; FreeBSD's `uma_core.c` where that is silent).
///
/// A buffer is the number of its first page. Buckets move between CPUs and lists by number. What
/// the zone gives back to the page layer is put into `outgoing`, for the engine to release.
struct BufferZone: Sendable {
    /// Where a buffer came from or went to. The raw value is the label in events.
    enum Level: Int64 {
        case cpu = 0
        case list = 1
        case system = 2
    }

    /// The buckets one CPU holds; -1 is none.
    struct CpuCache: Sendable {
        var allocate = -1
        var free = -1
        /// Buffers of other domains.
        var cross = -1

        mutating func swapBuckets() { (allocate, free) = (free, allocate) }
    }

    /// What the zone has for one domain.
    struct Domain: Sendable {
        /// Buckets with buffers of this domain; a bucket's token is its number.
        var list = BufferZoneList()
        /// Digest of the listed buckets and their order.
        var listDigest: UInt64 = 0
        /// Where foreign buffers are sorted into on hosts of more than two domains; -1 is none.
        var cross = -1
        /// A bucket that a waiting import is filling; -1 is none.
        var loading = -1
        /// Buffers that import wants.
        var loadingWanted = 0
        /// The CPU that touched the list last, and when; -1 is none.
        var lastCpu = -1
        var lastTouchNs: Int64 = 0
    }

    /// Least bucket size a zone of buffers shrinks to.
    static let bucketSizeMin = 1

    /// Buffers wanted in the next bucket that is made.
    var bucketSize: Int
    /// No bucket can be had: some domain is short of pages (`bucketdisable`).
    var bucketsDisabled = false
    /// Whether the bucket size follows contention and reclaims.
    let bucketSizeChanges: Bool
    /// How long a CPU that touches a domain's list is taken to hold its lock, in ns.
    let lockNs: Int64
    let domainOfCpu: [Int]
    var store = BucketStore()
    var caches: [CpuCache]
    var domains: [Domain]

    /// The figures of `vmstat -z`.
    var counters = ZoneCounters()
    /// Buffers taken from and given back to the page layer.
    var imported: Int64 = 0
    var released: Int64 = 0
    /// First pages of the buffers that leave the zone now, in the order of their release.
    var outgoing: [Int] = []
    /// Reused by sorting and reclaims.
    var fullBuckets: [Int] = []
    var reclaimed: [ZoneBucket] = []

    /// - Parameters:
    ///   - bucketSize: buffers wanted per bucket at the start.
    ///   - bucketSizeChanges: otherwise the size stays as it is.
    ///   - lockNs: how long a touch of a list counts as holding its lock.
    init(
        bucketSize: Int, bucketSizeChanges: Bool = false, lockNs: Int64 = 0, domainOfCpu: [Int],
        domainCount: Int
    ) {
        precondition(
            Self.bucketSizeMin...BucketSize.entriesMax ~= bucketSize, "a possible bucket size")
        self.bucketSize = bucketSize
        self.bucketSizeChanges = bucketSizeChanges
        self.lockNs = lockNs
        self.domainOfCpu = domainOfCpu
        caches = [CpuCache](repeating: CpuCache(), count: domainOfCpu.count)
        domains = [Domain](repeating: Domain(), count: domainCount)
    }

    // MARK: Allocation

    /// A cached buffer for a CPU: its own buckets first, then its domain's list.
    ///
    /// An empty bucket that is of no more use is given up, also when there is none to follow it.
    mutating func takeCached(cpu: Int, nowNs: Int64) -> (page: Int, level: Level)? {
        if store.fill(caches[cpu].allocate) == 0 {
            if store.fill(caches[cpu].free) == 0 { return takeListed(cpu: cpu, nowNs: nowNs) }
            caches[cpu].swapBuckets()
        }
        return (handOut(cpu), .cpu)
    }

    private mutating func takeListed(cpu: Int, nowNs: Int64) -> (page: Int, level: Level)? {
        store.retire(caches[cpu].allocate)
        caches[cpu].allocate = -1
        let domain = domainOfCpu[cpu]
        // An empty list is seen without its lock.
        guard domains[domain].list.itemCount > 0 else { return nil }
        touchList(domain, cpu: cpu, nowNs: nowNs)
        guard let bucket = domains[domain].list.fetch().map({ Int($0.token) }) else {
            preconditionFailure("a list that counts items has a bucket")
        }
        domains[domain].listDigest &-= listWeight(
            bucket, place: domains[domain].list.bucketCount)
        caches[cpu].allocate = bucket
        return (handOut(cpu), .list)
    }

    private mutating func handOut(_ cpu: Int) -> Int {
        counters.allocs += 1
        return Int(store.pop(caches[cpu].allocate).page)
    }

    // MARK: Import

    /// A new bucket for an import; the class follows the present bucket size.
    ///
    /// Programmer error: there are no buckets to be had.
    mutating func beginImport() -> (bucket: Int, wanted: Int) {
        guard let bucket = makeBucket() else {
            preconditionFailure("an import into a bucket without buckets")
        }
        return (bucket, min(bucketSize, store.capacity(bucket)))
    }

    /// A buffer that the page layer has given for a bucket.
    mutating func addImported(_ page: Int, domain: Int, bucket: Int) {
        imported += 1
        store.push(.init(page: Int32(page), home: Int32(domain)), bucket)
    }

    /// Loads a bucket that has been filled on a CPU without one and hands out a buffer.
    ///
    /// - Returns: `nil` where the import brought nothing, which counts as a failure.
    mutating func finishImport(_ bucket: Int, cpu: Int) -> Int? {
        guard store.fill(bucket) > 0 else {
            store.retire(bucket)
            counters.fails += 1
            return nil
        }
        load(bucket, cpu: cpu)
        return handOut(cpu)
    }

    /// Counts a buffer that was imported outside any bucket and handed out.
    mutating func countItemImport() {
        imported += 1
        counters.allocs += 1
    }

    /// Counts a failed import of a single buffer.
    mutating func countFailure() { counters.fails += 1 }

    /// Whether a CPU has no bucket to allocate from.
    func canLoad(cpu: Int) -> Bool { caches[cpu].allocate < 0 }

    /// Puts a freshly filled bucket into use on a CPU.
    mutating func load(_ bucket: Int, cpu: Int) {
        precondition(canLoad(cpu: cpu), "a CPU has one bucket to allocate from")
        domains[domainOfCpu[cpu]].list.noteImport(store.fill(bucket))
        caches[cpu].allocate = bucket
    }

    // MARK: Buckets and lists

    /// An empty bucket of the class that the bucket size asks for; none while they are disabled.
    mutating func makeBucket() -> Int? {
        bucketsDisabled ? nil : store.make(wanted: bucketSize)
    }

    /// A CPU takes the lock of a domain's list. The lock was found held, and the bucket size
    /// grows, if the last to touch the list was another CPU, less than `lockNs` ago.
    mutating func touchList(_ domain: Int, cpu: Int, nowNs: Int64) {
        let isHeld =
            domains[domain].lastCpu >= 0 && domains[domain].lastCpu != cpu
            && nowNs - domains[domain].lastTouchNs < lockNs
        domains[domain].lastCpu = cpu
        domains[domain].lastTouchNs = nowNs
        if isHeld, bucketSizeChanges, bucketSize < BucketSize.entriesMax { bucketSize += 1 }
    }

    /// A bucket enters a domain's list at its head; an empty one is put away instead.
    mutating func enlist(_ bucket: Int, domain: Int, isWorkingSet: Bool) {
        guard store.fill(bucket) > 0 else {
            store.retire(bucket)
            return
        }
        domains[domain].listDigest &+= listWeight(
            bucket, place: domains[domain].list.bucketCount)
        domains[domain].list.put(
            ZoneBucket(itemCount: store.fill(bucket), token: Int32(bucket)),
            isWorkingSet: isWorkingSet)
    }

    /// What a listed bucket adds to the digest of its list.
    func listWeight(_ bucket: Int, place: Int) -> UInt64 {
        ZoneMix.fold(UInt64(place) &+ 0x6c69_7374, store.digest(bucket))
    }

    /// A bucket's buffers leave the zone, the first that came first, and the bucket is put away.
    mutating func releaseAll(_ bucket: Int) {
        guard bucket >= 0 else { return }
        for place in 0..<store.fill(bucket) {
            outgoing.append(Int(store.item(place, of: bucket).page))
        }
        released += Int64(store.fill(bucket))
        store.removeAll(bucket)
        store.retire(bucket)
    }
}

/// What the zone has counted since the start, as in `vmstat -z` and
/// `sysctl vm.uma.ktls_buffers.stats` (engine specification 10.2).
public struct ZoneCounters: Equatable, Sendable {
    /// Buffers handed out.
    public internal(set) var allocs: Int64 = 0
    /// Buffers given back.
    public internal(set) var frees: Int64 = 0
    /// Imports that brought nothing, of a bucket or of a single buffer.
    public internal(set) var fails: Int64 = 0
    /// Buffers in cross buckets that were full and had to make room for the next.
    public internal(set) var xdomain: Int64 = 0

    /// All 0.
    public init() {}
}
