import TraceAnalysis

/// One of the sides that a timeline shows.
struct TimelineSide {
    /// What tells its lanes from those of the other side; empty where there is none.
    var name: String
    var timeline: TimelineSummary
}

/// Where the lanes of a timeline stand in its picture.
///
/// Lanes of two sides stand in pairs, one above the other: on one axis of time, and of one height.
struct TimelineLayout {
    struct Row {
        var id: String
        /// The class that colors it.
        var kind: String
        /// HTML.
        var label: String
        var domain: Int32
        var y: Int64
        var height: Int64
        var values: [Int64]
        var lane: TimelineLane?
        /// Rows with the same number have one scale.
        var scale = 0
    }

    /// The most sides of domains whose lanes have their full height.
    private static let fullDomains = 16

    private(set) var rows: [Row] = []
    private(set) var headings: [(y: Int64, text: String)] = []
    private(set) var bottom: Int64 = 0
    /// Whether lanes are low and close together, because there are many.
    let isCompact: Bool
    let plot: (x: Int64, width: Int64)
    let top: Int64 = 4
    /// The window, ns.
    let beginNs: Int64
    let endNs: Int64
    /// The width of the bins of all rows, ns.
    let widthNs: Int64
    /// Events that no lane shows.
    let untracked: UInt64

    init(_ timeline: TimelineSummary) { self.init([TimelineSide(name: "", timeline: timeline)]) }

    /// Lays out sides whose windows begin at the same time.
    init(_ sides: [TimelineSide]) {
        let timelines = sides.map(\.timeline)
        beginNs = timelines.first?.beginNs ?? 0
        endNs = timelines.map(\.endNs).max() ?? 0
        widthNs = timelines.filter { !$0.domains.isEmpty }.map(\.widthNs).max() ?? 1
        untracked = timelines.reduce(0) { $0 + $1.untracked }
        let busy = Set(
            timelines.flatMap(\.domains).filter { !$0.lanes.isEmpty || !$0.failures.isEmpty }
                .map(\.domain)
        ).sorted()
        isCompact = busy.count * sides.count > Self.fullDomains
        plot = sides.count > 1 ? (150, 974) : (118, 1_006)
        var y = top
        for domain in busy { add(domain, sides, &y) }
        bottom = y
    }

    private mutating func add(_ domain: Int32, _ sides: [TimelineSide], _ y: inout Int64) {
        let name = domain == -1 ? "no domain" : "domain \(domain)"
        headings.append((y + (isCompact ? 8 : 15), name))
        if !isCompact { y += 22 }
        let found = sides.map { side in side.timeline.domains.first { $0.domain == domain } }
        for activity in TimelineActivity.allCases {
            let lanes = found.map { $0?.lanes.first { $0.activity == activity } }
            add(activity.name, Self.label(activity), domain, sides, lanes.map { $0?.timeNs }, &y) {
                lanes[$0]
            }
        }
        let failures = found.map { $0.flatMap { $0.failures.isEmpty ? nil : $0.failures } }
        add("fail", "failures", domain, sides, failures, &y) { _ in nil }
        y += 4
    }

    /// Adds what the sides have of one kind.
    private mutating func add(
        _ kind: String, _ label: String, _ domain: Int32, _ sides: [TimelineSide],
        _ values: [[Int64]?], _ y: inout Int64, _ lane: (Int) -> TimelineLane?
    ) {
        let (height, pitch): (Int64, Int64) = isCompact ? (9, 11) : (26, 31)
        let scale = rows.count
        for (index, side) in sides.enumerated() {
            guard let values = values[index] else { continue }
            let suffix = side.name.isEmpty ? "" : "-\(side.name)"
            rows.append(
                Row(
                    id: "d\(domain)-\(kind)\(suffix)", kind: kind,
                    label: side.name.isEmpty ? label : "\(label), \(side.name)", domain: domain,
                    y: y, height: height,
                    values: Self.joined(values, Int(widthNs / max(side.timeline.widthNs, 1))),
                    lane: lane(index), scale: scale))
            y += pitch
        }
    }

    /// Bins added up, so many at a time.
    static func joined(_ values: [Int64], _ join: Int) -> [Int64] {
        guard join > 1 else { return values }
        return stride(from: 0, to: values.count, by: join).map { first in
            values[first..<min(first + join, values.count)].reduce(Int64(0)) {
                let (sum, overflow) = $0.addingReportingOverflow($1)
                return overflow ? .max : sum
            }
        }
    }

    static func label(_ activity: TimelineActivity) -> String {
        switch activity {
        case .batch: "batches"
        case .direct: "direct batches"
        case .spin: "spins"
        case .wait: "waits"
        case .onCPU: "on a CPU"
        }
    }
}
