import PhysicalMemory

extension PolicyCatalog {
    /// The re-work: relocate pages for up to `max_reclaim` runs in one call, then sleep
    /// (commit 198558523361, May 2023; engine specification 5.2).
    static let reclaimBatch = PolicyDefinition(
        name: "reclaim-batch",
        summary: "helper thread makes max_reclaim runs contiguous in one call, then sleeps",
        tunables: [.init("kern.ipc.tls.max_reclaim", standard: 1024, -1...1_048_576)],
        threadName: "reclaim", makeProgram: { ReclaimBatchProgram() })
}

/// One round of the new thread: a reclaim call in slices, then vm_wait if the call failed.
private struct ReclaimBatchProgram: ThreadProgram {
    private var call: ReclaimCall?
    private var isInCall = false
    private var isWaiting = false
    private var totals = BatchTotals()
    private var passNs: Int64 = 0
    /// Passes whose scan is over and whose event is recorded.
    private var passesRecorded = 0
    private var passesScanned = 0

    mutating func step(_ engine: inout Engine, domain: Int) -> ThreadStep {
        if isWaiting {
            isWaiting = false
            return .sleep
        }
        var call = begin(&engine, domain: domain)
        defer { self.call = call }
        recordScannedPasses(call, &engine, domain: domain)
        switch call.phase {
        case .scanning: return .ran(ns: scan(&call, &engine))
        case .relocating: return .ran(ns: relocate(&call, &engine, domain: domain))
        case .refused: return end(&engine, domain: domain, succeeded: false, passes: 0)
        case .finished(let success):
            return end(&engine, domain: domain, succeeded: success, passes: call.passes.count)
        }
    }

    private mutating func begin(_ engine: inout Engine, domain: Int) -> ReclaimCall {
        if isInCall, let call { return call }
        let desired = engine.policy.value(0)
        let request = ReclaimRequest(domain: domain, desiredRuns: Int(desired))
        isInCall = true
        totals = BatchTotals()
        passNs = 0
        passesRecorded = 0
        passesScanned = 0
        engine.recordBatchBegin(domain, desired: desired, request)
        guard var again = call else { return ReclaimCall(request, on: engine.memory) }
        again.restart(request, on: engine.memory)
        return again
    }

    /// One slice of a scan, against the memory as it is now.
    private mutating func scan(_ call: inout ReclaimCall, _ engine: inout Engine) -> Int64 {
        let worstNs = engine.model.scanVisitNs + engine.model.scanObjectLockNs
        let budget = Int(max(engine.model.sliceNs / worstNs, 1))
        let slice = call.scan(engine.memory, visitBudget: budget)
        let costNs =
            Int64(slice.visits) * engine.model.scanVisitNs
            + Int64(slice.objectLocks) * engine.model.scanObjectLockNs
        passNs += costNs
        if slice.isPassComplete { passesScanned += 1 }
        return costNs
    }

    /// Relocates runs, highest first, until a slice is used up or the pass is over.
    private mutating func relocate(
        _ call: inout ReclaimCall, _ engine: inout Engine, domain: Int
    ) -> Int64 {
        var costNs: Int64 = 0
        while call.phase == .relocating, costNs < engine.model.sliceNs {
            let attempt = call.tryNextRun(&engine.memory)
            for index in 0..<attempt.moveCount { engine.follow(moveTo: attempt.move(index).to) }
            costNs +=
                Int64(attempt.movedPages) * engine.model.relocatePageNs
                + Int64(MemoryGeometry.bufferPages - attempt.movedPages)
                * engine.model.checkPageNs
            totals.add(attempt)
            engine.recordRun(domain, attempt)
        }
        return costNs
    }

    private mutating func recordScannedPasses(
        _ call: ReclaimCall, _ engine: inout Engine, domain: Int
    ) {
        guard passesRecorded < passesScanned else { return }
        engine.recordBatchPass(domain, call.passes[passesRecorded], ns: passNs)
        passesRecorded += 1
        passNs = 0
    }

    private mutating func end(
        _ engine: inout Engine, domain: Int, succeeded: Bool, passes: Int
    ) -> ThreadStep {
        totals.passes = Int64(passes)
        totals.succeeded = succeeded
        // The kernel's counter grows by what was asked for, whatever was gained.
        totals.nominal = succeeded ? engine.policy.value(0) : 0
        engine.threads[domain].counter += totals.nominal
        engine.recordBatchEnd(domain, totals)
        isInCall = false
        isWaiting = !succeeded
        return succeeded ? .sleep : .waitForMemory
    }
}

extension BatchTotals {
    /// Adds what one run came to.
    mutating func add(_ attempt: RunAttempt) {
        switch attempt.outcome {
        case .ok: ok += 1
        case .busy: busy += 1
        case .invalid: invalid += 1
        case .noMemory: noMemory += 1
        }
        moved += Int64(attempt.movedPages)
        freed += Int64(attempt.invalidPagesFreed)
        gained += Int64(attempt.gainedBlocks)
        if attempt.isPhantom { phantom += 1 }
    }
}
