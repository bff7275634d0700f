/// The fields of a tracepoint on this kernel: their sizes in bytes by name.
public typealias TracepointFields = [String: Int]

/// A tracepoint that is recorded, and which of its events.
public struct PlannedTracepoint: Hashable, Sendable {
    /// The group, such as `vmscan`.
    public var system: String
    /// The name, such as `mm_vmscan_throttled`.
    public var name: String
    /// What the kernel compares each event with; `nil` records all.
    public var filter: String?

    /// The tracepoint's folder below `events`.
    var path: String { "\(system)/\(name)" }
}

/// A tracepoint that is not recorded, and what that takes away.
public struct MissingTracepoint: Hashable, Sendable {
    /// Group and name.
    public var path: String
    /// The field that is missing; `nil` where the whole tracepoint is.
    public var field: String?
    /// What reports cannot tell without it.
    public var loses: String
}

/// Which tracepoints are recorded at a detail, on a kernel that has these.
public struct TracepointPlan: Hashable, Sendable {
    /// How much can be recorded.
    public static let details = 0...3

    /// How much is recorded.
    public let detail: Int
    /// What is recorded.
    public private(set) var tracepoints: [PlannedTracepoint] = []
    /// What would be recorded, and is not there.
    public private(set) var missing: [MissingTracepoint] = []

    /// Makes a plan.
    ///
    /// - Parameter fields: The fields of a tracepoint by its path, `nil` where it is not there.
    public init(detail: Int, fields: (_ path: String) -> TracepointFields?) {
        self.detail = detail
        for wish in TracepointWish.all where wish.detail <= detail {
            let path = "\(wish.system)/\(wish.name)"
            guard let found = fields(path) else {
                missing.append(MissingTracepoint(path: path, field: nil, loses: wish.loses))
                continue
            }
            if let field = wish.needs.first(where: { found[$0] == nil }) {
                missing.append(MissingTracepoint(path: path, field: field, loses: wish.loses))
                continue
            }
            guard let selection = wish.selection(found) else {
                missing.append(MissingTracepoint(path: path, field: "pfn", loses: wish.loses))
                continue
            }
            tracepoints.append(
                PlannedTracepoint(
                    system: wish.system, name: wish.name, filter: selection.filter))
        }
    }

    /// Names of tracepoints that are recorded at some detail, and not by this plan.
    public var unrecordedNames: Set<String> {
        Set(TracepointWish.all.map(\.name)).subtracting(tracepoints.map(\.name))
    }

    /// Whether the switches of stalled threads are recorded, too.
    public var followsStalledThreads: Bool {
        detail >= 3 && tracepoints.contains { $0.path == TracepointWish.switchPath }
    }
}

/// Which events of a tracepoint are recorded.
enum TracepointSelection {
    case all
    case filtered(String)

    var filter: String? {
        if case .filtered(let filter) = self { return filter }
        return nil
    }
}

/// A tracepoint that is recorded where the kernel has it.
struct TracepointWish {
    let detail: Int
    let system: String
    let name: String
    /// Fields without which its events say nothing.
    let needs: [String]
    let loses: String

    static let switchPath = "sched/sched_switch"

    static let all: [TracepointWish] = rare + batches + scheduling + blocks

    private static let rare = [
        wish(0, "kmem", "mm_page_alloc", ["order", "gfp_flags"], "allocation failures"),
        wish(0, "vmscan", "mm_vmscan_wakeup_kswapd", ["nid", "order"], "who asked for kswapd"),
        wish(
            0, "compaction", "mm_compaction_wakeup_kcompactd", ["nid", "order"],
            "who asked for kcompactd"),
        wish(0, "vmscan", "mm_vmscan_kswapd_wake", ["nid", "order"], "batches of kswapd"),
        wish(0, "vmscan", "mm_vmscan_kswapd_sleep", ["nid"], "when kswapd slept"),
        wish(
            0, "compaction", "mm_compaction_kcompactd_wake", ["nid", "order"], "kcompactd's order"),
        wish(0, "compaction", "mm_compaction_kcompactd_sleep", ["nid"], "when kcompactd slept"),
        wish(0, "vmscan", "mm_vmscan_direct_reclaim_begin", ["order"], "stalls in reclaim"),
        wish(0, "vmscan", "mm_vmscan_direct_reclaim_end", ["nr_reclaimed"], "stalls in reclaim"),
        wish(
            0, "compaction", "mm_compaction_try_to_compact_pages", ["order"],
            "the order of direct compaction"),
        wish(0, "vmscan", "mm_vmscan_throttled", ["nid", "usec_delayed", "reason"], "waits"),
    ]

    private static let batches = [
        wish(1, "compaction", "mm_compaction_begin", [], "batches of compaction"),
        wish(1, "compaction", "mm_compaction_end", ["status"], "batches of compaction"),
        wish(
            1, "compaction", "mm_compaction_migratepages", ["nr_migrated", "nr_failed"],
            "pages moved"),
        wish(1, "compaction", "mm_compaction_deferred", ["order"], "compaction put off"),
        wish(1, "compaction", "mm_compaction_defer_compaction", ["order"], "compaction put off"),
        wish(1, "compaction", "mm_compaction_defer_reset", ["order"], "compaction put off"),
        wish(
            1, "vmscan", "mm_vmscan_lru_shrink_inactive", ["nr_scanned", "nr_reclaimed"],
            "pages freed by kswapd"),
    ]

    private static let scheduling = [
        wish(1, "sched", "sched_waking", ["comm", "pid"], "wakeup latency"),
        wish(
            1, "sched", "sched_switch", ["prev_comm", "prev_pid", "next_comm", "next_pid"],
            "wakeup latency and CPU time of reclaim threads"),
    ]

    private static let blocks = [
        wish(
            2, "kmem", "mm_page_alloc_extfrag", ["alloc_order", "fallback_order"],
            "blocks taken from other kinds"),
        wish(
            2, "compaction", "mm_compaction_isolate_migratepages", ["nr_scanned"],
            "pages scanned by compaction"),
        wish(
            2, "compaction", "mm_compaction_isolate_freepages", ["nr_scanned"],
            "pages scanned by compaction"),
    ]

    private static func wish(
        _ detail: Int, _ system: String, _ name: String, _ needs: [String], _ loses: String
    ) -> TracepointWish {
        TracepointWish(detail: detail, system: system, name: name, needs: needs, loses: loses)
    }

    /// Which of its events are recorded; `nil` where the kernel cannot tell them apart.
    func selection(_ fields: TracepointFields) -> TracepointSelection? {
        switch name {
        case "mm_page_alloc": Self.withoutPage(fields).map { .filtered($0) }
        case "sched_waking": .filtered(SchedulerFilter.waking)
        case "sched_switch": .filtered(SchedulerFilter.switches(of: []))
        default: .all
        }
    }

    /// Only allocations that got no page; all others cost next to nothing.
    private static func withoutPage(_ fields: TracepointFields) -> String? {
        // A failure has the frame number -1; before Linux 5.10 a page of nil.
        if let bytes = fields["pfn"] {
            return "pfn == 0x" + String(repeating: "ff", count: bytes == 4 ? 4 : 8)
        }
        return fields["page"].map { _ in "page == 0" }
    }
}

/// Filters for the scheduler's tracepoints.
public enum SchedulerFilter {
    /// Threads whose switches are recorded besides those of the reclaim threads.
    ///
    /// A filter has one page for its text and is looked at with every switch of the machine.
    public static let threadsMax = 48

    private static let names = ["kswapd*", "kcompactd*"]

    /// Wakeups of reclaim threads.
    static let waking = names.map { "comm ~ \"\($0)\"" }.joined(separator: " || ")

    /// Switches from and to reclaim threads and these.
    public static func switches(of threads: [Int32]) -> String {
        let byName = ["prev_comm", "next_comm"].flatMap { side in
            names.map { "\(side) ~ \"\($0)\"" }
        }
        let byNumber = threads.prefix(threadsMax).flatMap { thread in
            ["prev_pid == \(thread)", "next_pid == \(thread)"]
        }
        return (byName + byNumber).joined(separator: " || ")
    }
}
