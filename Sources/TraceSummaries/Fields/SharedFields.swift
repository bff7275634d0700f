import Histograms
import TraceAnalysis
import TraceFormat

extension LatencySeries: CombinedValue {
    mutating func combine(_ other: LatencySeries) throws(SummaryError) {
        do {
            try merge(other)
        } catch {
            throw .overflow
        }
    }

    /// Written as what it holds: samples and numbers of buckets as differences.
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        var stored = StoredSeries(content)
        try stored.visit(&visitor)
        do {
            self = try LatencySeries(stored.content)
        } catch {
            throw .format(.invalidValue(field: "series of a summary", offset: 0, value: 0))
        }
    }
}

/// A series on its way into bytes or out of them.
private struct StoredSeries: SummaryPart {
    var content: SeriesContent

    init(_ content: SeriesContent) { self.content = content }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.count(&content.negativeCount, .sum)
        var sampleCount = UInt64(content.samples.count)
        try visitor.count(&sampleCount, .sum)
        try samples(sampleCount, &visitor)
        var bucketCount = UInt64(content.buckets.count)
        try visitor.count(&bucketCount, .sum)
        guard bucketCount > 0 || content.aboveRangeCount > 0 || sampleCount == 0 else { return }
        try buckets(bucketCount, &visitor)
    }

    private mutating func samples(
        _ count: UInt64, _ visitor: inout some SummaryVisitor
    ) throws(SummaryError) {
        guard count <= UInt64(LatencySeries.exactLimit) else { throw Self.damaged(count) }
        var last: Int64 = 0
        for position in 0..<Int(count) {
            let isKnown = position < content.samples.count
            var step = isKnown ? UInt64(content.samples[position] - last) : 0
            try visitor.count(&step, .key)
            let (value, overflow) = last.addingReportingOverflow(Int64(clamping: step))
            guard !overflow else { throw Self.damaged(step) }
            if !isKnown { content.samples.append(value) }
            last = value
        }
    }

    private mutating func buckets(
        _ count: UInt64, _ visitor: inout some SummaryVisitor
    ) throws(SummaryError) {
        guard count <= UInt64(BucketLayout.bucketCount) else { throw Self.damaged(count) }
        var last = -1
        for position in 0..<Int(count) {
            let isKnown = position < content.buckets.count
            var bucket =
                isKnown ? content.buckets[position] : SeriesContent.Bucket(index: 0, count: 0)
            var step = isKnown ? UInt64(bucket.index - last - 1) : 0
            try visitor.count(&step, .key)
            try visitor.count(&bucket.count, .sum)
            guard step <= UInt64(BucketLayout.bucketCount) else { throw Self.damaged(step) }
            bucket.index = last + 1 + Int(step)
            if !isKnown { content.buckets.append(bucket) }
            last = bucket.index
        }
        try visitor.count(&content.aboveRangeCount, .sum)
        guard !content.buckets.isEmpty || content.aboveRangeCount > 0 else { return }
        try visitor.number(&content.lowest, .least)
        try visitor.number(&content.highest, .most)
        try visitor.wide(&content.sum)
    }

    private static func damaged(_ value: UInt64) -> SummaryError {
        .format(.invalidValue(field: "series of a summary", offset: 0, value: value))
    }
}

extension PowerOfTwoHistogram: CombinedValue {
    mutating func combine(_ other: PowerOfTwoHistogram) throws(SummaryError) {
        for (bucket, count) in other.counts.enumerated() {
            if bucket == counts.count { counts.append(0) }
            try counts[bucket].add(count)
        }
    }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.list(&counts, most: 64)
    }
}

extension SummaryVisitor {
    /// As many counts as there are, to be combined by their owner.
    mutating func list(_ counts: inout [UInt64], most limit: UInt64) throws(SummaryError) {
        var number = UInt64(counts.count)
        try count(&number, .sum)
        guard number <= limit else {
            throw .format(.invalidValue(field: "list of a summary", offset: 0, value: number))
        }
        for position in 0..<Int(number) {
            var value = position < counts.count ? counts[position] : 0
            try count(&value, .sum)
            if position == counts.count { counts.append(value) }
        }
    }
}

extension KnownSum: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&sum, .sum)
        try visitor.count(&known, .sum)
        try visitor.count(&unknown, .sum)
    }
}

extension CountedTime: SummaryPart {
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.count(&count, .sum)
        try visitor.number(&timeNs, .sum)
    }
}

extension NumberCount: SummaryRow {
    init() { self.init(number: 0, count: 0) }

    var key: Int64 {
        get { number }
        set { number = newValue }
    }
    var weight: UInt64 { count }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&number, .key)
        try visitor.count(&count, .sum)
    }
}

extension NamedCount: SummaryRow {
    init() { self.init(name: "", count: 0) }

    var key: String {
        get { name }
        set { name = newValue }
    }
    var weight: UInt64 { count }
    var keyBytes: Int { name.utf8.count }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.text(&name)
        try visitor.count(&count, .sum)
    }
}

/// Texts of which there are those of either run.
struct TextSet: CombinedValue {
    var texts: [String] = []

    mutating func combine(_ other: TextSet) { texts = Set(texts).union(other.texts).sorted() }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        var number = UInt64(texts.count)
        try visitor.count(&number, .sum)
        for position in 0..<number {
            let isKnown = position < texts.count
            var text = isKnown ? texts[Int(position)] : ""
            try visitor.text(&text)
            if !isKnown { texts.append(text) }
        }
    }
}
