/// The part of an import that does not depend on the form of the input: what is counted, which
/// events belong to the window, and their times since its start.
struct HostTimeline {
    let options: FtraceImportOptions
    var census = TracepointCensus()
    var markers = SyncMarkers()
    private(set) var outsideWindow = 0
    private(set) var stepsBack = 0
    private(set) var startNs: Int64?
    private(set) var previousNs: Int64 = 0
    /// The time of the last event inside the window.
    private(set) var lastTimeNs: Int64 = 0

    init(_ options: FtraceImportOptions) { self.options = options }

    /// The time of an event, made not to decrease, or `nil` where it lies too far back.
    mutating func timeInOrder(_ timeNs: Int64, toleratedNs: Int64) -> Int64? {
        guard timeNs < previousNs else {
            previousNs = timeNs
            return timeNs
        }
        guard previousNs - timeNs <= toleratedNs else { return nil }
        stepsBack += 1
        return previousNs
    }

    /// Counts an event; false where it lies outside the window.
    mutating func admit(_ entry: Int?, timeNs: Int64, resolutionNs: Int64) -> Bool {
        if let window = options.window, !window.contains(timeNs, resolutionNs: resolutionNs) {
            outsideWindow += 1
            return false
        }
        census.count(entry)
        let originNs =
            startNs ?? options.window?.floorBeginNs(resolutionNs: resolutionNs) ?? timeNs
        startNs = originNs
        lastTimeNs = timeNs - originNs
        return true
    }

    /// The time since the start of something that is no recorded event; never before the last one.
    ///
    /// Where nothing has happened yet, the start is that of the window, or this.
    mutating func sinceStart(_ timeNs: Int64) -> Int64 {
        previousNs = max(previousNs, timeNs)
        let originNs = startNs ?? options.window?.beginNs ?? previousNs
        startNs = originNs
        lastTimeNs = max(lastTimeNs, previousNs - originNs)
        return lastTimeNs
    }

    /// What the markers and the start say, as parameters of the trace.
    var parameters: [(String, Int64?)] {
        [
            ("host.start_ns", startNs),
            ("host.wall_start_ns", startNs.flatMap { markers.wallNs(atTraceNs: $0) }),
            ("host.sync.first.trace_ns", markers.first?.traceNs),
            ("host.sync.first.mono_ns", markers.first?.monoNs),
            ("host.sync.first.real_ns", markers.first?.realNs),
            ("host.sync.last.trace_ns", markers.last?.traceNs),
            ("host.sync.last.mono_ns", markers.last?.monoNs),
            ("host.sync.last.real_ns", markers.last?.realNs),
        ]
    }

    var syncMarkers: [SyncMarker] {
        [markers.first, markers.count > 1 ? markers.last : nil].compactMap { $0 }
    }
}
