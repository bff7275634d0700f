#if os(Linux)
import LinuxHost

/// What the recorder itself takes from the host that it records.
struct RecorderCost {
    /// What it took in all.
    struct Usage {
        /// Processor time of all threads in nanoseconds, in user space and in the kernel.
        var cpuNs: Int64
        /// How long the recording took in nanoseconds.
        var elapsedNs: Int64
        /// The most memory that the process has had at once, in bytes.
        var peakMemoryBytes: Int64

        /// Hundredths of a percent of one core.
        var hundredths: Int64 { elapsedNs > 0 ? cpuNs / max(1, elapsedNs / 10_000) : 0 }

        /// The share of one core as text.
        var share: String {
            let rest = hundredths % 100
            return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) %"
        }
    }

    private let beginNs = HostTracing.processorNs

    /// What was taken since this value was made.
    func usage(elapsedNs: Int64) -> Usage {
        Usage(
            cpuNs: HostTracing.processorNs - beginNs, elapsedNs: elapsedNs,
            peakMemoryBytes: HostTracing.peakMemoryBytes)
    }
}
#endif
