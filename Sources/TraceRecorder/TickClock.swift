/// A count of ticks and CLOCK_MONOTONIC, read at the same instant as nearly as can be.
struct ClockPair: Equatable {
    var ticks: UInt64
    var ns: Int64
}

/// Turns ticks into the time since the start, along a chain of straight lines.
///
/// Every pair of clock readings begins a new line where the line before stands at that instant, so
/// time never jumps and never goes back. The new line's rate is what the two clocks measured since
/// the pair before, bent so far that the distance to CLOCK_MONOTONIC is gone one interval later.
struct TickClock {
    /// Pairs taken after the first.
    private(set) var corrections = 0
    /// The largest distance between the line and CLOCK_MONOTONIC that a pair showed.
    private(set) var largestCorrectionNs: Int64 = 0
    /// The line for ticks from now on; those before `upcoming` begins still take `current`.
    private(set) var current: TickMapping
    private(set) var upcoming: TickMapping?

    /// CLOCK_MONOTONIC at time 0, in nanoseconds.
    let startNs: Int64
    private var last: ClockPair
    private var intervalNs: Int64 = firstIntervalNs
    /// Whether ticks are nanoseconds, so that there is nothing to correct.
    private let isFixed: Bool
    /// The counter's rate as last measured.
    private var rate: UInt64

    // The first correction soon, because the first rate comes from a very short stretch.
    private static let firstIntervalNs: Int64 = 4_000_000
    private static let longestIntervalNs: Int64 = 1_000_000_000

    /// A clock whose time is 0 at the first of two pairs.
    ///
    /// Where the pairs give no rate, ticks are taken for nanoseconds.
    init(_ first: ClockPair, _ second: ClockPair) {
        startNs = first.ns
        last = second
        isFixed = first == second
        rate =
            TickMapping.rate(ns: second.ns - first.ns, ticks: second.ticks &- first.ticks)
            ?? TickMapping.one
        current = TickMapping(anchorTicks: first.ticks, anchorNs: 0, rate: rate)
    }

    /// A clock whose ticks are nanoseconds.
    init(startNs: UInt64) {
        let pair = ClockPair(ticks: startNs, ns: Int64(startNs))
        self.init(pair, pair)
    }

    /// The time of ticks. Within one line, and from line to line, it never falls as ticks rise.
    mutating func timeNs(_ ticks: UInt64) -> Int64 {
        if let next = upcoming, ticks >= next.anchorTicks {
            current = next
            upcoming = nil
        }
        return current.timeNs(ticks)
    }

    /// The time of ticks that may be older than those asked for before.
    func anyTimeNs(_ ticks: UInt64) -> Int64 {
        if let next = upcoming, ticks >= next.anchorTicks { return next.timeNs(ticks) }
        return current.timeNs(ticks)
    }

    /// Tells that no ticks before these will be asked for, but by `anyTimeNs`.
    mutating func pass(_ ticks: UInt64) { _ = timeNs(ticks) }

    /// Whether it is time for another pair.
    func isCorrectionDue(_ ticks: UInt64) -> Bool {
        !isFixed && upcoming == nil && ticks > last.ticks
            && current.timeNs(ticks) - current.timeNs(last.ticks) >= intervalNs
    }

    /// Takes a pair, read after all those before.
    mutating func correct(_ pair: ClockPair) {
        guard pair.ticks > last.ticks, pair.ns > last.ns,
            let measured = TickMapping.rate(ns: pair.ns - last.ns, ticks: pair.ticks - last.ticks)
        else { return }
        if let next = upcoming { current = next }
        let lineNs = current.timeNs(pair.ticks)
        let errorNs = (pair.ns - startNs) - lineNs
        corrections += 1
        largestCorrectionNs = max(largestCorrectionNs, abs(errorNs))
        intervalNs = min(intervalNs * 2, Self.longestIntervalNs)
        // A counter's rate does not change by a hundredth: then one of the clocks was set.
        let difference = rate > measured ? rate - measured : measured - rate
        if difference < rate / 100 { rate = measured }
        upcoming = TickMapping(
            anchorTicks: pair.ticks, anchorNs: lineNs, rate: bentRate(errorNs: errorNs))
        last = pair
    }

    /// A rate that makes up for an error within an interval, from half to twice the measured one.
    private func bentRate(errorNs: Int64) -> UInt64 {
        let wanted = Int128(rate) + Int128(rate) * Int128(errorNs) / Int128(intervalNs)
        return UInt64(min(max(wanted, Int128(rate / 2 + 1)), Int128(rate) * 2))
    }
}
