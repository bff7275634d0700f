/// Time or counts per bin of equal width, from the begin of a window on.
///
/// The width is a power of two. It starts at 1 ns and doubles when more than 2,048 bins would be
/// needed, so the result does not depend on what was known of the window's length. An interval
/// costs O(1): bins that it covers wholly are counted by their ends, and resolved on doubling.
///
/// Memory: 32 KiB at most.
struct DoublingBins {
    /// The most bins.
    static let limit: Int64 = 2_048

    private(set) var widthNs: Int64 = 1
    private var values: [Int64] = []
    /// How many more intervals cover a bin wholly than cover the bin before it.
    private var covering: [Int64] = []

    /// Whether nothing was added.
    var isEmpty: Bool { values.isEmpty }

    /// Adds one to the bin of an instant.
    mutating func count(at offset: Int64) {
        reach(offset)
        values[Int(offset / widthNs)] += 1
    }

    /// Adds the time of an interval to the bins that it touches; offsets from the window's begin.
    mutating func add(from begin: Int64, to end: Int64) {
        guard end > begin else { return }
        reach(end - 1)
        let first = Int(begin / widthNs)
        let last = Int((end - 1) / widthNs)
        if first == last {
            values[first] = values[first].addingClamped(end - begin)
            return
        }
        values[first] = values[first].addingClamped(widthNs - begin % widthNs)
        values[last] = values[last].addingClamped((end - 1) % widthNs + 1)
        if last > first + 1 {
            covering[first + 1] += 1
            covering[last] -= 1
        }
    }

    private mutating func reach(_ offset: Int64) {
        while offset / widthNs >= Self.limit { double() }
        let needed = Int(offset / widthNs) + 1
        while values.count < needed {
            values.append(0)
            covering.append(0)
        }
    }

    private mutating func resolve() {
        var covered: Int64 = 0
        for bin in values.indices {
            covered += covering[bin]
            covering[bin] = 0
            let (ns, overflow) = covered.multipliedReportingOverflow(by: widthNs)
            values[bin] = values[bin].addingClamped(overflow ? .max : ns)
        }
    }

    private mutating func double() {
        resolve()
        for bin in 0..<((values.count + 1) / 2) {
            let second = bin * 2 + 1
            values[bin] = values[bin * 2].addingClamped(second < values.count ? values[second] : 0)
        }
        values.removeLast(values.count / 2)
        covering.removeLast(covering.count - values.count)
        widthNs *= 2
    }

    /// The bins up to the end of the window, of a width that is not below this one's; what is at
    /// the window's last instant belongs to the last bin.
    ///
    /// - Complexity: O(bins).
    func finished(lengthNs: Int64, widthNs: Int64) -> [Int64] {
        var bins = self
        while bins.widthNs < widthNs { bins.double() }
        bins.resolve()
        let needed = Self.bins(lengthNs, widthNs)
        var result = bins.values
        while result.count > needed {
            let value = result.removeLast()
            result[result.count - 1] = result[result.count - 1].addingClamped(value)
        }
        result += [Int64](repeating: 0, count: needed - result.count)
        return result
    }

    /// The bins that a window needs, at least one.
    static func bins(_ lengthNs: Int64, _ widthNs: Int64) -> Int {
        lengthNs <= 0 ? 1 : Int((lengthNs - 1) / widthNs) + 1
    }
}

/// The longest intervals of those seen.
///
/// Memory: twice the limit, 24 bytes each.
struct LongestSpans {
    /// The most that are kept.
    static let limit = 2_000

    private var spans: [TimelineSpan] = []
    /// Shorter ones are not among the longest, ns.
    private var leastNs: Int64 = 0
    private(set) var count: UInt64 = 0

    /// Takes an interval.
    ///
    /// - Complexity: O(log limit) amortized.
    mutating func add(_ span: TimelineSpan) {
        count += 1
        guard span.lengthNs >= leastNs else { return }
        spans.append(span)
        guard spans.count >= 2 * Self.limit else { return }
        spans = longest(Self.limit)
        leastNs = spans.last?.lengthNs ?? 0
    }

    /// The longest ones, the longest first.
    func longest(_ limit: Int) -> [TimelineSpan] {
        Array(spans.sorted(by: TimelineSpan.isLonger).prefix(limit))
    }
}
