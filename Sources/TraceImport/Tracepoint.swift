import TraceCore

/// The tracepoints from which events are made.
///
/// The raw value is the kernel's name.
enum Tracepoint: String, CaseIterable {
    case pageAlloc = "mm_page_alloc"
    case pageAllocFallback = "mm_page_alloc_extfrag"
    case schedSwitch = "sched_switch"
    case schedWaking = "sched_waking"
    case wakeupKswapd = "mm_vmscan_wakeup_kswapd"
    case wakeupKcompactd = "mm_compaction_wakeup_kcompactd"
    case kswapdWake = "mm_vmscan_kswapd_wake"
    case kswapdSleep = "mm_vmscan_kswapd_sleep"
    case kcompactdWake = "mm_compaction_kcompactd_wake"
    case kcompactdSleep = "mm_compaction_kcompactd_sleep"
    case compactionBegin = "mm_compaction_begin"
    case compactionEnd = "mm_compaction_end"
    case migratePages = "mm_compaction_migratepages"
    case isolateMigratePages = "mm_compaction_isolate_migratepages"
    case isolateFreePages = "mm_compaction_isolate_freepages"
    case tryToCompact = "mm_compaction_try_to_compact_pages"
    case compactionDeferred = "mm_compaction_deferred"
    case deferCompaction = "mm_compaction_defer_compaction"
    case deferReset = "mm_compaction_defer_reset"
    case directReclaimBegin = "mm_vmscan_direct_reclaim_begin"
    case directReclaimEnd = "mm_vmscan_direct_reclaim_end"
    case shrinkInactive = "mm_vmscan_lru_shrink_inactive"
    case throttled = "mm_vmscan_throttled"
    case marker = "tracing_mark_write"

    /// Names of related tracepoints that carry nothing the standard kinds could hold.
    static let unusedNames = [
        "compact_retry", "mark_victim", "mm_compaction_fast_isolate_freepages",
        "mm_compaction_finished", "mm_compaction_suitable", "mm_page_alloc_zone_locked",
        "mm_page_free", "mm_page_free_batched", "mm_page_pcpu_drain", "mm_vmscan_lru_isolate",
        "mm_vmscan_lru_shrink_active", "mm_vmscan_memcg_reclaim_begin",
        "mm_vmscan_memcg_reclaim_end", "mm_vmscan_memcg_softlimit_reclaim_begin",
        "mm_vmscan_memcg_softlimit_reclaim_end", "mm_vmscan_node_reclaim_begin",
        "mm_vmscan_node_reclaim_end", "mm_vmscan_reclaim_pages", "mm_vmscan_shrink_slab_end",
        "mm_vmscan_shrink_slab_start", "mm_vmscan_write_folio", "oom_score_adj_update",
        "reclaim_retry_zone", "sched_migrate_task", "sched_process_exec", "sched_process_exit",
        "sched_process_fork", "sched_stat_blocked", "sched_stat_iowait", "sched_stat_runtime",
        "sched_stat_sleep", "sched_stat_wait", "sched_wakeup", "sched_wakeup_new",
    ]
}

/// Counts lines per tracepoint and says what each tracepoint is.
struct TracepointCensus {
    private struct Entry {
        let use: TracepointUse
        let tracepoint: Tracepoint?
        var lines = 0
    }

    /// Entries of names no one has heard of that are still listed one by one.
    static let unknownNamesMax = 1000

    private var names: ByteTable
    private var entries: [Entry] = []
    private(set) var unlistedLines = 0

    init() {
        let used = Tracepoint.allCases
        names = ByteTable(
            capacity: used.count + Tracepoint.unusedNames.count + Self.unknownNamesMax)
        for tracepoint in used {
            add(tracepoint.rawValue, Entry(use: .mapped, tracepoint: tracepoint))
        }
        for name in Tracepoint.unusedNames { add(name, Entry(use: .unused, tracepoint: nil)) }
    }

    private mutating func add(_ name: String, _ entry: Entry) {
        let bytes = Array(name.utf8)
        let number = names.number(bytes.span, bytes.indices)
        precondition(number == entries.count, "a tracepoint is listed twice")
        entries.append(entry)
    }

    /// The entry of a tracepoint's name, or `nil` when there are too many unknown ones.
    mutating func entry(_ line: Span<UInt8>, _ name: Range<Int>) -> Int? {
        guard let number = names.number(line, name) else { return nil }
        if number == entries.count { entries.append(Entry(use: .unknown, tracepoint: nil)) }
        return number
    }

    /// The entry of a tracepoint's name, or `nil` when there are too many unknown ones.
    mutating func entry(_ name: String) -> Int? {
        let bytes = Array(name.utf8)
        return entry(bytes.span, bytes.indices)
    }

    /// What to do with the lines of an entry, or `nil` when that is nothing.
    func tracepoint(_ entry: Int?) -> Tracepoint? {
        entry.flatMap { entries[$0].tracepoint }
    }

    /// Counts one line.
    mutating func count(_ entry: Int?) {
        if let entry { entries[entry].lines += 1 } else { unlistedLines += 1 }
    }

    /// All tracepoints with at least one line, sorted by name.
    ///
    /// - Complexity: O(n log n) in the number of tracepoints.
    func counts() -> [TracepointCount] {
        entries.indices.filter { entries[$0].lines > 0 }
            .map {
                TracepointCount(
                    name: names.text($0), use: entries[$0].use, lines: entries[$0].lines)
            }
            .sorted { $0.name < $1.name }
    }
}
