/// The one schema that engine, Linux and FreeBSD traces share.
///
/// Kind numbers are fixed for ever; columns are only ever added at the end of a kind. In every
/// column of counts, pages or nanoseconds -1 stands for "not known".
public enum StandardSchema {
    /// All standard kinds.
    public static let schema: EventSchema = {
        guard let schema = EventSchema(kinds: control + samples + inputs + service) else {
            preconditionFailure("the standard schema has a duplicate number or name")
        }
        return schema
    }()

    private static let thread = Column("thread", unit: .identifier)
    private static let order = Column("order", unit: .order)
    private static let freePages = Column("free_pages", unit: .pages)
    private static let freeMin = Column("free_min", unit: .pages)
    private static let mode = Column("mode", .label(["daemon", "direct"]))
    private static let ns = Column("ns", unit: .nanoseconds)
    private static let cpuNs = Column("cpu_ns", unit: .nanoseconds)
    private static let handle = Column("handle", unit: .identifier)

    private static func count(_ name: String) -> Column { Column(name, unit: .count) }
    private static func pages(_ name: String) -> Column { Column(name, unit: .pages) }

    /// Rare events that tell what happened; recomputed by a replay.
    private static let control: [EventKind] = [
        EventKind(
            id: 1, "alloc_fail", .control, .derived,
            [
                order, Column("bytes", unit: .bytes), Column("requester", .text),
                Column("gfp", .text), freePages, Column("largest_order", unit: .order), thread,
            ]),
        EventKind(
            id: 2, "alloc_fallback", .control, .derived,
            [
                order, Column("fallback_order", unit: .order), Column("type", .integer),
                Column("fallback_type", .integer), thread,
            ]),
        EventKind(
            id: 3, "wake_request", .control, .derived,
            [Column("target", .text), order, Column("gfp", .text), thread]),
        EventKind(
            id: 4, "wake_send", .control, .derived,
            [
                Column("target", unit: .identifier),
                Column("effect", .label(["woke", "no_sleeper", "lost", "suppressed"])),
                Column("origin", .text),
            ]),
        EventKind(id: 5, "thread_run", .control, .derived, [thread, count("counter")]),
        EventKind(id: 6, "thread_sleep", .control, .derived, [thread, count("counter")]),
        EventKind(id: 7, "on_cpu", .control, .derived, [thread, ns, Column("state", .text)]),
        EventKind(
            id: 8, "batch_begin", .control, .derived,
            [
                thread, mode, Column("routine", .text), order, count("desired"), count("ring"),
                pages("target_pages"), freePages,
            ]),
        EventKind(
            id: 9, "batch_pass", .control, .derived,
            [
                thread, Column("option", .label(["any", "no_reservations", "no_superpages"])),
                count("visits"), count("object_locks"), count("runs_found"), count("runs_kept"), ns,
            ]),
        EventKind(
            id: 10, "batch_end", .control, .derived,
            [
                thread, mode, Column("routine", .text), Column("result", .text), count("passes"),
                count("tried"), count("ok"), count("failed_busy"), count("failed_invalid"),
                count("failed_no_memory"), pages("moved"), count("gained_blocks"),
                count("phantom"), pages("freed_pages"), pages("scanned_pages"), count("nominal"),
                cpuNs, count("failed_moves"), count("eaten"),
            ]),
        EventKind(
            id: 11, "batch_deferred", .control, .derived,
            [thread, order, Column("reason", .text)]),
        EventKind(id: 12, "spin_begin", .control, .derived, [thread]),
        EventKind(
            id: 13, "spin_end", .control, .derived,
            [thread, count("iterations"), cpuNs, pages("deficit")]),
        EventKind(
            id: 14, "wait_begin", .control, .derived,
            [thread, freePages, freeMin, Column("reason", .text)]),
        EventKind(
            id: 15, "wait_end", .control, .derived,
            [thread, freePages, Column("woken_by", .integer), Column("reason", .text), ns]),
        EventKind(id: 16, "wait_skip", .control, .derived, [thread, freePages, freeMin]),
        EventKind(
            id: 17, "domain_level", .control, .derived,
            [Column("level", .label(["min", "severe"])), Column("on", .flag), freePages]),
        EventKind(
            id: 18, "pageout", .control, .derived,
            [
                thread, mode, pages("shortage"), pages("deficit"), pages("scanned"), pages("freed"),
            ]),
        EventKind(
            id: 19, "zone_trim", .control, .derived,
            [Column("why", .label(["idle", "pressure", "drain"])), count("buffers")]),
        EventKind(
            id: 20, "zone_bucket", .control, .derived, [count("old_size"), count("new_size")]),
        EventKind(
            id: 21, "reservation_break", .control, .derived,
            [Column("page", unit: .identifier), pages("populated"), Column("why", .text)]),
    ]

    /// State read at an instant, and notes.
    private static let samples: [EventKind] = [
        EventKind(
            id: 22, "sample", .control, .sample,
            [freePages]
                + (0...12).map { count("blocks_\($0)") }
                + [
                    count("zone_items"), count("in_use"), pages("fallback_pages"),
                    pages("deficit"), count("wakeups"), count("reclaims"),
                    Column("running", .flag), Column("state_digest", .bits),
                    pages("active"), pages("inactive"), pages("laundry"), pages("pgcache_pages"),
                ]),
        EventKind(
            id: 23, "counter", .control, .sample, [Column("name", .text), count("value")]),
        EventKind(
            id: 26, "service", .control, .sample,
            [
                count("requests"), count("hits_cpu"), count("hits_list"), count("imports"),
                count("failed"), count("limited"), count("fallback"), count("small"),
                count("anonymous"),
            ]),
        EventKind(
            id: 40, "thread_name", .control, .note,
            [
                thread, Column("name", .text),
                Column("role", .label(["reclaim", "worker", "requester", "other"])),
            ]),
    ]

    /// What a replay needs; never depends on what a policy did.
    private static let inputs: [EventKind] = [
        EventKind(
            id: 24, "set", .control, .input, [Column("name", .text), Column("value")]),
        EventKind(
            id: 25, "request", .data, .input,
            [
                handle, pages("pages"), Column("anonymous", .flag),
                Column("lifetime_ns", unit: .nanoseconds), Column("free_cpu", unit: .identifier),
            ]),
        EventKind(
            id: 27, "background", .data, .input,
            [
                handle,
                Column(
                    "operation",
                    .label([
                        "allocate", "free", "wire", "unwire", "busy", "idle", "drain", "touch",
                    ])),
                pages("pages"),
                Column("page_kind", .label(["file", "anonymous", "kernel"])),
                Column("flags", .bits),
            ]),
    ]

    /// Frequent derived events, and any allocator's.
    private static let service: [EventKind] = [
        EventKind(
            id: 28, "hit", .data, .derived, [handle, Column("level", .label(["cpu", "list"]))]),
        EventKind(
            id: 29, "import", .data, .derived,
            [
                handle, count("wanted"), count("got"), ns,
                Column("phase", .label(["bucket", "item"])),
            ]),
        EventKind(
            id: 30, "limited", .data, .derived, [handle, Column("ticks_left", unit: .ticks)]),
        EventKind(
            id: 31, "return", .data, .derived,
            [
                handle, Column("level", .label(["cpu", "list", "system"])),
                Column("cross", .flag),
            ]),
        EventKind(
            id: 32, "fallback", .data, .derived,
            [handle, Column("operation", .label(["allocate", "free"])), pages("pages")]),
        EventKind(
            id: 33, "run", .data, .derived,
            [
                thread, Column("page", unit: .identifier),
                Column("result", .label(["ok", "busy", "invalid", "no_memory"])), pages("moved"),
                pages("freed"), Column("phantom", .flag), pages("other_domain"),
            ]),
        EventKind(
            id: 34, "buffer_alloc", .data, .derived,
            [Column("address", .bits), Column("bytes", unit: .bytes)]),
        EventKind(
            id: 35, "buffer_free", .data, .derived,
            [Column("address", .bits), Column("bytes", unit: .bytes)]),
    ]
}

extension KindID {
    /// A contiguous request was refused.
    @inlinable public static var allocFail: KindID { KindID(rawValue: 1) }
    /// A block was taken from another kind of free memory.
    @inlinable public static var allocFallback: KindID { KindID(rawValue: 2) }
    /// A thread asked for a reclaim thread.
    @inlinable public static var wakeRequest: KindID { KindID(rawValue: 3) }
    /// A wakeup was sent, and what it found.
    @inlinable public static var wakeSend: KindID { KindID(rawValue: 4) }
    /// A reclaim thread runs after it was woken.
    @inlinable public static var threadRun: KindID { KindID(rawValue: 5) }
    /// A reclaim thread goes to sleep.
    @inlinable public static var threadSleep: KindID { KindID(rawValue: 6) }
    /// A stretch of a thread on a CPU ends here.
    @inlinable public static var onCpu: KindID { KindID(rawValue: 7) }
    /// A reclaim routine is called.
    @inlinable public static var batchBegin: KindID { KindID(rawValue: 8) }
    /// One pass of a reclaim routine over memory is scanned.
    @inlinable public static var batchPass: KindID { KindID(rawValue: 9) }
    /// A reclaim routine returns.
    @inlinable public static var batchEnd: KindID { KindID(rawValue: 10) }
    /// A reclaim routine was not tried.
    @inlinable public static var batchDeferred: KindID { KindID(rawValue: 11) }
    /// A thread begins to turn in place.
    @inlinable public static var spinBegin: KindID { KindID(rawValue: 12) }
    /// A thread has turned in place long enough.
    @inlinable public static var spinEnd: KindID { KindID(rawValue: 13) }
    /// A thread waits for free pages.
    @inlinable public static var waitBegin: KindID { KindID(rawValue: 14) }
    /// A thread has waited for free pages; with `ns` it stands for the whole wait.
    @inlinable public static var waitEnd: KindID { KindID(rawValue: 15) }
    /// A thread would have waited, but did not have to.
    @inlinable public static var waitSkip: KindID { KindID(rawValue: 16) }
    /// A domain crossed a level of free pages.
    @inlinable public static var domainLevel: KindID { KindID(rawValue: 17) }
    /// Pages were evicted.
    @inlinable public static var pageout: KindID { KindID(rawValue: 18) }
    /// The buffer zone gave buffers back.
    @inlinable public static var zoneTrim: KindID { KindID(rawValue: 19) }
    /// The buffer zone changed its bucket size.
    @inlinable public static var zoneBucket: KindID { KindID(rawValue: 20) }
    /// A reservation was broken.
    @inlinable public static var reservationBreak: KindID { KindID(rawValue: 21) }
    /// The state of a domain at an instant.
    @inlinable public static var sample: KindID { KindID(rawValue: 22) }
    /// A named count at an instant.
    @inlinable public static var counter: KindID { KindID(rawValue: 23) }
    /// A setting was changed.
    @inlinable public static var set: KindID { KindID(rawValue: 24) }
    /// A record asks for a place to be encrypted into.
    @inlinable public static var request: KindID { KindID(rawValue: 25) }
    /// How records were served so far, by CPU.
    @inlinable public static var service: KindID { KindID(rawValue: 26) }
    /// Other use of memory.
    @inlinable public static var background: KindID { KindID(rawValue: 27) }
    /// A buffer came from a cache.
    @inlinable public static var hit: KindID { KindID(rawValue: 28) }
    /// The zone asked the page layer for buffers.
    @inlinable public static var importCall: KindID { KindID(rawValue: 29) }
    /// The limiter refused an attempt.
    @inlinable public static var limited: KindID { KindID(rawValue: 30) }
    /// A buffer went back into a cache.
    @inlinable public static var returned: KindID { KindID(rawValue: 31) }
    /// Single pages were used instead of a buffer.
    @inlinable public static var fallback: KindID { KindID(rawValue: 32) }
    /// One run of pages was tried.
    @inlinable public static var run: KindID { KindID(rawValue: 33) }
    /// Any allocator's allocation.
    @inlinable public static var bufferAlloc: KindID { KindID(rawValue: 34) }
    /// Any allocator's free.
    @inlinable public static var bufferFree: KindID { KindID(rawValue: 35) }
    /// The name and role of a thread.
    @inlinable public static var threadName: KindID { KindID(rawValue: 40) }
}
