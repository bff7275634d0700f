public import ReclaimEngine
public import TraceCore

/// A host and what arrives at it: everything the inputs and the initial memory are made from.
public struct Scenario: Sendable, Equatable {
    /// One number of a scenario: its name in the `scenario` group and its allowed values.
    public struct Field: Sendable {
        /// The name without the group.
        public let name: String
        /// Where the value is stored.
        public let path: any WritableKeyPath<Scenario, Int64> & Sendable
        /// The allowed values.
        public let range: ClosedRange<Int64>
        /// One line on what it is.
        public let summary: String
    }

    /// The preset's name, or the scenario's own.
    public var name: String
    /// The machine.
    public var host: Host
    /// Keys everything that is drawn.
    public var seed: Int64 = 1
    /// Traffic in the high phase, in bits per second over all domains.
    public var peakBitsPerSecond: Int64
    /// Traffic in the low phase as a share of the peak.
    public var lowSharePpm: Int64 = 200_000
    /// Length of a high and a low phase together; each takes half.
    public var periodNs: Int64 = 10_000_000_000
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
    /// Pages free at the start.
    public var freePpm: Int64 = 120_000
    /// Pages wired for ever, scattered.
    public var unmovablePpm: Int64 = 20_000
    /// Share of memory in reservations of files, before pages are freed.
    public var reservedPpm: Int64 = 0
    /// Reservations broken at the start.
    public var brokenReservations: Int64 = 0
    /// Free blocks by domain and order, as read from a real host; empty: free pages are scattered.
    public var freeBlocks: [[Int]] = []
    /// Share of 16 MiB blocks whose pages belong to the direct pool.
    public var directPoolPpm: Int64 = 250_000
    /// Length of one turnover; one follows the other.
    public var turnoverNs: Int64
    /// Pages per domain that the file cache leaves free in a turnover before it gives up as many as it took.
    public var floorPages: Int64
    /// Share of the file cache's new pages that come from reservations where possible.
    public var fileReservedPpm: Int64 = 0
    /// Pages per second and domain that are read into the file cache besides.
    public var fileReadPagesPerSecond: Int64 = 0
    /// File pages per domain wired by sendfile, drawn anew each second.
    public var sendfilePages: Int64
    /// Pages per domain of one short-lived kernel allocation; one comes every 10 ms.
    public var kernelPages: Int64 = 8
    /// Every so many turnovers the zone is drained first; 0 is never.
    public var drainEvery: Int64 = 1

    /// All numbers of a scenario, in the order of their names.
    public static var fields: [Field] {
        let share: ClosedRange<Int64> = 0...1_000_000
        return [
            Field("anonymous_ppm", \.anonymousPpm, share, "records of private data"),
            Field(
                "broken_reservations", \.brokenReservations, 0...(1 << 22),
                "reservations broken at the start"),
            Field("direct_pool_ppm", \.directPoolPpm, share, "memory in the direct pool"),
            Field("drain_every", \.drainEvery, 0...1_000_000, "turnovers from drain to drain"),
            Field(
                "file_read_pages_per_second", \.fileReadPagesPerSecond, 0...(1 << 24),
                "pages read into the file cache"),
            Field("file_reserved_ppm", \.fileReservedPpm, share, "new file pages in reservations"),
            Field("floor_pages", \.floorPages, 0...(1 << 30), "free pages the file cache leaves"),
            Field("free_on_same_cpu_ppm", \.freeOnSameCpuPpm, share, "freed where encrypted"),
            Field("free_ppm", \.freePpm, 10_000...900_000, "memory free at the start"),
            Field("kernel_pages", \.kernelPages, 0...4096, "short-lived kernel pages each 10 ms"),
            Field(
                "lifetime_median_ns", \.lifetimeMedianNs, 1000...60_000_000_000,
                "encryption to acknowledgement"),
            Field("low_share_ppm", \.lowSharePpm, 1...1_000_000, "low phase against peak"),
            Field(
                "peak_bits_per_second", \.peakBitsPerSecond, 131_072...1_000_000_000_000_000,
                "traffic at the peak"),
            Field("period_ns", \.periodNs, 100_000_000...86_400_000_000_000, "one high and low"),
            Field("reserved_ppm", \.reservedPpm, share, "memory in reservations at the start"),
            Field("seed", \.seed, 0...Int64.max, "keys everything drawn"),
            Field("sendfile_pages", \.sendfilePages, 0...(1 << 30), "file pages wired"),
            Field("small_ppm", \.smallPpm, share, "records of 1 or 2 pages"),
            Field("stagger_ns", \.staggerNs, 0...1_000_000_000_000, "phase shift per CPU"),
            Field("three_pages_ppm", \.threePagesPpm, share, "records of 3 pages"),
            Field("turnover_ns", \.turnoverNs, 10_000_000...3_600_000_000_000, "one turnover"),
            Field("unmovable_ppm", \.unmovablePpm, 0...900_000, "memory wired for ever"),
        ]
    }

    /// Writes the scenario into the `scenario` group.
    public func write(to parameters: inout ParameterList) {
        parameters["scenario.name"] = name
        for field in Self.fields {
            parameters.set("scenario." + field.name, self[keyPath: field.path])
        }
        host.write(to: &parameters)
    }

    /// Changes one number by its name.
    ///
    /// - Throws: `ParameterError.unknown`, `.outOfRange`.
    public mutating func set(_ name: String, to value: Int64) throws(ParameterError) {
        guard let field = Self.fields.first(where: { $0.name == name }) else {
            throw .unknown(name: "scenario." + name)
        }
        guard field.range.contains(value) else {
            throw .outOfRange(
                name: "scenario." + name, value: String(value), allowed: field.range)
        }
        self[keyPath: field.path] = value
    }
}

extension Scenario.Field {
    init(
        _ name: String, _ path: any WritableKeyPath<Scenario, Int64> & Sendable,
        _ range: ClosedRange<Int64>, _ summary: String
    ) {
        self.name = name
        self.path = path
        self.range = range
        self.summary = summary
    }
}
