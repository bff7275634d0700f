import ArgumentParser

/// How a live host is recorded; Docs/RECORDING.md tells more.
struct HostOptions: ParsableArguments {
    @Option(
        name: .long, parsing: .unconditional,
        help: """
            With --source linux: the kernel's buffer for each CPU. (default: 4MiB, less where \
            memory is short)
            """)
    var cpuBuffer: ByteSize?

    @Option(
        name: .long, parsing: .unconditional,
        help: """
            With --source linux: how often free memory, counters and settings are read. \
            (default: 1s)
            """)
    var sampleEvery: TimeSpan?

    @Option(
        name: .long,
        help: "With --source linux: where tracefs is mounted. (default: looked for)")
    var tracefs: String?

    /// How much of a host can be recorded.
    static let details = 0...3

    private static let leastBuffer: Int64 = 64 << 10
    private static let largestBuffer: Int64 = 1 << 30
    private static let leastIntervalNs: Int64 = 100_000_000

    /// The time between two readings in nanoseconds.
    var sampleNs: Int64 { sampleEvery?.ns ?? 1_000_000_000 }

    /// Whether anything was asked for that only a host has.
    var isUsed: Bool { cpuBuffer != nil || sampleEvery != nil || tracefs != nil }

    func validate() throws {
        if let cpuBuffer, !(Self.leastBuffer...Self.largestBuffer).contains(cpuBuffer.bytes) {
            throw ValidationError("--cpu-buffer must be 64KiB to 1GiB")
        }
        if let sampleEvery, sampleEvery.ns < Self.leastIntervalNs {
            throw ValidationError("--sample-every must be at least 100ms")
        }
    }
}
