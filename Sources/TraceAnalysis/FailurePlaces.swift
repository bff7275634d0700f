import TraceCore

/// Counts failures by domain and CPU, and by time.
struct FailurePlaces {
    private static let usualDomains = 16
    private static let usualCPUs = 256
    /// Where failures at other places are tallied.
    private static let otherSlot = usualDomains * usualCPUs

    /// By domain (high half) and CPU (low half).
    private(set) var keys = KeyCounts()
    private var bins: TimeBins
    private var placeBins: PlaceBins
    /// The positions of the usual places among `keys`, -1 for those not seen yet, so that most
    /// failures need no search.
    private var positions = [Int32](repeating: -1, count: otherSlot)
    /// Failures of a stretch by usual place, all 0 between stretches.
    private var tally = [UInt32](repeating: 0, count: otherSlot + 1)

    init(_ window: Window, intervalNs: Int64?) {
        bins = TimeBins(window, intervalNs: intervalNs)
        placeBins = PlaceBins(like: bins)
    }

    /// Counts one failure.
    mutating func add(_ timeNs: Int64, _ domain: Int32, _ cpu: Int32) {
        let bin = bins.add(timeNs)
        let slot = Self.slot(domain, cpu)
        let known = slot == Self.otherSlot ? -1 : Int(positions[slot])
        if known >= 0 {
            keys.add(at: known, times: 1)
            placeBins.add(known, bin, widthNs: bins.widthNs, times: 1)
        } else if let new = keys.add(Int64(domain) << 32 | Int64(UInt32(bitPattern: cpu))) {
            placeBins.meet(new, domain: domain, cpu: cpu)
            if slot != Self.otherSlot { positions[slot] = Int32(new) }
            placeBins.add(new, bin, widthNs: bins.widthNs, times: 1)
        }
    }

    /// Counts the failures of a stretch, of which there are some.
    ///
    /// - Parameter failed: The rows of their sections.
    /// - Complexity: O(failures + sections).
    mutating func add(
        _ split: StretchSplit, _ failed: [StretchSplit.Rows], _ order: Span<Int64>,
        _ timesNs: Span<Int64>, _ rows: Span<Int64>, _ sections: Span<SectionRows>
    ) {
        let first = timesNs[Int(split.failures[0].event)]
        let last = timesNs[Int(split.failures[split.failureCount - 1].event)]
        guard let bin = bins.bin(from: first, through: last),
            addTally(split, failed, order, rows, sections, bin)
        else {
            for index in 0..<split.failureCount {
                let place = split.failures[index]
                let section = sections[Int(order[Int(place.event)])]
                let cpu = section.cpu(rows, at: Int(place.row))
                add(timesNs[Int(place.event)], section.domain, cpu)
            }
            return
        }
        bins.add(UInt64(split.failureCount), to: bin)
    }

    /// Counts failures of one bin where all are at usual places that were seen before: others are
    /// numbered in their order.
    ///
    /// - Returns: Whether that is so.
    private mutating func addTally(
        _ split: StretchSplit, _ failed: [StretchSplit.Rows], _ order: Span<Int64>,
        _ rows: Span<Int64>, _ sections: Span<SectionRows>, _ bin: Int
    ) -> Bool {
        var tally: [UInt32] = []
        swap(&tally, &self.tally)
        for index in 0..<split.failureCount {
            let place = split.failures[index]
            let section = sections[Int(truncatingIfNeeded: order[Int(place.event)])]
            tally[Self.slot(section.domain, section.cpu(rows, at: Int(place.row)))] += 1
        }
        let slots = failed.map { Self.slots(sections[$0.section].domain) }
        let isKnown =
            tally[Self.otherSlot] == 0
            && slots.allSatisfy { $0.allSatisfy { tally[$0] == 0 || positions[$0] >= 0 } }
        for slot in slots.joined() where tally[slot] > 0 {
            if isKnown {
                let (place, times) = (Int(positions[slot]), UInt64(tally[slot]))
                keys.add(at: place, times: times)
                placeBins.add(place, bin, widthNs: bins.widthNs, times: times)
            }
            tally[slot] = 0
        }
        tally[Self.otherSlot] = 0
        swap(&tally, &self.tally)
        return isKnown
    }

    /// The domain and the CPU of a place.
    static func domain(_ key: Int64) -> Int64 { key >> 32 }
    static func cpu(_ key: Int64) -> Int64 { Int64(Int32(truncatingIfNeeded: key)) }

    /// The failures of each bin up to the end of the window.
    func overTime(endNs: Int64) -> FailuresOverTime {
        var result = bins.finished(endNs: endNs)
        placeBins.finish(&result, mostBins: bins.mostBins)
        return result
    }

    @inline(__always)
    private static func slot(_ domain: Int32, _ cpu: Int32) -> Int {
        guard domain >= 0, domain < Int32(usualDomains), cpu >= 0, cpu < Int32(usualCPUs) else {
            return otherSlot
        }
        return Int(domain) * usualCPUs + Int(cpu)
    }

    /// The slots of a domain's usual places.
    private static func slots(_ domain: Int32) -> Range<Int> {
        guard domain >= 0, domain < Int32(usualDomains) else { return 0..<0 }
        return Int(domain) * usualCPUs..<(Int(domain) + 1) * usualCPUs
    }
}
