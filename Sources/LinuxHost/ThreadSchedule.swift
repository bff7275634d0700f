/// A thread's scheduling, as `/proc/PID/schedstat` tells.
struct ThreadSchedule: Equatable {
    /// Time on a CPU in nanoseconds.
    var cpuNs: Int64
    /// Time in which it could have run and had no CPU, in nanoseconds.
    var waitNs: Int64
    /// Stretches on a CPU.
    var stretches: Int64

    init?(_ bytes: [UInt8]) {
        var scan = TextScan(bytes)
        guard var line = scan.line(), let cpuNs = line.number(), let waitNs = line.number(),
            let stretches = line.number()
        else { return nil }
        self.cpuNs = cpuNs
        self.waitNs = waitNs
        self.stretches = stretches
    }
}
