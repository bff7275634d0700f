public import ReclaimEngine

extension Scenario {
    /// One number of a scenario, in the `scenario` group.
    public typealias Field = SettingField<Scenario>

    /// All numbers of a scenario, in the order of their names.
    public static let fields: [Field] = [
        Field("anonymous_ppm", \.anonymousPpm, share, "records of private data"),
        Field(
            "broken_reservations", \.brokenReservations, 0...(1 << 22),
            "reservations broken at the start, in each domain"),
        Field(
            "burst_ns", \.burstNs, 1_000_000...86_400_000_000_000,
            "shape burst: how long the peak lasts in each period"),
        Field("direct_pool_ppm", \.directPoolPpm, share, "memory in the direct pool"),
        Field("dirty_ppm", \.dirtyPpm, share, "file pages read that are written to"),
        Field("drain_every", \.drainEvery, 0...1_000_000, "turnovers from drain to drain"),
        Field(
            "file_read_pages_per_second", \.fileReadPagesPerSecond, 0...(1 << 24),
            "pages read into the file cache per domain and second"),
        Field("file_reserved_ppm", \.fileReservedPpm, share, "new file pages in reservations"),
        Field("floor_pages", \.floorPages, 0...(1 << 30), "free pages the file cache leaves"),
        Field("free_on_same_cpu_ppm", \.freeOnSameCpuPpm, share, "freed where encrypted"),
        Field("free_ppm", \.freePpm, freeShare, "memory free at the start"),
        Field(
            "freed_in_other_domain_ppm", \.freedInOtherDomainPpm, share,
            "records freed on a CPU of another domain"),
        Field("kernel_pages", \.kernelPages, 0...4096, "short-lived kernel pages each 10 ms"),
        Field(
            "lifetime_median_ns", \.lifetimeMedianNs, 1000...60_000_000_000,
            "encryption to acknowledgement"),
        Field("low_share_ppm", \.lowSharePpm, 1...1_000_000, "lowest traffic against the peak"),
        Field(
            "peak_bits_per_second", \.peakBitsPerSecond, 131_072...1_000_000_000_000_000,
            "traffic at the peak"),
        Field("period_ns", \.periodNs, 100_000_000...86_400_000_000_000, "one wave of the load"),
        Field("reserved_ppm", \.reservedPpm, share, "memory in reservations of 2 MiB at the start"),
        Field("seed", \.seed, 0...Int64.max, "keys everything drawn"),
        Field("sendfile_pages", \.sendfilePages, 0...(1 << 30), "file pages wired"),
        Field(
            "shape", \.shape, 0...Int64(LoadShape.allCases.count - 1),
            "how the traffic changes with time"),
        Field("small_ppm", \.smallPpm, share, "records of 1 or 2 pages"),
        Field("stagger_ns", \.staggerNs, 0...1_000_000_000_000, "phase shift per CPU"),
        Field(
            "step_at_ns", \.stepAtNs, 0...86_400_000_000_000,
            "shape step: when the traffic rises to the peak"),
        Field("three_pages_ppm", \.threePagesPpm, share, "records of 3 pages"),
        Field("touched_ppm", \.touchedPpm, share, "file pages read that are referenced again"),
        Field("turnover_ns", \.turnoverNs, 10_000_000...3_600_000_000_000, "one turnover"),
        Field(
            "turnover_start_ns", \.turnoverStartNs, 0...3_600_000_000_000,
            "when the first turnover begins"),
        Field("unmovable_ppm", \.unmovablePpm, 0...900_000, "memory wired for ever"),
    ]

    /// What share of memory may be free at the start.
    public static let freeShare: ClosedRange<Int64> = 10_000...900_000
    private static let share: ClosedRange<Int64> = 0...1_000_000

    /// Changes one number by its name.
    ///
    /// - Throws: `ParameterError.unknown`, `.outOfRange`.
    public mutating func set(_ name: String, to value: Int64) throws(ParameterError) {
        try Field.change(name, to: value, of: &self, fields: Self.fields, group: "scenario")
    }
}
