/// The smallest and the largest of some numbers; both -1 where none is known.
public struct KnownRange: Hashable, Sendable {
    /// The smallest number.
    public private(set) var least: Int64 = -1
    /// The largest number.
    public private(set) var most: Int64 = -1

    /// Makes a range of nothing.
    public init() {}

    /// Whether no number is known.
    public var isEmpty: Bool { most < 0 }

    /// Takes a number; one below 0 is not known and ignored.
    mutating func add(_ value: Int64) {
        guard value >= 0 else { return }
        least = isEmpty ? value : min(least, value)
        most = max(most, value)
    }

    mutating func merge(_ other: KnownRange) {
        add(other.least)
        add(other.most)
    }
}

/// What samples of one bin of time say about a domain's memory.
public struct MemoryBin: Hashable, Sendable {
    /// Free pages.
    public var freePages = KnownRange()
    /// The share of the free pages in blocks below order 2, in millionths.
    public var unusablePpm = KnownRange()
    /// Pages that stand in for buffers.
    public var fallbackPages = KnownRange()

    /// Makes a bin without samples.
    public init() {}

    mutating func merge(_ other: MemoryBin) {
        freePages.merge(other.freePages)
        unusablePpm.merge(other.unusablePpm)
        fallbackPages.merge(other.fallbackPages)
    }
}

/// The memory of a domain over time: of every bin the extremes, so that thinning hides none.
///
/// The bins' width is a power of two in ns and doubles when more than 256 would be needed. Those of
/// windows that begin at the same instant join at the larger width, extremes by extremes.
///
/// Memory: 12 KiB at most.
public struct MemoryTimeline: Hashable, Sendable {
    /// The most bins.
    public static let limit: Int64 = 256

    /// The width of a bin, ns.
    public private(set) var widthNs: Int64 = 1
    /// The bins up to the last one with a sample.
    public private(set) var bins: [MemoryBin] = []

    /// Makes a timeline without samples.
    public init() {}

    /// Takes a sample at an offset from the window's begin, ns.
    mutating func add(_ sample: MemoryBin, at offset: Int64) {
        while offset / widthNs >= Self.limit { double() }
        let bin = Int(offset / widthNs)
        while bins.count <= bin { bins.append(MemoryBin()) }
        bins[bin].merge(sample)
    }

    /// The same in at most so many bins.
    ///
    /// - Complexity: O(bins).
    public func joined(limit: Int) -> MemoryTimeline {
        var result = self
        while result.bins.count > max(limit, 1) { result.double() }
        return result
    }

    private mutating func double() {
        for bin in 0..<((bins.count + 1) / 2) {
            var joined = bins[bin * 2]
            if bin * 2 + 1 < bins.count { joined.merge(bins[bin * 2 + 1]) }
            bins[bin] = joined
        }
        bins.removeLast(bins.count / 2)
        widthNs *= 2
    }
}

extension MemoryBin {
    /// Reads a `sample` event.
    init(_ kind: BoundKind, _ values: Span<Int64>) {
        freePages.add(kind.number(SampleSlot.freePages, values, default: -1))
        fallbackPages.add(kind.number(SampleSlot.fallbackPages, values, default: -1))
        var total: UInt128 = 0
        var unusable: UInt128 = 0
        for order in 0..<SampleSlot.orders {
            let count = kind.number(SampleSlot.firstOrder + order, values, default: -1)
            guard count >= 0 else { return }
            let pages = UInt128(UInt64(count)) << UInt128(UInt64(order))
            total += pages
            if order < 2 { unusable += pages }
        }
        if total > 0 { unusablePpm.add(Int64(unusable * 1_000_000 / total)) }
    }
}
