/// Single pages cached per CPU and domain, last in first out (`vm pgcache`; engine specification
/// 3 and 4.5). They are neither in free lists nor in the free count.
///
/// A cached page keeps the kind `fallback`: a hit then touches no state of the page, which is what
/// makes the cache fast here as in the kernel. Either kind ends a run without an object lock; only a
/// stale run that meets a cached page fails as busy where the kernel calls it invalid.
///
/// All storage is taken when the cache is made.
struct PageCache: Sendable {
    /// Pages asked for when a cache is empty, and given back when it is full; 0 = there is none.
    let batchPages: Int
    /// Cached pages by domain.
    private(set) var pageCounts: [Int]
    private let domainCount: Int
    /// The caches one after the other, `2 * batchPages` places each, oldest page first.
    private var pages: [Int32]
    /// Pages in each cache, by CPU, then by domain.
    private var fills: [Int]

    init(batchPages: Int, cpuCount: Int, domainCount: Int) {
        self.batchPages = batchPages
        self.domainCount = domainCount
        let caches = batchPages == 0 ? 0 : cpuCount * domainCount
        pageCounts = [Int](repeating: 0, count: domainCount)
        pages = [Int32](repeating: -1, count: caches * 2 * batchPages)
        fills = [Int](repeating: 0, count: caches)
    }

    var isOn: Bool { batchPages > 0 }

    func isFull(cpu: Int, domain: Int) -> Bool {
        fills[cpu * domainCount + domain] == 2 * batchPages
    }

    /// The page cached last, or `nil` from an empty cache.
    mutating func take(cpu: Int, domain: Int) -> Int? {
        let cache = cpu * domainCount + domain
        guard fills[cache] > 0 else { return nil }
        fills[cache] -= 1
        pageCounts[domain] -= 1
        return Int(pages[cache * 2 * batchPages + fills[cache]])
    }

    /// Programmer error: the cache is full.
    mutating func put(_ page: Int, cpu: Int, domain: Int) {
        let cache = cpu * domainCount + domain
        precondition(fills[cache] < 2 * batchPages, "A full page cache takes no page.")
        pages[cache * 2 * batchPages + fills[cache]] = Int32(page)
        fills[cache] += 1
        pageCounts[domain] += 1
    }

    /// Removes up to `count` of the oldest pages, oldest first, and returns how many; `body` gets
    /// each.
    ///
    /// - Complexity: O(pages of the cache).
    mutating func removeOldest(
        _ count: Int, cpu: Int, domain: Int, _ body: (Int) -> Void
    ) -> Int {
        let cache = cpu * domainCount + domain
        let first = cache * 2 * batchPages
        let removed = min(count, fills[cache])
        for place in 0..<removed { body(Int(pages[first + place])) }
        for place in removed..<max(fills[cache], removed) {
            pages[first + place - removed] = pages[first + place]
        }
        fills[cache] -= removed
        pageCounts[domain] -= removed
        return removed
    }

    /// Calls `body` for each cached page with its domain: cache by cache, oldest first, each
    /// cache announced by a page -1.
    ///
    /// - Complexity: O(cached pages + caches).
    func forEachPage(_ body: (_ page: Int, _ domain: Int) -> Void) {
        for cache in fills.indices {
            body(-1, cache % domainCount)
            for place in 0..<fills[cache] {
                body(Int(pages[cache * 2 * batchPages + place]), cache % domainCount)
            }
        }
    }
}
