/// The events that a counter of the system is set beside.
public enum CounterEvidence: String, Sendable, CaseIterable {
    /// Twice the `alloc_fail` events: a failed allocation fails to fill a bucket, then to get one
    /// buffer (engine specification 4.3).
    case failuresTwice = "2 x alloc_fail"
    /// Requests served from a cache or an import, from `service` events.
    case served = "hits and imports of service"
    /// `thread_run` events of the domain.
    case runs = "thread_run"
    /// `nominal` of the domain's batches.
    case nominal = "nominal of batch_end"
    /// Whether the domain's thread ran last or slept.
    case lastRun = "thread_run or thread_sleep, the last"
    /// `free_pages` of the domain's sample of the same instant.
    case freePages = "free_pages of the last sample"
    /// Free blocks of an order of the domain's sample of the same instant.
    case freeBlocks = "blocks of the last sample"
    /// `reservation_break` events.
    case reservationBreaks = "reservation_break"

    /// Whether the events tell the counter's last value and not how much it grew.
    public var isOfLastValue: Bool {
        switch self {
        case .lastRun, .freePages, .freeBlocks: true
        case .failuresTwice, .served, .runs, .nominal, .reservationBreaks: false
        }
    }
}

/// Why a counter and the events can differ.
public enum CounterGap: String, Sendable, CaseIterable {
    /// While a domain is short of pages, `bucketdisable` can hold; then a failed allocation counts
    /// once.
    case bucketsDisabled = "a domain was short of pages: under bucketdisable a failure counts once"
    /// The helper threads of the old policy allocate too, without an event each.
    case helperAllocations = "helper threads allocate too, without an event each"
    /// Nothing in the trace says why.
    case unexplained = "nothing in this trace says why"
}

/// What the events say about a counter.
public struct CounterCheck: Hashable, Sendable {
    /// What the counter was set beside.
    public var evidence: CounterEvidence
    /// What the counter should say: its growth, or its last value (`isOfLastValue`).
    public var told: Int64
    /// Why they can differ; `nil` where they do not differ.
    public var gap: CounterGap?
}

/// A counter of the system, as it was read within the window.
public struct CounterRow: Hashable, Sendable {
    /// Its name, first and last value and how often it was read.
    public var range: CounterRange
    /// The first reading, ns.
    public var firstNs: Int64
    /// The last reading, ns.
    public var lastNs: Int64
    /// Whether it is no counter of its own but the sum of several: an order of `vm.phys_free` over
    /// all pools.
    public var isSum = false
    /// What the events say between the first and the last reading; `nil` where they say nothing.
    public var check: CounterCheck?

    /// By name, numbers in names as numbers; a counter before a sum of the same name.
    package static func isBefore(_ left: CounterRow, _ right: CounterRow) -> Bool {
        left.range.name == right.range.name
            ? !left.isSum && right.isSum
            : FreeBSDCounter.isOrdered(left.range.name, right.range.name)
    }

    /// Last less first value, held at the ends of the range.
    public var change: Int64 {
        let (change, overflow) = range.last.subtractingReportingOverflow(range.first)
        return overflow ? (range.last < range.first ? .min : .max) : change
    }
}

/// The counters of the window, side by side with the events.
public struct CounterSummary: Equatable, Sendable {
    /// By name, numbers in names ascending as numbers.
    public var rows: [CounterRow] = []
    /// Readings not followed because there were too many names.
    public var untracked: UInt64 = 0

    /// Whether counters are there that FreeBSD has under these names.
    ///
    /// - Complexity: O(rows).
    public var hasFreeBSDNames: Bool {
        rows.contains { row in
            FreeBSDCounter.prefixes.contains { row.range.name.hasPrefix($0) }
        }
    }

    /// The counters that the events contradict.
    ///
    /// - Complexity: O(rows).
    public var differing: [CounterRow] { rows.filter { $0.check?.gap != nil } }
}
