/// The page daemon of one domain, `pagedaemon_N` (engine specification 4.15).
struct PageDaemon: Sendable {
    /// What it does at its next step.
    enum Phase: Int, Sendable {
        /// Sleeps until its interval is over or somebody wakes it, then begins a round.
        case asleep
        /// Begins a round when its pause is over; nobody can wake it before.
        case pausing
        /// Looks through the inactive queue.
        case scanning
        /// Moves pages from the active to the inactive queue.
        case aging
    }

    var controller: PageoutController
    var phase = Phase.asleep
    /// `pageout_wanted`: it was woken or is at work, so nobody wakes it.
    var isWanted = false
    /// The last scan freed what it was to free.
    var isTargetMet = true
    /// Number of its next step; steps with another number have been replaced.
    var stepNumber: UInt64 = 0
    /// What the controller asked for in this round, and the failed allocations added to it.
    var shortagePages = 0
    var deficitPages = 0
    /// Pages of this round: looked at and evicted.
    var scannedPages = 0
    var freedPages = 0
    /// Pages that the present scan or aging may still look at.
    var pagesLeft = 0
    /// Pages still to be moved to the inactive queue.
    var agingPages = 0
    /// When the low-memory handler ran last; -1 is never.
    var lowMemoryNs: Int64 = -1
    /// Until when the laundry has been credited, and what is left over of one page.
    var launderedNs: Int64 = 0
    var launderRest: Int64 = 0
    /// The laundry waits until a page for its own use can be had.
    var isLaundryWaiting = false

    init(controller: PageoutController) { self.controller = controller }

    /// Pages still to be evicted.
    var missingPages: Int { shortagePages + deficitPages - freedPages }

    /// Everything that later rounds depend on, for the state digest.
    func forEachNumber(_ body: (Int) -> Void) {
        body(phase.rawValue)
        body((isWanted ? 1 : 0) | (isTargetMet ? 2 : 0) | (isLaundryWaiting ? 4 : 0))
        body(Int(controller.sampleTicks))
        body(controller.error)
        body(controller.oldError)
        body(controller.integral)
        body(controller.outputSum)
        body(missingPages)
        body(pagesLeft)
        body(agingPages)
        body(Int(lowMemoryNs))
        body(Int(launderedNs))
        body(Int(launderRest))
    }
}

/// A step of a page daemon that is due at some instant.
struct PageDaemonStep: Sendable {
    let domain: Int
    let number: UInt64
}
