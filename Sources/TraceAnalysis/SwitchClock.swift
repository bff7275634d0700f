/// Tells for how long a thread was off the CPUs within intervals that begin and end with events of
/// its own, from its recorded stretches on a CPU.
///
/// A stretch is known when it ends, which is after an interval that it takes part in has ended. So
/// an interval is settled by the first stretch that ends after it.
struct SwitchClock {
    /// Intervals of all threads together that may wait for a stretch at once.
    static let roomForAll = 131_072
    /// Those of one thread, and of one that has not shown any stretch so far: it may never do so.
    private static let limit = 4_096
    private static let firstLimit = 256
    /// Intervals of different keys that a thread may have open at once.
    private static let openLimit = 64

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

    /// The open ones, of different keys, and those that wait for a stretch.
    private var open: [Interval] = []
    private var ended: [Interval] = []
    /// When the last stretch ended, or -1.
    private var outNs: Int64 = -1
    /// Time off the CPUs between stretches so far, ns.
    private var offNs: Int64 = 0

    /// Begins an interval in the place of an open one of the same key.
    mutating func begin(_ key: TextKey, at timeNs: Int64) {
        drop(key)
        guard open.count < Self.openLimit else { return }
        open.append(Interval(key: key, beginNs: timeNs))
    }

    /// Forgets the open interval of a key.
    mutating func drop(_ key: TextKey) { _ = take(key) }

    /// Ends the open interval of a key and returns its length, ns; `nil` where none is open.
    ///
    /// - Parameters:
    ///   - isSettled: whether it waits for no stretch, because its time on a CPU is known.
    ///   - room: What is left of `roomForAll`; without any nothing will be known of it.
    mutating func end(
        _ key: TextKey, at timeNs: Int64, group: Int, isSettled: Bool = false, _ room: inout Int
    ) -> Int64? {
        guard var interval = take(key) else { return nil }
        let limit = outNs < 0 ? Self.firstLimit : Self.limit
        if !isSettled, room > 0, ended.count < limit {
            room -= 1
            interval.endNs = timeNs
            interval.group = group
            ended.append(interval)
        }
        return timeNs - interval.beginNs
    }

    /// Takes away the open interval of a key.
    private mutating func take(_ key: TextKey) -> Interval? {
        open.lastIndex { $0.key == key }.map { open.remove(at: $0) }
    }

    /// Takes a stretch that ends, of a length that may not be known (below 0), and hands on the
    /// intervals that it settles.
    ///
    /// - Complexity: O(open intervals, and those that ended in the stretch).
    mutating func stretch(
        endingAt timeNs: Int64, ns: Int64, _ room: inout Int, _ settle: (Settled) -> Void
    ) {
        let beganNs = timeNs.addingClamped(-max(ns, 0))
        let follows = ns >= 0 && (outNs < 0 || beganNs >= outNs)
        if follows, outNs >= 0 { offNs = offNs.addingClamped(beganNs - outNs) }
        outNs = timeNs
        func passed(_ interval: Interval) -> Interval {
            var interval = interval
            if interval.offNs < 0 {
                if ns < 0 || beganNs > interval.beginNs { interval.isBroken = true }
                interval.offNs = offNs
            } else if !follows {
                interval.isBroken = true
            }
            return interval
        }
        for index in open.indices { open[index] = passed(open[index]) }
        for interval in ended.map(passed) {
            let isKnown = !interval.isBroken && beganNs <= interval.endNs
            settle(
                Settled(
                    group: interval.group, offNs: isKnown ? offNs - interval.offNs : -1,
                    lengthNs: interval.endNs - interval.beginNs))
        }
        room += ended.count
        ended.removeAll(keepingCapacity: true)
    }
}
