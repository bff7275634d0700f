import CTimestamp

/// Reads the clocks.
struct ClockReader {
    /// Whether ticks are the CPU's counter and not CLOCK_MONOTONIC.
    let usesCounter: Bool

    /// Where the counter's rate varies, or where it was not asked for, ticks are CLOCK_MONOTONIC.
    init(_ choice: RecorderConfiguration.Clock) {
        usesCounter = choice == .automatic && timestamp_counter_is_invariant() == 1
    }

    /// The ticks now.
    func ticks() -> UInt64 { timestamp_ticks(usesCounter ? 1 : 0) }

    /// Both clocks: of a few tries the one whose readings lie closest together.
    func pair() -> ClockPair {
        var best = ClockPair(ticks: 0, ns: 0)
        var width = UInt64.max
        for _ in 0..<8 {
            let before = ticks()
            let ns = timestamp_monotonic_ns()
            let after = ticks()
            // A counter that went back, as on another CPU it might, is no pair.
            guard after >= before, after - before < width else { continue }
            width = after - before
            best = ClockPair(ticks: before + width / 2, ns: Int64(ns))
        }
        return best
    }

    /// A clock that starts now; it takes a millisecond to learn the counter's rate.
    func start() -> TickClock {
        guard usesCounter else { return TickClock(startNs: timestamp_monotonic_ns()) }
        let first = pair()
        var second = pair()
        while second.ns - first.ns < 1_000_000 {
            timestamp_pause()
            second = pair()
        }
        return TickClock(first, second)
    }
}
