/// The stretch of time an analysis looks at, while the events pass.
struct Window {
    /// The first instant, ns.
    let beginNs: Int64
    /// The first instant after it where one was asked for, ns.
    let endNs: Int64
    /// The last instant, ns.
    private let lastNs: Int64
    /// The end of the window where it is known beforehand, ns.
    let knownEndNs: Int64?

    init(_ options: AnalysisOptions) throws(AnalysisError) {
        beginNs = options.beginNs ?? 0
        endNs = options.endNs ?? .max
        // Without an end there is nothing after the window, not even at the end of all times.
        lastNs = options.endNs.map { $0.addingClamped(-1) } ?? .max
        guard beginNs >= 0 else { throw .negativeBegin(beginNs: beginNs) }
        guard endNs > beginNs else { throw .emptyWindow(beginNs: beginNs, endNs: endNs) }
        let known = min(endNs, options.recordingEndNs ?? (options.endNs ?? .max))
        knownEndNs = known == .max ? nil : max(known, beginNs)
    }

    /// Whether the trace began before the window, so that intervals may be open at its begin.
    var isCutAtBegin: Bool { beginNs > 0 }

    func contains(_ timeNs: Int64) -> Bool { timeNs >= beginNs && timeNs <= lastNs }

    /// The part inside the window of the stretch of `ns` that ends at `timeNs`.
    func clipped(_ ns: Int64, endingAt timeNs: Int64) -> Int64 {
        max(0, min(ns, timeNs - beginNs))
    }

    /// The part inside the window of a stretch from `sinceNs`, -1 for none, to the window's end.
    func part(since sinceNs: Int64, to endNs: Int64) -> Int64 {
        sinceNs < 0 ? 0 : max(0, endNs - max(sinceNs, beginNs))
    }

    /// When a stretch of `ns` began that ends after the window and reaches into it; `nil` where it
    /// does not, or its length is not known (below 0).
    func begin(of ns: Int64, endingAt timeNs: Int64) -> Int64? {
        guard ns >= 0 else { return nil }
        let beganNs = max(timeNs.addingClamped(-ns), 0)
        return beganNs < endNs ? beganNs : nil
    }

    /// Whether a stretch of `ns` that ends at `timeNs` began inside the window.
    func holds(_ ns: Int64, endingAt timeNs: Int64) -> Bool { ns <= timeNs - beginNs }
}
