import ReclaimEngine

/// A scenario that comes with the tool, and how the model is set for it.
public struct Preset: Sendable {
    /// One line on the host and its load.
    public let summary: String
    /// The host and what arrives at it.
    public let scenario: Scenario
    /// Bucket size that the zone has grown to on such a host (engine specification 4.3: unknown on
    /// real servers, so a parameter).
    public let bucketSize: Int64

    /// The preset's name.
    public var name: String { scenario.name }
}

/// The presets (engine specification 7.4). Each keeps the pressure on: the load is a square wave;
/// in its low phase the zone is drained and the file cache takes nearly all free memory and gives
/// it back in other places, so that no contiguous block lasts until the load returns.
public enum Presets {
    /// All presets, smallest first.
    public static let all: [Preset] = [unit, small]

    /// The preset with a name, or `nil`.
    public static func named(_ name: String) -> Preset? { all.first { $0.name == name } }

    private static let unit = Preset(
        summary: "64 MiB, 1 domain, 2 CPUs, 0.4 Gb/s at the peak: for tests by hand",
        scenario: Scenario(
            name: "unit",
            host: Host(domains: [Host.Domain(firstPage: 65_536, pageCount: 16_384, cpuCount: 2)]),
            peakBitsPerSecond: 400_000_000, periodNs: 2_000_000_000, lifetimeMedianNs: 60_000_000,
            freePpm: 150_000, turnoverNs: 500_000_000, floorPages: 300, sendfilePages: 64,
            kernelPages: 2),
        bucketSize: 4)

    /// The period is 2 s, not the 10 s of the specification: the limiter lets each of 4 CPUs fail
    /// once a second at most, and 60 s shall show more than a hundred effective wakeups.
    private static let small = Preset(
        summary: "1 GiB, 1 domain, 4 CPUs, 8 Gb/s at the peak",
        scenario: Scenario(
            name: "small",
            host: Host(domains: [Host.Domain(firstPage: 65_536, pageCount: 262_144, cpuCount: 4)]),
            peakBitsPerSecond: 8_000_000_000, periodNs: 2_000_000_000, staggerNs: 200_000_000,
            freePpm: 77_000, turnoverNs: 300_000_000, floorPages: 3000, sendfilePages: 2048),
        bucketSize: 62)
}
