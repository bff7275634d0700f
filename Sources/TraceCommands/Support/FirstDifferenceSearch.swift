import TraceCore
import TraceDiff
import TraceFormat
import TraceStore
import TraceSummaries

/// Looks for the first event in which two traces differ, reading both in step.
struct FirstDifferenceSearch {
    private var finder: DifferenceFinder
    private let filter: EventFilter
    private var left: EventCursor
    private var right: EventCursor

    /// The first difference of two engine traces that are not identical; `nil` for anything else,
    /// and where a side cannot be read a second time.
    static func run(
        _ paths: (left: String, right: String), _ comparison: Comparison, _ filter: EventFilter
    ) throws -> FirstDifference? {
        let sides = [comparison.left, comparison.right]
        guard !comparison.isIdentical, paths.left != "-", paths.right != "-",
            sides.allSatisfy({ $0.runCount == 1 && $0.parameters["source"] == "engine" }),
            let left = try trace(paths.left), let right = try trace(paths.right)
        else { return nil }
        func differs(_ name: String) -> Bool {
            sides[0].parameters[name] != sides[1].parameters[name]
        }
        var leniency: DifferenceFinder.Leniency = []
        if differs("recording.detail") { leniency.insert(.services) }
        if differs("policy.name") { leniency.insert(.counters) }
        let scope: FirstDifference.Scope = comparison.inputs == .different ? .inputs : .events
        var search = FirstDifferenceSearch(
            scope, left, right, leniency, filter)
        return try reporting { try search.find() }
    }

    /// The trace that a path stands for, if it is a single one.
    private static func trace(_ path: String) throws -> TraceReader? {
        let files = try AnalyzedInput.expand([path])
        guard files.count == 1 else { return nil }
        return try AnalyzedInput(path: files[0], checksAll: false).trace?.reader
    }

    private init(
        _ scope: FirstDifference.Scope, _ left: TraceReader, _ right: TraceReader,
        _ leniency: DifferenceFinder.Leniency, _ filter: EventFilter
    ) {
        finder = DifferenceFinder(
            scope, left: left.description.schema, right: right.description.schema,
            leniency: leniency)
        self.filter = filter
        self.left = EventCursor(left)
        self.right = EventCursor(right)
    }

    private mutating func find() throws -> FirstDifference {
        while true {
            try Interrupt.check()
            while try left.advance(), let header = left.header, !isLeftCompared(header) {}
            while try right.advance(), let header = right.header, !isRightCompared(header) {}
            let (one, other) = (left.event, right.event)
            let (leftStrings, rightStrings) = (left.reader.strings, right.reader.strings)
            guard finder.compare(one, leftStrings, other, rightStrings) else {
                return finder.difference(one, leftStrings, other, rightStrings)
            }
        }
    }

    private func isLeftCompared(_ header: EventHeader) -> Bool {
        filter.takes(header) && finder.countsOnLeft(header.kind)
    }

    private func isRightCompared(_ header: EventHeader) -> Bool {
        filter.takes(header) && finder.countsOnRight(header.kind)
    }
}

extension WindowOptions {
    /// The same for single events.
    var filter: EventFilter { EventFilter(beginNs: begin?.ns, endNs: end?.ns, domains: domain) }
}
