import TraceAnalysis

extension TraceSummary: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.count(&runs, .sum)
        try visitor.part(&window)
        var reports = sections?.map(\.rawValue)
        try visitor.selection(&reports)
        sections = reports?.compactMap { ReportSection(rawValue: $0) }
        try visitor.part(&events)
        try visitor.rows(&missingColumns)
        try visitor.part(&losses)
        try visitor.threadRows(&threads)
        try visitor.part(&cpu)
        try visitor.part(&wakeups)
        try visitor.part(&failures)
        try visitor.part(&batches)
        try visitor.part(&waits)
        try visitor.part(&relief)
        try visitor.part(&batchRelief)
        try visitor.ifAll(&chains)
        try visitor.part(&service)
        try visitor.rows(&memory)
        try visitor.part(&counters)
        try visitor.part(&totals)
        totals.counters = counters.rows.filter { !$0.isSum }.map(\.range)
    }
}

extension SummaryWindow: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&beginNs, .least)
        try visitor.number(&endNs, .most)
        try visitor.number(&lengthNs, .sum)
        try visitor.anyOf(&isCutAtBegin)
        try visitor.anyOf(&isCutAtEnd)
        var domainTexts = domains?.map(String.init)
        try visitor.selection(&domainTexts)
        domains = domainTexts?.compactMap { Int32($0) }
        try visitor.selection(&kinds)
        var threadTexts = threads?.map(String.init)
        try visitor.selection(&threadTexts)
        threads = threadTexts?.compactMap { Int64($0) }
    }
}

extension SummaryVisitor {
    /// What was asked for, `nil` for everything. Only summaries of the same are merged.
    fileprivate mutating func selection(_ texts: inout [String]?) throws(SummaryError) {
        var number = texts.map { UInt64($0.count) + 1 } ?? 0
        try count(&number, .key)
        guard number > 0 else {
            texts = nil
            return
        }
        var result = texts ?? []
        for position in 0..<(number - 1) {
            let isKnown = position < result.count
            var text = isKnown ? result[Int(position)] : ""
            try self.text(&text)
            if !isKnown { result.append(text) }
        }
        texts = result
    }
}

extension EventCounts: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.rows(&byKind)
        try visitor.count(&inWindow, .sum)
        try visitor.count(&outsideWindow, .sum)
        try visitor.count(&otherDomains, .sum)
        try visitor.count(&otherKinds, .sum)
        try visitor.count(&otherThreads, .sum)
        try visitor.count(&unknownKind, .sum)
    }
}

extension MissingColumn: SummaryRow {
    init() { self.init(kind: "", column: "", isWrongType: false) }

    var key: PairKey<String, String> {
        get { PairKey(kind, column) }
        set { (kind, column) = (newValue.first, newValue.second) }
    }
    var weight: UInt64 { 0 }
    var keyBytes: Int { kind.utf8.count + column.utf8.count }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.text(&kind)
        try visitor.text(&column)
        try visitor.anyOf(&isWrongType)
    }
}

extension NamedThread: SummaryRow {
    var key: Int64 {
        get { thread }
        set { thread = newValue }
    }
    var weight: UInt64 { role == .reclaim ? 1 : 0 }
    var keyBytes: Int { names.reduce(0) { $0 + $1.utf8.count } }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&thread, .key)
        var all = TextSet(texts: names)
        try visitor.combined(&all)
        names = all.texts
        try visitor.latest(&role, of: [nil, .other, .requester, .worker, .reclaim])
    }
}
