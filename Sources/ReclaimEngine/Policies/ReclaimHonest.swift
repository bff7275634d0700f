import PhysicalMemory

extension PolicyCatalog {
    /// Lab: `reclaim-batch` that believes only what it gained. Runs that were free already or lie
    /// in reservations do not count, so a call ends when blocks have appeared and not before.
    static let reclaimHonest = PolicyDefinition(
        name: "reclaim-honest",
        summary: "reclaim-batch that counts the blocks it really gained",
        isLab: true, tunables: [.maxReclaim], threadName: "reclaim",
        makeProgram: { ReclaimHonestProgram() })
}

/// As `reclaim-batch`, with a goal of gained blocks; the counter grows by what was gained.
private struct ReclaimHonestProgram: ThreadProgram {
    private var batch = BatchCall()

    var digest: UInt64 { batch.digest }

    mutating func step(_ engine: inout Engine, domain: Int) -> ThreadStep {
        if !batch.isUnderWay {
            let request = ReclaimRequest(
                domain: domain, desiredRuns: Int(engine.policy.value(0)),
                variant: ReclaimVariant(countsGain: true))
            batch.begin(request, &engine)
        }
        if let ns = batch.step(&engine) { return .ran(ns: ns) }
        let isOk = batch.isOk
        batch.end(counting: max(batch.gainedBlocks, 0), &engine)
        return isOk ? .sleep : .waitThenSleep
    }
}
