/// Restoring a snapshot. The data may come from a file, so nothing in it is trusted.
extension PhysicalMemory {
    /// Restores a state; its digest equals that of the value the snapshot was taken from.
    ///
    /// - Throws: ``SnapshotError`` that names the array and the place at fault.
    /// - Complexity: O(pages).
    public init(_ snapshot: MemorySnapshot) throws(SnapshotError) {
        let segments = try PhysicalMemory.readSegments(snapshot.segments)
        let domainCount = (segments.map(\.domain).max() ?? 0) + 1
        let limits = try PhysicalMemory.readThresholds(snapshot.thresholds, domainCount)
        let total = segments.reduce(0) { $0 + $1.pageCount }
        try PhysicalMemory.checkRunLengths(snapshot.pageRuns, total)
        self.init(blank: segments, thresholds: limits)
        try restoreGlobals(snapshot)
        restorePages(snapshot.pageRuns)
        try restoreReservations(snapshot.reservations)
        pageDigest = pageDigestSum()
        try restoreLists(snapshot.freeLists)
        try restoreQueues(snapshot.queues)
        reservationDigest = reservationDigestSum()
        try checkFreePages()
        try restoreCounters(snapshot.counters)
    }

    private static func readSegments(
        _ values: [Int]
    ) throws(SnapshotError) -> [MemorySegment] {
        guard !values.isEmpty && values.count % 3 == 0 && values.count <= 3 * 4096 else {
            throw .malformed(field: .segments, index: values.count)
        }
        var segments: [MemorySegment] = []
        var lastEnd = 0
        var total = 0
        for at in stride(from: 0, to: values.count, by: 3) {
            let segment = MemorySegment(
                start: values[at], end: values[at + 1], domain: values[at + 2])
            guard segment.start >= lastEnd, segment.end > segment.start, segment.end < 1 << 44,
                segment.domain >= 0, segment.domain < 256
            else { throw .malformed(field: .segments, index: at) }
            total += segment.pageCount
            guard total < Int(noIndex) else { throw .malformed(field: .segments, index: at) }
            lastEnd = segment.end
            segments.append(segment)
        }
        return segments
    }

    private static func readThresholds(
        _ values: [Int], _ domainCount: Int
    ) throws(SnapshotError) -> [Thresholds] {
        guard values.count == domainCount * Thresholds.valueCount else {
            throw .malformed(field: .thresholds, index: values.count)
        }
        for at in values.indices where values[at] < 0 || values[at] > 1 << 44 {
            throw .malformed(field: .thresholds, index: at)
        }
        return (0..<domainCount).map { domain in
            let at = domain * Thresholds.valueCount
            return Thresholds(values: values[at..<at + Thresholds.valueCount])
        }
    }

    /// The runs must describe exactly the pages of the segments, before anything is allocated.
    private static func checkRunLengths(
        _ runs: [UInt64], _ total: Int
    ) throws(SnapshotError) {
        var sum = 0
        for at in runs.indices {
            let count = Int(runs[at] >> 5 & UInt64(MemorySnapshot.runPagesMax))
            sum += count
            if count == 0 || sum > total { throw .malformed(field: .pageRuns, index: at) }
        }
        if sum != total { throw .malformed(field: .pageRuns, index: runs.count) }
    }

    private mutating func restoreGlobals(_ snapshot: MemorySnapshot) throws(SnapshotError) {
        let values = snapshot.globals
        guard values.count == 4 else { throw .malformed(field: .globals, index: values.count) }
        guard let clock = Int32(exactly: values[0]) else {
            throw .malformed(field: .globals, index: 0)
        }
        for at in 1..<4 where values[at] < 0 || values[at] > 1 << 62 {
            throw .malformed(field: .globals, index: at)
        }
        ticks = clock
        domainIterator = values[1]
        minWaiters = values[2]
        severeWaiters = values[3]
    }

    private mutating func restorePages(_ runs: [UInt64]) {
        var index = 0
        for run in runs {
            let kind = PageWord(bits: UInt16(run & 0xF)).kind
            let word = PageWord(kind: kind, pool: run & 0x10 == 0 ? .standard : .direct)
            let owner = Int32(bitPattern: UInt32(run >> 32))
            for _ in 0..<Int(run >> 5 & UInt64(MemorySnapshot.runPagesMax)) {
                words[index] = word
                links[index].owner = owner
                index += 1
            }
        }
    }

    private mutating func restoreReservations(_ values: [Int]) throws(SnapshotError) {
        guard values.count % 4 == 0 else {
            throw .malformed(field: .reservations, index: values.count)
        }
        for at in stride(from: 0, to: values.count, by: 4) {
            let first = values[at]
            guard let slot = slotIfWhole(first), reservations[slot].object < 0,
                let object = Int32(exactly: values[at + 1]), object >= 0,
                values[at + 2] > -(1 << 52), values[at + 2] < 1 << 52,
                let tick = Int32(exactly: values[at + 3])
            else { throw .malformed(field: .reservations, index: at) }
            let start = flatIndex(first)
            var population: Int32 = 0
            for index in start..<start + MemoryGeometry.reservationPages {
                switch words[index].kind {
                case .reservedFree: break
                case let kind where kind.hasObject: population += 1
                default: throw .inconsistent(field: .reservations, page: pageNumber(index))
                }
                words[index] = words[index].with(inReservation: true)
            }
            guard population > 0 else { throw .inconsistent(field: .reservations, page: first) }
            reservations[slot] = Reservation(
                object: object, pageIndex: values[at + 2], population: population,
                lastTick: tick)
        }
    }

    /// Slot of the superpage that begins at `first`, if a segment holds all of it.
    private func slotIfWhole(_ first: Int) -> Int? {
        guard first >= 0 && first & 511 == 0 && contains(first) else { return nil }
        let segment = segmentOf(page: first)
        let number = first >> 9 - segment.firstSuperpage
        return number < segment.superpageCount ? segment.slotBase + number : nil
    }

    private mutating func restoreLists(_ values: [Int]) throws(SnapshotError) {
        var at = 0
        while at < values.count {
            guard at + 4 <= values.count, domains.indices.contains(values[at]),
                values[at + 1] == 0 || values[at + 1] == 1,
                values[at + 2] >= 0, values[at + 2] <= MemoryGeometry.orderMax,
                values[at + 3] > 0, values[at + 3] <= values.count - at - 4
            else { throw .malformed(field: .freeLists, index: at) }
            let order = values[at + 2]
            let end = at + 4 + values[at + 3]
            for place in at + 4..<end {
                let page = values[place]
                guard page >= 0, contains(page), page & (1 << order - 1) == 0 else {
                    throw .malformed(field: .freeLists, index: place)
                }
                let segment = segmentOf(page: page)
                let head = page + segment.delta
                guard page + 1 << order <= segment.end, segment.domain == values[at],
                    words[head].order == MemoryGeometry.noOrder,
                    words[head].poolIndex == values[at + 1]
                else { throw .inconsistent(field: .freeLists, page: page) }
                addBlock(head, domain: segment.domain, order: order, at: .tail)
            }
            at = end
        }
    }

    private mutating func restoreQueues(_ values: [Int]) throws(SnapshotError) {
        var at = 0
        while at < values.count {
            guard at + 2 <= values.count, domains.indices.contains(values[at]),
                values[at + 1] > 0, values[at + 1] <= values.count - at - 2
            else { throw .malformed(field: .queues, index: at) }
            let end = at + 2 + values[at + 1]
            for place in at + 2..<end {
                guard let slot = slotIfWhole(values[place]), reservations[slot].object >= 0,
                    !reservations[slot].isQueued,
                    reservations[slot].population < MemoryGeometry.reservationPages,
                    segmentOf(slot: slot).domain == values[at]
                else { throw .malformed(field: .queues, index: place) }
                enqueue(slot, domain: values[at])
            }
            at = end
        }
    }

    /// Every free page lies in exactly one block, every reserved one in a reservation.
    private func checkFreePages() throws(SnapshotError) {
        var index = 0
        while index < words.count {
            let word = words[index]
            if word.kind == .reservedFree && !word.isInReservation {
                throw .inconsistent(field: .pageRuns, page: pageNumber(index))
            }
            if word.kind.isFree && links[index].owner != -1 {
                throw .inconsistent(field: .pageRuns, page: pageNumber(index))
            }
            guard word.order != MemoryGeometry.noOrder || word.kind == .free else {
                index += 1
                continue
            }
            guard word.order != MemoryGeometry.noOrder else {
                throw .inconsistent(field: .freeLists, page: pageNumber(index))
            }
            let end = index + 1 << word.order
            for page in index..<end {
                let isHead = words[page].order != MemoryGeometry.noOrder
                if words[page].kind != .free || links[page].owner != -1 || isHead != (page == index)
                {
                    throw .inconsistent(field: .freeLists, page: pageNumber(page))
                }
            }
            index = end
        }
    }

    private mutating func restoreCounters(_ values: [Int]) throws(SnapshotError) {
        guard values.count == 3 * domains.count else {
            throw .malformed(field: .counters, index: values.count)
        }
        var counted = domains.map(\.listedPageCount)
        for slot in reservations.indices where reservations[slot].object >= 0 {
            counted[segmentOf(slot: slot).domain] +=
                MemoryGeometry.reservationPages - Int(reservations[slot].population)
        }
        for domain in domains.indices {
            let at = 3 * domain
            guard values[at + 1] >= 0, values[at + 1] <= 1 << 62, values[at + 2] >= 0,
                values[at + 2] < 8
            else {
                throw .malformed(field: .counters, index: at)
            }
            guard values[at] == counted[domain] else {
                throw .freeCountDiffers(
                    domain: domain, stored: values[at], counted: counted[domain])
            }
            domains[domain].freeCount = values[at]
            domains[domain].pageoutDeficit = values[at + 1]
            domains[domain].isInMinSet = values[at + 2] & 1 != 0
            domains[domain].isInSevereSet = values[at + 2] & 2 != 0
            domains[domain].isPageDaemonWaiting = values[at + 2] & 4 != 0
        }
    }
}
