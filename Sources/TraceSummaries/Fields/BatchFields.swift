import Histograms
import TraceAnalysis

extension BatchSummary: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.rows(&groups)
        try visitor.rows(&domains)
        try visitor.rows(&deferredByReason, NamedCount.isBefore)
        try visitor.rows(&deferredByOrder)
        try visitor.count(&untracked, .sum)
    }
}

extension BatchGroup: SummaryRow {
    var key: PairKey<String, Int> {
        get { PairKey(routine, mode.rawValue) }
        set {
            routine = newValue.first
            mode = BatchMode(rawValue: newValue.second) ?? .unknown
        }
    }
    var weight: UInt64 { begun &+ ended }
    var keyBytes: Int { routine.utf8.count }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.text(&routine)
        try visitor.latest(&mode, of: BatchMode.allCases, .key)
        try visitor.count(&begun, .sum)
        try visitor.count(&ended, .sum)
        try visitor.count(&openAtEnd, .sum)
        try visitor.count(&openAtBegin, .sum)
        try visitor.count(&endsWithoutBegin, .sum)
        try visitor.count(&beginsWithoutEnd, .sum)
        try visitor.combined(&duration)
        try visitor.number(&timeNs, .sum)
        try visitor.part(&cpuNs)
        try visitor.part(&counters)
        try visitor.rows(&results, NamedCount.isBefore)
    }
}

extension BatchCounters: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.parts(&sums)
    }
}

extension DomainBatches: SummaryRow {
    var key: Int32 {
        get { domain }
        set { domain = newValue }
    }
    var weight: UInt64 { ended }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&domain, .key)
        try visitor.count(&ended, .sum)
        try visitor.part(&gainedBlocks)
        try visitor.part(&nominal)
        try visitor.part(&phantom)
    }
}
