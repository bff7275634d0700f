import PhysicalMemory

extension PolicyCatalog {
    /// The helper thread before the re-work: it allocates with M_WAITOK and frees again
    /// (D31260, August 2021; engine specification 5.1).
    static let allocThread = PolicyDefinition(
        name: "alloc-thread",
        summary: "helper thread allocates max_alloc buffers with M_WAITOK, then frees them",
        tunables: [.maxAlloc], threadName: "alloc", makeProgram: { AllocThreadProgram() })
}

/// One round of the old thread: allocate `max_alloc` buffers, then give all of them back.
private struct AllocThreadProgram: ThreadProgram {
    private var buffers = HeldBuffers()
    /// The last attempt failed; the time of those before it passes first.
    private var hasFailed = false

    var digest: UInt64 { buffers.digest << 1 | (hasFailed ? 1 : 0) }

    mutating func step(_ engine: inout Engine, domain: Int) -> ThreadStep {
        if hasFailed {
            hasFailed = false
            return waitOrSpin(engine, domain)
        }
        buffers.beginRound(wanted: Int(engine.policy.value(0)))
        if buffers.isFull {
            buffers.giveBack(&engine, domain: domain)
            return .sleep
        }
        let cpu = engine.threads[domain].lastCpu
        let outcome = buffers.fill(&engine, domain: domain) { engine in
            let attempt = engine.allocateWaiting(cpu: cpu, domain: domain)
            // The failed attempt is the first turn of the spin, which counts its time.
            return (attempt.page, attempt.page == nil ? 0 : attempt.costNs)
        }
        switch outcome {
        case .took(let ns): return .ran(ns: ns)
        case .failed(ns: 0): return waitOrSpin(engine, domain)
        case .failed(let ns):
            hasFailed = true
            return .ran(ns: ns)
        }
    }

    /// M_WAITOK waits only where pages are short; where they are merely scattered vm_wait returns
    /// at once and the attempt is made again (engine specification 4.14).
    private func waitOrSpin(_ engine: borrowing Engine, _ domain: Int) -> ThreadStep {
        engine.memory.waitNeeded(domain) ? .waitForMemory : .spin
    }
}
