import Glibc

/// Lets time pass without the CPU.
enum Rest {
    /// Sleeps at least so many nanoseconds, or until a signal.
    static func sleep(ns: UInt32) {
        var time = timespec(tv_sec: Int(ns / 1_000_000_000), tv_nsec: Int(ns % 1_000_000_000))
        // The call reads the value during the call only.
        _ = unsafe nanosleep(&time, nil)
    }

    /// Nanoseconds since 1970.
    static func unixNs() -> Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
