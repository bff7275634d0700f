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
        /// Is the pass scanned to the end?
        public var isPassComplete: Bool
    }

    /// The request the call works on.
    public private(set) var request: ReclaimRequest
    /// What the call does next.
    public private(set) var phase: Phase
    /// Passes begun, three at most; the last one is the current one.
    public private(set) var passes: [PassResult] = []
    /// Are the runs found collected in ``foundRuns``? Not by default.
    public var recordsFoundRuns = false
    /// First pages of all runs the current pass found, if ``recordsFoundRuns`` is set.
    public private(set) var foundRuns: [PageNumber] = []

    private var ring = RunRing()
    private var scanner: RunScanner
    private var collected: [PageNumber] = []

    /// Begins a call, or refuses it if the domain has too few free pages for one run.
    ///
    /// Programmer error: the memory has no such domain.
    public init(_ request: ReclaimRequest, on memory: borrowing PhysicalMemory) {
        self.request = request
        scanner = RunScanner(request, option: .skipReservations)
        phase = .refused
        passes.reserveCapacity(3)
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
        let isComplete = scanner.advance(
            memory, &ring, budget: visitBudget, log: &foundRuns, isLogging: recordsFoundRuns)
        passes[current].visits = scanner.visits
        passes[current].objectLocks = scanner.objectLocks
        passes[current].found = ring.found
        passes[current].kept = ring.kept
        let progress = ScanProgress(
            visits: scanner.visits - old.visits,
            objectLocks: scanner.objectLocks - old.objectLocks,
            found: ring.found - old.found, isPassComplete: isComplete)
        if isComplete {
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
        if attempt.outcome == .ok {
            passes[current].okRuns += 1
            passes[current].reclaimedPages += request.roundedPageCount
            if passes[current].reclaimedPages >= request.goalPages {
                phase = .finished(success: true)
                return attempt
            }
        }
        if ring.kept == 0 { endPass() }
        return attempt
    }

    private mutating func beginPass(_ option: ScanOption) {
        ring.reset(capacity: request.ringSize)
        scanner = RunScanner(request, option: option)
        foundRuns.removeAll(keepingCapacity: true)
        passes.append(PassResult(option: option))
        phase = .scanning
    }

    private mutating func endPass() {
        let last = passes[passes.count - 1]
        if let option = last.option.following {
            beginPass(option)
        } else {
            phase = .finished(success: last.reclaimedPages != 0)
        }
    }
}
