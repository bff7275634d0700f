import PhysicalMemory

extension PolicyCatalog {
    /// The re-work: relocate pages for up to `max_reclaim` runs in one call, then sleep
    /// (commit 198558523361, May 2023; engine specification 5.2).
    static let reclaimBatch = PolicyDefinition(
        name: "reclaim-batch",
        summary: "helper thread makes max_reclaim runs contiguous in one call, then sleeps",
        tunables: [
            .maxReclaim,
            .init(
                "reclaim_errno", standard: 0, 0...1,
                "1: the result is 0, ENOMEM or ERANGE as in main of 2024; not a sysctl"),
        ],
        threadName: "reclaim", makeProgram: { ReclaimBatchProgram() })
}

/// One round of the new thread: a reclaim call in slices, then vm_wait if the call failed.
private struct ReclaimBatchProgram: ThreadProgram {
    private var batch = BatchCall()

    var digest: UInt64 { batch.digest }

    mutating func step(_ engine: inout Engine, domain: Int) -> ThreadStep {
        if !batch.isUnderWay {
            let desired = Int(engine.policy.value(0))
            batch.begin(ReclaimRequest(domain: domain, desiredRuns: desired), &engine)
        }
        if let ns = batch.step(&engine) { return .ran(ns: ns) }
        // The kernel's counter grows by what the sysctl says now, whatever was gained.
        let isOk = batch.isOk
        batch.end(
            counting: isOk ? engine.policy.value(0) : 0, usesErrno: engine.policy.value(1) == 1,
            &engine)
        return isOk ? .sleep : .waitThenSleep
    }
}
