import PhysicalMemory

extension PolicyCatalog {
    /// Lab: `reclaim-batch` that asks for as many runs as failures call for. A failure keeps its
    /// worker from asking for a second, so one failure stands for many buffers.
    static let reclaimAdaptive = PolicyDefinition(
        name: "reclaim-adaptive",
        summary:
            "reclaim-batch that asks for runs_per_failure runs per failure since its last call",
        isLab: true,
        tunables: [
            .maxReclaim,
            .init(
                "lab.runs_per_failure", standard: 64, 1...1_048_576,
                "runs wanted per failure; max_reclaim at most", isLab: true),
        ],
        threadName: "reclaim", makeProgram: { ReclaimAdaptiveProgram() })
}

/// As `reclaim-batch`, for a number of runs that follows the failures.
private struct ReclaimAdaptiveProgram: ThreadProgram {
    private var batch = BatchCall()
    private var desired: Int64 = 0

    var digest: UInt64 { batch.digest ^ UInt64(bitPattern: desired) << 40 }

    mutating func step(_ engine: inout Engine, domain: Int) -> ThreadStep {
        if !batch.isUnderWay {
            let failures = engine.threads[domain].failuresSeen
            engine.threads[domain].failuresSeen = 0
            // Both factors have bounds far below an overflow within any run.
            let wanted = failures * engine.policy.value(1)
            desired = max(min(wanted, engine.policy.value(0)), 1)
            batch.begin(ReclaimRequest(domain: domain, desiredRuns: Int(desired)), &engine)
        }
        if let ns = batch.step(&engine) { return .ran(ns: ns) }
        let isOk = batch.isOk
        batch.end(counting: isOk ? desired : 0, &engine)
        return isOk ? .sleep : .waitThenSleep
    }
}
