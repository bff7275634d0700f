import PhysicalMemory

extension PolicyCatalog {
    /// Lab: a reclaim call that goes on scanning where the last one stopped and stops as soon as it
    /// has gained what was asked for, instead of scanning all memory for the highest runs.
    static let reclaimResume = PolicyDefinition(
        name: "reclaim-resume",
        summary: "scans on from where the last call stopped, and stops when enough is gained",
        isLab: true, tunables: [.maxReclaim], threadName: "reclaim",
        makeProgram: { ReclaimResumeProgram() })
}

/// One call from the cursor on; three rounds of the domain at most.
private struct ReclaimResumeProgram: ThreadProgram {
    private var batch = BatchCall()
    private var cursor: PageNumber?

    var digest: UInt64 {
        batch.digest ^ UInt64(bitPattern: Int64(cursor ?? -1)) &* 0xc2b2_ae3d_27d4_eb4f
    }

    mutating func step(_ engine: inout Engine, domain: Int) -> ThreadStep {
        if !batch.isUnderWay {
            let request = ReclaimRequest(
                domain: domain, desiredRuns: Int(engine.policy.value(0)),
                variant: ReclaimVariant(countsGain: true, stopsEarly: true, startPage: cursor))
            batch.begin(request, &engine)
        }
        if let ns = batch.step(&engine) { return .ran(ns: ns) }
        let isOk = batch.isOk
        cursor = batch.position ?? cursor
        batch.end(counting: max(batch.gainedBlocks, 0), &engine)
        return isOk ? .sleep : .waitThenSleep
    }
}
