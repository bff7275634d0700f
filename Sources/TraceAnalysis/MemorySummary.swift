/// A number read at instants: its first, smallest, largest and last value.
public struct Gauge: Hashable, Sendable {
    /// The first value; `nil` where those of several runs differ.
    public package(set) var first: Int64? = 0
    /// The smallest value.
    public package(set) var minimum: Int64 = 0
    /// The largest value.
    public package(set) var maximum: Int64 = 0
    /// The last value; `nil` where those of several runs differ.
    public package(set) var last: Int64? = 0
    /// The number of values; without any, the others mean nothing.
    public package(set) var samples: UInt64 = 0

    /// Makes a gauge without values.
    public init() {}

    /// Takes a value; one below 0 is not known and ignored.
    mutating func read(_ value: Int64) {
        guard value >= 0 else { return }
        if samples == 0 {
            first = value
            minimum = value
            maximum = value
        }
        minimum = min(minimum, value)
        maximum = max(maximum, value)
        last = value
        samples += 1
    }
}

/// The memory of one domain as the samples of the window show it.
public struct DomainMemory: Equatable, Sendable {
    /// The domain; -1 for none.
    public var domain: Int32
    /// The number of samples.
    public var samples: UInt64 = 0
    /// Free pages.
    public var freePages = Gauge()
    /// Free blocks by order, from order 0.
    public var blocks = [Gauge](repeating: Gauge(), count: SampleSlot.orders)
    /// The share of the free pages in blocks below order 2, in millionths.
    public var unusablePpm = Gauge()
    /// Pages that stand in for buffers.
    public var fallbackPages = Gauge()
    /// The integral of the fallback pages over time, page x ns, doubled so that it is whole.
    public var doubledFallbackPageNs: UInt128 = 0
    /// The time that the integral covers: from the first to the last sample, ns.
    public var coveredNs: Int64 = 0
    /// The reclaim thread's own count of wakeups.
    public var wakeups = Gauge()
    /// The reclaim thread's own count of reclaimed runs.
    public var reclaims = Gauge()

    /// The integral of the fallback pages over time, page x us, rounded down; `nil` below two
    /// samples.
    public var fallbackPageUs: Int64? {
        fallbackPages.samples < 2 ? nil : Int64(clamping: doubledFallbackPageNs / 2_000)
    }
}

/// The memory of one domain over time, in bins from the begin of the window.
public struct MemoryOverTime: Hashable, Sendable {
    /// The domain; -1 for none.
    public var domain: Int32
    /// Its bins, at least one.
    public var timeline: MemoryTimeline
}
