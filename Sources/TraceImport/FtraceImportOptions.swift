/// A stretch of absolute trace-clock time, both ends inclusive.
public struct TimeWindow: Hashable, Sendable {
    /// The first nanosecond that belongs to the window.
    public let beginNs: Int64
    /// The last nanosecond that belongs to the window.
    public let endNs: Int64

    /// Makes a window.
    ///
    /// Programmer error: a negative begin, or an end before the begin.
    public init(beginNs: Int64, endNs: Int64) {
        precondition(beginNs >= 0, "a time window cannot begin before time 0")
        precondition(beginNs <= endNs, "a time window cannot end before it begins")
        self.beginNs = beginNs
        self.endNs = endNs
    }

    /// The window's begin at the text's resolution, so that no event time is below it.
    func floorBeginNs(resolutionNs: Int64) -> Int64 { beginNs / resolutionNs * resolutionNs }

    /// Whether an event belongs to the window.
    ///
    /// A printed time stands for a whole unit of the text's resolution and is a multiple of it.
    /// Only the begin has to be widened to a whole unit: the last unit that starts inside the
    /// window is inside anyway.
    func contains(_ timeNs: Int64, resolutionNs: Int64) -> Bool {
        timeNs >= floorBeginNs(resolutionNs: resolutionNs) && timeNs <= endNs
    }
}

/// What an import needs to know that the text does not say.
public struct FtraceImportOptions: Hashable, Sendable {
    /// Events outside this window are dropped before anything is derived from them.
    public var window: TimeWindow?
    /// Memory nodes of the host.
    ///
    /// Tracepoints without a node field get domain 0 on a host with one node, and
    /// `EventHeader.none` otherwise, unless the node is in the thread's name (`kswapd1`).
    public var nodeCount: Int
    /// Prefixes of task names all of whose `sched_switch` events were recorded.
    ///
    /// The reclaim threads are always taken to be among them. The text does not tell which filter
    /// the recorder used, and a switch of an unfollowed task shows whenever the other side is
    /// followed, so CPU time inside a batch is only claimed for tasks named here. The empty
    /// prefix stands for all tasks.
    public var followedTaskPrefixes: [String]
    /// How far an event may lie before its predecessor and still be accepted, in nanoseconds.
    ///
    /// Such an event gets its predecessor's time. `nil` is one unit of the text's resolution.
    public var toleratedStepBackNs: Int64?
    /// Tracepoints that the recorder is known to have left out: sums that take them are not known.
    ///
    /// Without this a sum of nothing is taken to be 0.
    public var unrecordedTracepoints: Set<String>

    /// Makes options; the defaults import everything from a host with one node.
    public init(
        window: TimeWindow? = nil, nodeCount: Int = 1, followedTaskPrefixes: [String] = [],
        toleratedStepBackNs: Int64? = nil, unrecordedTracepoints: Set<String> = []
    ) {
        precondition(nodeCount >= 1, "a host has at least one memory node")
        self.window = window
        self.nodeCount = nodeCount
        self.followedTaskPrefixes = followedTaskPrefixes
        self.toleratedStepBackNs = toleratedStepBackNs
        self.unrecordedTracepoints = unrecordedTracepoints
    }
}
