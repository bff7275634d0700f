package import TraceCore

/// What Linux sets by itself where nobody asks for something else.
///
/// Only settings whose default is a constant of the kernel's source and the same since it exists
/// (`mm/page_alloc.c`, `mm/compaction.c`, `mm/vmscan.c`, `fs/dcache.c`, `mm/page-writeback.c`,
/// `mm/swap.c`, `mm/hugetlb.c`); what follows from the memory's size is not among them.
package enum LinuxDefaults {
    private static let values = [
        "policy.vm.compact_unevictable_allowed": "1",
        "policy.vm.compaction_proactiveness": "20",
        "policy.vm.defrag_mode": "0",
        "policy.vm.dirty_background_ratio": "10",
        "policy.vm.dirty_ratio": "20",
        "policy.vm.extfrag_threshold": "500",
        "policy.vm.min_slab_ratio": "5",
        "policy.vm.min_unmapped_ratio": "1",
        "policy.vm.nr_hugepages": "0",
        "policy.vm.nr_overcommit_hugepages": "0",
        "policy.vm.overcommit_memory": "0",
        "policy.vm.page-cluster": "3",
        "policy.vm.percpu_pagelist_high_fraction": "0",
        "policy.vm.swappiness": "60",
        "policy.vm.vfs_cache_pressure": "100",
        "policy.vm.watermark_boost_factor": "15000",
        "policy.vm.watermark_scale_factor": "10",
        "policy.vm.zone_reclaim_mode": "0",
    ]

    /// A setting of a host and the default that it does not have.
    package struct Change: Sendable {
        /// The full name.
        package let name: String
        /// What the host had.
        package let value: String
        /// What Linux has by default.
        package let usual: String
    }

    /// The default of a setting, or `nil` where there is none that holds everywhere.
    static func usual(_ name: String) -> String? { values[name] }

    /// The settings of a recording of Linux that are not the default, by name.
    package static func changes(_ parameters: ParameterList) -> [Change] {
        guard parameters["source"] == "linux" else { return [] }
        return parameters.entries.compactMap { entry in
            guard let usual = values[entry.key], usual != entry.value else { return nil }
            return Change(name: entry.key, value: entry.value, usual: usual)
        }
    }
}
