import Histograms
import TraceCore

/// Collects what `alloc_fail` says about failed allocations.
struct FailureTracker {
    /// Failures closer to the one before than this belong to one burst, ns.
    static let burstGapNs: Int64 = 1_000_000

    private static let usualDomains = 16
    private static let usualCPUs = 256

    private var count: UInt64 = 0
    /// By domain (high half) and CPU (low half).
    private var places = KeyCounts()
    /// By flags (from bit 16), order asked for + 1 (bits 8...15), largest free order + 1.
    /// The positions of the usual places among `places`, -1 for those not seen yet, so that most
    /// failures need no search.
    private var usualPlaces = [Int32](repeating: -1, count: usualDomains * usualCPUs)
    private var requests = KeyCounts()
    private var requesters = KeyCounts()
    private var interArrival = LatencySeries()
    private var bins: TimeBins
    private var placeBins: PlaceBins
    private var bursts = BurstSummary()
    private var burstSize: UInt64 = 0
    private var lastNs: Int64 = 0

    init(_ window: Window, intervalNs: Int64?) {
        bins = TimeBins(window, intervalNs: intervalNs)
        placeBins = PlaceBins(like: bins)
    }

    mutating func fail(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let order = kind.number(FailSlot.order, values, default: -1)
        let largest = kind.number(FailSlot.largestOrder, values, default: -1)
        let gfp = kind.text(FailSlot.gfp, values).raw
        let bin = bins.add(header.timeNs)
        if let place = place(header.domain, header.cpu) {
            placeBins.add(place, bin, widthNs: bins.widthNs)
        }
        requests.add(gfp << 16 | Self.code(order) << 8 | Self.code(largest))
        requesters.add(kind.text(FailSlot.requester, values).raw)
        if count > 0 {
            let gapNs = header.timeNs - lastNs
            interArrival.record(gapNs)
            if gapNs >= Self.burstGapNs {
                bursts.add(size: burstSize)
                burstSize = 0
            }
        }
        burstSize += 1
        count += 1
        lastNs = header.timeNs
    }

    /// Counts a place and returns its position, `nil` for one beyond the limit.
    @inline(__always)
    private mutating func place(_ domain: Int32, _ cpu: Int32) -> Int? {
        guard domain >= 0, domain < Int32(Self.usualDomains), cpu >= 0,
            cpu < Int32(Self.usualCPUs)
        else { return newPlace(domain, cpu) }
        let slot = Int(domain) * Self.usualCPUs + Int(cpu)
        let known = Int(usualPlaces[slot])
        if known >= 0 {
            places.add(at: known)
            return known
        }
        let new = newPlace(domain, cpu)
        if let new { usualPlaces[slot] = Int32(new) }
        return new
    }

    /// Counts a place that has no position at hand.
    private mutating func newPlace(_ domain: Int32, _ cpu: Int32) -> Int? {
        guard let place = places.add(Int64(domain) << 32 | Int64(UInt32(bitPattern: cpu))) else {
            return nil
        }
        placeBins.meet(place, domain: domain, cpu: cpu)
        return place
    }

    /// An order in one byte: -1 and below become 0, orders above 254 share 255.
    private static func code(_ order: Int64) -> Int64 {
        Int64(UInt8(clamping: order.addingClamped(1)))
    }

    func finish(endNs: Int64, _ text: (TextKey) -> String) -> FailureSummary {
        var result = FailureSummary()
        result.count = count
        result.byDomain = places.marginal { $0 >> 32 }
        result.byCPU = places.marginal { Int64(Int32(truncatingIfNeeded: $0)) }
        result.byOrder = requests.marginal { ($0 >> 8 & 0xFF) - 1 }
        result.byLargestOrder = requests.marginal { ($0 & 0xFF) - 1 }
        result.byRequester = requesters.named(text)
        result.byOrderAndGfp = requests.marginal { $0 >> 8 }
            .map {
                OrderAndGfpCount(
                    order: ($0.number & 0xFF) - 1, gfp: text(TextKey(raw: $0.number >> 8)),
                    count: $0.count)
            }
            .sorted(by: OrderAndGfpCount.isBefore)
        result.uncountedKeys = places.otherCount + requests.otherCount + requesters.otherCount
        result.interArrival = interArrival
        result.interArrival.sort()
        result.overTime = bins.finished(endNs: endNs)
        placeBins.finish(&result.overTime, mostBins: bins.mostBins)
        result.bursts = bursts
        if burstSize > 0 { result.bursts.add(size: burstSize) }
        return result
    }
}
