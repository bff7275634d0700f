/// Pages of objects and the creation of reservations (conformance vectors, section 7;
/// engine specification 4.7).
extension PhysicalMemory {
    /// A page of an object and where it came from.
    public struct ObjectPage: Equatable, Sendable {
        /// The page.
        public var page: PageNumber
        /// Was it taken from a reservation, an existing or a new one?
        public var isInReservation: Bool
    }

    /// Takes the page for `index` of `object`, from a reservation if possible.
    ///
    /// - Returns: `nil` if no page can be had; the deficit of the domain grows by 1 then.
    /// - Complexity: O(pages of the object / 64) in the worst case.
    ///
    /// Programmer error: the page index is resident already.
    public mutating func allocatePage(
        of object: inout PageObject, at index: Int, domain: Int,
        class allocationClass: AllocationClass, owner: Int32 = -1
    ) -> ObjectPage? {
        precondition(index >= 0, "A page index is not negative.")
        precondition(object.page(at: index) == nil, "The page index is resident already.")
        while true {
            if let page = allocateReserved(&object, index, domain, allocationClass, owner) {
                object.setResident(index, page)
                return ObjectPage(page: page, isInReservation: true)
            }
            guard takePages(1, from: domain, class: allocationClass) else { break }
            if let page = allocateBlock(
                domain: domain, pool: .standard, order: 0, kind: object.pageKind, owner: owner)
            {
                object.setResident(index, page)
                return ObjectPage(page: page, isInReservation: false)
            }
            givePages(1, to: domain)
            if !breakOldestReservation(domain) { break }
        }
        domains[domain].pageoutDeficit += 1
        return nil
    }

    /// Releases the page of an object.
    ///
    /// Programmer error: the page index is not resident.
    public mutating func releasePage(of object: inout PageObject, at index: Int) {
        guard let page = object.page(at: index) else {
            preconditionFailure("Only a resident page can be released.")
        }
        object.clearResident(index)
        free(page)
    }

    /// Breaks all reservations of an object, the newest first.
    ///
    /// - Complexity: O(s log s) for an object of s superpages.
    public mutating func breakReservations(of object: PageObject) {
        var living: [(number: Int, slot: Int)] = []
        for superpage in object.reservationFirst.indices {
            let first = object.reservationFirst[superpage]
            if first < 0 { continue }
            let slot = slot(ofPage: first)
            let entry = reservations[slot]
            // The place may have been broken and reserved again for somebody else.
            if entry.object != object.id { continue }
            if entry.pageIndex != superpage << 9 - object.color { continue }
            living.append((object.reservationNumber[superpage], slot))
        }
        living.sort { $0.number > $1.number }
        for entry in living { breakReservation(slot: entry.slot, cause: .object) }
    }

    // MARK: Reservations

    private mutating func allocateReserved(
        _ object: inout PageObject, _ index: Int, _ domain: Int,
        _ allocationClass: AllocationClass, _ owner: Int32
    ) -> PageNumber? {
        let offset = object.offset(of: index)
        if index < offset || index >= object.pageCount { return nil }
        let below = neighbour(object, object.residentBelow(index))
        let above = neighbour(object, object.residentAbove(index))
        let firstIndex = index - offset
        for side in [below, above] {
            guard let slot = side?.slot else { continue }
            if reservations[slot].pageIndex == firstIndex {
                return populateExisting(slot, offset, allocationClass, object.pageKind, owner)
            }
        }
        let size = MemoryGeometry.reservationPages
        let leftLimit = below?.end ?? 0
        let rightLimit = above?.start ?? Int.max
        if leftLimit > firstIndex || firstIndex + size > rightLimit { return nil }
        if object.isFile && firstIndex + size > object.pageCount { return nil }
        return createReservation(&object, index, domain, allocationClass, owner)
    }

    /// A resident neighbour: the page indices it blocks and its reservation.
    private struct Neighbour {
        var start: Int
        var end: Int
        var slot: Int?
    }

    private func neighbour(_ object: PageObject, _ index: Int?) -> Neighbour? {
        guard let index, let page = object.page(at: index) else { return nil }
        if words[flatIndex(page)].isInReservation {
            let slot = slot(ofPage: page)
            let entry = reservations[slot]
            if entry.object == object.id {
                return Neighbour(
                    start: entry.pageIndex,
                    end: entry.pageIndex + MemoryGeometry.reservationPages, slot: slot)
            }
        }
        return Neighbour(start: index, end: index + 1, slot: nil)
    }

    /// Takes the page at an offset of a reservation.
    ///
    /// - Returns: `nil` if the page is populated or the class may not go that low.
    ///
    /// Programmer error: no reservation begins at `first`, or the offset is not in 0...511.
    public mutating func populateReservation(
        at first: PageNumber, offset: Int, class allocationClass: AllocationClass, kind: PageKind,
        owner: Int32 = -1
    ) -> PageNumber? {
        precondition(
            first & 511 == 0 && words[flatIndex(first)].isInReservation,
            "A reservation begins at the page.")
        precondition(offset >= 0 && offset < 512, "An offset is 0...511.")
        return populateExisting(slot(ofPage: first), offset, allocationClass, kind, owner)
    }

    /// Reserves a superpage for an object and takes the page at an offset of it.
    ///
    /// - Returns: `nil` if no free block is large enough or the class may not go that low.
    ///
    /// Programmer error: a negative object, or an offset outside 0...511.
    public mutating func makeReservation(
        in domain: Int, object: Int32, pageIndex: Int = 0, offset: Int,
        class allocationClass: AllocationClass, kind: PageKind, owner: Int32 = -1
    ) -> PageNumber? {
        precondition(object >= 0 && offset >= 0 && offset < 512, "An offset is 0...511.")
        guard takePages(1, from: domain, class: allocationClass) else { return nil }
        let size = MemoryGeometry.reservationPages
        guard
            let start = takeBlock(
                domain: domain, poolIndex: 0, order: MemoryGeometry.reservationOrder)
        else {
            givePages(1, to: domain)
            return nil
        }
        setPages(start, count: size, kind: .reservedFree, owner: -1)
        setInReservation(start, count: size, true)
        let first = pageNumber(start)
        let slot = slot(ofPage: first)
        updateReservation(slot) { memory in
            memory.reservations[slot] = Reservation(
                object: object, pageIndex: pageIndex, lastTick: memory.ticks)
        }
        populate(slot, first + offset, kind, owner)
        return first + offset
    }

    private mutating func populateExisting(
        _ slot: Int, _ offset: Int, _ allocationClass: AllocationClass, _ kind: PageKind,
        _ owner: Int32
    ) -> PageNumber? {
        let page = firstPage(slot) + offset
        if words[flatIndex(page)].kind != .reservedFree { return nil }
        guard takePages(1, from: segmentOf(slot: slot).domain, class: allocationClass) else {
            return nil
        }
        populate(slot, page, kind, owner)
        return page
    }

    private mutating func createReservation(
        _ object: inout PageObject, _ index: Int, _ domain: Int,
        _ allocationClass: AllocationClass, _ owner: Int32
    ) -> PageNumber? {
        let offset = object.offset(of: index)
        guard
            let page = makeReservation(
                in: domain, object: object.id, pageIndex: index - offset, offset: offset,
                class: allocationClass, kind: object.pageKind, owner: owner)
        else { return nil }
        object.noteReservation(at: index, first: page - offset)
        return page
    }

    private mutating func populate(
        _ slot: Int, _ page: PageNumber, _ kind: PageKind, _ owner: Int32
    ) {
        let segment = segmentOf(slot: slot)
        let index = page + segment.delta
        setKind(index, kind, owner: owner)
        var wasQueued = false
        updateReservation(slot) { memory in
            memory.reservations[slot].population += 1
            let isFull =
                memory.reservations[slot].population == MemoryGeometry.reservationPages
            wasQueued = memory.reservations[slot].isQueued
            let isQueued = wasQueued
            if memory.ticksSinceChange(slot) < 1 && isQueued && !isFull { return }
            memory.reservations[slot].lastTick = memory.ticks
            if isQueued { memory.dequeue(slot, domain: segment.domain) }
            if !isFull { memory.enqueue(slot, domain: segment.domain) }
        }
        if !wasQueued { announceRoom(slot, domain: segment.domain) }
    }
}
