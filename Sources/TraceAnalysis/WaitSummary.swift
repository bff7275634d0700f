public import Histograms

/// Waits for free pages, of one reason or of all.
public struct WaitGroup: Equatable, Sendable {
    /// The reason, as the source names it; empty where it names none.
    public var reason: String
    /// Waits that ended in the window.
    public var ended: UInt64 = 0
    /// Waits still going on at the end of the window.
    public var openAtEnd: UInt64 = 0
    /// Waits that began before the window; they are part of `ended`.
    public var openAtBegin: UInt64 = 0
    /// Ends of waits of unknown length; they are part of `ended`.
    public var endsWithoutBegin: UInt64 = 0
    /// Begins followed by another begin of the same thread; of the begin's reason.
    public var beginsWithoutEnd: UInt64 = 0
    /// Begin to end, ns, of the waits wholly inside the window.
    public var duration = LatencySeries()
    /// Time waited within the window, ns, added up over threads.
    public var timeNs: Int64 = 0
    /// The time off the CPUs of the waits wholly inside the window of which it is known, ns; the
    /// other waits that ended count as unknown.
    public var blockedNs = KnownSum()
    /// The time on a CPU of the same waits, ns.
    public var onCPUNs = KnownSum()
}

/// Waits of one thread or domain.
public struct WaitShare: Hashable, Sendable {
    /// The thread or domain; -1 for none.
    public var number: Int64
    /// Waits that touch the window.
    public var count: UInt64 = 0
    /// Time waited within the window, ns.
    public var timeNs: Int64 = 0
    /// Waits that were not needed.
    public var skips: UInt64 = 0
}

/// The waits of the window.
public struct WaitSummary: Equatable, Sendable {
    /// Over all reasons.
    public var total = WaitGroup(reason: "")
    /// By reason, ascending.
    public var byReason: [WaitGroup] = []
    /// By domain, ascending.
    public var byDomain: [WaitShare] = []
    /// By thread, ascending.
    public var byThread: [WaitShare] = []
    /// Waits that ended by who ended them, as the source numbers it, ascending; -1 for unknown.
    public var byWaker: [NumberCount] = []
    /// Waits that were not needed because enough pages were free.
    public var skips: UInt64 = 0
    /// Events not followed because there were too many threads, domains or reasons.
    public var untracked: UInt64 = 0
}
