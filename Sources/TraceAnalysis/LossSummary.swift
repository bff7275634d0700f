/// A stretch of time in which a recording lost events.
public struct LossInterval: Hashable, Sendable {
    /// The kind of the lost events; `nil` where it is not known.
    public var kind: String?
    /// Its first instant, ns since the start of the trace.
    public var beginNs: Int64
    /// Its last instant, ns.
    public var endNs: Int64
    /// How many events were lost.
    public var count: UInt64

    /// Makes an interval.
    public init(kind: String?, beginNs: Int64, endNs: Int64, count: UInt64) {
        self.kind = kind
        self.beginNs = beginNs
        self.endNs = endNs
        self.count = count
    }

    package static func isEarlier(_ left: LossInterval, _ right: LossInterval) -> Bool {
        (left.beginNs, left.endNs, left.kind ?? "", left.count)
            < (right.beginNs, right.endNs, right.kind ?? "", right.count)
    }
}

/// Lost events of one kind.
public struct LossCount: Hashable, Sendable {
    /// The kind; empty where it is not known.
    public var kind: String
    /// How many were lost.
    public var count: UInt64

    package init(kind: String, count: UInt64) {
        self.kind = kind
        self.count = count
    }

    /// Most first, then by kind.
    package static func isBefore(_ left: LossCount, _ right: LossCount) -> Bool {
        left.count != right.count ? left.count > right.count : left.kind < right.kind
    }
}

/// The events that the recording lost in the window, as far as it says so.
///
/// What began or ended among them was not seen: an interval that spans a loss may be too long,
/// too short or missing. Summaries of different traces: counts, intervals and times add up, and of
/// the rows the earliest stay.
public struct LossSummary: Equatable, Sendable {
    /// The most intervals that are listed.
    public static let rowLimit = 256

    /// The lost events, at most 2^64 - 1.
    public var count: UInt64 = 0
    /// The lost events by kind, most first.
    public var byKind: [LossCount] = []
    /// How many intervals the recording tells of.
    public var intervals: UInt64 = 0
    /// The part of the window inside any of them, ns.
    public var timeNs: Int64 = 0
    /// The earliest intervals, ascending.
    public var rows: [LossInterval] = []
    /// Events that reached the recorder after later ones and have the time of the event before
    /// them, where it tells; of the whole trace.
    public var late = KnownSum()

    /// Makes a summary of no loss.
    public init() {}

    /// Sums up the losses that touch a window; with a filter by kind those of its kinds and of
    /// unknown ones.
    ///
    /// - Complexity: O(n log n).
    public init(
        _ losses: [LossInterval], in window: SummaryWindow, lateEvents: UInt64? = nil
    ) {
        if let lateEvents { late.add(Int64(clamping: lateEvents)) }
        let found = losses.filter { loss in
            let isAsked = loss.kind.map { window.kinds?.contains($0) ?? true } ?? true
            return isAsked && loss.count > 0 && loss.beginNs <= window.endNs
                && loss.endNs >= window.beginNs
        }.sorted(by: LossInterval.isEarlier)
        var reachedNs = window.beginNs
        for loss in found {
            add(loss)
            let endNs = min(loss.endNs, window.endNs)
            timeNs += max(0, endNs - max(loss.beginNs, reachedNs))
            reachedNs = max(reachedNs, endNs)
        }
        byKind.sort(by: LossCount.isBefore)
        rows = Array(found.prefix(Self.rowLimit))
    }

    private mutating func add(_ loss: LossInterval) {
        intervals += 1
        let (total, isOver) = count.addingReportingOverflow(loss.count)
        count = isOver ? .max : total
        let name = loss.kind ?? ""
        guard let place = byKind.firstIndex(where: { $0.kind == name }) else {
            byKind.append(LossCount(kind: name, count: loss.count))
            return
        }
        let (sum, overflow) = byKind[place].count.addingReportingOverflow(loss.count)
        byKind[place].count = overflow ? .max : sum
    }
}
