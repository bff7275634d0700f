/// The last runs found by a scan, first pages only.
struct RunRing: Sendable {
    private var pages: [Int] = []
    private(set) var capacity = 0
    /// Runs found in this pass.
    private(set) var found = 0
    /// Runs not yet handed out.
    private(set) var kept = 0
    private var cursor = 0

    /// Does the next run push an earlier one out?
    var isFull: Bool { kept == capacity }

    /// Starts a pass; storage grows once and is used again.
    mutating func reset(capacity: Int) {
        self.capacity = capacity
        if pages.count < capacity {
            pages.append(contentsOf: repeatElement(0, count: capacity - pages.count))
        }
        found = 0
        kept = 0
        cursor = 0
    }

    @inline(__always)
    mutating func push(_ page: Int) {
        pages[cursor] = page
        cursor = cursor + 1 == capacity ? 0 : cursor + 1
        found += 1
        if kept < capacity { kept += 1 }
    }

    /// Pushes a run or does nothing, without a branch on which of both.
    @inline(__always)
    mutating func push(_ page: Int, if isRun: Bool) {
        // A full ring has its oldest run at the cursor.
        pages[cursor] = isRun ? page : pages[cursor]
        let step = isRun ? 1 : 0
        cursor = cursor + step == capacity ? 0 : cursor + step
        found += step
        kept = min(kept + step, capacity)
    }

    /// Counts anew what is found; nothing may be kept.
    mutating func beginStretch() { found = 0 }

    /// The latest kept run, which is the one with the highest address.
    mutating func popLatest() -> Int? {
        if kept == 0 { return nil }
        kept -= 1
        cursor = cursor == 0 ? capacity - 1 : cursor - 1
        return pages[cursor]
    }
}

/// One pass over the segments of a domain, stoppable after any visit
/// (conformance vectors, section 6.3; engine specification 4.11).
struct RunScanner: Sendable {
    /// Why a slice ended.
    enum End: Equatable {
        /// No visit is left.
        case outOfBudget
        /// A call that stops early has runs to try: the ring is full, or the first leg is over.
        case stretchOver
        /// The last segment has been scanned.
        case complete
    }

    let domain: Int
    let count: Int
    let alignmentMask: Int
    /// Boundary in pages minus 1; all bits set = no boundary.
    let boundaryMask: Int
    let option: ScanOption
    private let variant: ReclaimVariant
    /// Addresses of the present leg.
    private var low: UInt64
    private var high: UInt64
    /// A pass that began in the middle has a second leg, from the lowest address to its start.
    private var secondLeg: (low: UInt64, high: UInt64)?

    private(set) var visits = 0
    private(set) var objectLocks = 0

    private var segmentNumber = 0
    private var isOpen = false
    private var page = 0
    private var limit = 0
    private var runStart = 0
    private var runLength = 0

    init(_ request: ReclaimRequest, option: ScanOption) {
        domain = request.domain
        count = request.roundedPageCount
        alignmentMask = Int(request.runAlignment >> 12) - 1
        let boundary = request.bounds.boundary
        boundaryMask = boundary == 0 ? -1 : Int(boundary >> 12) - 1
        low = request.bounds.low
        high = request.bounds.high
        self.option = option
        variant = request.variant
        if let start = request.variant.startPage, UInt64(start) << 12 > low {
            let startAddress = UInt64(start) << 12
            secondLeg = (low, min(high, startAddress))
            low = startAddress
        }
    }

    /// Where the scan stands: the next page it visits, or the end of the last segment it visited.
    var position: PageNumber { page }

    /// Counts visits and locks anew.
    mutating func beginStretch() {
        visits = 0
        objectLocks = 0
    }

    /// Makes at most `budget` visits and pushes the runs found.
    mutating func advance(
        _ memory: borrowing PhysicalMemory, _ ring: inout RunRing, budget: Int,
        log: inout [PageNumber], isLogging: Bool
    ) -> End {
        var left = budget
        while true {
            if variant.stopsEarly && ring.isFull { return .stretchOver }
            if !isOpen && !openSegment(memory.layout) {
                // Runs of both legs in one ring would not be tried from the highest down, and
                // targets below a run of the first leg could use up runs made in the second.
                if variant.stopsEarly && secondLeg != nil && ring.kept > 0 { return .stretchOver }
                if !openSecondLeg(memory.layout) { return .complete }
            }
            if left == 0 { return .outOfBudget }
            walk(memory, &ring, &left, &log, isLogging)
        }
    }

    /// Opens the first segment of the second leg, if there is one to come.
    private mutating func openSecondLeg(_ layout: [SegmentLayout]) -> Bool {
        guard let leg = secondLeg else { return false }
        secondLeg = nil
        (low, high) = leg
        segmentNumber = 0
        return openSegment(layout)
    }

    /// Opens the next segment of this leg with room for a run.
    private mutating func openSegment(_ layout: [SegmentLayout]) -> Bool {
        while segmentNumber < layout.count {
            let segment = layout[segmentNumber]
            let start = UInt64(segment.start) << 12
            let end = UInt64(segment.end) << 12
            if start >= high { return false }
            let from = max(low, start)
            let to = min(high, end)
            if segment.domain == domain && low < end && to > from
                && to - from >= UInt64(count) << 12
            {
                page = Int(from >> 12)
                limit = Int(to >> 12)
                runLength = 0
                isOpen = true
                return true
            }
            segmentNumber += 1
        }
        return false
    }

    /// Walks the open segment until it ends or no visit is left.
    private mutating func walk(
        _ memory: borrowing PhysicalMemory, _ ring: inout RunRing, _ left: inout Int,
        _ log: inout [PageNumber], _ isLogging: Bool
    ) {
        let words = memory.words.span
        let segment = memory.layout[segmentNumber]
        let slotOffset = segment.slotBase - segment.firstSuperpage
        let delta = segment.delta
        let budget = left
        // Marks that keep a group of pages from being taken at a glance.
        let marks: UInt16 = option == .anything ? 0 : PageWord.reservationBit
        let leavesOutFree = variant.countsGain
        let stopsEarly = variant.stopsEarly
        let isPlain = count == 4 && alignmentMask == 3 && boundaryMask == -1
        var page = page
        var length = runLength
        var locks = 0
        var isEnded = false
        while left > 0 {
            if page >= limit { isEnded = true; break }
            if isPlain && length == 0 && page & 3 == 0 && left >= 4 && page + 8 <= limit {
                let group = PageGroup(words, page + delta)
                if group.isPlain && group.marks & marks == 0 {
                    left -= group.visits
                    locks += group.locks
                    let isKept = group.isRun && (!leavesOutFree || group.hasObject)
                    ring.push(page, if: isKept)
                    if isLogging && isKept { log.append(page) }
                    page += 4
                    if stopsEarly && ring.isFull { break }
                    continue
                }
            }
            left -= 1
            if length == 0 {
                if page + count > limit { isEnded = true; break }
                if page & alignmentMask != 0 { page = (page | alignmentMask) + 1; continue }
                if (page ^ (page + count - 1)) & ~boundaryMask != 0 {
                    page = (page | boundaryMask) + 1
                    continue
                }
            }
            let visit = RunScanner.judge(words[page + delta], option)
            locks += visit.locks
            var gain = visit.gain
            var step = visit.step
            if visit.asksForReservation
                && memory.reservations[slotOffset + page >> 9].population
                    == MemoryGeometry.reservationPages
            {
                gain = 0
                step = 0
            }
            if gain == 0 {
                length = 0
                page = step == 0 ? (page | 511) + 1 : page + step
                continue
            }
            if length == 0 { runStart = page }
            length += gain
            page += step
            if length < count { continue }
            if !leavesOutFree || !memory.isWhollyFree(runStart + delta, count) {
                ring.push(runStart)
                if isLogging { log.append(runStart) }
            }
            page = runStart + count
            length = 0
            if limit - page < count { isEnded = true; break }
            if stopsEarly && ring.isFull { break }
        }
        self.page = page
        runLength = length
        visits += budget - left
        objectLocks += locks
        if isEnded {
            isOpen = false
            segmentNumber += 1
        }
    }

    /// What one visit finds. A step of 0 means: on to the end of the reservation.
    struct Visit {
        var gain: Int
        var step: Int
        var locks: Int
        var asksForReservation: Bool
    }

    @inline(__always)
    static func judge(_ word: PageWord, _ option: ScanOption) -> Visit {
        let kind = word.bits & PageWord.kindMask
        let isReserved = word.isInReservation
        if kind &- UInt16(PageKind.wiredObject.rawValue) < 5 {
            return Visit(gain: 0, step: 1, locks: 0, asksForReservation: false)
        }
        if isReserved && option == .skipReservations {
            return Visit(gain: 0, step: 0, locks: 0, asksForReservation: false)
        }
        if kind &- UInt16(PageKind.file.rawValue) < 8 {
            let isOther = kind == UInt16(PageKind.otherObject.rawValue)
            let asks = isReserved && option == .skipFullReservations && !isOther
            let isMovable = kind <= UInt16(PageKind.wiredWhenUnmapped.rawValue)
            return Visit(gain: isMovable ? 1 : 0, step: 1, locks: 1, asksForReservation: asks)
        }
        if isReserved { return Visit(gain: 1, step: 1, locks: 0, asksForReservation: false) }
        let order = word.order
        if kind == 0 && order <= MemoryGeometry.orderMax {
            let size = 1 << order
            return Visit(gain: size, step: size, locks: 0, asksForReservation: false)
        }
        return Visit(gain: 0, step: 1, locks: 0, asksForReservation: false)
    }
}
