/// One page moved to another place.
public struct PageMove: Equatable, Sendable {
    /// Where the content was.
    public var from: PageNumber
    /// Where it is now.
    public var to: PageNumber
}

/// What came out of trying to free one run (conformance vectors, section 6.3;
/// engine specification 4.12).
public struct RunAttempt: Sendable {
    /// How the attempt ended. The names in brackets are the error numbers.
    public enum Outcome: Sendable, Equatable {
        /// Every page of the run is free or was moved away.
        case ok
        /// A page is wired, busy or on no queue (EBUSY).
        case busy
        /// A page belongs to nothing that can be moved (EINVAL).
        case invalid
        /// No target page could be had (ENOMEM).
        case noMemory
    }

    /// First page of the run.
    public var page: PageNumber
    /// How the attempt ended.
    public var outcome: Outcome = .ok
    /// Pages moved, also if the attempt ended with an error.
    public var movedPages = 0
    /// Pages freed because they had no valid content.
    public var invalidPagesFreed = 0
    /// Pages of the run that lay in free blocks already.
    public var alreadyFreePages = 0
    /// Pages of the run that were free inside reservations already.
    public var reservedFreePages = 0
    /// Counted as ok, but not all pages of the run are in free blocks afterwards:
    /// at least one lies in a reservation, where no import can reach it.
    public var isPhantom = false
    /// Targets taken from a domain other than that of the request.
    public var foreignTargets = 0
    /// Attempts to find a target that failed; each raised a deficit by 1.
    public var failedSearches = 0
    /// Reservations broken to get a target.
    public var brokenReservations = 0
    /// Change of the 16 KiB units available in the domain of the request.
    public var gainedBlocks = 0

    /// The first four moves; see ``moveCount``.
    private var storedMoves = InlineArray<4, PageMove>(repeating: PageMove(from: -1, to: -1))

    init(page: PageNumber) { self.page = page }

    /// Moves that ``move(_:)`` tells: all of a run of up to four pages, else the first four.
    public var moveCount: Int { min(movedPages, 4) }

    /// One of the moves, in the order they were made.
    ///
    /// Programmer error: an index outside `0 ..< moveCount`.
    public func move(_ index: Int) -> PageMove {
        precondition(index >= 0 && index < moveCount, "The attempt has no move of this number.")
        return storedMoves[index]
    }

    mutating func note(_ move: PageMove) {
        if movedPages < 4 { storedMoves[movedPages] = move }
        movedPages += 1
    }
}

extension PhysicalMemory {
    /// Tries to free all pages of a run.
    ///
    /// `collected` is scratch space that keeps its storage between attempts.
    mutating func reclaimRun(
        _ run: PageNumber, _ request: ReclaimRequest, collected: inout [PageNumber]
    ) -> RunAttempt {
        var attempt = RunAttempt(page: run)
        let before = domains[request.domain].contiguousBlocks
        let segment = segmentOf(page: run)
        let count = request.roundedPageCount
        precondition(run + count <= segment.end, "A run lies in one segment.")
        collected.removeAll(keepingCapacity: true)
        var page = run
        while page < run + count && attempt.outcome == .ok {
            let word = words[page + segment.delta]
            var step = 1
            switch word.kind {
            case .wiredObject, .kernel, .buffer, .fallback, .wired, .unqueued, .busy:
                attempt.outcome = .busy
            case .otherObject, .specialAttribute, .inTransit:
                attempt.outcome = .invalid
            case .invalid:
                attempt.invalidPagesFreed += 1
                if recordsDetails { signals.append(.invalidPageFreed(page: page)) }
                vacate(page, segment, &collected)
            case .file, .anonymous, .wiredWhenUnmapped:
                relocate(page, run, segment, request, &attempt, &collected)
            case .reservedFree:
                attempt.reservedFreePages += 1
            case .free:
                if word.order == MemoryGeometry.noOrder {
                    attempt.outcome = .invalid
                } else {
                    step = 1 << word.order
                    attempt.alreadyFreePages += min(step, run + count - page)
                }
            }
            page += step
        }
        freeCollected(collected, domain: segment.domain)
        attempt.gainedBlocks = domains[request.domain].contiguousBlocks - before
        if attempt.outcome == .ok {
            attempt.isPhantom = !isWhollyListed(run + segment.delta, count)
        }
        return attempt
    }

    /// Moves the content of one page to a target, or records why not.
    private mutating func relocate(
        _ page: PageNumber, _ run: PageNumber, _ segment: SegmentLayout,
        _ request: ReclaimRequest, _ attempt: inout RunAttempt, _ collected: inout [PageNumber]
    ) {
        let index = page + segment.delta
        let kind = words[index].kind
        guard let target = findTarget(run, index, request, &attempt) else {
            attempt.outcome = .noMemory
            return
        }
        if kind == .wiredWhenUnmapped {
            free(target)
            setKind(index, .wiredObject, owner: links[index].owner)
            attempt.outcome = .busy
            return
        }
        if hasPageQueues { copyMarks(from: index, to: flatIndex(target)) }
        attempt.note(PageMove(from: page, to: target))
        if domain(of: target) != request.domain { attempt.foreignTargets += 1 }
        if recordsDetails { signals.append(.pageMoved(from: page, to: target)) }
        vacate(page, segment, &collected)
    }

    /// A page of the run has lost its content: back into its reservation, or collected.
    private mutating func vacate(
        _ page: PageNumber, _ segment: SegmentLayout, _ collected: inout [PageNumber]
    ) {
        let index = page + segment.delta
        if words[index].isInReservation {
            free(page)
        } else {
            setKind(index, .inTransit, owner: -1)
            collected.append(page)
        }
    }

    /// Frees the collected pages in reverse order, so that the lowest decides on the pool.
    private mutating func freeCollected(_ collected: [PageNumber], domain: Int) {
        if collected.isEmpty { return }
        for page in collected.reversed() { freeBlock(page, order: 0) }
        givePages(collected.count, to: domain)
    }

    /// Are all pages free outside reservations?
    private func isWhollyListed(_ start: Int, _ count: Int) -> Bool {
        for index in start..<start + count where words[index].kind != .free { return false }
        return true
    }

    /// Are all pages free, be it inside reservations?
    func isWhollyFree(_ start: Int, _ count: Int) -> Bool {
        for index in start..<start + count where !words[index].kind.isFree { return false }
        return true
    }

    // MARK: Targets

    /// Up to three searches: above the bounds, below the run, above the run.
    ///
    /// The page found takes over kind and owner of the page `index` at once.
    private mutating func findTarget(
        _ run: PageNumber, _ index: Int, _ request: ReclaimRequest, _ attempt: inout RunAttempt
    ) -> PageNumber? {
        let high = request.bounds.high
        if high & ~4095 != ~4095 {
            let bounds = AddressBounds(low: (high + 4095) & ~4095)
            if let page = searchDomains(bounds, index, request, &attempt) { return page }
        }
        let runAddress = UInt64(run) << 12
        let below = AddressBounds(high: runAddress == 0 ? 0 : runAddress - 1)
        if let page = searchDomains(below, index, request, &attempt) { return page }
        let above = AddressBounds(
            low: runAddress + UInt64(request.roundedPageCount) << 12, high: high)
        return searchDomains(above, index, request, &attempt)
    }

    /// One search: two rounds over the domains, the first without those in the min set.
    private mutating func searchDomains(
        _ bounds: AddressBounds, _ index: Int, _ request: ReclaimRequest,
        _ attempt: inout RunAttempt
    ) -> PageNumber? {
        for leavesOutMinSet in [true, false] {
            var domain = request.domain
            var left = domains.count
            while true {
                if !leavesOutMinSet || !domains[domain].isInMinSet,
                    let page = takeTarget(domain, bounds, index, request, &attempt)
                {
                    return page
                }
                left -= 1
                if left == 0 { break }
                repeat {
                    domainIterator += 1
                    domain = domainIterator % domains.count
                } while domain == request.domain
            }
        }
        return nil
    }

    private mutating func takeTarget(
        _ domain: Int, _ bounds: AddressBounds, _ index: Int, _ request: ReclaimRequest,
        _ attempt: inout RunAttempt
    ) -> PageNumber? {
        let kind = words[index].kind
        let owner = links[index].owner
        if takePages(1, from: domain, class: request.allocationClass) {
            if let page = allocateContiguous(
                domain: domain, count: 1, bounds: bounds, kind: kind, owner: owner)
            {
                return page
            }
            if let page = breakReservation(
                domain: domain, count: 1, bounds: bounds, kind: kind, owner: owner,
                cause: .target)
            {
                attempt.brokenReservations += 1
                return page
            }
            givePages(1, to: domain)
        }
        domains[domain].pageoutDeficit += 1
        attempt.failedSearches += 1
        if recordsDetails { signals.append(.targetSearchFailed(domain: domain)) }
        return nil
    }
}
