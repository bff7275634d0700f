public import TraceCore

/// What a recording says of its host: kernel, CPUs, memory, and the settings of its reclaim.
public enum HostFacts {
    /// Settings of the kernel that decide how it reclaims memory: folders and names below `/proc/sys`.
    static let settings = [
        "kernel/numa_balancing", "vm/compact_unevictable_allowed", "vm/compaction_proactiveness",
        "vm/defrag_mode", "vm/dirty_background_ratio", "vm/dirty_ratio", "vm/extfrag_threshold",
        "vm/lowmem_reserve_ratio", "vm/min_free_kbytes", "vm/min_slab_ratio",
        "vm/min_unmapped_ratio", "vm/nr_hugepages", "vm/nr_overcommit_hugepages",
        "vm/overcommit_memory", "vm/page-cluster", "vm/percpu_pagelist_high_fraction",
        "vm/swappiness", "vm/vfs_cache_pressure", "vm/watermark_boost_factor",
        "vm/watermark_scale_factor", "vm/zone_reclaim_mode",
    ]
    /// Files of one choice, such as `always [madvise] never`, by the setting's name.
    private static let choices = [
        ("transparent_hugepage.enabled", "/sys/kernel/mm/transparent_hugepage/enabled"),
        ("transparent_hugepage.defrag", "/sys/kernel/mm/transparent_hugepage/defrag"),
        ("lru_gen.enabled", "/sys/kernel/mm/lru_gen/enabled"),
    ]
    /// The policy of a host that runs Linux.
    static let policyName = "linux"

    /// The parameters of a recording that begins at a mark.
    public static func parameters(_ start: ClockMark) -> ParameterList {
        var list = ParameterList([("source", "linux"), ("policy.name", policyName)])
        let kernel = HostCalls.kernel
        list["host.kernel"] = "\(kernel.name) \(kernel.release)"
        list["host.kernel_version"] = kernel.version
        list["host.machine"] = kernel.machine
        list.set("host.page_bytes", Int64(HostCalls.pageBytes))
        list["host.memory_bytes"] = MemoryFacts.totalBytes.map { String($0) }
        list["host.cpus"] = count("/sys/devices/system/cpu/online").map { String($0) }
        list["host.nodes"] = nodeCount.map { String($0) }
        list["host.swap"] = hasSwap ? "1" : "0"
        list["host.clock"] = "mono"
        list.set("host.start_ns", start.monotonicNs)
        list.set("host.wall_start_ns", start.wallNs)
        for (name, value) in settingValues() { list["policy.\(name)"] = value }
        for (name, path) in choices {
            list["policy.\(name)"] = HostFile.text(path).map { choice($0) }
        }
        return list
    }

    /// Memory nodes of the host, or `nil` where the kernel does not say.
    public static var nodeCount: Int? { count("/sys/devices/system/node/online") }

    /// The settings as they are, by their names in `sysctl`.
    static func settingValues() -> [(name: String, value: String)] {
        settings.compactMap { path in
            HostFile.text("/proc/sys/\(path)").map { text in
                (path.replacing("/", with: "."), words(text))
            }
        }
    }

    private static var hasSwap: Bool {
        (HostFile.text("/proc/swaps") ?? "").split(separator: "\n").count > 1
    }

    private static func count(_ path: String) -> Int? {
        HostFile.text(path).flatMap { NumberRanges.numbers($0) }?.count
    }

    /// The word in brackets; all of the text where there is none.
    static func choice(_ text: String) -> String {
        guard let open = text.firstIndex(of: "["), let close = text[open...].firstIndex(of: "]")
        else { return words(text) }
        return String(text[text.index(after: open)..<close])
    }

    /// A text with single blanks.
    static func words(_ text: String) -> String {
        text.split { $0 == " " || $0 == "\t" || $0 == "\n" }.joined(separator: " ")
    }
}
