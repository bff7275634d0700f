/// What fills a stretch of time in a timeline.
public enum TimelineActivity: Int, Sendable, CaseIterable {
    /// A batch of a reclaim thread, or one whose mode is not known.
    case batch = 0
    /// A batch run by the thread that needs the memory.
    case direct = 1
    /// A spin of a reclaim thread.
    case spin = 2
    /// A wait for free pages.
    case wait = 3
    /// A stretch on a CPU, of whichever thread they are recorded of.
    case onCPU = 4

    /// The name in reports.
    public var name: String {
        switch self {
        case .batch: "batch"
        case .direct: "direct"
        case .spin: "spin"
        case .wait: "wait"
        case .onCPU: "cpu"
        }
    }
}

/// One interval of a timeline, as far as it lies inside the window.
public struct TimelineSpan: Hashable, Sendable {
    /// Its first instant, ns since the start of the trace.
    public var beginNs: Int64
    /// Its end, ns.
    public var endNs: Int64
    /// The thread; -1 where it is not known.
    public var thread: Int64

    /// Makes an interval.
    public init(beginNs: Int64, endNs: Int64, thread: Int64) {
        self.beginNs = beginNs
        self.endNs = endNs
        self.thread = thread
    }

    /// Its length, ns.
    public var lengthNs: Int64 { endNs - beginNs }

    /// The longest come first; of equal ones the earliest, then the lowest thread.
    static func isLonger(_ left: TimelineSpan, _ right: TimelineSpan) -> Bool {
        (right.lengthNs, left.beginNs, left.thread) < (left.lengthNs, right.beginNs, right.thread)
    }

    static func isEarlier(_ left: TimelineSpan, _ right: TimelineSpan) -> Bool {
        (left.beginNs, left.endNs, left.thread) < (right.beginNs, right.endNs, right.thread)
    }
}

/// One activity of one domain over time.
public struct TimelineLane: Equatable, Sendable {
    /// What fills it.
    public var activity: TimelineActivity
    /// The intervals that touch the window.
    public var count: UInt64
    /// The time inside them per bin, ns, added up over threads, so that it can exceed the width.
    public var timeNs: [Int64]
    /// The longest intervals, ascending by begin; all of them where there are as many as `count`.
    public var longest: [TimelineSpan]
}

/// What happened in one domain over time.
public struct DomainTimeline: Equatable, Sendable {
    /// The domain; -1 for none.
    public var domain: Int32
    /// The activities that it has, in the order of `TimelineActivity`.
    public var lanes: [TimelineLane]
    /// Allocation failures per bin; empty where there are none.
    public var failures: [Int64]
}

/// Pictures over time of the window: activities by domain, and latencies.
///
/// All bins begin with the window, and their widths are powers of two in ns, so that bins of one
/// width join exactly to those of a larger one.
///
/// Bounds: 64 domains; 8,192 bins over all domains and 2,048 in each; 6,000 intervals over all
/// lanes and 2,000 in each; 128 columns of a heat map.
public struct TimelineSummary: Equatable, Sendable {
    /// The begin of the first bin, ns.
    public var beginNs: Int64 = 0
    /// The end of the window, ns.
    public var endNs: Int64 = 0
    /// The width of the bins of `domains`, ns.
    public var widthNs: Int64 = 1
    /// The domains that something happened in, ascending.
    public var domains: [DomainTimeline] = []
    /// Effective wakeup to run (or batch), at the time of the run; the samples of
    /// `WakeupSummary.latency`.
    public var wakeupLatency = HeatMap()
    /// Begin to end of batches wholly inside the window, at the time of the end.
    public var batchDuration = HeatMap()
    /// Events not followed because there were too many domains or threads.
    public var untracked: UInt64 = 0

    /// Makes a timeline of nothing.
    public init() {}
}
