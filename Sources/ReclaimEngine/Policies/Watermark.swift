import PhysicalMemory

extension PolicyCatalog {
    /// Lab: `reclaim-batch` whose thread is also woken before anything fails, when an import
    /// leaves fewer than `lab.watermark_blocks` blocks of 16 KiB in the domain.
    static let watermark = PolicyDefinition(
        name: "watermark",
        summary: "reclaim-batch that also runs when few 16 KiB blocks are left",
        isLab: true,
        tunables: [
            .maxReclaim,
            .init(
                "lab.watermark_blocks", standard: 256, 0...16_777_216,
                "16 KiB blocks below which an import wakes the thread", isLab: true),
            .init(
                "lab.watermark_pause_ms", standard: 1000, 0...3_600_000,
                "no such wakeup for this long after a call that gained less than it asked for",
                isLab: true),
        ],
        threadName: "reclaim",
        noticesImport: { engine, domain, cpu, cause in
            let blocks = Int64(engine.memory.domains[domain].contiguousBlocks)
            guard blocks < engine.policy.value(1) else { return }
            engine.wakeHelperEarly(domain: domain, fromCpu: cpu, cause: cause)
        },
        makeProgram: { WatermarkProgram() })
}

/// As `reclaim-batch`; a call that gained little has taken what there is, so that the next one
/// waits for a failure or for the pause to be over.
private struct WatermarkProgram: ThreadProgram {
    private var batch = BatchCall()

    var digest: UInt64 { batch.digest }

    mutating func step(_ engine: inout Engine, domain: Int) -> ThreadStep {
        let desired = engine.policy.value(0)
        if !batch.isUnderWay {
            batch.begin(ReclaimRequest(domain: domain, desiredRuns: Int(desired)), &engine)
        }
        if let ns = batch.step(&engine) { return .ran(ns: ns) }
        let isOk = batch.isOk
        if batch.gainedBlocks < max(desired, 1) {
            engine.threads[domain].quietUntilNs =
                engine.nowNs + engine.policy.value(2) * 1_000_000
        }
        batch.end(counting: isOk ? desired : 0, &engine)
        return isOk ? .sleep : .waitThenSleep
    }
}
