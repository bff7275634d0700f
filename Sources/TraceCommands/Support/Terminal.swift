import Glibc
import TraceStore

/// The terminal, the environment and other facts of the process.
enum Terminal {
    /// Whether the standard output or error is a terminal.
    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    static func writeError(_ text: String) {
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe write(2, buffer.baseAddress! + start, buffer.count - start)
            }
            guard count > 0 else { return }
            start += count
        }
    }

    /// The value of an environment variable, or `nil` when it is not set or empty.
    static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// `TIOCGWINSZ`, which is a macro that Swift does not see on FreeBSD.
    private static var windowSizeRequest: UInt {
        #if os(FreeBSD)
        0x4008_7468
        #else
        UInt(TIOCGWINSZ)
        #endif
    }

    /// Columns of the terminal: `COLUMNS`, else what the terminal says, else 80.
    static var columns: Int {
        if let text = environment("COLUMNS"), let number = Int(text), number > 0 { return number }
        var size = winsize()
        guard unsafe ioctl(1, windowSizeRequest, &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Seconds since 1970, for notes only. `SOURCE_DATE_EPOCH` replaces the clock, so that a run
    /// can be made again to the byte.
    static var wallSeconds: Int {
        if let text = environment("SOURCE_DATE_EPOCH"), let number = Int(text) { return number }
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return now.tv_sec
    }

    /// The CPUs of the machine, at least 1.
    static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Waits so long, or until a signal comes.
    static func pause(milliseconds: Int32) { _ = poll(nil, 0, milliseconds) }

    /// Nanoseconds of a clock that only moves forward, for progress, rates and waiting only.
    static var monotonicNs: Int64 {
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }
}

/// The system's words for its error numbers.
enum SystemError {
    static func text(_ number: Int32) -> String {
        unsafe String(cString: strerror(number))
    }
}
