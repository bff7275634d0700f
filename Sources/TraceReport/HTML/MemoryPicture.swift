import TraceAnalysis

/// A line over time, such as a domain's.
struct MemoryCurve {
    /// HTML.
    var label: String
    var timeline: MemoryTimeline
}

/// One number of memory over time.
struct MemoryPicture {
    private var title: String
    private var range: (MemoryBin) -> KnownRange
    private var label: (Int64) -> String
    private let plot = Plot(x: 72, y: 8, width: 512, height: 180)
    /// The most curves drawn, one for each style of a line.
    private static let most = 7

    private init(
        _ title: String, _ range: @escaping (MemoryBin) -> KnownRange,
        _ label: @escaping (Int64) -> String
    ) {
        self.title = title
        self.range = range
        self.label = label
    }

    /// All that samples say of memory, a picture each.
    static func render(
        _ curves: [MemoryCurve], _ beginNs: Int64, _ endNs: Int64, _ out: inout HTMLWriter
    ) {
        var entries = curves.prefix(most).enumerated().map { index, curve in
            (kind: "curve s\(index)", label: curve.label)
        }
        if curves.count > most { entries.append(("", "\(curves.count - most) more not drawn")) }
        out.legend(entries)
        out.line("<div class=\"columns\">")
        for picture in [
            MemoryPicture(
                "Free pages unusable for order 2", { $0.unusablePpm },
                { $0 % 10_000 == 0 ? "\($0 / 10_000)%" : ScaledText.percent($0) }),
            MemoryPicture("Free pages", { $0.freePages }, { HTMLText.count($0) }),
            MemoryPicture(
                "Pages that stand in for buffers", { $0.fallbackPages }, { HTMLText.count($0) }),
        ] {
            picture.render(Array(curves.prefix(most)), beginNs, endNs, &out)
        }
        out.line("</div>")
    }

    private func render(
        _ shown: [MemoryCurve], _ beginNs: Int64, _ endNs: Int64, _ out: inout HTMLWriter
    ) {
        let ranges = shown.flatMap { $0.timeline.bins.map(range) }.filter { !$0.isEmpty }
        guard let most = ranges.map(\.most).max(), most > 0 else { return }
        let step = Ticks.step(most, most: 4)
        let top = max(most, step)
        out.line("<figure><h3>\(title)</h3>")
        out.line(
            "<svg viewBox=\"0 0 592 \(plot.bottom + 24)\" role=\"img\" aria-label=\"\(title) over "
                + "time; the numbers are in a table below\">")
        for level in stride(from: Int64(0), through: top, by: Int64.Stride(step)) {
            out.line(plot.level(plot.ordinate(level, 0, top), label(level)))
        }
        out.line(plot.times(beginNs, endNs))
        for (index, curve) in shown.enumerated() {
            out.line(lines(curve.timeline, index, top, max(endNs - beginNs, 1)))
        }
        out.line(plot.frame + "</svg></figure>")
    }

    /// A band between the extremes and a line through the largest values.
    private func lines(
        _ memory: MemoryTimeline, _ index: Int, _ top: Int64, _ lengthNs: Int64
    ) -> String {
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
