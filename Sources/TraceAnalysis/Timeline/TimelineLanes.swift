/// The lanes of all domains while the events pass.
struct TimelineLanes {
    private static let domainLimit = 64
    private static let binLimit: Int64 = 8_192
    private static let spanLimit = 6_000

    private struct Lane {
        var bins = DoublingBins()
        var spans = LongestSpans()
    }

    private struct Domain {
        let number: Int32
        /// By the raw value of the activity.
        var lanes = [Lane](repeating: Lane(), count: TimelineActivity.allCases.count)
        var failures = DoublingBins()
    }

    private var index = KeyIndex(limit: domainLimit)
    private var domains: [Domain] = []
    private(set) var untracked: UInt64 = 0

    private mutating func position(_ domain: Int32) -> Int? {
        guard let position = index.index(of: Int64(domain)) else {
            untracked += 1
            return nil
        }
        if position == domains.count { domains.append(Domain(number: domain)) }
        return position
    }

    /// Counts a failure at an offset from the window's begin, ns.
    mutating func fail(_ domain: Int32, at offset: Int64) {
        if let position = position(domain) { domains[position].failures.count(at: offset) }
    }

    /// Adds an interval; an empty one fills nothing.
    mutating func fill(
        _ activity: TimelineActivity, _ domain: Int32, _ span: TimelineSpan, windowBeginNs: Int64
    ) {
        guard span.endNs > span.beginNs, let position = position(domain) else { return }
        let lane = activity.rawValue
        domains[position].lanes[lane].bins.add(
            from: span.beginNs - windowBeginNs, to: span.endNs - windowBeginNs)
        domains[position].lanes[lane].spans.add(span)
    }

    /// All lanes in bins of one width.
    func finish(beginNs: Int64, endNs: Int64) -> TimelineSummary {
        var result = TimelineSummary()
        result.beginNs = beginNs
        result.endNs = endNs
        let lengthNs = max(0, endNs - beginNs)
        let used = domains.flatMap { $0.lanes.filter { !$0.bins.isEmpty } }
        let most = min(DoublingBins.limit, Self.binLimit / Int64(max(domains.count, 1)))
        var widthNs = (used.map(\.bins) + domains.map(\.failures)).map(\.widthNs).max() ?? 1
        while DoublingBins.bins(lengthNs, widthNs) > most { widthNs *= 2 }
        result.widthNs = widthNs
        let spans = min(LongestSpans.limit, Self.spanLimit / max(used.count, 1))
        result.domains = domains.sorted { $0.number < $1.number }.map { domain in
            DomainTimeline(
                domain: domain.number,
                lanes: TimelineActivity.allCases.compactMap { activity in
                    let lane = domain.lanes[activity.rawValue]
                    guard !lane.bins.isEmpty else { return nil }
                    return TimelineLane(
                        activity: activity, count: lane.spans.count,
                        timeNs: lane.bins.finished(lengthNs: lengthNs, widthNs: widthNs),
                        longest: lane.spans.longest(spans).sorted(by: TimelineSpan.isEarlier))
                },
                failures: domain.failures.isEmpty
                    ? [] : domain.failures.finished(lengthNs: lengthNs, widthNs: widthNs))
        }
        return result
    }
}
