import TraceAnalysis
import TraceFormat

extension LossSummary: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.held(&count)
        try visitor.held(&intervals)
        try visitor.number(&timeNs, .sum)
        try visitor.rows(&byKind, LossCount.isBefore)
        var earliest = EarliestLosses(rows: rows)
        try visitor.combined(&earliest)
        rows = earliest.rows
        try visitor.part(&late)
    }
}

extension LossCount: SummaryRow {
    init() { self.init(kind: "", count: 0) }

    var key: String {
        get { kind }
        set { kind = newValue }
    }
    var weight: UInt64 { count }
    var keyBytes: Int { kind.utf8.count }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.text(&kind)
        try visitor.held(&count)
    }
}

/// The earliest intervals of either run.
private struct EarliestLosses: CombinedValue {
    var rows: [LossInterval] = []

    mutating func combine(_ other: EarliestLosses) {
        let all = (rows + other.rows).sorted(by: LossInterval.isEarlier)
        rows = Array(all.prefix(LossSummary.rowLimit))
    }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        var number = UInt64(rows.count)
        try visitor.count(&number, .sum)
        guard number <= UInt64(LossSummary.rowLimit) else {
            throw .format(.invalidValue(field: "losses of a summary", offset: 0, value: number))
        }
        for position in 0..<Int(number) {
            if position == rows.count {
                rows.append(LossInterval(kind: nil, beginNs: 0, endNs: 0, count: 0))
            }
            var kind = rows[position].kind ?? ""
            try visitor.text(&kind)
            rows[position].kind = kind.isEmpty ? nil : kind
            try visitor.number(&rows[position].beginNs, .sum)
            try visitor.number(&rows[position].endNs, .sum)
            try visitor.held(&rows[position].count)
        }
    }
}

extension SummaryVisitor {
    /// A count without a limit; a sum is held at 2^63 - 1.
    fileprivate mutating func held(_ value: inout UInt64) throws(SummaryError) {
        var number = Int64(clamping: value)
        try self.number(&number, .sum)
        value = UInt64(max(0, number))
    }
}
