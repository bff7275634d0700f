import Histograms
import TraceAnalysis

extension ReliefSummary: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        // What is exact is no more than a bound beside one.
        try visitor.latest(&evidence, of: [.none, .events, .samples])
        try visitor.part(&total)
        try visitor.rows(&byDomain)
        try visitor.count(&otherOrders, .sum)
        try visitor.count(&untracked, .sum)
    }
}

extension ReliefSeries: SummaryRow {
    var key: Int32 {
        get { domain }
        set { domain = newValue }
    }
    var weight: UInt64 { served.count &+ unserved }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&domain, .key)
        try visitor.combined(&served)
        try visitor.combined(&imported)
        try visitor.count(&unserved, .sum)
        try visitor.count(&unimported, .sum)
    }
}

extension BatchReliefSummary: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.part(&total)
        try visitor.rows(&byDomain)
        try visitor.count(&untracked, .sum)
    }
}

extension BatchRelief: SummaryRow {
    var key: Int32 {
        get { domain }
        set { domain = newValue }
    }
    var weight: UInt64 { chains }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&domain, .key)
        try visitor.count(&chains, .sum)
        try visitor.count(&recorded, .sum)
        try visitor.count(&inferred, .sum)
        try visitor.combined(&duration)
    }
}
