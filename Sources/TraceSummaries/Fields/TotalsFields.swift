import TraceAnalysis

extension TotalsSummary: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.rows(&wakeRequestsByTarget, NamedCount.isBefore)
        try visitor.rows(&wakeRequestsByOrder)
        try visitor.rows(&pageout)
        try visitor.rows(&fallbacksByOrder)
        try visitor.rows(&levels)
        try visitor.rows(&trimmedBuffers)
        try visitor.count(&bucketChanges, .sum)
        try visitor.rows(&reservationBreaks, NamedCount.isBefore)
        try visitor.part(&populatedPages)
        try visitor.rows(&settings)
    }
}

extension PageoutTotals: SummaryRow {
    var key: Int {
        get { mode.rawValue }
        set { mode = BatchMode(rawValue: newValue) ?? .unknown }
    }
    var weight: UInt64 { events }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.latest(&mode, of: BatchMode.allCases, .key)
        try visitor.count(&events, .sum)
        try visitor.part(&scannedPages)
        try visitor.part(&freedPages)
        try visitor.part(&shortagePages)
    }
}

extension LevelTime: SummaryRow {
    var key: PairKey<String, Int32> {
        get { PairKey(level, domain) }
        set { (level, domain) = (newValue.first, newValue.second) }
    }
    var weight: UInt64 { UInt64(clamping: timeNs) }
    var keyBytes: Int { level.utf8.count }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.text(&level)
        try visitor.number(&domain, .key)
        try visitor.count(&reached, .sum)
        try visitor.number(&timeNs, .sum)
    }
}

extension CounterRange: SummaryRow {
    var key: String {
        get { name }
        set { name = newValue }
    }
    var weight: UInt64 { samples }
    var keyBytes: Int { name.utf8.count }

    /// First and last values are added up over runs: so is their change.
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.text(&name)
        try visitor.number(&first, .sum)
        try visitor.number(&last, .sum)
        try visitor.count(&samples, .sum)
    }
}

extension CounterSummary: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.rows(&rows, CounterRow.isBefore)
        try visitor.count(&untracked, .sum)
    }
}

extension CounterRow: SummaryRow {
    var key: PairKey<String, Int> {
        get { PairKey(range.name, isSum ? 1 : 0) }
        set {
            range.name = newValue.first
            isSum = newValue.second != 0
        }
    }
    var weight: UInt64 { range.samples }
    var keyBytes: Int { range.name.utf8.count }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.part(&range)
        try visitor.latest(&isSum, of: [false, true], .key)
        try visitor.number(&firstNs, .least)
        try visitor.number(&lastNs, .most)
        try visitor.ifAll(&check)
    }
}

extension CounterCheck: CombinedValue {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.latest(&evidence, of: CounterEvidence.allCases, .key)
        try visitor.number(&told, .sum)
        try visitor.latest(&gap, of: [nil] + CounterGap.allCases)
    }

    /// A counter that differs in one run differs in the whole.
    mutating func combine(_ other: CounterCheck) {
        told = told.addingClamped(other.told)
        let gaps: [CounterGap?] = [nil] + CounterGap.allCases
        let worse = max(gaps.firstIndex(of: gap) ?? 0, gaps.firstIndex(of: other.gap) ?? 0)
        gap = gaps[worse]
    }
}
