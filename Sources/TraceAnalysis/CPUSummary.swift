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
    /// Events not followed because there were too many threads.
    public var untracked: UInt64 = 0
}
