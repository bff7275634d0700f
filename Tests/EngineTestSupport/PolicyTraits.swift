public import ReclaimEngine

/// What the checks know of a policy, written down apart from the engine. A policy that is not
/// named here is taken for one that works like `reclaim-batch`.
public struct PolicyTraits: Sendable {
    /// How many runs a call asks for.
    enum Desired { case setting, one, some }
    /// What the thread's counter grows by.
    enum Counting { case setting, desired, gained, allocations }

    /// There is a helper thread.
    public let hasThread: Bool
    let usesZone: Bool
    /// The thread makes reclaim calls.
    public let reclaims: Bool
    /// The thread can turn in place.
    public let spins: Bool
    /// The thread has buffers of its own while it works.
    public let holdsBuffers: Bool
    let desired: Desired
    let counting: Counting
    /// The goal and the result of a call are those of blocks really gained.
    let countsGain: Bool
    /// A call scans in stretches, as many as it takes.
    let scansInStretches: Bool
    /// The thread is also woken before anything fails.
    public let wakesEarly: Bool
    let limitsDomains: Bool

    /// What is known of a policy.
    public init(_ definition: PolicyDefinition) {
        let name = definition.name
        hasThread = !["pages-only", "cache-only"].contains(name)
        usesZone = name != "pages-only"
        spins = name == "alloc-thread"
        reclaims = hasThread && !spins
        holdsBuffers = spins || name == "reclaim-one"
        desired = name == "reclaim-one" ? .one : name == "reclaim-adaptive" ? .some : .setting
        countsGain = ["reclaim-honest", "reclaim-resume"].contains(name)
        counting =
            holdsBuffers
            ? .allocations : countsGain ? .gained : desired == .some ? .desired : .setting
        scansInStretches = name == "reclaim-resume"
        wakesEarly = name == "watermark"
        limitsDomains = name == "unlocked-limit"
    }
}
