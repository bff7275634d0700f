extension PolicyCatalog {
    /// Lab: `reclaim-batch` with one limiter for all workers of a domain. After a failure none of
    /// them asks for a second, so a domain fails at most once a second.
    static let unlockedLimit = PolicyDefinition(
        name: "unlocked-limit",
        summary: "reclaim-batch with one limiter per domain instead of one per CPU",
        isLab: true, tunables: reclaimBatch.tunables, limiterScope: .domain,
        threadName: "reclaim", makeProgram: reclaimBatch.makeProgram)
}
