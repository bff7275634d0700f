import Histograms
import TraceAnalysis

extension WakeupSummary: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.latest(&runEvidence, of: [.runs, .batches])
        try visitor.part(&counts)
        try visitor.combined(&latency)
        try visitor.threadRows(&threads)
        try visitor.part(&answers)
        try visitor.rows(&answersByDomain)
        try visitor.count(&untracked, .sum)
    }
}

extension WakeupCounts: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.count(&sent, .sum)
        try visitor.count(&woke, .sum)
        try visitor.count(&noSleeper, .sum)
        try visitor.count(&lost, .sum)
        try visitor.count(&suppressed, .sum)
        try visitor.count(&unknownEffect, .sum)
        try visitor.count(&wokeAgain, .sum)
        try visitor.count(&runs, .sum)
        try visitor.count(&runsWithoutWakeup, .sum)
        try visitor.count(&missedRuns, .sum)
        try visitor.count(&pendingAtEnd, .sum)
        try visitor.count(&sleeps, .sum)
        try visitor.count(&spurious, .sum)
        try visitor.count(&worked, .sum)
    }
}

extension ThreadWakeups: SummaryRow {
    var key: Int64 {
        get { thread }
        set { thread = newValue }
    }
    var weight: UInt64 { counts.sent &+ counts.runs }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&thread, .key)
        try visitor.number(&domain, .leastKnown)
        try visitor.part(&counts)
        try visitor.combined(&latency)
    }
}

extension FailureAnswers: SummaryRow {
    var key: Int32 {
        get { domain }
        set { domain = newValue }
    }
    var weight: UInt64 { everyFailure.count &+ unanswered }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&domain, .key)
        try visitor.combined(&firstFailure)
        try visitor.combined(&everyFailure)
        try visitor.combined(&namedCause)
        try visitor.count(&unanswered, .sum)
        try visitor.count(&untracked, .sum)
    }
}
