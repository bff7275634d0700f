import TraceAnalysis

extension ServiceSummary: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.count(&samples, .sum)
        try visitor.part(&total)
        try visitor.rows(&byDomain)
        try visitor.rows(&byCPU)
        try visitor.count(&decreases, .sum)
        try visitor.count(&untracked, .sum)
    }
}

extension ServiceCounts: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&requests, .sum)
        try visitor.number(&hitsCPU, .sum)
        try visitor.number(&hitsList, .sum)
        try visitor.number(&imports, .sum)
        try visitor.number(&failed, .sum)
        try visitor.number(&limited, .sum)
        try visitor.number(&fallback, .sum)
        try visitor.number(&small, .sum)
        try visitor.number(&anonymous, .sum)
    }
}

extension NumberedService: SummaryRow {
    var key: Int64 {
        get { number }
        set { number = newValue }
    }
    var weight: UInt64 { UInt64(clamping: counts.requests) }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&number, .key)
        try visitor.part(&counts)
    }
}

extension DomainMemory: SummaryRow {
    var key: Int32 {
        get { domain }
        set { domain = newValue }
    }
    var weight: UInt64 { samples }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&domain, .key)
        try visitor.count(&samples, .sum)
        try visitor.combined(&freePages)
        for order in blocks.indices { try visitor.combined(&blocks[order]) }
        try visitor.combined(&unusablePpm)
        try visitor.combined(&fallbackPages)
        try visitor.wide(&doubledFallbackPageNs)
        try visitor.number(&coveredNs, .sum)
        try visitor.combined(&wakeups)
        try visitor.combined(&reclaims)
    }
}

extension Gauge: CombinedValue {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.count(&samples, .sum)
        try visitor.reading(&first)
        try visitor.number(&minimum, .least)
        try visitor.number(&maximum, .most)
        try visitor.reading(&last)
    }

    /// The first and the last value are those of all runs, or not known where these differ.
    mutating func combine(_ other: Gauge) throws(SummaryError) {
        guard other.samples > 0 else { return }
        guard samples > 0 else {
            self = other
            return
        }
        try samples.add(other.samples)
        if first != other.first { first = nil }
        if last != other.last { last = nil }
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
    }
}

extension SummaryVisitor {
    /// A value from 0 up that may not be known; -1 stands for that.
    fileprivate mutating func reading(_ value: inout Int64?) throws(SummaryError) {
        var number = value ?? -1
        try self.number(&number, .key)
        value = number < 0 ? nil : number
    }
}
