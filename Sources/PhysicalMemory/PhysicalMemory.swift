/// The physical pages of a host: free lists, reservations, free counts, page states.
///
/// One value is owned by one consumer and changed by mutating methods; every method is
/// deterministic and reads no clock. The state of a page takes 14 bytes in flat arrays; a page
/// is either in a free block or on a page queue, so both kinds of lists share their links.
/// Rules: conformance vectors, sections 1 to 7; engine specification 3 and 4.4 to 4.14.
///
/// Programmer error, in every method: a page outside all segments, or a domain, order or
/// count outside its range, traps.
public struct PhysicalMemory: Sendable {
    /// Segments in ascending order.
    public let segments: [MemorySegment]
    /// Counters of each domain.
    public internal(set) var domains: [MemoryDomain]
    /// The system clock in ticks; wraps around. Set by the consumer.
    public var ticks: Int32 = 0
    /// Position counter of the rotation over fallback domains (engine specification, B2).
    public internal(set) var domainIterator = 0
    /// Threads asleep until a domain leaves the min set, all domains together.
    public internal(set) var minWaiters = 0
    /// Threads asleep until a domain leaves the severe set, all domains together.
    public internal(set) var severeWaiters = 0
    /// What happened since the consumer last drained it, oldest first.
    ///
    /// Not part of the state: neither digest nor snapshot cover it.
    public internal(set) var signals: [MemorySignal] = []
    /// Are the signals marked "Detail" recorded too? They are not by default.
    public var recordsDetails = false
    /// Is ``MemorySignal/reservationHasRoom(domain:)`` wanted? It costs time at every change of a
    /// reservation. Not part of the state.
    public var watchesReservations = false
    /// What became of reservations since the start.
    public internal(set) var reservationCounts = ReservationCounts()

    let layout: [SegmentLayout]
    /// Per page, by flat index.
    var words: [PageWord]
    /// Per page, by flat index: what is only needed when the page changes hands. A scan reads the
    /// words alone; a page that is taken or freed needs all of this, from one cache line.
    var links: [PageLinks]
    /// Per free list, see ``listID(_:_:_:)``.
    var listHeads: [UInt32]
    var listTails: [UInt32]
    /// Per superpage that lies wholly inside a segment.
    var reservations: [Reservation]
    /// Per domain: queue of partly populated reservations.
    var queueHeads: [Int32]
    var queueTails: [Int32]
    /// Do idle object pages stand on page queues? See ``startPageQueues()``.
    public internal(set) var hasPageQueues = false
    /// Per domain: inactive, active, laundry; empty while there are no page queues.
    var pageQueues: [PageQueueEnds] = []
    var queueCounts: [Int]
    /// Incremental parts of the state digest.
    var pageDigest: UInt64 = 0
    var linkDigest: UInt64 = 0
    var reservationDigest: UInt64 = 0

    /// A host on which every page is free, in blocks as large as the segments allow.
    ///
    /// - Parameters:
    ///   - segments: ascending, not overlapping, not empty, domains numbered from 0.
    ///   - thresholds: one per domain, or `nil` to compute what a host sets at boot.
    /// - Complexity: O(pages).
    ///
    /// Programmer error: segments that break these rules, or another number of thresholds.
    public init(segments: [MemorySegment], thresholds: [Thresholds]? = nil) {
        self.init(blank: segments, thresholds: thresholds)
        pageDigest = pageDigestSum()
        for segment in layout {
            putBackWithoutMerging(segment.start, count: segment.end - segment.start)
        }
    }

    /// All pages free by kind, but in no list yet, and `pageDigest` not computed.
    init(blank segments: [MemorySegment], thresholds: [Thresholds]?) {
        self.segments = segments
        layout = PhysicalMemory.makeLayout(segments)
        let domainCount = (segments.map(\.domain).max() ?? 0) + 1
        var pageCounts = [Int](repeating: 0, count: domainCount)
        for segment in segments { pageCounts[segment.domain] += segment.pageCount }
        let total = pageCounts.reduce(0, +)
        precondition(total < Int(noIndex), "At most 2^32 - 2 pages can be modelled.")
        precondition(
            thresholds == nil || thresholds?.count == domainCount,
            "There must be as many thresholds as domains.")
        let cluster = Thresholds.clusterPages(systemPageCount: total)
        domains = pageCounts.indices.map { domain in
            let count = pageCounts[domain]
            let limits =
                thresholds?[domain]
                ?? Thresholds(pageCount: count, freeCount: count, clusterPages: cluster)
            return MemoryDomain(pageCount: count, freeCount: count, thresholds: limits)
        }
        words = Array(repeating: PageWord(kind: .free, pool: .standard), count: total)
        links = Array(repeating: PageLinks(), count: total)
        let lists = domainCount * MemoryGeometry.poolCount * MemoryGeometry.orderCount
        listHeads = Array(repeating: noIndex, count: lists)
        listTails = listHeads
        let slots = layout.reduce(0) { $0 + $1.superpageCount }
        reservations = Array(repeating: Reservation(), count: slots)
        queueHeads = Array(repeating: -1, count: domainCount)
        queueTails = queueHeads
        queueCounts = Array(repeating: 0, count: domainCount)
    }

    /// Number of domains.
    public var domainCount: Int { domains.count }

    /// Number of pages of all domains.
    public var pageCount: Int { words.count }

    /// Removes all signals but keeps their storage.
    public mutating func drainSignals() { signals.removeAll(keepingCapacity: true) }

    /// Does a segment hold this page?
    public func contains(_ page: PageNumber) -> Bool {
        for segment in layout where page < segment.end { return page >= segment.start }
        return false
    }

    /// Order of the largest free block of the domain, or `nil`.
    ///
    /// A kTLS import that must not break reservations succeeds exactly if it is 2 or more
    /// and the free count suffices (engine specification 4.6).
    public func largestFreeOrder(_ domain: Int) -> Int? { domains[domain].largestFreeOrder }

    private static func makeLayout(_ segments: [MemorySegment]) -> [SegmentLayout] {
        var layout: [SegmentLayout] = []
        var base = 0
        var slotBase = 0
        var lastEnd = 0
        precondition(!segments.isEmpty, "A host has at least one segment.")
        for segment in segments {
            precondition(
                segment.start >= lastEnd && segment.end > segment.start && segment.domain >= 0,
                "Segments ascend, do not overlap, are not empty and name a domain.")
            precondition(segment.end < 1 << 44, "Page numbers have at most 44 bits.")
            let first = (segment.start + 511) >> 9
            let slots = max(0, (segment.end >> 9) - first)
            layout.append(
                SegmentLayout(
                    start: segment.start, end: segment.end, domain: segment.domain, base: base,
                    firstSuperpage: first, superpageCount: slots, slotBase: slotBase))
            base += segment.pageCount
            slotBase += slots
            lastEnd = segment.end
        }
        return layout
    }
}
