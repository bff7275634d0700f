public import Histograms

/// Where the CPU time of a thread comes from.
public enum CPUEvidence: Sendable, Equatable {
    /// Measured stretches on a CPU; batches are part of them.
    case stretches
    /// The CPU time that batches and spins state.
    case batches
    /// Nothing said how much CPU time the thread used.
    case none
}

/// The CPU time of one thread within the window.
public struct ThreadCPU: Equatable, Sendable {
    /// The thread.
    public var thread: Int64
    /// The first domain an event of the thread named; -1 for none.
    public var domain: Int32 = -1
    /// Whether it is a reclaim thread, whose time counts as time in reclaim.
    public var isReclaim = false
    /// Where `cpuNs` comes from.
    public var evidence = CPUEvidence.none
    /// Its CPU time, ns; from one kind of evidence only, never from both.
    public var cpuNs: Int64 = 0
    /// The part of `cpuNs` in a stretch or spin that the window's end cuts, ns.
    public var openAtEndNs: Int64 = 0
    /// Stretches on a CPU, ns, those wholly inside the window.
    public var stretches = LatencySeries()
    /// Stretches that the window's begin cuts: how many, and their time inside the window.
    public var cutStretches = CountedTime()
    /// Stretches whose begin was not recorded; their time is not known and counts nowhere.
    public var missedStretches: UInt64 = 0
    /// CPU time of daemon batches, ns.
    public var batchNs: Int64 = 0
    /// CPU time of direct batches, ns.
    public var directNs: Int64 = 0
    /// Batches that did not say how much CPU time they used.
    public var batchesWithoutCPU: UInt64 = 0
    /// Passes of batches that the window's end cuts, ns; part of `batchNs`.
    public var openPassNs: Int64 = 0
    /// Passes by option, ns: any, no reservations, no superpages, unknown.
    public var passNs: [Int64] = [0, 0, 0, 0]
    /// Page visits in passes.
    public var visits = KnownSum()
    /// Spins: how many ended in the window, and their CPU time.
    public var spins = CountedTime()
    /// The part inside the window of a spin that the window's end cuts, ns.
    public var openSpinNs: Int64 = 0
    /// Rounds of the spins that ended.
    public var spinIterations = KnownSum()
    /// Page deficit that the spins that ended caused.
    public var spinDeficitPages = KnownSum()
}

/// The CPU time in reclaim of one domain.
public struct DomainCPU: Hashable, Sendable {
    /// The domain; -1 for none.
    public var domain: Int32
    /// CPU time of its reclaim threads, ns.
    public var reclaimNs: Int64 = 0
    /// CPU time of direct batches, ns.
    public var directNs: Int64 = 0
}

/// Stalls of threads that needed memory, direct batches of one routine wholly inside the window,
/// and how much of them was spent on a CPU.
public struct StallGroup: Hashable, Sendable {
    /// The routine, as the source names it.
    public var routine: String
    /// The stalls.
    public var count: UInt64 = 0
    /// How long they took together, ns.
    public var timeNs: Int64 = 0
    /// The part of them on a CPU, ns, of the stalls of which it is known.
    public var onCPUNs = KnownSum()
    /// The part of them off the CPUs, ns, of the same stalls.
    public var blockedNs = KnownSum()
}

/// The stalls of one thread that needed memory: direct batches wholly inside the window.
public struct StallShare: Hashable, Sendable {
    /// The thread.
    public var thread: Int64
    /// The stalls.
    public var count: UInt64 = 0
    /// How long they took together, ns.
    public var timeNs: Int64 = 0
    /// The longest one, ns.
    public var longestNs: Int64 = 0
}

/// The CPU time in reclaim within the window.
public struct CPUSummary: Equatable, Sendable {
    /// CPU time of the reclaim threads, ns.
    public var reclaimNs: Int64 = 0
    /// The part of it that the window's end cuts, ns.
    public var openAtEndNs: Int64 = 0
    /// The part of it in spins, ns.
    public var spinNs: Int64 = 0
    /// CPU time of direct batches as far as they state it, ns.
    public var directNs: Int64 = 0
    /// Batches, daemon or direct, that did not say how much CPU time they used.
    public var batchesWithoutCPU: UInt64 = 0
    /// Stretches of reclaim threads that were not recorded wholly.
    public var missedStretches: UInt64 = 0
    /// Passes of the reclaim threads by option, ns: any, no reservations, no superpages, unknown.
    public var passNs: [Int64] = [0, 0, 0, 0]
    /// By domain, ascending.
    public var domains: [DomainCPU] = []
    /// Per thread that used CPU time or may have, ascending.
    public var threads: [ThreadCPU] = []
    /// Stalls by routine, ascending.
    public var stalls: [StallGroup] = []
    /// Stalls by thread, ascending.
    public var stallsByThread: [StallShare] = []
    /// Events not followed because there were too many threads.
    public var untracked: UInt64 = 0

    /// The stalls of all routines.
    ///
    /// - Complexity: O(routines).
    public var allStalls: StallGroup {
        stalls.reduce(into: StallGroup(routine: "")) { sum, group in
            sum.count += group.count
            sum.timeNs = sum.timeNs.addingClamped(group.timeNs)
            sum.onCPUNs.merge(group.onCPUNs)
            sum.blockedNs.merge(group.blockedNs)
        }
    }
}
