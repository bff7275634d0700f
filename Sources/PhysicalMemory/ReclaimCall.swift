/// A reclaim call that can stop after any visit and between any two runs, and then goes on
/// with whatever the memory has become meanwhile (conformance vectors, section 6.3;
/// engine specification 4.10).
///
/// Drive it so: while `phase` is `scanning`, call ``scan(_:visitBudget:)``; while it is
/// `relocating`, call ``tryNextRun(_:)``; `refused` and `finished` are ends. The value can be
/// used again with ``restart(_:on:)`` and then allocates nothing.
public struct ReclaimCall: Sendable {
    /// What the call does next.
    public enum Phase: Equatable, Sendable {
        /// Refused at once for lack of free pages; no pass was made. An end.
        case refused
        /// A pass is being scanned.
        case scanning
        /// The kept runs of a pass are being tried.
        case relocating
        /// Over; the value tells success. An end.
        case finished(success: Bool)
    }

    /// Figures of one pass.
    public struct PassResult: Equatable, Sendable {
        /// What the pass left out.
        public var option: ScanOption
        /// Pages and jumps visited so far.
        public var visits = 0
        /// Object locks taken so far.
        public var objectLocks = 0
        /// Runs found so far.
        public var found = 0
        /// Runs of them that are kept, at most the ring size.
        public var kept = 0
        /// Runs tried so far.
        public var tried = 0
        /// Runs that ended ok so far.
        public var okRuns = 0
        /// Pages counted as reclaimed so far: `okRuns` times the pages of a run.
        public var reclaimedPages = 0
    }

    /// Figures of one slice of a scan.
    public struct ScanProgress: Equatable, Sendable {
        /// Visits made in this slice.
        public var visits: Int
        /// Object locks taken in this slice.
        public var objectLocks: Int
        /// Runs found in this slice.
        public var found: Int
        /// Is the pass, or this stretch of one that stops early, scanned to the end?
        public var isPassComplete: Bool
    }

    /// The request the call works on.
    public private(set) var request: ReclaimRequest
    /// What the call does next.
    public private(set) var phase: Phase
    /// Passes begun, three at most unless the call stops early; the last one is the current one.
    public private(set) var passes: [PassResult] = []
    /// Are the runs found collected in ``foundRuns``? Not by default.
    public var recordsFoundRuns = false
    /// First pages of all runs the current pass found, if ``recordsFoundRuns`` is set.
    public private(set) var foundRuns: [PageNumber] = []

    /// 16 KiB units the call has added to the domain of the request so far.
    public private(set) var gainedBlocks = 0
    /// Runs that ended ok and from which a target was taken later in this call (section 13, A1).
    public private(set) var eatenRuns = 0

    private var ring = RunRing()
    private var scanner: RunScanner
    private var isScanned = false
    private var collected: [PageNumber] = []
    /// First pages of the runs that ended ok and are still whole. Asked for members only, so its
    /// order does not matter.
    private var madeRuns: Set<PageNumber> = []
    private var lowestMadeRun = Int.max

    /// A call that is over, as storage for ``restart(_:on:)``.
    public init() {
        request = ReclaimRequest(domain: 0, desiredRuns: 0)
        scanner = RunScanner(request, option: .anything)
        phase = .finished(success: false)
        passes.reserveCapacity(3)
    }

    /// Begins a call, or refuses it if the domain has too few free pages for one run.
    ///
    /// Programmer error: the memory has no such domain.
    public init(_ request: ReclaimRequest, on memory: borrowing PhysicalMemory) {
        self.init()
        restart(request, on: memory)
    }

    /// Begins another call in the storage of this one.
    public mutating func restart(
        _ request: ReclaimRequest, on memory: borrowing PhysicalMemory
    ) {
        precondition(
            request.domain >= 0 && request.domain < memory.domainCount,
            "The memory has no such domain.")
        self.request = request
        passes.removeAll(keepingCapacity: true)
        gainedBlocks = 0
        eatenRuns = 0
        madeRuns.removeAll(keepingCapacity: true)
        lowestMadeRun = Int.max
        let free = memory.domains[request.domain].freeCount
        let reserved = memory.domains[request.domain].thresholds.reserved
        if free < request.roundedPageCount + reserved {
            phase = .refused
        } else {
            beginPass(.skipReservations)
        }
    }

    /// Is the call over, refused included?
    public var isOver: Bool {
        switch phase {
        case .refused, .finished: true
        case .scanning, .relocating: false
        }
    }

    /// Did the call end with success? `nil` while it is not over.
    public var result: Bool? {
        switch phase {
        case .refused: false
        case .finished(let success): success
        case .scanning, .relocating: nil
        }
    }

    /// How the call ended, `nil` for success or while it is not over.
    ///
    /// - Complexity: O(segments).
    public func error(on memory: borrowing PhysicalMemory) -> ReclaimError? {
        guard result == false else { return nil }
        if phase != .refused && !memory.canHold(request) { return .outOfRange }
        return .noMemory
    }

    /// Where the scan stands; the start of a later call that goes on from here.
    public var position: PageNumber { scanner.position }

    /// Runs of the current pass not tried yet.
    public var remainingRuns: Int { ring.kept }

    /// Scans on, for at most `visitBudget` visits.
    ///
    /// When the pass is complete the phase becomes `relocating`, or, if nothing was found,
    /// that of the next pass.
    /// - Complexity: O(visits).
    ///
    /// Programmer error: the phase is not `scanning`, or the budget is below 1.
    public mutating func scan(
        _ memory: borrowing PhysicalMemory, visitBudget: Int
    ) -> ScanProgress {
        precondition(phase == .scanning, "Only a call in its scanning phase can scan.")
        precondition(visitBudget > 0, "A slice makes at least one visit.")
        let current = passes.count - 1
        let old = passes[current]
        let end = scanner.advance(
            memory, &ring, budget: visitBudget, log: &foundRuns, isLogging: recordsFoundRuns)
        isScanned = end == .complete
        passes[current].visits = scanner.visits
        passes[current].objectLocks = scanner.objectLocks
        passes[current].found = ring.found
        passes[current].kept = ring.kept
        let progress = ScanProgress(
            visits: scanner.visits - old.visits,
            objectLocks: scanner.objectLocks - old.objectLocks,
            found: ring.found - old.found, isPassComplete: end != .outOfBudget)
        if end != .outOfBudget {
            if ring.kept == 0 { endPass() } else { phase = .relocating }
        }
        return progress
    }

    /// Tries the highest run not tried yet.
    ///
    /// Reaching the goal ends the call; running out of runs begins the next pass.
    ///
    /// Programmer error: the phase is not `relocating`.
    public mutating func tryNextRun(_ memory: inout PhysicalMemory) -> RunAttempt {
        precondition(phase == .relocating, "Only a call in its relocating phase can try a run.")
        guard let run = ring.popLatest() else {
            preconditionFailure("A pass without runs ends with its scan.")
        }
        let attempt = memory.reclaimRun(run, request, collected: &collected)
        let current = passes.count - 1
        passes[current].tried += 1
        gainedBlocks += attempt.gainedBlocks
        countEaten(attempt)
        if attempt.outcome == .ok {
            passes[current].okRuns += 1
            passes[current].reclaimedPages += request.roundedPageCount
            madeRuns.insert(run)
            lowestMadeRun = min(lowestMadeRun, run)
        }
        if isGoalReached {
            phase = .finished(success: true)
        } else if ring.kept == 0 {
            endPass()
        }
        return attempt
    }

    /// Pages that count towards the goal.
    private var isGoalReached: Bool {
        let pages =
            request.variant.countsGain
            ? gainedBlocks * MemoryGeometry.bufferPages : passes[passes.count - 1].reclaimedPages
        return pages >= request.goalPages
    }

    /// Looks up each target among the runs made before; a run is lost once.
    private mutating func countEaten(_ attempt: RunAttempt) {
        for number in 0..<attempt.moveCount {
            let target = attempt.move(number).to
            guard target >= lowestMadeRun else { continue }
            // Runs begin at multiples of the granule and may be several granules long.
            var first = target & ~(request.granule - 1)
            let lowest = target - request.roundedPageCount
            while first > lowest {
                if madeRuns.remove(first) != nil { eatenRuns += 1 }
                first -= request.granule
            }
        }
    }

    private mutating func beginPass(_ option: ScanOption) {
        ring.reset(capacity: request.ringSize)
        scanner = RunScanner(request, option: option)
        isScanned = false
        foundRuns.removeAll(keepingCapacity: true)
        passes.append(PassResult(option: option))
        phase = .scanning
    }

    private mutating func endPass() {
        let last = passes[passes.count - 1]
        if !isScanned {
            goOn(last.option)
        } else if let option = last.option.following {
            beginPass(option)
        } else {
            let pages = request.variant.countsGain ? gainedBlocks : last.reclaimedPages
            phase = .finished(success: pages > 0)
        }
    }

    /// The next stretch of a pass that stopped early.
    private mutating func goOn(_ option: ScanOption) {
        ring.beginStretch()
        scanner.beginStretch()
        foundRuns.removeAll(keepingCapacity: true)
        passes.append(PassResult(option: option))
        phase = .scanning
    }
}

extension PhysicalMemory {
    /// Has the domain a segment with room for one run within the bounds?
    ///
    /// - Complexity: O(segments).
    func canHold(_ request: ReclaimRequest) -> Bool {
        layout.contains { segment in
            let from = max(UInt64(segment.start) << 12, request.bounds.low)
            let to = min(UInt64(segment.end) << 12, request.bounds.high)
            return segment.domain == request.domain && to > from
                && to - from >= UInt64(request.roundedPageCount) << 12
        }
    }
}
