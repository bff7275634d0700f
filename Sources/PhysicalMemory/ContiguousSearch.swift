/// Where a contiguous request may lie. All values are byte addresses or sizes.
public struct AddressBounds: Equatable, Sendable {
    /// Lowest allowed address.
    public var low: UInt64
    /// Address the range must not exceed; `UInt64.max` = no limit.
    public var high: UInt64
    /// Power of two the first address is a multiple of.
    public var alignment: UInt64
    /// Power of two whose multiples the range must not cross; 0 = none.
    public var boundary: UInt64

    /// Any place by default.
    ///
    /// Programmer error: an alignment or a boundary that is no power of two.
    public init(
        low: UInt64 = 0, high: UInt64 = .max, alignment: UInt64 = 4096, boundary: UInt64 = 0
    ) {
        precondition(
            alignment != 0 && alignment & (alignment - 1) == 0, "Alignment is a power of two.")
        precondition(boundary & (boundary &- 1) == 0, "Boundary is 0 or a power of two.")
        self.low = low
        self.high = high
        self.alignment = alignment
        self.boundary = boundary
    }

    /// Lowest allowed page.
    var lowPage: Int { Int(low >> 12) + (low & 4095 == 0 ? 0 : 1) }

    /// Page the range must end at or before.
    var highPage: Int { Int(high >> 12) }

    /// Do alignment and boundary allow `count` pages from `page`?
    @inline(__always)
    func allows(_ page: Int, count: Int) -> Bool {
        let address = UInt64(page) << 12
        if address & (alignment - 1) != 0 { return false }
        if boundary == 0 { return true }
        let last = address + UInt64(count) << 12 - 1
        return (address ^ last) & ~(boundary - 1) == 0
    }
}

/// Contiguous allocation (conformance vectors, section 1.2; engine specification 4.6).
extension PhysicalMemory {
    /// Takes `count` adjacent pages out of free blocks and leaves the rest of the blocks free.
    ///
    /// Never breaks reservations. The free count stays as it is.
    /// - Returns: the first page, or `nil` if no free block fits.
    /// - Complexity: O(blocks walked) in the lists of sufficient order.
    ///
    /// Programmer error: a count below 1.
    public mutating func allocateContiguous(
        domain: Int, count: Int, bounds: AddressBounds, kind: PageKind, owner: Int32 = -1
    ) -> PageNumber? {
        precondition(count > 0, "A contiguous request asks for at least one page.")
        guard bounds.low < bounds.high, mayFit(domain, count, bounds) else { return nil }
        let found =
            count <= 1 << MemoryGeometry.orderMax
            ? findInBlock(domain, count, bounds) : findAcrossBlocks(domain, count, bounds)
        guard let page = found else { return nil }
        takeRange(page, count: count)
        setPages(flatIndex(page), count: count, kind: kind, owner: owner)
        return page
    }

    /// Does some segment of the domain share at least `count` pages with the bounds?
    private func mayFit(_ domain: Int, _ count: Int, _ bounds: AddressBounds) -> Bool {
        for segment in layout where segment.domain == domain {
            let low = max(bounds.low, UInt64(segment.start) << 12)
            let high = min(bounds.high, UInt64(segment.end) << 12)
            if high > low && high - low >= UInt64(count) << 12 { return true }
        }
        return false
    }

    private func findInBlock(_ domain: Int, _ count: Int, _ bounds: AddressBounds) -> Int? {
        let firstOrder = bitLength(count - 1)
        let highest = bounds.highPage - count
        guard highest >= 0 else { return nil }
        let lowIndex = flatIndex(atOrAbove: bounds.lowPage)
        let endIndex = flatIndex(atOrAbove: highest + 1)
        let limit = UInt32(truncatingIfNeeded: endIndex)
        let floor = UInt32(truncatingIfNeeded: lowIndex)
        for order in firstOrder...MemoryGeometry.orderMax {
            let isPlain = bounds.boundary == 0 && bounds.alignment <= 4096 << UInt64(order)
            for pool in 0..<MemoryGeometry.poolCount {
                var block = listHeads[listID(domain, pool, order)]
                while block != noIndex {
                    if block >= floor && block < limit {
                        let page = pageNumber(Int(block))
                        if isPlain || bounds.allows(page, count: count) { return page }
                    }
                    block = links[Int(block)].next
                }
            }
        }
        return nil
    }

    private func findAcrossBlocks(_ domain: Int, _ count: Int, _ bounds: AddressBounds) -> Int? {
        let step = 1 << MemoryGeometry.orderMax
        for pool in 0..<MemoryGeometry.poolCount {
            var block = listHeads[listID(domain, pool, MemoryGeometry.orderMax)]
            while block != noIndex {
                let segment = segmentOf(index: Int(block))
                let page = Int(block) - segment.delta
                block = links[Int(block)].next
                let floor = max(bounds.lowPage, segment.start)
                if page < floor { continue }
                if page - step >= floor && isLargestFree(page - step, segment) { continue }
                if let found = firstFit(from: page, count, bounds, segment) { return found }
            }
        }
        return nil
    }

    /// Steps through adjacent largest blocks from `page` until a range of them fits.
    private func firstFit(
        from page: Int, _ count: Int, _ bounds: AddressBounds, _ segment: SegmentLayout
    ) -> Int? {
        let step = 1 << MemoryGeometry.orderMax
        let limit = min(bounds.highPage, segment.end)
        var start = page
        while start + count <= limit && isLargestFree(start, segment) {
            if bounds.allows(start, count: count) {
                var at = start
                while at < start + count {
                    if !isLargestFree(at, segment) { return nil }
                    at += step
                }
                return start
            }
            start += step
        }
        return nil
    }

    @inline(__always)
    private func isLargestFree(_ page: Int, _ segment: SegmentLayout) -> Bool {
        guard page >= segment.start && page < segment.end else { return false }
        return words[page + segment.delta].order == MemoryGeometry.orderMax
    }

    /// Unlinks the blocks under a range, moves them to the standard pool and returns the excess.
    private mutating func takeRange(_ page: Int, count: Int) {
        let segment = segmentOf(page: page)
        var at = page
        while at < page + count {
            let index = at + segment.delta
            let size = 1 << words[index].order
            let isElsewhere = words[index].poolIndex != 0
            removeBlock(index, domain: segment.domain)
            if isElsewhere { setPool(index, count: size, poolIndex: 0) }
            at += size
        }
        if at > page + count {
            addAscending(
                page + count, count: at - page - count, segment: segment, at: .head)
        }
    }
}
