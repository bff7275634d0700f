/// A kernel that was never built: its tracepoints, their formats and the layout of its buffers.
public struct MadeUpKernel: Sendable {
    /// A field without its place: type, name, bytes and sign.
    typealias Part = (type: String, name: String, size: Int, isSigned: Bool)

    /// What differs between kernels.
    public struct Traits: Sendable {
        /// Records have another common field, as those of old kernels.
        public var hasLockDepth = false
        /// Allocations show the address of a page, not its number.
        public var showsPages = false
        /// Names of tasks lie behind the fields.
        public var locatesNames = false

        /// The traits of this time's kernels.
        public init() {}
    }

    /// The tracepoints, those that tell most first.
    public let tracepoints: [RecordWriter]

    /// Makes a kernel.
    ///
    /// - Parameter part: which of the three thirds of all tracepoints it has; `nil` for all.
    public init(_ traits: Traits = Traits(), part: Int? = nil) {
        let all = Self.tracepoints(traits)
        tracepoints = all.indices.filter { part == nil || $0 % 3 == part }.map { all[$0] }
    }

    private static func tracepoints(_ traits: Traits) -> [RecordWriter] {
        let all =
            scheduler(traits) + allocations(traits) + compaction + reclaim + [
                (
                    "print", [("unsigned long", "ip", 8, false), ("char", "buf[]", 0, false)],
                    #""%ps: %s", (void *)REC->ip, REC->buf"#
                )
            ]
        return all.enumerated().map { number, point in
            RecordWriter(
                point.0, id: 300 + number, placed(point.1, from: traits.hasLockDepth ? 12 : 8),
                print: point.2, pidOffset: traits.hasLockDepth ? 8 : 4)
        }
    }

    /// Fields one behind the other, each at a multiple of its size.
    private static func placed(_ parts: [Part], from start: Int) -> [RecordWriter.Field] {
        var offset = start
        return parts.map { part in
            let step = [1, 2, 4, 8].contains(part.size) ? part.size : 4
            offset = (offset + step - 1) / step * step
            defer { offset += part.size }
            return RecordWriter.Field(
                part.type, part.name, offset, part.size, signed: part.isSigned)
        }
    }

    private typealias Point = (String, [Part], String)

    private static func number(_ name: String) -> Part { ("int", name, 4, true) }
    private static func long(_ name: String) -> Part { ("unsigned long", name, 8, false) }

    private static let gfpText = """
        (REC->gfp_flags) ? __print_flags(REC->gfp_flags, "|", {(unsigned long)((1UL) << (6)), \
        "__GFP_IO"}, {(unsigned long)(0x40u | 0x80u), "GFP_NOFS"}) : "none"
        """

    private static func scheduler(_ traits: Traits) -> [Point] {
        func name(_ name: String) -> Part {
            traits.locatesNames
                ? ("__data_loc char[]", name, 4, false) : ("char", name + "[16]", 16, false)
        }
        func shown(_ name: String) -> String {
            traits.locatesNames ? "__get_str(\(name))" : "REC->\(name)"
        }
        let switched = [
            name("prev_comm"), number("prev_pid"), number("prev_prio"),
            ("long", "prev_state", 8, true), name("next_comm"), number("next_pid"),
            number("next_prio"),
        ]
        return [
            (
                "sched_switch", switched,
                """
                "prev_comm=%s prev_pid=%d prev_state=%s%s ==> next_comm=%s next_pid=%d", \
                \(shown("prev_comm")), REC->prev_pid, (REC->prev_state & (((1 | 2) + 1) << 1) - 1) ? \
                __print_flags(REC->prev_state & 7, "|", {0x1, "S"}, {0x2, "D"}) : "R", \
                REC->prev_state & 0x100 ? "+" : "", \(shown("next_comm")), REC->next_pid
                """
            ),
            (
                "sched_waking", [name("comm"), number("pid"), number("target_cpu")],
                #""comm=%s pid=%d target_cpu=%03d", \#(shown("comm")), REC->pid, REC->target_cpu"#
            ),
            ("sched_wakeup", [name("comm"), number("pid")], #""pid=%d", REC->pid"#),
        ]
    }

    private static func allocations(_ traits: Traits) -> [Point] {
        let page = traits.showsPages ? "page" : "pfn"
        return [
            (
                "mm_page_alloc",
                [long(page), number("order"), long("gfp_flags"), number("migratetype")],
                "\"\(page)=%p order=%d gfp_flags=%s\", REC->\(page), REC->order, \(gfpText)"
            ),
            (
                "mm_page_alloc_extfrag",
                [
                    long(page), number("alloc_order"), number("fallback_order"),
                    number("alloc_migratetype"), number("fallback_migratetype"),
                ],
                """
                "alloc_order=%d fallback_order=%d alloc_migratetype=%d fallback_migratetype=%d", \
                REC->alloc_order, REC->fallback_order, REC->alloc_migratetype, \
                REC->fallback_migratetype
                """
            ),
        ]
    }

    private static var compaction: [Point] {
        let wake = [number("nid"), number("order"), number("highest_zoneidx")]
        let wakeText = #""nid=%d order=%d", REC->nid, REC->order"#
        let deferral = [number("nid"), number("idx"), number("order")]
        let deferralText = #""node=%d order=%d", REC->nid, REC->order"#
        return [
            ("mm_compaction_wakeup_kcompactd", wake, wakeText),
            ("mm_compaction_kcompactd_wake", wake, wakeText),
            ("mm_compaction_kcompactd_sleep", [number("nid")], #""nid=%d", REC->nid"#),
            (
                "mm_compaction_begin", [long("zone_start"), ("bool", "sync", 1, false)],
                #""mode=%s", REC->sync ? "sync" : "async""#
            ),
            (
                "mm_compaction_end", [("bool", "sync", 1, false), number("status")],
                """
                "mode=%s status=%s", REC->sync ? "sync" : "async", \
                __print_symbolic(REC->status, {5, "complete"}, {8, "success"})
                """
            ),
            (
                "mm_compaction_migratepages", [long("nr_migrated"), long("nr_failed")],
                #""nr_migrated=%lu nr_failed=%lu", REC->nr_migrated, REC->nr_failed"#
            ),
            (
                "mm_compaction_isolate_freepages", [long("start_pfn"), long("nr_scanned")],
                #""nr_scanned=%lu", REC->nr_scanned"#
            ),
            (
                "mm_compaction_try_to_compact_pages", [number("order"), number("prio")],
                #""order=%d priority=%d", REC->order, REC->prio"#
            ),
            ("mm_compaction_deferred", deferral, deferralText),
            ("mm_compaction_defer_compaction", deferral, deferralText),
            ("mm_compaction_defer_reset", deferral, deferralText),
        ]
    }

    private static var reclaim: [Point] {
        [
            (
                "mm_vmscan_wakeup_kswapd", [number("nid"), number("order"), long("gfp_flags")],
                "\"nid=%d order=%d gfp_flags=%s\", REC->nid, REC->order, \(gfpText)"
            ),
            (
                "mm_vmscan_kswapd_wake", [number("nid"), number("order")],
                #""nid=%d order=%d", REC->nid, REC->order"#
            ),
            ("mm_vmscan_kswapd_sleep", [number("nid")], #""nid=%d", REC->nid"#),
            (
                "mm_vmscan_direct_reclaim_begin", [number("order"), long("gfp_flags")],
                "\"order=%d gfp_flags=%s\", REC->order, \(gfpText)"
            ),
            (
                "mm_vmscan_direct_reclaim_end", [long("nr_reclaimed")],
                #""nr_reclaimed=%lu", REC->nr_reclaimed"#
            ),
            (
                "mm_vmscan_lru_shrink_inactive",
                [number("nid"), long("nr_scanned"), long("nr_reclaimed")],
                """
                "nid=%d nr_scanned=%ld nr_reclaimed=%ld", REC->nid, REC->nr_scanned, \
                REC->nr_reclaimed
                """
            ),
            (
                "mm_vmscan_throttled", [number("nid"), number("usec_delayed"), number("reason")],
                """
                "nid=%d usect_delayed=%d reason=%s", REC->nid, REC->usec_delayed, (REC->reason) ? \
                __print_flags(REC->reason, "|", {(1 << VMSCAN_THROTTLE_WRITEBACK), "WRITEBACK"}) : \
                "NONE"
                """
            ),
        ]
    }
}
