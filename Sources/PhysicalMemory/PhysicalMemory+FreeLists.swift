/// Free lists and the operations on them (conformance vectors, section 1;
/// engine specification 4.6).
extension PhysicalMemory {
    /// Number of the list of a domain, a pool and an order.
    @inline(__always)
    func listID(_ domain: Int, _ pool: Int, _ order: Int) -> Int {
        (domain * MemoryGeometry.poolCount + pool) * MemoryGeometry.orderCount + order
    }

    enum ListEnd { case head, tail }

    // MARK: Primitives

    /// Puts the block with this head into the list of its pool.
    mutating func addBlock(_ head: Int, domain: Int, order: Int, at end: ListEnd) {
        let pool = words[head].poolIndex
        let list = listID(domain, pool, order)
        setWord(head, words[head].with(order: order))
        let block = UInt32(truncatingIfNeeded: head)
        if end == .tail {
            let last = listTails[list]
            link(list, last, block, replacing: (last, noIndex))
            link(list, block, noIndex)
        } else {
            let first = listHeads[list]
            link(list, block, first, replacing: (noIndex, first))
            link(list, noIndex, block)
        }
        domains[domain].blocks[pool * MemoryGeometry.orderCount + order] += 1
        if order >= 2 { domains[domain].contiguousBlocks += 1 << (order - 2) }
    }

    /// Takes the block with this head out of its list; its pages keep kind and pool.
    mutating func removeBlock(_ head: Int, domain: Int) {
        let order = words[head].order
        let pool = words[head].poolIndex
        let list = listID(domain, pool, order)
        let block = UInt32(truncatingIfNeeded: head)
        let before = links[head].previous
        let after = links[head].next
        linkDigest = linkDigest &- DigestMix.link(list, block, after)
        link(list, before, after, replacing: (before, block))
        links[head].next = noIndex
        links[head].previous = noIndex
        setWord(head, words[head].with(order: MemoryGeometry.noOrder))
        domains[domain].blocks[pool * MemoryGeometry.orderCount + order] -= 1
        if order >= 2 { domains[domain].contiguousBlocks -= 1 << (order - 2) }
    }

    /// Makes two places of a list neighbours; `noIndex` stands for the edge.
    @inline(__always)
    private mutating func link(
        _ list: Int, _ before: UInt32, _ after: UInt32, replacing old: (UInt32, UInt32)? = nil
    ) {
        if before == noIndex { listHeads[list] = after } else { links[Int(before)].next = after }
        if after == noIndex {
            listTails[list] = before
        } else {
            links[Int(after)].previous = before
        }
        // An empty list has no neighbours at all, so the pair edge-edge counts nothing.
        if let old, old.0 != noIndex || old.1 != noIndex {
            linkDigest = linkDigest &- DigestMix.link(list, old.0, old.1)
        }
        if before != noIndex || after != noIndex {
            linkDigest = linkDigest &+ DigestMix.link(list, before, after)
        }
    }

    /// Returns the upper halves of a block until its lower end has the order `wanted`.
    private mutating func splitBlock(_ head: Int, domain: Int, from order: Int, to wanted: Int) {
        var current = order
        while current > wanted {
            current -= 1
            addBlock(head + 1 << current, domain: domain, order: current, at: .tail)
        }
    }

    /// Returns pages in blocks of ascending order; the end must be aligned.
    mutating func addAscending(_ start: Int, count: Int, segment: SegmentLayout, at end: ListEnd) {
        var page = start
        var left = count
        while left > 0 {
            let order = left.trailingZeroBitCount
            addBlock(page + segment.delta, domain: segment.domain, order: order, at: end)
            page += 1 << order
            left -= 1 << order
        }
    }

    // MARK: Blocks

    /// Frees a block of 2^order pages and merges it with its free buddies.
    ///
    /// The free count stays as it is, see ``givePages(_:to:)``.
    public mutating func freeBlock(_ page: PageNumber, order: Int) {
        precondition(order >= 0 && order <= MemoryGeometry.orderMax, "An order is 0...12.")
        let segment = segmentOf(page: page)
        let delta = segment.delta
        precondition(
            page & (1 << order - 1) == 0 && page + 1 << order <= segment.end,
            "A block is aligned to its size and lies in one segment.")
        setPages(page + delta, count: 1 << order, kind: .free, owner: -1)
        let pool = words[page + delta].poolIndex
        var head = page
        var size = order
        while size < MemoryGeometry.orderMax {
            let buddy = head ^ (1 << size)
            if buddy < segment.start || buddy >= segment.end { break }
            let buddyIndex = buddy + delta
            if words[buddyIndex].order != size { break }
            let otherPool = words[buddyIndex].poolIndex != pool
            removeBlock(buddyIndex, domain: segment.domain)
            if otherPool { setPool(buddyIndex, count: 1 << size, poolIndex: pool) }
            size += 1
            head &= ~(1 << size - 1)
        }
        addBlock(head + delta, domain: segment.domain, order: size, at: .tail)
    }

    /// Takes a block of 2^order pages from the lists, splitting or moving blocks as needed.
    ///
    /// The free count stays as it is, see ``takePages(_:from:class:)``.
    public mutating func allocateBlock(
        domain: Int, pool: FreePool, order: Int, kind: PageKind, owner: Int32 = -1
    ) -> PageNumber? {
        precondition(order >= 0 && order <= MemoryGeometry.orderMax, "An order is 0...12.")
        guard
            let head = takeBlock(domain: domain, poolIndex: Int(pool.rawValue), order: order)
        else { return nil }
        setPages(head, count: 1 << order, kind: kind, owner: owner)
        return pageNumber(head)
    }

    /// Flat index of a block taken off the lists; its pages still have the kind `free`.
    mutating func takeBlock(domain: Int, poolIndex: Int, order: Int) -> Int? {
        var size = order
        while size <= MemoryGeometry.orderMax {
            let head = listHeads[listID(domain, poolIndex, size)]
            if head != noIndex {
                removeBlock(Int(head), domain: domain)
                splitBlock(Int(head), domain: domain, from: size, to: order)
                return Int(head)
            }
            size += 1
        }
        size = MemoryGeometry.orderMax
        while size >= order {
            for other in 0..<MemoryGeometry.poolCount {
                let head = listHeads[listID(domain, other, size)]
                if head == noIndex { continue }
                removeBlock(Int(head), domain: domain)
                setPool(Int(head), count: 1 << size, poolIndex: poolIndex)
                splitBlock(Int(head), domain: domain, from: size, to: order)
                return Int(head)
            }
            size -= 1
        }
        return nil
    }

    /// A piece of a batch allocation.
    public struct PageRun: Equatable, Sendable {
        /// First page.
        public var page: PageNumber
        /// Number of pages.
        public var count: Int
    }

    /// Takes up to `count` single pages, for example to fill a per-CPU cache.
    ///
    /// Appends the pieces in order of hand-out. The free count stays as it is.
    /// - Returns: pages taken, fewer than `count` if no more are in the lists.
    ///
    /// Programmer error: a count outside 0...4096.
    public mutating func allocatePages(
        _ count: Int, domain: Int, pool: FreePool, kind: PageKind, into runs: inout [PageRun]
    ) -> Int {
        precondition(count >= 0 && count <= 4096, "A batch has at most 4096 pages.")
        let poolIndex = Int(pool.rawValue)
        var left = count
        for order in 0...MemoryGeometry.orderMax {
            takeBatch(&left, domain, poolIndex, poolIndex, order, kind, &runs)
        }
        var order = MemoryGeometry.orderMax
        while left > 0 && order >= 0 {
            for other in 0..<MemoryGeometry.poolCount {
                takeBatch(&left, domain, other, poolIndex, order, kind, &runs)
            }
            order -= 1
        }
        return count - left
    }

    private mutating func takeBatch(
        _ left: inout Int, _ domain: Int, _ from: Int, _ pool: Int, _ order: Int,
        _ kind: PageKind, _ runs: inout [PageRun]
    ) {
        while left > 0 {
            let found = listHeads[listID(domain, from, order)]
            if found == noIndex { return }
            let head = Int(found)
            removeBlock(head, domain: domain)
            if from != pool { setPool(head, count: 1 << order, poolIndex: pool) }
            let used = min(left, 1 << order)
            setPages(head, count: used, kind: kind, owner: -1)
            let segment = segmentOf(index: head)
            let page = head - segment.delta
            runs.append(PageRun(page: page, count: used))
            left -= used
            addAscending(page + used, count: 1 << order - used, segment: segment, at: .tail)
        }
    }

    // MARK: Ranges

    /// Frees a range in one call; parts of it are not merged with free neighbours.
    ///
    /// Not for buffers: those are released page by page. The free count stays as it is.
    public mutating func freeContiguous(_ page: PageNumber, count: Int) {
        precondition(count > 0, "A range has at least one page.")
        let end = page + count
        let orderMax = min(bitLength(page ^ end) - 1, MemoryGeometry.orderMax)
        let startOrder = page.trailingZeroBitCount
        let endOrder = end.trailingZeroBitCount
        var middle = page
        var middleEnd = end
        if startOrder < orderMax { middle += 1 << startOrder }
        if endOrder < orderMax { middleEnd -= 1 << endOrder }
        if middle < middleEnd { putBackWithoutMerging(middle, count: middleEnd - middle) }
        if startOrder < orderMax { freeBlock(page, order: startOrder) }
        if endOrder < orderMax { freeBlock(middleEnd, order: endOrder) }
    }

    /// Returns a range in blocks as large as its edges allow, without merging any.
    ///
    /// The free count stays as it is.
    public mutating func putBackWithoutMerging(_ page: PageNumber, count: Int) {
        precondition(count > 0, "A range has at least one page.")
        let segment = segmentOf(page: page)
        precondition(page + count <= segment.end, "A range lies in one segment.")
        let start = page + segment.delta
        setPages(start, count: count, kind: .free, owner: -1)
        let poolIndex = words[start].poolIndex
        var at = page
        let end = page + count
        let edges = at ^ (end - 1)
        if edges != 0 {
            let order = min(bitLength(edges) - 1, MemoryGeometry.orderMax)
            let aligned = (at + 1 << order - 1) & ~(1 << order - 1)
            while at < aligned {
                addPiece(&at, order: at.trailingZeroBitCount, segment, poolIndex)
            }
        }
        while end - at >= 1 << MemoryGeometry.orderMax {
            addPiece(&at, order: MemoryGeometry.orderMax, segment, poolIndex)
        }
        while at < end {
            addPiece(&at, order: bitLength(end - at) - 1, segment, poolIndex)
        }
    }

    private mutating func addPiece(
        _ page: inout Int, order: Int, _ segment: SegmentLayout, _ poolIndex: Int
    ) {
        let head = page + segment.delta
        precondition(
            words[head].poolIndex == poolIndex, "The pages of a range belong to one pool.")
        addBlock(head, domain: segment.domain, order: order, at: .tail)
        page += 1 << order
    }
}
