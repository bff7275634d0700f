import TraceAnalysis

extension AnalysisHTML {
    static func memory(_ summary: TraceSummary, _ out: inout HTMLWriter) {
        let domains = summary.memoryOverTime
        out.heading("Fragmentation over time", id: "memory")
        guard !domains.isEmpty else {
            out.note("This trace has no samples of memory.")
            return
        }
        out.note(
            "Lines go through the extremes of each stretch, so that thinning hides none. "
                + "Unusable for order 2: the share of free pages in smaller blocks.")
        MemoryPicture.legend(domains, &out)
        out.line("<div class=\"columns\">")
        for picture in [
            MemoryPicture(
                title: "Free pages unusable for order 2", range: { $0.unusablePpm },
                label: { $0 % 10_000 == 0 ? "\($0 / 10_000)%" : ScaledText.percent($0) }),
            MemoryPicture(
                title: "Free pages", range: { $0.freePages }, label: { HTMLText.count($0) }),
            MemoryPicture(
                title: "Pages that stand in for buffers", range: { $0.fallbackPages },
                label: { HTMLText.count($0) }),
        ] {
            picture.render(domains, summary.window, &out)
        }
        out.line("</div>")
        gauges(summary, &out)
    }

    private static func gauges(_ summary: TraceSummary, _ out: inout HTMLWriter) {
        var rows: [[HTMLValue]] = []
        for (index, memory) in summary.memory.enumerated() {
            func add(
                _ title: String, _ key: String, _ gauge: Gauge,
                _ show: (Int64) -> String = { HTMLText.count($0) }
            ) {
                guard gauge.samples > 0 else { return }
                let path = "memory.\(index).\(key)"
                rows.append([
                    .text("domain \(memory.domain)"), .text(title),
                    .number(gauge.first, path + ".first", show),
                    .number(gauge.minimum, path + ".min", show),
                    .number(gauge.maximum, path + ".max", show),
                    .number(gauge.last, path + ".last", show),
                ])
            }
            add("free pages", "free_pages", memory.freePages)
            add("unusable for order 2", "unusable_order_2_ppm", memory.unusablePpm) {
                ScaledText.percent($0)
            }
            add("fallback pages", "fallback_pages", memory.fallbackPages)
            for (order, gauge) in memory.blocks.enumerated() where gauge.maximum > 0 {
                add("free blocks of order \(order)", "free_blocks_by_order.\(order)", gauge)
            }
        }
        out.details("Memory", hint: "first, least, most and last of the samples") { out in
            out.table(
                "Samples of memory", ["domain", "", "first", "least", "most", "last"], rows,
                most: 2 * HTMLBounds.rows)
        }
    }
}

/// One number of the memory of domains over time.
struct MemoryPicture {
    var title: String
    var range: (MemoryBin) -> KnownRange
    var label: (Int64) -> String
    private let plot = Plot(x: 72, y: 8, width: 512, height: 180)
    /// The most domains drawn, one for each style of a line.
    private static let most = 7

    init(
        title: String, range: @escaping (MemoryBin) -> KnownRange,
        label: @escaping (Int64) -> String
    ) {
        self.title = title
        self.range = range
        self.label = label
    }

    static func legend(_ domains: [MemoryOverTime], _ out: inout HTMLWriter) {
        var entries = domains.prefix(most).enumerated().map { index, domain in
            (kind: "curve s\(index)", label: "domain \(domain.domain)")
        }
        if domains.count > most { entries.append(("", "\(domains.count - most) more not drawn")) }
        out.legend(entries)
    }

    func render(
        _ domains: [MemoryOverTime], _ window: SummaryWindow, _ out: inout HTMLWriter
    ) {
        let shown = domains.prefix(Self.most)
        let ranges = shown.flatMap { $0.timeline.bins.map(range) }.filter { !$0.isEmpty }
        guard let most = ranges.map(\.most).max(), most > 0 else { return }
        let step = Ticks.step(most, most: 4)
        let top = max(most, step)
        out.line("<figure><h3>\(title)</h3>")
        out.line(
            "<svg viewBox=\"0 0 592 \(plot.bottom + 24)\" role=\"img\" aria-label=\"\(title) over "
                + "time; the numbers are in the table Memory\">")
        for level in stride(from: Int64(0), through: top, by: Int64.Stride(step)) {
            out.line(plot.level(plot.ordinate(level, 0, top), label(level)))
        }
        out.line(plot.times(window.beginNs, window.endNs))
        for (index, domain) in shown.enumerated() {
            out.line(lines(domain.timeline, index, top, window))
        }
        out.line(plot.frame + "</svg></figure>")
    }

    /// A band between the extremes and a line through the largest values.
    private func lines(
        _ memory: MemoryTimeline, _ index: Int, _ top: Int64, _ window: SummaryWindow
    ) -> String {
        let lengthNs = max(window.lengthNs, 1)
        let known = memory.bins.enumerated().filter { !range($0.element).isEmpty }
        let places = known.map { bin, sample in
            let middle = Int128(bin) * Int128(memory.widthNs) + Int128(memory.widthNs / 2)
            let ns = min(lengthNs, Int64(clamping: middle))
            return (x: plot.abscissa(ns, 0, lengthNs), range: range(sample))
        }
        let upper = places.map { "\($0.x) \(plot.ordinate($0.range.most, 0, top))" }
        let lower = places.reversed().map { "\($0.x) \(plot.ordinate($0.range.least, 0, top))" }
        guard upper.count > 1 else {
            guard let place = places.first else { return "" }
            let y = plot.ordinate(place.range.most, 0, top)
            return "<circle class=\"f\(index)\" cx=\"\(place.x)\" cy=\"\(y)\" r=\"3\"/>"
        }
        return "<path class=\"band f\(index)\" d=\"M"
            + (upper + lower).joined(separator: "L") + "z\"/>"
            + "<path class=\"curve s\(index)\" d=\"M\(upper.joined(separator: "L"))\"/>"
    }
}
