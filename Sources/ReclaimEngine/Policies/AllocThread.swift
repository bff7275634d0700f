import PhysicalMemory

extension PolicyCatalog {
    /// The helper thread before the re-work: it allocates with M_WAITOK and frees again
    /// (D31260, August 2021; engine specification 5.1).
    static let allocThread = PolicyDefinition(
        name: "alloc-thread",
        summary: "helper thread allocates max_alloc buffers with M_WAITOK, then frees them",
        tunables: [.init("kern.ipc.tls.max_alloc", standard: 128, 1...1_048_576)],
        threadName: "alloc", makeProgram: { AllocThreadProgram() })
}

/// One round of the old thread: allocate `max_alloc` buffers, then give all of them back.
private struct AllocThreadProgram: ThreadProgram {
    private var held: [Int] = []
    private var isReturning = false
    /// The last attempt failed; the time of those before it passes first.
    private var hasFailed = false

    mutating func step(_ engine: inout Engine, domain: Int) -> ThreadStep {
        let cpu = engine.threads[domain].lastCpu
        var costNs: Int64 = 0
        if hasFailed {
            hasFailed = false
            return engine.memory.waitNeeded(domain) ? .waitForMemory : .spin
        }
        if !isReturning {
            let wanted = Int(engine.policy.value(0))
            while held.count < wanted, costNs < engine.model.sliceNs {
                let attempt = engine.allocateWaiting(cpu: cpu, domain: domain)
                guard let page = attempt.page else {
                    hasFailed = costNs > 0
                    if hasFailed { return .ran(ns: costNs) }
                    return engine.memory.waitNeeded(domain) ? .waitForMemory : .spin
                }
                held.append(page)
                engine.threads[domain].heldBuffers = held.count
                engine.threads[domain].counter += 1
                costNs += attempt.costNs
            }
            isReturning = held.count >= wanted
            return .ran(ns: costNs)
        }
        while let page = held.popLast() {
            engine.freeIntoZone(page, cpu: cpu)
            engine.threads[domain].heldBuffers = held.count
        }
        isReturning = false
        return .sleep
    }
}
