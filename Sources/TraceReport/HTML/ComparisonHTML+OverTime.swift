import TraceAnalysis
import TraceDiff

/// Both sides over one axis of time, where each is one trace whose events were read.
///
/// Where the windows begin at different times, both begin at 0.
struct SharedTimes {
    private let sides: [TraceSummary]
    let beginNs: Int64
    let endNs: Int64

    /// `nil` where a side has no timeline.
    init?(_ comparison: Comparison) {
        sides = [comparison.left.summary, comparison.right.summary]
        guard sides.allSatisfy({ $0.timeline != nil && $0.runs == 1 }) else { return nil }
        let begins = sides.map(\.window.beginNs)
        beginNs = begins[0] == begins[1] ? begins[0] : 0
        endNs = Int64(
            clamping: Int128(beginNs) + Int128(sides.map(\.window.lengthNs).max() ?? 0))
    }

    /// The lanes of both sides in pairs.
    var timeline: TimelineLayout {
        TimelineLayout(
            zip(["base", "head"], sides).map { name, summary in
                let timeline = summary.timeline ?? TimelineSummary()
                return TimelineSide(
                    name: name,
                    timeline: timeline.moved(by: Int128(beginNs) - Int128(summary.window.beginNs)))
            })
    }

    private static let domainsShown = 4

    /// The domains that samples of either side tell of.
    private var domains: [Int32] {
        Set(sides.flatMap(\.memoryOverTime).map(\.domain)).sorted()
    }

    var hasMemory: Bool { !domains.isEmpty }

    /// The memory of each domain, both sides in each picture.
    func memory(_ out: inout HTMLWriter) {
        for domain in domains.prefix(Self.domainsShown) {
            if domains.count > 1 {
                out.line("<h3>\(domain == -1 ? "no domain" : "domain \(domain)")</h3>")
            }
            let curves = zip(["base", "head"], sides).map { name, summary in
                let found = summary.memoryOverTime.first { $0.domain == domain }
                return MemoryCurve(label: name, timeline: found?.timeline ?? MemoryTimeline())
            }
            MemoryPicture.render(curves, beginNs, endNs, &out)
        }
        if domains.count > Self.domainsShown {
            out.note("\(domains.count - Self.domainsShown) domains more are not drawn.")
        }
    }
}

extension TimelineSummary {
    /// The same at other times.
    fileprivate func moved(by ns: Int128) -> TimelineSummary {
        guard ns != 0 else { return self }
        func moved(_ timeNs: Int64) -> Int64 { Int64(clamping: Int128(timeNs) + ns) }
        var result = self
        result.beginNs = moved(beginNs)
        result.endNs = moved(endNs)
        for domain in domains.indices {
            for lane in domains[domain].lanes.indices {
                result.domains[domain].lanes[lane].longest = domains[domain].lanes[lane].longest
                    .map {
                        TimelineSpan(
                            beginNs: moved($0.beginNs), endNs: moved($0.endNs), thread: $0.thread)
                    }
            }
        }
        return result
    }
}

extension ComparisonHTML {
    static func timeline(_ times: SharedTimes?, _ out: inout HTMLWriter) {
        guard let times else { return }
        out.heading("Timeline", id: "timeline-title")
        TimelinePicture.render(times.timeline, &out)
    }

    static func memory(_ times: SharedTimes?, _ out: inout HTMLWriter) {
        guard let times, times.hasMemory else { return }
        out.heading("Fragmentation over time", id: "memory")
        out.note(
            "Lines go through the extremes of each stretch, so that thinning hides none. "
                + "Unusable for order 2: the share of free pages in smaller blocks.")
        times.memory(&out)
    }
}
