import Histograms
import TraceAnalysis

/// How much of a summary is kept.
struct SummaryDetail: Equatable {
    /// Series of more samples are kept in buckets.
    var exactSamples: Int
    /// Bits of the buckets; a bucket is at most 2^-bits of its value.
    var bucketBits: Int
    /// Rows of a table, those that matter most.
    var rows: Int
    /// Bytes of the texts in a row's key.
    var keyBytes: Int

    /// From everything to very little.
    static let levels = [
        SummaryDetail(
            exactSamples: LatencySeries.exactLimit, bucketBits: 10, rows: .max, keyBytes: .max),
        SummaryDetail(exactSamples: 4_096, bucketBits: 10, rows: .max, keyBytes: .max),
        SummaryDetail(exactSamples: 1_024, bucketBits: 7, rows: 1_024, keyBytes: 1_024),
        SummaryDetail(exactSamples: 256, bucketBits: 7, rows: 256, keyBytes: 256),
        SummaryDetail(exactSamples: 64, bucketBits: 4, rows: 64, keyBytes: 256),
        SummaryDetail(exactSamples: 16, bucketBits: 4, rows: 16, keyBytes: 128),
        SummaryDetail(exactSamples: 16, bucketBits: 4, rows: 4, keyBytes: 128),
        SummaryDetail(exactSamples: 0, bucketBits: 4, rows: 1, keyBytes: 64),
    ]
}

/// Makes a summary smaller, and counts what is left out.
struct SummaryReducer: SummaryVisitor {
    let detail: SummaryDetail
    private(set) var rowsLeftOut: UInt64 = 0

    init(_ detail: SummaryDetail) { self.detail = detail }

    mutating func number(_ value: inout Int64, _ rule: NumberRule) {}
    mutating func count(_ value: inout UInt64, _ rule: NumberRule) {}
    mutating func wide(_ value: inout UInt128) {}
    mutating func text(_ value: inout String) {}

    mutating func combined<Value: CombinedValue>(_ value: inout Value) throws(SummaryError) {
        if var series = value as? LatencySeries {
            reduce(&series)
            value = series as? Value ?? value
        } else {
            try value.visit(&self)
        }
    }

    private func reduce(_ series: inout LatencySeries) {
        let isKept = series.isExact && series.count <= UInt64(detail.exactSamples)
        if !isKept { series.coarsen(toBits: detail.bucketBits) }
    }

    mutating func rows<Row: SummaryRow>(
        _ rows: inout [Row], _ isBefore: (Row, Row) -> Bool
    ) throws(SummaryError) {
        let count = rows.count
        rows.removeAll { $0.keyBytes > detail.keyBytes }
        if rows.count > detail.rows {
            let kept = rows.indices.sorted {
                (rows[$1].weight, $0) < (rows[$0].weight, $1)
            }.prefix(detail.rows).sorted()
            rows = kept.map { rows[$0] }
        }
        rowsLeftOut += UInt64(count - rows.count)
        for position in rows.indices { try rows[position].visit(&self) }
    }

    mutating func threadRows<Row: SummaryRow>(_ rows: inout [Row]) throws(SummaryError)
    where Row.Key == Int64 {
        try self.rows(&rows) { $0.key < $1.key }
    }

    mutating func ifAll<Value: CombinedValue>(_ value: inout Value?) throws(SummaryError) {
        try value?.visit(&self)
    }
}
