public import ReclaimEngine
import TraceCore

/// A host and what arrives at it: everything the inputs and the initial memory are made from.
public struct Scenario: Sendable, Equatable {
    /// The preset's name, or the scenario's own.
    public var name: String
    /// The machine.
    public var host: Host
    /// Keys everything that is drawn.
    public var seed: Int64 = 1
    /// Traffic at its highest, in bits per second over all domains.
    public var peakBitsPerSecond: Int64
    /// How the traffic changes with time; the number of a ``LoadShape``.
    public var shape: Int64 = LoadShape.square.rawValue
    /// Traffic at its lowest as a share of the peak; `constant` has none.
    public var lowSharePpm: Int64 = 200_000
    /// Length of one wave of the shapes that repeat.
    public var periodNs: Int64 = 10_000_000_000
    /// `burst`: how long the peak lasts at the start of each period.
    public var burstNs: Int64 = 1_000_000_000
    /// `step`: when the traffic rises to the peak.
    public var stepAtNs: Int64 = 10_000_000_000
    /// How much later than the CPU before it each CPU of a domain enters its phases: load arrives
    /// queue by queue, not everywhere in the same instant.
    public var staggerNs: Int64 = 250_000_000
    /// Median time from encryption to acknowledgement; log-normal, sigma 0.8.
    public var lifetimeMedianNs: Int64 = 40_000_000
    /// Records of 3 pages.
    public var threePagesPpm: Int64 = 40_000
    /// Records of 1 or 2 pages.
    public var smallPpm: Int64 = 50_000
    /// Records of private data.
    public var anonymousPpm: Int64 = 30_000
    /// Records whose buffer is freed on the CPU that encrypted it.
    public var freeOnSameCpuPpm: Int64 = 700_000
    /// Records whose buffer is freed on a CPU of another domain; on a host with one domain on any
    /// CPU. What is left of all records is freed on any CPU of the domain.
    public var freedInOtherDomainPpm: Int64 = 0
    /// Pages free at the start.
    public var freePpm: Int64 = 120_000
    /// Pages wired for ever, scattered.
    public var unmovablePpm: Int64 = 20_000
    /// Share of 16 MiB blocks whose pages belong to the direct pool.
    public var directPoolPpm: Int64 = 250_000
    /// Share of memory in reservations of files, before pages are freed.
    public var reservedPpm: Int64 = 0
    /// Reservations broken at the start, in each domain.
    public var brokenReservations: Int64 = 0
    /// Free blocks at the start by order, 0 to 12, for each domain; empty when `freePpm` and chance
    /// decide.
    public var freeBlocks: [[Int]] = []
    /// Length of one turnover; one follows the other.
    public var turnoverNs: Int64 = 1_000_000_000
    /// When the first turnover begins.
    public var turnoverStartNs: Int64 = 0
    /// Pages per domain that the file cache leaves free in a turnover before it gives up as many as it took.
    public var floorPages: Int64 = 0
    /// File pages per domain wired by sendfile, drawn anew each second.
    public var sendfilePages: Int64 = 0
    /// Pages per domain of one short-lived kernel allocation; one comes every 10 ms.
    public var kernelPages: Int64 = 8
    /// Every so many turnovers the zone is drained first; 0 is never.
    public var drainEvery: Int64 = 1
    /// Share of the file cache's new pages that come from reservations where possible.
    public var fileReservedPpm: Int64 = 0
    /// Pages per second and domain that are read into the file cache besides.
    public var fileReadPagesPerSecond: Int64 = 0
    /// Share of the file pages read that have been written to and must be cleaned before they go.
    public var dirtyPpm: Int64 = 0
    /// Share of the file pages read that are referenced again.
    public var touchedPpm: Int64 = 0
    /// Settings that change during the run, in order of time.
    public var settings: [TimedSetting] = []

    /// Makes a scenario; everything else has a default.
    ///
    /// - Parameters:
    ///   - name: the name that traces carry.
    ///   - host: the machine.
    ///   - peakBitsPerSecond: traffic at its highest over all domains.
    public init(name: String, host: Host, peakBitsPerSecond: Int64) {
        self.name = name
        self.host = host
        self.peakBitsPerSecond = peakBitsPerSecond
    }
}

/// A setting that changes during a run.
public struct TimedSetting: Sendable, Equatable {
    /// When, in nanoseconds since the start.
    public var timeNs: Int64
    /// The setting's name, as the policy has it.
    public var name: String
    /// Its new value.
    public var value: Int64

    /// Makes a timed setting.
    public init(timeNs: Int64, name: String, value: Int64) {
        self.timeNs = timeNs
        self.name = name
        self.value = value
    }

    /// The input that carries it out.
    public var input: Input { Input(timeNs: timeNs, .set(name: name, value: value)) }
}
