import TraceAnalysis

extension ChainSummary: CombinedValue {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.count(&count, .sum)
        try visitor.count(&recorded, .sum)
        try visitor.anyOf(&knowsRelief)
        try visitor.count(&limit, .least)
        var chains = ChainList(chains: worst)
        try chains.visit(&visitor)
        worst = chains.chains
        try visitor.count(&untracked, .sum)
    }

    /// The longest of both, as many as either side can vouch for.
    mutating func combine(_ other: ChainSummary) throws(SummaryError) {
        try count.add(other.count)
        try recorded.add(other.recorded)
        knowsRelief = knowsRelief || other.knowsRelief
        limit = min(limit, other.limit)
        try untracked.add(other.untracked)
        worst = Array((worst + other.worst).sorted(by: Chain.isBefore).prefix(Int(clamping: limit)))
    }
}

/// Chains as they are, one after the other.
private struct ChainList: SummaryPart {
    var chains: [Chain]

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        var number = UInt64(chains.count)
        try visitor.count(&number, .sum)
        for position in 0..<number {
            var chain = position < chains.count ? chains[Int(position)] : Chain()
            try chain.visit(&visitor)
            if position < chains.count {
                chains[Int(position)] = chain
            } else {
                chains.append(chain)
            }
        }
    }
}

extension Chain: SummaryPart {
    fileprivate init() {
        self.init(
            domain: 0, thread: 0, failureSequence: 0, failureNs: 0, failures: 0, wakeNs: 0,
            wakeLink: .inferred)
    }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.text(&trace)
        try visitor.number(&domain, .key)
        try visitor.number(&thread, .thread)
        try visitor.count(&failureSequence, .key)
        try visitor.number(&failureNs, .key)
        try visitor.count(&failures, .key)
        try visitor.number(&wakeNs, .key)
        try visitor.latest(&wakeLink, of: ChainLink.allCases, .key)
        try visitor.instant(&runNs)
        try visitor.latest(&runLink, of: [nil] + ChainLink.allCases, .key)
        try visitor.instant(&batchBeginNs)
        try visitor.latest(&batchLink, of: [nil] + ChainLink.allCases, .key)
        try visitor.instant(&batchEndNs)
        try visitor.instant(&reliefNs)
    }
}

extension SummaryVisitor {
    /// An instant that may not be known; -1 stands for that.
    fileprivate mutating func instant(_ value: inout Int64?) throws(SummaryError) {
        var number = value ?? -1
        try self.number(&number, .key)
        value = number < 0 ? nil : number
    }
}
