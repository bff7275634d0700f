extension PolicyCatalog {
    /// The zone and its limiter, without a helper thread (commit 49f6925ca342, March 2021).
    static let cacheOnly = PolicyDefinition(
        name: "cache-only", summary: "buffer zone with the 1 s limiter, no helper thread",
        threadName: nil, makeProgram: { NoProgram() })
}
