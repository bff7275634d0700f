import Histograms
import TraceCore

/// Collects what `alloc_fail` says about failed allocations.
struct FailureTracker {
    /// Failures closer to the one before than this belong to one burst, ns.
    static let burstGapNs: Int64 = 1_000_000

    private var count: UInt64 = 0
    private var places: FailurePlaces
    /// By flags (from bit 16), order asked for + 1 (bits 8...15), largest free order + 1.
    private var requests = KeyCounts()
    private var requesters = KeyCounts()
    private var threads = KeyCounts()
    private var interArrival = LatencySeries()
    private var bursts = BurstSummary()
    private var burstSize: UInt64 = 0
    private var lastNs: Int64 = 0
    /// Room for the distances between the failures of a stretch, ns.
    private var gaps: [Int64] = []

    init(_ window: Window, intervalNs: Int64?) {
        places = FailurePlaces(window, intervalNs: intervalNs)
    }

    mutating func fail(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        places.add(header.timeNs, header.domain, header.cpu)
        addRequest(kind, values)
        if count > 0 {
            interArrival.record(header.timeNs - lastNs)
            if header.timeNs - lastNs >= Self.burstGapNs { endBurst() }
        }
        burstSize += 1
        count += 1
        lastNs = header.timeNs
    }

    /// Takes the failures of a stretch, but what they say of requests where they do.
    ///
    /// - Complexity: O(failures + sections).
    mutating func fail(
        _ split: StretchSplit, _ failed: [StretchSplit.Rows], _ order: Span<Int64>,
        _ timesNs: Span<Int64>, _ rows: Span<Int64>, _ sections: Span<SectionRows>,
        _ binding: SchemaBinding
    ) {
        places.add(split, failed, order, timesNs, rows, sections)
        addGaps(split, timesNs)
        for rows in failed {
            let kind = binding.kinds[Int(sections[rows.section].kind.rawValue)]
            guard !Self.tellsRequests(kind) else { continue }
            requests.add(Self.request(-1, .empty, -1), times: UInt64(rows.count))
            requesters.add(TextKey.empty.raw, times: UInt64(rows.count))
        }
    }

    private mutating func addGaps(_ split: StretchSplit, _ timesNs: Span<Int64>) {
        gaps.removeAll(keepingCapacity: true)
        var (size, lastNs) = (burstSize, lastNs)
        for index in 0..<split.failureCount {
            let timeNs = timesNs[Int(split.failures[index].event)]
            if count > 0 || index > 0 {
                gaps.append(timeNs - lastNs)
                if timeNs - lastNs >= Self.burstGapNs {
                    bursts.add(size: size)
                    size = 0
                }
            }
            size += 1
            lastNs = timeNs
        }
        count += UInt64(split.failureCount)
        (burstSize, self.lastNs) = (size, lastNs)
        interArrival.record(gaps)
    }

    private mutating func endBurst() {
        bursts.add(size: burstSize)
        burstSize = 0
    }

    /// Whether failures of a kind tell what was asked for, or by whom.
    static func tellsRequests(_ kind: BoundKind) -> Bool { kind.boundSlots != 0 }

    mutating func addRequest(_ kind: BoundKind, _ values: Span<Int64>) {
        let order = kind.number(FailSlot.order, values, default: -1)
        let largest = kind.number(FailSlot.largestOrder, values, default: -1)
        let gfp = kind.text(FailSlot.gfp, values)
        requests.add(Self.request(order, gfp, largest))
        requesters.add(kind.text(FailSlot.requester, values).raw)
        let thread = kind.number(FailSlot.thread, values, default: -1)
        if thread >= 0 { threads.add(thread) }
    }

    private static func request(_ order: Int64, _ gfp: TextKey, _ largest: Int64) -> Int64 {
        gfp.raw << 16 | code(order) << 8 | code(largest)
    }

    /// An order in one byte: -1 and below become 0, orders above 254 share 255.
    private static func code(_ order: Int64) -> Int64 {
        Int64(UInt8(clamping: order.addingClamped(1)))
    }

    func finish(endNs: Int64, _ text: (TextKey) -> String) -> FailureSummary {
        var result = FailureSummary()
        result.count = count
        result.byDomain = places.keys.marginal(FailurePlaces.domain)
        result.byCPU = places.keys.marginal(FailurePlaces.cpu)
        result.byOrder = requests.marginal { ($0 >> 8 & 0xFF) - 1 }
        result.byLargestOrder = requests.marginal { ($0 & 0xFF) - 1 }
        result.byRequester = requesters.named(text)
        result.byThread = threads.ascending
        result.byOrderAndGfp = requests.marginal { $0 >> 8 }
            .map {
                OrderAndGfpCount(
                    order: ($0.number & 0xFF) - 1, gfp: text(TextKey(raw: $0.number >> 8)),
                    count: $0.count)
            }
            .sorted(by: OrderAndGfpCount.isBefore)
        result.uncountedKeys =
            places.keys.otherCount + requests.otherCount + requesters.otherCount
            + threads.otherCount
        result.interArrival = interArrival
        result.interArrival.sort()
        result.overTime = places.overTime(endNs: endNs)
        result.bursts = bursts
        if burstSize > 0 { result.bursts.add(size: burstSize) }
        return result
    }
}
