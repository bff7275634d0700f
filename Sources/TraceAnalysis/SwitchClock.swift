/// Tells for how long a thread was off the CPUs within intervals that begin and end with events of
/// its own, from its recorded stretches on a CPU.
///
/// A stretch is known when it ends, which is after an interval that it takes part in has ended. So
/// an interval is settled by the first stretch that ends after it.
struct SwitchClock {
    /// Intervals of one thread that may be open or wait for a stretch at once.
    static let limit = 4_096

    /// An interval that the end of a stretch has settled.
    struct Settled {
        let group: Int
        /// The time of it off the CPUs, ns; -1 where it is not known.
        let offNs: Int64
        let lengthNs: Int64
    }

    private struct Interval {
        var key: TextKey
        var group = 0
        var beginNs: Int64
        var endNs: Int64 = -1
        /// The thread's time off the CPUs until the interval's begin, ns; -1 in its first stretch.
        var offNs: Int64 = -1
        var isBroken = false
    }

    private var intervals: [Interval] = []
    /// When the last stretch ended, or -1.
    private var outNs: Int64 = -1
    /// Time off the CPUs between stretches so far, ns.
    private var offNs: Int64 = 0

    /// Begins an interval in the place of an open one of the same key.
    mutating func begin(_ key: TextKey, at timeNs: Int64) {
        drop(key)
        guard intervals.count < Self.limit else { return }
        intervals.append(Interval(key: key, beginNs: timeNs))
    }

    /// Forgets the open interval of a key.
    mutating func drop(_ key: TextKey) {
        if let open = open(key) { intervals.remove(at: open) }
    }

    /// Ends the open interval of a key and returns its length, ns; `nil` where none is open.
    ///
    /// - Parameter isSettled: whether it waits for no stretch, because its time on a CPU is known.
    mutating func end(
        _ key: TextKey, at timeNs: Int64, group: Int, isSettled: Bool = false
    ) -> Int64? {
        guard let open = open(key) else { return nil }
        let lengthNs = timeNs - intervals[open].beginNs
        if isSettled {
            intervals.remove(at: open)
        } else {
            intervals[open].endNs = timeNs
            intervals[open].group = group
        }
        return lengthNs
    }

    private func open(_ key: TextKey) -> Int? {
        intervals.lastIndex { $0.endNs < 0 && $0.key == key }
    }

    /// Takes a stretch that ends, of a length that may not be known (below 0), and hands on the
    /// intervals that it settles.
    ///
    /// - Complexity: O(open intervals, and those that ended in the stretch).
    mutating func stretch(endingAt timeNs: Int64, ns: Int64, _ settle: (Settled) -> Void) {
        let beganNs = timeNs.addingClamped(-max(ns, 0))
        let follows = ns >= 0 && (outNs < 0 || beganNs >= outNs)
        if follows, outNs >= 0 { offNs = offNs.addingClamped(beganNs - outNs) }
        outNs = timeNs
        guard !intervals.isEmpty else { return }
        for index in intervals.indices {
            if intervals[index].offNs < 0 {
                if ns < 0 || beganNs > intervals[index].beginNs { intervals[index].isBroken = true }
                intervals[index].offNs = offNs
            } else if !follows {
                intervals[index].isBroken = true
            }
            guard intervals[index].endNs >= 0 else { continue }
            let interval = intervals[index]
            let isKnown = !interval.isBroken && beganNs <= interval.endNs
            settle(
                Settled(
                    group: interval.group, offNs: isKnown ? offNs - interval.offNs : -1,
                    lengthNs: interval.endNs - interval.beginNs))
        }
        intervals.removeAll { $0.endNs >= 0 }
    }
}
