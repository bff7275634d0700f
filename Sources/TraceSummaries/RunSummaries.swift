public import TraceAnalysis
import TraceCore
import TraceFormat

/// What was left out of a summary to keep it small.
public struct LeftOut: Equatable, Sendable {
    /// How much less is kept: 0 for everything, more for less; of several runs the most.
    public var level: Int64 = 0
    /// Rows of tables that are not there.
    public var rows: UInt64 = 0

    /// Makes a mark of nothing left out.
    public init() {}

    /// A bucket of a series that is not exact is at most this part of its value, as 1/n.
    public var bucketFraction: Int64 {
        1 << Int64(SummaryDetail.levels[Int(clamping: level)].bucketBits)
    }
}

/// Runs, and what they say together: the mergeable form of an analysis.
///
/// Merging is associative and commutative, down to the bytes: of the same runs, in whatever order
/// and grouping they were merged, `encoded` is the same.
public struct RunSummaries: Equatable, Sendable {
    /// The version of the metrics' definitions that this code knows; of others nothing is read.
    public static let version: UInt64 = 2
    /// Most bytes that a summary's content takes by default for each run.
    public static let defaultBytesPerRun = 65_536
    /// Most runs.
    public static let runLimit: UInt64 = 1_048_576

    /// The runs, by their labels; of equal labels by what else there is.
    public private(set) var runs: [RunFacts]
    /// What they say together.
    public private(set) var summary: TraceSummary
    /// What is not in it any more.
    public private(set) var leftOut = LeftOut()

    /// Makes a summary of one run; without its pictures over time, which do not merge.
    public init(_ run: RunFacts, _ summary: TraceSummary) {
        runs = [run]
        self.summary = summary
        self.summary.timeline = nil
        self.summary.memoryOverTime = []
        self.summary.runs = 1
    }

    /// Adds the runs of another summary.
    ///
    /// - Complexity: O(size of both).
    /// - Throws: `SummaryError.differentSelections` and `.overflow`; then nothing has changed.
    public mutating func merge(_ other: RunSummaries) throws(SummaryError) {
        try requireSameSelection(other)
        var left = try prepared()
        var right = try other.prepared()
        try ThreadNumbering.join(&left, &right)
        try SummaryDecoder.merge(right, into: &left)
        var rows = leftOut.rows
        try rows.add(other.leftOut.rows)
        summary = left
        runs = try Self.sorted(runs + other.runs)
        leftOut.level = max(leftOut.level, other.leftOut.level)
        leftOut.rows = rows
    }

    /// What the runs of several summaries say together.
    ///
    /// - Parameter all: At least one.
    /// - Complexity: O(n log m) for m summaries of n bytes together.
    /// - Throws: As `merge`.
    public static func merged(_ all: [RunSummaries]) throws(SummaryError) -> RunSummaries {
        var level = all
        precondition(!level.isEmpty, "a summary is of one run at least")
        // In pairs, so that none is copied again for each of the others.
        while level.count > 1 {
            var next: [RunSummaries] = []
            for first in stride(from: 0, to: level.count, by: 2) {
                var pair = level[first]
                if first + 1 < level.count { try pair.merge(level[first + 1]) }
                next.append(pair)
            }
            level = next
        }
        return level[0]
    }

    /// The content identities of more than one run: the same run counted more than once.
    public var repeatedContents: [String] {
        var seen: Set<String> = []
        var repeated: Set<String> = []
        for content in runs.compactMap(\.identities.content) where !seen.insert(content).inserted {
            repeated.insert(content)
        }
        return repeated.sorted()
    }

    /// Shows only some of the reports; what the others say stays in it unseen.
    public mutating func show(only sections: [ReportSection]) { summary.sections = sections }

    /// Leaves of the longest chains only the first ones.
    public mutating func keepWorst(_ count: Int) {
        guard count > 0, var chains = summary.chains else {
            summary.chains = nil
            return
        }
        chains.worst = Array(chains.worst.prefix(count))
        chains.limit = min(chains.limit, UInt64(count))
        summary.chains = chains
    }

    /// The summary with what only makes sense beside others.
    private func prepared() throws(SummaryError) -> TraceSummary {
        var result = summary
        guard runs.count == 1, let count = result.chains?.worst.count else { return result }
        for position in 0..<count { result.chains?.worst[position].trace = runs[0].label }
        return result
    }

    private func requireSameSelection(_ other: RunSummaries) throws(SummaryError) {
        let (left, right) = (summary.window, other.summary.window)
        guard summary.sections == other.summary.sections else {
            throw .differentSelections(what: "reports")
        }
        guard left.domains == right.domains else { throw .differentSelections(what: "domains") }
        guard left.kinds == right.kinds else { throw .differentSelections(what: "kinds") }
        guard left.threads == right.threads else { throw .differentSelections(what: "threads") }
    }

    private static func sorted(_ runs: [RunFacts]) throws(SummaryError) -> [RunFacts] {
        var keyed: [(run: RunFacts, bytes: [UInt8])] = []
        for run in runs { keyed.append((run, try SummaryEncoder.encode(run))) }
        return keyed.sorted { left, right in
            left.run.label == right.run.label
                ? left.bytes.lexicographicallyPrecedes(right.bytes)
                : left.run.label < right.run.label
        }.map(\.run)
    }
}

// In bytes.
extension RunSummaries {
    /// The content of a summary file.
    ///
    /// - Complexity: O(size).
    /// - Throws: Nothing that a summary which was merged without an error leads to.
    public func encoded() throws(SummaryError) -> [UInt8] {
        try SummaryEncoder.encode(self)
    }

    /// The same summary within a number of bytes for each run: from a certain size on series are
    /// kept in buckets and tables shortened, as much as it takes.
    ///
    /// - Complexity: O(size), for each level of detail tried.
    /// - Throws: `SummaryError.tooLarge` where that does not do.
    public func kept(within bytesPerRun: Int) throws(SummaryError) -> RunSummaries {
        let (limit, overflow) = bytesPerRun.multipliedReportingOverflow(by: max(1, runs.count))
        var size = 0
        for (level, detail) in SummaryDetail.levels.enumerated() {
            let reduced = level == 0 ? self : try kept(detail, level)
            size = try reduced.encoded().count
            if size <= (overflow ? .max : limit) { return reduced }
        }
        throw .tooLarge(bytes: size, limit: limit)
    }

    private func kept(_ detail: SummaryDetail, _ level: Int) throws(SummaryError) -> RunSummaries {
        var result = self
        var reducer = SummaryReducer(detail)
        try result.summary.visit(&reducer)
        result.leftOut.level = max(leftOut.level, Int64(level))
        try result.leftOut.rows.add(reducer.rowsLeftOut)
        for position in result.runs.indices {
            try result.leftOut.rows.add(result.shorten(position, detail))
        }
        return result
    }

    /// Leaves out of a run's facts what is longer or more than the detail allows.
    private mutating func shorten(_ position: Int, _ detail: SummaryDetail) -> UInt64 {
        let run = runs[position]
        let pairs = run.parameters.entries.filter {
            $0.key.utf8.count + $0.value.utf8.count <= detail.keyBytes
        }.prefix(detail.rows == .max ? .max : detail.rows + 256)
        let metrics = run.metrics.filter { Int($0.domain ?? 0) < detail.rows }
        runs[position].parameters = ParameterList(Array(pairs))
        runs[position].metrics = metrics
        return UInt64(
            run.parameters.entries.count - pairs.count + run.metrics.count - metrics.count)
    }

    /// Reads the content of a summary file.
    ///
    /// - Parameter version: that of the metrics, as the file states it.
    /// - Complexity: O(bytes).
    /// - Throws: `SummaryError`.
    public init(decoding bytes: [UInt8], version: UInt64) throws(SummaryError) {
        guard version == Self.version else {
            throw .otherVersion(found: version, known: Self.version)
        }
        runs = []
        summary = TraceSummary(window: SummaryWindow(beginNs: 0, endNs: 0))
        var decoder = SummaryDecoder(bytes, merges: false)
        try visit(&decoder)
        try decoder.finish()
        // One run, one summary: nobody can have merged otherwise.
        guard !runs.isEmpty, UInt64(runs.count) == summary.runs else {
            throw .format(
                .mismatch(
                    field: "runs of a summary", offset: 0, found: UInt64(runs.count),
                    expected: summary.runs))
        }
    }
}

extension RunSummaries: SummaryPart {
    /// All that a summary file holds, in its order.
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.number(&leftOut.level, .most)
        let last = Int64(SummaryDetail.levels.count - 1)
        leftOut.level = max(0, min(leftOut.level, last))
        try visitor.count(&leftOut.rows, .sum)
        var number = UInt64(runs.count)
        try visitor.count(&number, .key)
        guard number <= Self.runLimit else {
            throw .format(.invalidValue(field: "runs of a summary", offset: 0, value: number))
        }
        for position in 0..<Int(number) {
            if position == runs.count { runs.append(RunFacts()) }
            try visitor.part(&runs[position])
        }
        try visitor.part(&summary)
    }
}
