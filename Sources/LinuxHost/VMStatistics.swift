/// The counters of `/proc/vmstat` that tell of reclaim, compaction and failures.
enum VMStatistics {
    /// Counters that are recorded; some kernels have more of a family than others.
    private static let names: Set<String> = [
        "pageoutrun", "oom_kill", "drop_pagecache", "drop_slab", "kswapd_low_wmark_hit_quickly",
        "kswapd_high_wmark_hit_quickly", "kswapd_inodesteal", "pginodesteal", "slabs_scanned",
        "thp_fault_alloc", "thp_fault_fallback", "thp_collapse_alloc", "thp_collapse_alloc_failed",
        "pswpin", "pswpout", "workingset_refault_anon", "workingset_refault_file",
        "nr_dirty", "nr_writeback",
    ]
    private static let families = [
        "allocstall", "compact_", "pgmigrate_", "pgscan_", "pgsteal_", "thp_migration_",
        "htlb_buddy_alloc_",
    ]
    /// Far more than any kernel has; the rest of a text is passed over.
    static let countersMax = 256

    /// The counters, in the order of the text.
    static func counters(_ bytes: [UInt8]) -> [(name: String, value: Int64)] {
        var found: [(name: String, value: Int64)] = []
        var scan = TextScan(bytes)
        while found.count < countersMax, var line = scan.line() {
            guard let name = line.text(), isRecorded(name), let value = line.number() else {
                continue
            }
            found.append((name, value))
        }
        return found
    }

    static func isRecorded(_ name: String) -> Bool {
        names.contains(name) || families.contains { name.hasPrefix($0) }
    }
}
