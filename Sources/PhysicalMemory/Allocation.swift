/// Taking and releasing pages with their free count (conformance vectors, section 6.4, 6.5;
/// engine specification 4.4, 4.8, 4.9, 4.14).
extension PhysicalMemory {
    // MARK: Buffers

    /// Takes one kTLS buffer: four adjacent pages, class system.
    ///
    /// - Parameter breakReservations: may a reservation be broken for it? A request that
    ///   waits for memory does so, the usual one does not.
    /// - Returns: the first page, or `nil`; the deficit of the domain grows by 1 then.
    public mutating func importBuffer(
        _ domain: Int, breakReservations: Bool = false, owner: Int32 = -1
    ) -> PageNumber? {
        allocateRange(
            domain, class: .system, count: MemoryGeometry.bufferPages, bounds: AddressBounds(),
            breakReservations: breakReservations, kind: .buffer, owner: owner)
    }

    /// Gives the four pages of a buffer back one by one, in ascending order.
    ///
    /// Programmer error: one of them is not a page of a buffer.
    public mutating func releaseBuffer(_ page: PageNumber) {
        for offset in 0..<MemoryGeometry.bufferPages {
            precondition(kind(of: page + offset) == .buffer, "A buffer consists of buffer pages.")
            free(page + offset)
        }
    }

    /// Takes adjacent pages together with their free count.
    ///
    /// - Returns: the first page, or `nil`; the deficit of the domain grows by 1 then.
    public mutating func allocateRange(
        _ domain: Int, class allocationClass: AllocationClass, count: Int,
        bounds: AddressBounds, breakReservations: Bool, kind: PageKind, owner: Int32 = -1
    ) -> PageNumber? {
        if takePages(count, from: domain, class: allocationClass) {
            if let page = allocateContiguous(
                domain: domain, count: count, bounds: bounds, kind: kind, owner: owner)
            {
                return page
            }
            if breakReservations,
                let page = breakReservation(
                    domain: domain, count: count, bounds: bounds, kind: kind, owner: owner)
            {
                return page
            }
            givePages(count, to: domain)
        }
        domains[domain].pageoutDeficit += 1
        return nil
    }

    // MARK: Single pages

    /// Takes one page without object from the direct pool.
    ///
    /// Breaks reservations from the head of the queue if the lists are empty.
    /// - Returns: the page, or `nil`; the deficit of the domain grows by 1 then.
    public mutating func allocatePage(
        _ domain: Int, class allocationClass: AllocationClass, kind: PageKind = .wired,
        owner: Int32 = -1
    ) -> PageNumber? {
        allocateSingle(domain, allocationClass, .direct, kind, owner)
    }

    /// Takes one page of a file or of anonymous memory from the standard pool, outside any
    /// reservation.
    ///
    /// - Returns: the page, or `nil`; the deficit of the domain grows by 1 then.
    ///
    /// Programmer error: a kind that cannot be relocated.
    public mutating func allocateMovablePage(
        _ domain: Int, class allocationClass: AllocationClass = .normal, kind: PageKind,
        owner: Int32 = -1
    ) -> PageNumber? {
        precondition(kind.isRelocatable, "A movable page has a kind that can be relocated.")
        return allocateSingle(domain, allocationClass, .standard, kind, owner)
    }

    private mutating func allocateSingle(
        _ domain: Int, _ allocationClass: AllocationClass, _ pool: FreePool, _ kind: PageKind,
        _ owner: Int32
    ) -> PageNumber? {
        while takePages(1, from: domain, class: allocationClass) {
            if let page = allocateBlock(
                domain: domain, pool: pool, order: 0, kind: kind, owner: owner)
            {
                return page
            }
            givePages(1, to: domain)
            if !breakOldestReservation(domain) { break }
        }
        domains[domain].pageoutDeficit += 1
        return nil
    }

    /// Takes up to `count` single pages and their free count, as a per-CPU cache fills.
    ///
    /// Appends the pieces to `runs`; the free count is charged for the pages got.
    /// - Returns: number of pages; 0 if the class may not go that low.
    public mutating func allocateBatch(
        _ domain: Int, class allocationClass: AllocationClass, pool: FreePool, count: Int,
        kind: PageKind = .inTransit, into runs: inout [PageRun]
    ) -> Int {
        guard takePages(count, from: domain, class: allocationClass) else { return 0 }
        let got = allocatePages(count, domain: domain, pool: pool, kind: kind, into: &runs)
        if got < count { givePages(count - got, to: domain) }
        return got
    }

    /// Releases one page: into its reservation if it lies in one, else to the free lists.
    ///
    /// Programmer error: the page is free already.
    public mutating func free(_ page: PageNumber) {
        let segment = segmentOf(page: page)
        let word = words[page + segment.delta]
        precondition(!word.kind.isFree, "The page is free already.")
        if word.isInReservation {
            depopulate(page)
        } else {
            freeBlock(page, order: 0)
        }
        givePages(1, to: segment.domain)
    }
}
