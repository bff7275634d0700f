public import Histograms

/// Allocation failures of one order and one set of flags.
public struct OrderAndGfpCount: Hashable, Sendable {
    /// The order; -1 where it was not known.
    public var order: Int64
    /// The request's flags, as the source names them.
    public var gfp: String
    /// The number of failures.
    public var count: UInt64

    /// Makes a count.
    public init(order: Int64, gfp: String, count: UInt64) {
        self.order = order
        self.gfp = gfp
        self.count = count
    }

    package static func isBefore(_ left: OrderAndGfpCount, _ right: OrderAndGfpCount) -> Bool {
        if left.count != right.count { return left.count > right.count }
        return (left.order, left.gfp) < (right.order, right.gfp)
    }
}

/// Failures per bin of time.
public struct FailuresOverTime: Hashable, Sendable {
    /// The begin of the first bin, ns.
    public var beginNs: Int64 = 0
    /// The width of each bin, ns.
    public var widthNs: Int64 = 1
    /// The failures of each bin.
    public var counts: [UInt64] = []
    /// The failures of each bin by memory domain, ascending; -1 for none.
    public var byDomain: [PlaceOverTime] = []
    /// The failures of each bin by CPU, ascending; -1 for none.
    public var byCPU: [PlaceOverTime] = []
    /// Domains that are not in `byDomain` because there were too many bins; of several runs added
    /// up.
    public var domainsWithoutBins: UInt64 = 0
    /// CPUs that are not in `byCPU` because there were too many bins; of several runs added up.
    public var cpusWithoutBins: UInt64 = 0

    /// Makes no bins.
    public init() {}

    /// Makes bins that are not told apart by place.
    init(beginNs: Int64, widthNs: Int64, counts: [UInt64]) {
        self.beginNs = beginNs
        self.widthNs = widthNs
        self.counts = counts
    }
}

/// Failures of one domain or one CPU per bin of time.
public struct PlaceOverTime: Hashable, Sendable {
    /// The number of the domain or CPU; -1 for none.
    public var number: Int64
    /// The failures of each bin.
    public var counts: [UInt64]

    /// Makes the bins of a place.
    public init(number: Int64, counts: [UInt64]) {
        self.number = number
        self.counts = counts
    }
}

/// Runs of failures that follow one another in less than 1 ms.
public struct BurstSummary: Hashable, Sendable {
    /// The sizes of all runs; a failure by itself is a run of 1.
    public var sizes = PowerOfTwoHistogram()
    /// The number of runs of two or more.
    public var count: UInt64 = 0
    /// The failures in runs of two or more.
    public var failures: UInt64 = 0
    /// The longest run.
    public var largest: UInt64 = 0

    mutating func add(size: UInt64) {
        sizes.record(Int64(clamping: size))
        largest = max(largest, size)
        guard size > 1 else { return }
        count += 1
        failures += size
    }
}

/// The allocation failures of the window.
public struct FailureSummary: Equatable, Sendable {
    /// All failures.
    public var count: UInt64 = 0
    /// By memory domain, ascending; -1 for none.
    public var byDomain: [NumberCount] = []
    /// By CPU, ascending; -1 for none.
    public var byCPU: [NumberCount] = []
    /// By order asked for, ascending; -1 for unknown.
    public var byOrder: [NumberCount] = []
    /// By who asked, most failures first.
    public var byRequester: [NamedCount] = []
    /// By thread that asked, ascending, of those that are known.
    public var byThread: [NumberCount] = []
    /// By order and flags, most failures first.
    public var byOrderAndGfp: [OrderAndGfpCount] = []
    /// By the largest free order at the failure, ascending; -1 for unknown.
    public var byLargestOrder: [NumberCount] = []
    /// Failures that a table above lacks because it was full, counted per table.
    public var uncountedKeys: UInt64 = 0
    /// Times from one failure to the next, ns, over all domains.
    public var interArrival = LatencySeries()
    /// Failures over time.
    public var overTime = FailuresOverTime()
    /// Failures in quick succession.
    public var bursts = BurstSummary()

    /// By the class that the text of the flags itself names, most failures first.
    ///
    /// - Complexity: O(n log n) for n sets of flags.
    public var byGfpClass: [NamedCount] {
        var counts: [String: UInt64] = [:]
        for row in byOrderAndGfp { counts[Self.gfpClass(row.gfp), default: 0] += row.count }
        return counts.map { NamedCount(name: $0.key, count: $0.value) }
            .sorted(by: NamedCount.isBefore)
    }

    /// The first part of a text like `GFP_KERNEL|__GFP_NOWARN` that begins with `GFP_`: Linux
    /// writes the named set of flags before what goes beyond it. Of FreeBSD's flags the one that
    /// says whether the request may sleep. A single word is its own class.
    static func gfpClass(_ flags: String) -> String {
        let parts = flags.split(separator: "|", omittingEmptySubsequences: false)
        let named = parts.first {
            $0.hasPrefix("GFP_") || $0 == "M_NOWAIT" || $0 == "M_WAITOK"
        }
        if let named { return String(named) }
        return parts.count == 1 && !flags.hasPrefix("__GFP_") ? flags : "(unnamed)"
    }
}
