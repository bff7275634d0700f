import PhysicalMemory

@testable import ReclaimEngine

extension PolicyCatalog {
    /// Lab: asks for as many runs as a domain lacks of a stock of 16 KiB blocks.
    static let reclaimTopUp = PolicyDefinition(
        name: "reclaim-topup",
        summary: "reclaims what a domain lacks of topup_blocks 16 KiB blocks",
        isLab: true,
        tunables: [
            .init(
                "lab.topup_blocks", standard: 512, 1...1_048_576,
                "16 KiB blocks a domain shall have after a call", isLab: true)
        ],
        threadName: "reclaim", makeProgram: { ReclaimTopUpProgram() })
}

/// One round: one call for what is missing, or none.
private struct ReclaimTopUpProgram: ThreadProgram {
    private var batch = BatchCall()

    var digest: UInt64 { batch.digest }

    mutating func step(_ engine: inout Engine, domain: Int) -> ThreadStep {
        if !batch.isUnderWay {
            let stock = engine.memory.domains[domain].contiguousBlocks
            let missing = Int(engine.policy.value(0)) - stock
            guard missing > 0 else { return .sleep }
            batch.begin(ReclaimRequest(domain: domain, desiredRuns: missing), &engine)
        }
        if let ns = batch.step(&engine) { return .ran(ns: ns) }
        let isOk = batch.isOk
        batch.end(counting: max(batch.gainedBlocks, 0), &engine)
        return isOk ? .sleep : .waitThenSleep
    }
}
