/// The kernel's 32-bit tick counter, which wraps (engine specification 2 and 3).
struct KernelTicks {
    let hz: Int64
    let atStart: Int32

    /// Ticks at a virtual time in nanoseconds.
    func at(_ timeNs: Int64) -> Int32 {
        let (seconds, rest) = timeNs.quotientAndRemainder(dividingBy: 1_000_000_000)
        let elapsed = seconds * hz + rest * hz / 1_000_000_000
        return atStart &+ Int32(truncatingIfNeeded: elapsed)
    }

    /// Ticks passed since an earlier reading, as the kernel computes them: unsigned, wrapping.
    static func elapsed(from earlier: Int32, to now: Int32) -> UInt32 {
        UInt32(bitPattern: now &- earlier)
    }
}
