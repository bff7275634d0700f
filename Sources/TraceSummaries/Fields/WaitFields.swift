import Histograms
import TraceAnalysis

extension WaitSummary: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.part(&total)
        try visitor.rows(&byReason)
        try visitor.rows(&byDomain)
        try visitor.threadRows(&byThread)
        try visitor.rows(&byWaker)
        try visitor.count(&skips, .sum)
        try visitor.count(&untracked, .sum)
    }
}

extension WaitGroup: SummaryRow {
    var key: String {
        get { reason }
        set { reason = newValue }
    }
    var weight: UInt64 { ended &+ openAtEnd }
    var keyBytes: Int { reason.utf8.count }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.text(&reason)
        try visitor.count(&ended, .sum)
        try visitor.count(&openAtEnd, .sum)
        try visitor.count(&openAtBegin, .sum)
        try visitor.count(&endsWithoutBegin, .sum)
        try visitor.count(&beginsWithoutEnd, .sum)
        try visitor.combined(&duration)
        try visitor.number(&timeNs, .sum)
        try visitor.part(&blockedNs)
        try visitor.part(&onCPUNs)
    }
}

extension WaitShare: SummaryRow {
    var key: Int64 {
        get { number }
        set { number = newValue }
    }
    var weight: UInt64 { UInt64(clamping: timeNs) }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&number, .key)
        try visitor.count(&count, .sum)
        try visitor.number(&timeNs, .sum)
        try visitor.count(&skips, .sum)
    }
}
