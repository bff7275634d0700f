import PhysicalMemory

extension PolicyCatalog {
    /// Gallatin's experiment told in D39739, never committed; the loop's shape is not published.
    /// Model: the loop of the old thread with M_NOWAIT and, where that gets nothing, a reclaim
    /// call for one run (engine specification 5).
    static let reclaimOne = PolicyDefinition(
        name: "reclaim-one",
        summary: "allocates max_alloc buffers, reclaiming one run whenever that fails, frees them",
        tunables: [.maxAlloc], threadName: "alloc", makeProgram: { ReclaimOneProgram() })
}

/// One round: allocate, reclaim for one run when there is nothing, until all are held; free them.
private struct ReclaimOneProgram: ThreadProgram {
    private var buffers = HeldBuffers()
    private var batch = BatchCall()
    private var hasFailed = false

    var digest: UInt64 { buffers.digest << 1 | (hasFailed ? 1 : 0) ^ batch.digest << 2 }

    mutating func step(_ engine: inout Engine, domain: Int) -> ThreadStep {
        if hasFailed {
            hasFailed = false
            batch.begin(ReclaimRequest(domain: domain, desiredRuns: 1), &engine)
        }
        if batch.isUnderWay {
            if let ns = batch.step(&engine) { return .ran(ns: ns) }
            let isOk = batch.isOk
            // This thread's counter is that of its allocations.
            batch.end(counting: 0, &engine)
            if !isOk { return .waitForMemory }
        }
        buffers.beginRound(wanted: Int(engine.policy.value(0)))
        if buffers.isFull {
            buffers.giveBack(&engine, domain: domain)
            return .sleep
        }
        let cpu = engine.threads[domain].lastCpu
        let outcome = buffers.fill(&engine, domain: domain) { engine in
            engine.allocateAtOnce(cpu: cpu, domain: domain)
        }
        switch outcome {
        case .took(let ns): return .ran(ns: ns)
        case .failed(let ns):
            hasFailed = true
            // Never without time passing: the loop must not hold a run up.
            return .ran(ns: max(ns, 1))
        }
    }
}
