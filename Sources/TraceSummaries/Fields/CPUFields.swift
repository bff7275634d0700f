import Histograms
import TraceAnalysis

extension CPUSummary: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&reclaimNs, .sum)
        try visitor.number(&openAtEndNs, .sum)
        try visitor.number(&spinNs, .sum)
        try visitor.number(&directNs, .sum)
        try visitor.count(&batchesWithoutCPU, .sum)
        try visitor.count(&missedStretches, .sum)
        try visitor.sums(&passNs)
        try visitor.rows(&domains)
        try visitor.threadRows(&threads)
        try visitor.rows(&stalls)
        try visitor.threadRows(&stallsByThread)
        try visitor.count(&untracked, .sum)
    }
}

extension DomainCPU: SummaryRow {
    var key: Int32 {
        get { domain }
        set { domain = newValue }
    }
    var weight: UInt64 { UInt64(clamping: reclaimNs.addingClamped(directNs)) }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&domain, .key)
        try visitor.number(&reclaimNs, .sum)
        try visitor.number(&directNs, .sum)
    }
}

extension StallGroup: SummaryRow {
    var key: String {
        get { routine }
        set { routine = newValue }
    }
    var weight: UInt64 { UInt64(clamping: timeNs) }
    var keyBytes: Int { routine.utf8.count }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.text(&routine)
        try visitor.count(&count, .sum)
        try visitor.number(&timeNs, .sum)
        try visitor.part(&onCPUNs)
        try visitor.part(&blockedNs)
    }
}

extension StallShare: SummaryRow {
    var key: Int64 {
        get { thread }
        set { thread = newValue }
    }
    var weight: UInt64 { UInt64(clamping: timeNs) }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&thread, .key)
        try visitor.count(&count, .sum)
        try visitor.number(&timeNs, .sum)
        try visitor.number(&longestNs, .most)
    }
}

extension ThreadCPU: SummaryRow {
    var key: Int64 {
        get { thread }
        set { thread = newValue }
    }
    var weight: UInt64 {
        isReclaim ? .max : UInt64(clamping: cpuNs.addingClamped(directNs))
    }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&thread, .key)
        try visitor.number(&domain, .leastKnown)
        try visitor.anyOf(&isReclaim)
        try visitor.latest(&evidence, of: [.none, .stretches, .batches])
        try visitor.number(&cpuNs, .sum)
        try visitor.number(&openAtEndNs, .sum)
        try visitor.combined(&stretches)
        try visitor.part(&cutStretches)
        try visitor.count(&missedStretches, .sum)
        try visitor.number(&batchNs, .sum)
        try visitor.number(&directNs, .sum)
        try visitor.count(&batchesWithoutCPU, .sum)
        try visitor.number(&openPassNs, .sum)
        try visitor.sums(&passNs)
        try visitor.part(&visits)
        try visitor.part(&spins)
        try visitor.number(&openSpinNs, .sum)
        try visitor.part(&spinIterations)
        try visitor.part(&spinDeficitPages)
    }
}
