/// What a reclaim call is asked for (conformance vectors, section 6.2;
/// engine specification 4.10).
public struct ReclaimRequest: Equatable, Sendable {
    /// Domain whose pages are to become contiguous, also preferred for targets.
    public var domain: Int
    /// Class used for the target pages.
    public var allocationClass: AllocationClass
    /// Pages of one run, before rounding up.
    public var pageCount: Int
    /// Where runs may lie.
    public var bounds: AddressBounds
    /// Runs wanted in one call. Negative: a goal nothing reaches.
    public var desiredRuns: Int
    /// Could the memory for a ring larger than the built-in one be had?
    public var mallocSucceeds: Bool
    /// How the call departs from the kernel's routine.
    public var variant: ReclaimVariant

    /// The request of the kTLS reclaim thread by default.
    ///
    /// Programmer error: a page count below 1 or above 2^20, or a boundary smaller than a run.
    public init(
        domain: Int, allocationClass: AllocationClass = .normal, pageCount: Int = 4,
        bounds: AddressBounds = AddressBounds(), desiredRuns: Int, mallocSucceeds: Bool = true,
        variant: ReclaimVariant = .kernel
    ) {
        precondition(pageCount > 0 && pageCount <= 1 << 20, "A run has 1...2^20 pages.")
        self.domain = domain
        self.allocationClass = allocationClass
        self.pageCount = pageCount
        self.bounds = bounds
        self.desiredRuns = desiredRuns
        self.mallocSucceeds = mallocSucceeds
        self.variant = variant
        precondition(
            bounds.boundary == 0 || bounds.boundary >= UInt64(roundedPageCount) << 12,
            "A run must fit between two boundaries.")
    }

    /// Runs the ring keeps when the memory for a larger one cannot be had.
    public static let builtInRingSize = 16

    /// Least goal in pages.
    public static let goalPagesMin = 8

    /// Pages of a run are rounded up to a multiple of this power of two.
    var granule: Int {
        1 << min(bitLength(pageCount - 1), MemoryGeometry.orderMax)
    }

    /// Pages of one run after rounding up.
    public var roundedPageCount: Int { (pageCount + granule - 1) & ~(granule - 1) }

    /// Bytes the first address of a run is a multiple of.
    public var runAlignment: UInt64 { max(bounds.alignment, UInt64(granule) << 12) }

    /// How many of the runs found are kept, the last ones.
    public var ringSize: Int {
        desiredRuns > 1 && mallocSucceeds
            ? ReclaimRequest.builtInRingSize + desiredRuns - 1 : ReclaimRequest.builtInRingSize
    }

    /// Pages that end the call when reached in one pass.
    public var goalPages: Int {
        desiredRuns < 0 ? Int.max : max(desiredRuns * pageCount, ReclaimRequest.goalPagesMin)
    }
}

/// How a call departs from the kernel's routine, for policies that FreeBSD does not have.
public struct ReclaimVariant: Equatable, Sendable {
    /// Does the goal count 16 KiB blocks really gained in the whole call, not runs that ended ok
    /// in one pass? Runs that are free from the start are then left out.
    public var countsGain = false
    /// Are the runs tried whenever the ring is full or the scan reaches the highest page, and
    /// scanning goes on only if the goal is not reached? Each stretch of scanning then counts as
    /// a pass, and its runs are tried from the highest down.
    public var stopsEarly = false
    /// Where each pass begins; it goes round to this page. `nil`: at the lowest page.
    public var startPage: PageNumber?

    /// No departure.
    public static let kernel = ReclaimVariant()

    /// Describes a departure.
    public init(
        countsGain: Bool = false, stopsEarly: Bool = false, startPage: PageNumber? = nil
    ) {
        self.countsGain = countsGain
        self.stopsEarly = stopsEarly
        self.startPage = startPage
    }
}

/// How a call ended, as main of 2024 and later tells it; the re-work knows only yes and no
/// (engine specification 4.10).
public enum ReclaimError: Equatable, Sendable {
    /// ENOMEM: too few free pages to begin, or no run could be made.
    case noMemory
    /// ERANGE: no segment of the domain can hold the request at all.
    case outOfRange
}

/// What a pass leaves out (engine specification 4.10).
public enum ScanOption: Int, Sendable {
    /// Third pass: everything.
    case anything = 0
    /// First pass: pages of reservations are left out.
    case skipReservations = 1
    /// Second pass: pages of fully populated reservations are left out.
    case skipFullReservations = 2

    var following: ScanOption? {
        switch self {
        case .skipReservations: .skipFullReservations
        case .skipFullReservations: .anything
        case .anything: nil
        }
    }
}
