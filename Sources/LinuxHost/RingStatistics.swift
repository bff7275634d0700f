/// What a CPU's ring says of events that nobody can read any more.
struct RingStatistics: Equatable {
    /// Overwritten before they were read.
    var overrun: Int64 = 0
    /// Not written because the ring was full.
    var dropped: Int64 = 0
    /// Not written because one event interrupted another too often.
    var commitOverrun: Int64 = 0
    /// Events that were read.
    var read: Int64 = 0

    /// Events lost in all.
    var lost: Int64 {
        let (sum, overflows) = overrun.addingReportingOverflow(dropped)
        let (total, tooMany) = sum.addingReportingOverflow(commitOverrun)
        return overflows || tooMany ? .max : total
    }

    init() {}

    /// Reads the text of `per_cpu/cpuN/stats`.
    init(_ bytes: [UInt8]) {
        var scan = TextScan(bytes)
        while var line = scan.line() {
            guard let first = line.text() else { continue }
            switch first {
            case "overrun:": overrun = line.number() ?? 0
            case "dropped": if line.take("events:") { dropped = line.number() ?? 0 }
            case "commit": if line.take("overrun:") { commitOverrun = line.number() ?? 0 }
            case "read": if line.take("events:") { read = line.number() ?? 0 }
            default: continue
            }
        }
    }
}

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
