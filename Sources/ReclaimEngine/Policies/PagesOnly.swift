extension PolicyCatalog {
    /// `kern.ipc.tls.sw_buffer_cache=0`: there is no zone, every record takes single pages and
    /// nothing is counted (engine specification 4.2 step 2).
    static let pagesOnly = PolicyDefinition(
        name: "pages-only", summary: "no buffer zone: every record takes single pages",
        usesZone: false, threadName: nil, makeProgram: { NoProgram() })
}
