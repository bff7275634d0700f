/// Book-keeping of one superpage that may be reserved for one object.
///
/// Which of its pages are populated is not stored here: exactly the pages of the kind
/// `reservedFree` are not.
struct Reservation: Equatable, Sendable {
    /// Object the superpage is reserved for, -1 = no reservation here.
    var object: Int32 = -1
    /// Page index in the object of the first page.
    var pageIndex: Int = 0
    /// Populated pages, 0...512.
    var population: Int32 = 0
    /// Is it on the queue of partly populated reservations?
    var isQueued = false
    /// Clock when it was last put at the tail of the queue.
    var lastTick: Int32 = 0
    var next: Int32 = -1
    var previous: Int32 = -1

    /// Contribution to the state digest; the order of the queue is covered by its links.
    func digest(_ slot: Int) -> UInt64 {
        if object < 0 { return 0 }
        var state = DigestMix.fold(0x7265_7376, slot)
        state = DigestMix.fold(state, Int(object))
        state = DigestMix.fold(state, pageIndex)
        state = DigestMix.fold(state, Int(population) << 1 | (isQueued ? 1 : 0))
        return DigestMix.fold(state, Int(lastTick))
    }
}

/// What a consumer can read about a reservation.
public struct ReservationInfo: Equatable, Sendable {
    /// First of its 512 pages.
    public var first: PageNumber
    /// Opaque number of the object.
    public var object: Int32
    /// Page index in the object of the first page.
    public var pageIndex: Int
    /// Populated pages.
    public var population: Int
    /// Is it on the queue of partly populated reservations?
    public var isQueued: Bool
    /// Clock when it was last put at the tail of that queue.
    public var lastTick: Int32
}

/// Breaking, emptying and queueing of reservations (conformance vectors, sections 6.4 and
/// 6.5; engine specification 4.7). Creating them is in `ObjectPages.swift`.
extension PhysicalMemory {
    // MARK: Reading

    /// Calls `body` for every reservation in ascending page order.
    ///
    /// - Complexity: O(superpages).
    public func forEachReservation(_ body: (ReservationInfo) -> Void) {
        for segment in layout {
            for number in 0..<segment.superpageCount {
                let slot = segment.slotBase + number
                if reservations[slot].object >= 0 { body(info(slot)) }
            }
        }
    }

    /// The reservation that holds the page, if any.
    public func reservation(holding page: PageNumber) -> ReservationInfo? {
        let index = flatIndex(page)
        return words[index].isInReservation ? info(slot(ofPage: page)) : nil
    }

    /// First pages of the queued reservations of a domain, least recently changed first.
    ///
    /// - Complexity: O(queue length).
    public func queuedReservations(_ domain: Int) -> [PageNumber] {
        var firsts: [PageNumber] = []
        var slot = queueHeads[domain]
        while slot >= 0 {
            firsts.append(firstPage(Int(slot)))
            slot = reservations[Int(slot)].next
        }
        return firsts
    }

    /// Has the domain a reservation that can be broken? (engine specification, A5)
    public func hasBreakableReservation(_ domain: Int) -> Bool { queueHeads[domain] >= 0 }

    /// Reservations on the queue of a domain.
    public func queuedReservationCount(_ domain: Int) -> Int { queueCounts[domain] }

    /// Has a queued reservation of the domain four adjacent free pages? A request that may break
    /// reservations then gets a buffer (engine specification 4.7, 9 invariant 16).
    ///
    /// - Complexity: O(queue length), times 512 for reservations without room.
    public func hasReservationWithRoom(_ domain: Int) -> Bool {
        var number = queueHeads[domain]
        while number >= 0 {
            if hasRoomForBuffer(Int(number)) { return true }
            number = reservations[Int(number)].next
        }
        return false
    }

    private func hasRoomForBuffer(_ slot: Int) -> Bool {
        roomInReservation(slot, MemoryGeometry.bufferPages, AddressBounds()) != nil
    }

    /// Tells a watcher that a reservation that has just changed could give a buffer.
    mutating func announceRoom(_ slot: Int, domain: Int) {
        if watchesReservations && reservations[slot].isQueued && hasRoomForBuffer(slot) {
            signals.append(.reservationHasRoom(domain: domain))
        }
    }

    private func info(_ slot: Int) -> ReservationInfo {
        let entry = reservations[slot]
        return ReservationInfo(
            first: firstPage(slot), object: entry.object, pageIndex: entry.pageIndex,
            population: Int(entry.population), isQueued: entry.isQueued,
            lastTick: entry.lastTick)
    }

    // MARK: Places

    /// Slot of the superpage around a page that lies in a reservation.
    @inline(__always)
    func slot(ofPage page: Int) -> Int {
        let segment = segmentOf(page: page)
        return segment.slotBase + (page >> 9) - segment.firstSuperpage
    }

    func segmentOf(slot: Int) -> SegmentLayout {
        var number = 0
        while slot >= layout[number].slotBase + layout[number].superpageCount { number += 1 }
        return layout[number]
    }

    func firstPage(_ slot: Int) -> Int {
        let segment = segmentOf(slot: slot)
        return (slot - segment.slotBase + segment.firstSuperpage) << 9
    }

    // MARK: Queue

    /// Number of the queue of a domain in the link part of the digest.
    private func queueID(_ domain: Int) -> Int { -1 - domain }

    @inline(__always)
    private func place(_ slot: Int32) -> UInt32 {
        slot < 0 ? noIndex : UInt32(truncatingIfNeeded: slot)
    }

    func queueLink(_ domain: Int, _ before: Int32, _ after: Int32) -> UInt64 {
        if before < 0 && after < 0 { return 0 }
        return DigestMix.link(queueID(domain), place(before), place(after))
    }

    mutating func enqueue(_ slot: Int, domain: Int) {
        let number = Int32(truncatingIfNeeded: slot)
        let last = queueTails[domain]
        linkDigest = linkDigest &- queueLink(domain, last, -1)
        linkDigest = linkDigest &+ queueLink(domain, last, number)
        linkDigest = linkDigest &+ queueLink(domain, number, -1)
        reservations[slot].previous = last
        reservations[slot].next = -1
        reservations[slot].isQueued = true
        queueCounts[domain] += 1
        if last < 0 { queueHeads[domain] = number } else { reservations[Int(last)].next = number }
        queueTails[domain] = number
    }

    mutating func dequeue(_ slot: Int, domain: Int) {
        let number = Int32(truncatingIfNeeded: slot)
        let before = reservations[slot].previous
        let after = reservations[slot].next
        linkDigest = linkDigest &- queueLink(domain, before, number)
        linkDigest = linkDigest &- queueLink(domain, number, after)
        linkDigest = linkDigest &+ queueLink(domain, before, after)
        if before < 0 { queueHeads[domain] = after } else { reservations[Int(before)].next = after }
        if after < 0 {
            queueTails[domain] = before
        } else {
            reservations[Int(after)].previous = before
        }
        reservations[slot].next = -1
        reservations[slot].previous = -1
        reservations[slot].isQueued = false
        queueCounts[domain] -= 1
    }

    /// Changes a reservation while the digest follows; `body` may move it in the queue.
    @inline(__always)
    mutating func updateReservation(_ slot: Int, _ body: (inout PhysicalMemory) -> Void) {
        reservationDigest = reservationDigest &- reservations[slot].digest(slot)
        body(&self)
        reservationDigest = reservationDigest &+ reservations[slot].digest(slot)
    }

    /// Ticks since the reservation was last put at the tail.
    @inline(__always)
    func ticksSinceChange(_ slot: Int) -> UInt32 {
        UInt32(bitPattern: ticks &- reservations[slot].lastTick)
    }

    // MARK: Release and break

    /// One populated page goes back into its reservation; the free count stays as it is.
    mutating func depopulate(_ page: PageNumber) {
        let slot = slot(ofPage: page)
        let segment = segmentOf(page: page)
        let index = page + segment.delta
        precondition(words[index].kind != .reservedFree, "The page is free already.")
        setKind(index, .reservedFree, owner: -1)
        updateReservation(slot) { memory in
            memory.reservations[slot].population -= 1
            let population = memory.reservations[slot].population
            if memory.ticksSinceChange(slot) < 1 && population != 0 { return }
            if memory.reservations[slot].isQueued { memory.dequeue(slot, domain: segment.domain) }
            memory.reservations[slot].lastTick = memory.ticks
            if population != 0 {
                memory.enqueue(slot, domain: segment.domain)
            } else {
                memory.reservations[slot] = Reservation()
            }
        }
        if reservations[slot].object < 0 {
            let first = page & ~(MemoryGeometry.reservationPages - 1)
            setInReservation(
                first + segment.delta, count: MemoryGeometry.reservationPages, false)
            freeBlock(first, order: MemoryGeometry.reservationOrder)
            reservationCounts.freed += 1
        } else {
            announceRoom(slot, domain: segment.domain)
        }
    }

    /// Ends a reservation: its free pages enter the lists, the others become ordinary pages.
    mutating func breakReservation(slot: Int, cause: ReservationBreakCause) {
        let population = Int(reservations[slot].population)
        let segment = segmentOf(slot: slot)
        let first = (slot - segment.slotBase + segment.firstSuperpage) << 9
        updateReservation(slot) { memory in
            if memory.reservations[slot].isQueued { memory.dequeue(slot, domain: segment.domain) }
            memory.reservations[slot] = Reservation()
        }
        let start = first + segment.delta
        let end = start + MemoryGeometry.reservationPages
        setInReservation(start, count: MemoryGeometry.reservationPages, false)
        var index = start
        while index < end {
            if words[index].kind != .reservedFree {
                index += 1
                continue
            }
            let from = index
            while index < end && words[index].kind == .reservedFree { index += 1 }
            putBackWithoutMerging(from - segment.delta, count: index - from)
        }
        reservationCounts.broken += 1
        if cause != .object { reservationCounts.reclaimed += 1 }
        signals.append(.reservationBroken(first: first, population: population, cause: cause))
    }

    /// Breaks the least recently changed reservation of the domain.
    ///
    /// - Returns: `false` if none is queued. The free count stays as it is.
    public mutating func breakOldestReservation(_ domain: Int) -> Bool {
        let slot = queueHeads[domain]
        if slot < 0 { return false }
        breakReservation(slot: Int(slot), cause: .shortage)
        return true
    }

    /// Takes `count` adjacent pages out of the first fitting queued reservation and breaks it.
    ///
    /// The free count stays as it is; nothing is broken if no reservation fits.
    /// - Returns: the first page taken, or `nil`.
    /// - Complexity: O(queue length), times 512 for reservations without room.
    public mutating func breakReservation(
        domain: Int, count: Int, bounds: AddressBounds, kind: PageKind, owner: Int32 = -1,
        cause: ReservationBreakCause = .contiguous
    ) -> PageNumber? {
        guard count < MemoryGeometry.reservationPages else { return nil }
        if bounds.boundary != 0 && UInt64(count) << 12 > bounds.boundary { return nil }
        var number = queueHeads[domain]
        while number >= 0 {
            let slot = Int(number)
            if let page = roomInReservation(slot, count, bounds) {
                setPages(flatIndex(page), count: count, kind: kind, owner: owner)
                // The population is not raised: the reservation ends here.
                breakReservation(slot: slot, cause: cause)
                return page
            }
            number = reservations[slot].next
        }
        return nil
    }

    /// First place in a reservation where `count` unpopulated pages obey the bounds.
    private func roomInReservation(_ slot: Int, _ count: Int, _ bounds: AddressBounds) -> Int? {
        let size = MemoryGeometry.reservationPages
        if size - Int(reservations[slot].population) < count { return nil }
        let segment = segmentOf(slot: slot)
        let first = (slot - segment.slotBase + segment.firstSuperpage) << 9
        let lower = max(first, bounds.lowPage)
        let upper = min(first + size, bounds.highPage)
        if upper - lower < count { return nil }
        if UInt64(first) << 12 & (bounds.alignment - 1) != 0 { return nil }
        let step = max(1, Int(min(bounds.alignment, UInt64(size) << 12) >> 12))
        var page = (lower + step - 1) & ~(step - 1)
        while page + count <= upper {
            if let blocked = lastPopulated(page + segment.delta, count) {
                page = (blocked - segment.delta + step) & ~(step - 1)
            } else if crossesBoundary(page, count, bounds.boundary) {
                page += step
            } else {
                return page
            }
        }
        return nil
    }

    /// Flat index of the last populated page of a range, or `nil` if all of it is free.
    @inline(__always)
    private func lastPopulated(_ start: Int, _ count: Int) -> Int? {
        var index = start + count - 1
        while index >= start {
            if words[index].kind != .reservedFree { return index }
            index -= 1
        }
        return nil
    }

    @inline(__always)
    private func crossesBoundary(_ page: Int, _ count: Int, _ boundary: UInt64) -> Bool {
        if boundary == 0 { return false }
        let pages = Int(boundary >> 12)
        return pages == 0 || page / pages != (page + count - 1) / pages
    }
}
