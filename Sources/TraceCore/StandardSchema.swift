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
    public static let allocFail = KindID(rawValue: 1)
    /// A block was taken from another kind of free memory.
    public static let allocFallback = KindID(rawValue: 2)
    /// A thread asked for a reclaim thread.
    public static let wakeRequest = KindID(rawValue: 3)
    /// A wakeup was sent, and what it found.
    public static let wakeSend = KindID(rawValue: 4)
    /// A reclaim thread runs after it was woken.
    public static let threadRun = KindID(rawValue: 5)
    /// A reclaim thread goes to sleep.
    public static let threadSleep = KindID(rawValue: 6)
    /// A stretch of a thread on a CPU ends here.
    public static let onCpu = KindID(rawValue: 7)
    /// A reclaim routine is called.
    public static let batchBegin = KindID(rawValue: 8)
    /// One pass of a reclaim routine over memory is scanned.
    public static let batchPass = KindID(rawValue: 9)
    /// A reclaim routine returns.
    public static let batchEnd = KindID(rawValue: 10)
    /// A reclaim routine was not tried.
    public static let batchDeferred = KindID(rawValue: 11)
    /// A thread begins to turn in place.
    public static let spinBegin = KindID(rawValue: 12)
    /// A thread has turned in place long enough.
    public static let spinEnd = KindID(rawValue: 13)
    /// A thread waits for free pages.
    public static let waitBegin = KindID(rawValue: 14)
    /// A thread has waited for free pages; with `ns` it stands for the whole wait.
    public static let waitEnd = KindID(rawValue: 15)
    /// A thread would have waited, but did not have to.
    public static let waitSkip = KindID(rawValue: 16)
    /// A domain crossed a level of free pages.
    public static let domainLevel = KindID(rawValue: 17)
    /// Pages were evicted.
    public static let pageout = KindID(rawValue: 18)
    /// The buffer zone gave buffers back.
    public static let zoneTrim = KindID(rawValue: 19)
    /// The buffer zone changed its bucket size.
    public static let zoneBucket = KindID(rawValue: 20)
    /// A reservation was broken.
    public static let reservationBreak = KindID(rawValue: 21)
    /// The state of a domain at an instant.
    public static let sample = KindID(rawValue: 22)
    /// A named count at an instant.
    public static let counter = KindID(rawValue: 23)
    /// A setting was changed.
    public static let set = KindID(rawValue: 24)
    /// A record asks for a place to be encrypted into.
    public static let request = KindID(rawValue: 25)
    /// How records were served so far, by CPU.
    public static let service = KindID(rawValue: 26)
    /// Other use of memory.
    public static let background = KindID(rawValue: 27)
    /// A buffer came from a cache.
    public static let hit = KindID(rawValue: 28)
    /// The zone asked the page layer for buffers.
    public static let importCall = KindID(rawValue: 29)
    /// The limiter refused an attempt.
    public static let limited = KindID(rawValue: 30)
    /// A buffer went back into a cache.
    public static let returned = KindID(rawValue: 31)
    /// Single pages were used instead of a buffer.
    public static let fallback = KindID(rawValue: 32)
    /// One run of pages was tried.
    public static let run = KindID(rawValue: 33)
    /// Any allocator's allocation.
    public static let bufferAlloc = KindID(rawValue: 34)
    /// Any allocator's free.
    public static let bufferFree = KindID(rawValue: 35)
    /// The name and role of a thread.
    public static let threadName = KindID(rawValue: 40)
}
