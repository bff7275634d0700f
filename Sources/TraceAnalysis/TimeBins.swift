/// Counts over time in bins of equal width.
///
/// When there would be more bins than the limit, the width doubles and neighbours are joined.
/// What is at the window's last instant belongs to the last bin. As nobody knows beforehand which
/// instant that is, an event there can have a bin of its own until `finished`.
struct TimeBins {
    private(set) var widthNs: Int64
    private(set) var counts: [UInt64] = []
    private let beginNs: Int64
    /// The most bins there may be.
    let limit: Int64
    /// The most bins there were.
    private(set) var mostBins = 0
    /// The bin of the last event and its borders as offsets: failures come close together.
    private var bin = 0
    private var binBegin: Int64 = 0
    private var binEnd: Int64 = 0

    /// The largest number of bins that an interval asked for can give.
    static let askedLimit: Int64 = 65_536
    static let defaultBins: Int64 = 60
    static let firstWidthNs: Int64 = 1_000_000

    /// Bins for a window: `intervalNs` wide if asked for, 1/60 of a window whose end is known,
    /// else 1 ms wide and doubling so that there are at most 60.
    init(_ window: Window, intervalNs: Int64?) {
        beginNs = window.beginNs
        if let intervalNs {
            widthNs = intervalNs
            limit = Self.askedLimit
        } else if let end = window.knownEndNs {
            widthNs = max(1, (end - window.beginNs - 1) / Self.defaultBins + 1)
            limit = Self.defaultBins
        } else {
            widthNs = Self.firstWidthNs
            limit = Self.defaultBins
        }
    }

    /// Counts one event and returns its bin.
    @inline(__always)
    @discardableResult
    mutating func add(_ timeNs: Int64) -> Int {
        let bin = bin(of: timeNs)
        counts[bin] += 1
        return bin
    }

    /// Counts events of a bin.
    mutating func add(_ times: UInt64, to bin: Int) { counts[bin] += times }

    /// The bin of two instants and all between them; `nil` where they have several.
    mutating func bin(from first: Int64, through last: Int64) -> Int? {
        // The later one first: it may join bins.
        let end = bin(of: last)
        return bin(of: first) == end ? end : nil
    }

    @inline(__always)
    private mutating func bin(of timeNs: Int64) -> Int {
        let offset = timeNs - beginNs
        if offset < binBegin || offset >= binEnd { find(offset) }
        return bin
    }

    private mutating func find(_ offset: Int64) {
        while offset > 0, (offset - 1) / widthNs >= limit { double() }
        bin = Int(offset / widthNs)
        while counts.count <= bin { counts.append(0) }
        mostBins = max(mostBins, min(counts.count, Int(limit)))
        binBegin = offset / widthNs * widthNs
        // Behind the limit there is but one instant, until there is a later one.
        binEnd = binBegin.addingClamped(Int64(bin) < limit ? widthNs : 1)
    }

    private mutating func double() {
        let (width, overflow) = widthNs.multipliedReportingOverflow(by: 2)
        widthNs = overflow ? .max : width
        for bin in 0..<((counts.count + 1) / 2) {
            let second = bin * 2 + 1
            counts[bin] = counts[bin * 2] + (second < counts.count ? counts[second] : 0)
        }
        counts.removeLast(counts.count / 2)
    }

    /// The bins up to the end of the window, at least `widthNs` wide.
    func finished(endNs: Int64, widthNs: Int64 = 0) -> FailuresOverTime {
        var bins = self
        let length = max(0, endNs - beginNs)
        while bins.widthNs < widthNs { bins.double() }
        while length > 0, (length - 1) / bins.widthNs >= limit { bins.double() }
        let needed = length == 0 ? 0 : Int((length - 1) / bins.widthNs) + 1
        while bins.counts.count < needed { bins.counts.append(0) }
        if needed > 0, bins.counts.count > needed {
            bins.counts[needed - 1] += bins.counts.removeLast()
        }
        return FailuresOverTime(
            beginNs: beginNs, widthNs: bins.widthNs, counts: bins.counts)
    }
}
