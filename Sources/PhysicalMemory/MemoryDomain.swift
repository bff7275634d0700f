/// Counters of one memory domain. All counts are pages unless named otherwise.
public struct MemoryDomain: Sendable {
    /// Pages of the domain.
    public internal(set) var pageCount: Int
    /// Free pages, those inside reservations included (engine specification 4.5).
    public internal(set) var freeCount: Int
    /// Thresholds in force.
    public internal(set) var thresholds: Thresholds
    /// Failed allocations since the page daemon last collected them.
    public internal(set) var pageoutDeficit = 0
    /// Is the domain in the min set?
    public internal(set) var isInMinSet = false
    /// Is the domain in the severe set?
    public internal(set) var isInSevereSet = false
    /// Does the page daemon wait until pages are free?
    public internal(set) var isPageDaemonWaiting = false
    /// 16 KiB units available: sum over free blocks of order k >= 2 of 2^(k-2).
    public internal(set) var contiguousBlocks = 0
    /// Free blocks by pool, then by order.
    var blocks = InlineArray<26, Int>(repeating: 0)

    init(pageCount: Int, freeCount: Int, thresholds: Thresholds) {
        self.pageCount = pageCount
        self.freeCount = freeCount
        self.thresholds = thresholds
        isInMinSet = freeCount < thresholds.min
        isInSevereSet = freeCount < thresholds.severe
    }

    /// Number of free blocks of exactly this order, both pools together.
    ///
    /// Programmer error: an order outside 0...12 traps.
    public func freeBlockCount(order: Int) -> Int {
        precondition(order >= 0 && order <= MemoryGeometry.orderMax, "An order is 0...12.")
        return blocks[order] + blocks[MemoryGeometry.orderCount + order]
    }

    /// Number of free blocks of exactly this order in one pool, numbered as in ``FreePool``.
    ///
    /// Programmer error: an order outside 0...12 or a pool that does not exist traps.
    public func freeBlockCount(order: Int, poolIndex: Int) -> Int {
        precondition(order >= 0 && order <= MemoryGeometry.orderMax, "An order is 0...12.")
        return blocks[poolIndex * MemoryGeometry.orderCount + order]
    }

    /// Pages in free lists; the rest of ``freeCount`` lies inside reservations.
    public var listedPageCount: Int {
        var sum = 0
        for order in 0...MemoryGeometry.orderMax { sum += freeBlockCount(order: order) << order }
        return sum
    }

    /// Order of the largest free block, or `nil` if no block is free.
    public var largestFreeOrder: Int? {
        var order = MemoryGeometry.orderMax
        while order >= 0 {
            if freeBlockCount(order: order) > 0 { return order }
            order -= 1
        }
        return nil
    }
}
