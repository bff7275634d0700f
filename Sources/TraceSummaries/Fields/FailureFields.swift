import Histograms
import TraceAnalysis
import TraceFormat

extension FailureSummary: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.count(&count, .sum)
        try visitor.rows(&byDomain)
        try visitor.rows(&byCPU)
        try visitor.rows(&byOrder)
        try visitor.rows(&byRequester, NamedCount.isBefore)
        try visitor.threadRows(&byThread)
        try visitor.rows(&byOrderAndGfp, OrderAndGfpCount.isBefore)
        try visitor.rows(&byLargestOrder)
        try visitor.count(&uncountedKeys, .sum)
        try visitor.combined(&interArrival)
        try visitor.combined(&overTime)
        try visitor.part(&bursts)
    }
}

extension OrderAndGfpCount: SummaryRow {
    var key: PairKey<Int64, String> {
        get { PairKey(order, gfp) }
        set { (order, gfp) = (newValue.first, newValue.second) }
    }
    var weight: UInt64 { count }
    var keyBytes: Int { gfp.utf8.count }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&order, .key)
        try visitor.text(&gfp)
        try visitor.count(&count, .sum)
    }
}

extension BurstSummary: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.combined(&sizes)
        try visitor.count(&count, .sum)
        try visitor.count(&failures, .sum)
        try visitor.count(&largest, .most)
    }
}

extension FailuresOverTime: CombinedValue {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&beginNs, .key)
        try visitor.number(&widthNs, .key)
        try visitor.list(&counts, most: 65_536)
        try visitor.rows(&byDomain)
        try visitor.rows(&byCPU)
        try visitor.count(&domainsWithoutBins, .sum)
        try visitor.count(&cpusWithoutBins, .sum)
        guard widthNs >= 0, byDomain.allSatisfy(isPart), byCPU.allSatisfy(isPart) else {
            throw .format(.invalidValue(field: "failures over time", offset: 0, value: 0))
        }
    }

    /// Whether a place has the bins of all and nowhere more failures.
    private func isPart(_ place: PlaceOverTime) -> Bool {
        place.counts.count == counts.count
            && zip(place.counts, counts).allSatisfy { $0 <= $1 }
    }

    /// Bins are set on one another from the begin of each run's window, in the wider ones of both.
    /// Where those of one do not make up those of the other there are none (width 0).
    mutating func combine(_ other: FailuresOverTime) throws(SummaryError) {
        if other.isEmpty { return }
        if isEmpty {
            self = other
            return
        }
        guard beginNs == other.beginNs, let steps = Self.doublings(widthNs, other.widthNs) else {
            (beginNs, widthNs, counts, byDomain, byCPU) = (0, 0, [], [], [])
            try addPlaces(other)
            return
        }
        var other = other
        if steps < 0 { try other.widen(-steps) } else { try widen(steps) }
        try add(other)
        try addPlaces(other)
    }

    private mutating func addPlaces(_ other: FailuresOverTime) throws(SummaryError) {
        try domainsWithoutBins.add(other.domainsWithoutBins)
        try cpusWithoutBins.add(other.cpusWithoutBins)
    }

    /// Whether there was no time for bins; then no place lacks any.
    private var isEmpty: Bool { counts.isEmpty && widthNs > 0 }

    /// How often the left width must be doubled for the right one, below 0 the other way round;
    /// `nil` where that never gives it.
    private static func doublings(_ left: Int64, _ right: Int64) -> Int? {
        guard left > 0, right > 0 else { return nil }
        let steps = left.trailingZeroBitCount - right.trailingZeroBitCount
        let isSame = left >> left.trailingZeroBitCount == right >> right.trailingZeroBitCount
        return isSame ? -steps : nil
    }

    private mutating func widen(_ steps: Int) throws(SummaryError) {
        widthNs <<= Int64(steps)
        counts = try Self.joined(counts, steps)
        for place in byDomain.indices {
            byDomain[place].counts = try Self.joined(byDomain[place].counts, steps)
        }
        for place in byCPU.indices {
            byCPU[place].counts = try Self.joined(byCPU[place].counts, steps)
        }
    }

    /// Every 2^steps bins as one.
    private static func joined(_ counts: [UInt64], _ steps: Int) throws(SummaryError) -> [UInt64] {
        guard let last = counts.indices.last else { return [] }
        var result = [UInt64](repeating: 0, count: (last >> steps) + 1)
        for (bin, count) in counts.enumerated() { try result[bin >> steps].add(count) }
        return result
    }

    private mutating func add(_ other: FailuresOverTime) throws(SummaryError) {
        counts = try Self.sum(counts, other.counts)
        byDomain = try Self.sum(byDomain, other.byDomain, bins: counts.count)
        byCPU = try Self.sum(byCPU, other.byCPU, bins: counts.count)
    }

    private static func sum(_ left: [UInt64], _ right: [UInt64]) throws(SummaryError) -> [UInt64] {
        var result = left.count < right.count ? right : left
        let other = left.count < right.count ? left : right
        for (bin, count) in other.enumerated() { try result[bin].add(count) }
        return result
    }

    private static func sum(
        _ left: [PlaceOverTime], _ right: [PlaceOverTime], bins: Int
    ) throws(SummaryError) -> [PlaceOverTime] {
        var places: [Int64: [UInt64]] = [:]
        for place in left + right {
            places[place.number] = try sum(
                places[place.number] ?? [UInt64](repeating: 0, count: bins), place.counts)
        }
        return places.keys.sorted().map { PlaceOverTime(number: $0, counts: places[$0] ?? []) }
    }
}

extension PlaceOverTime: SummaryRow {
    init() { self.init(number: 0, counts: []) }

    var key: Int64 {
        get { number }
        set { number = newValue }
    }
    var weight: UInt64 { counts.reduce(0) { $0 &+ $1 } }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&number, .key)
        try visitor.list(&counts, most: 65_536)
    }
}
