import Histograms
import TraceAnalysis

extension AnalysisHTML {
    static func failures(_ summary: TraceSummary, _ out: inout HTMLWriter) {
        let failures = summary.failures
        out.heading("Allocation failures", id: "failures")
        guard failures.count > 0 else {
            out.note("No allocation failed in this window.")
            return
        }
        out.line("<div class=\"columns\">")
        overTime(failures.overTime, &out)
        gaps(failures, &out)
        out.line("</div><div class=\"columns\">")
        places(failures, &out)
        causes(failures, &out)
        out.line("</div>")
    }

    /// Fewer bars are not wider.
    private static let fewestBars = 8
    private static let bars = Plot(x: 64, y: 8, width: 520, height: 190)

    /// Bars side by side, each at least visible where it counts something.
    private static func histogram(
        _ title: String, _ counts: [UInt64], slots: Int? = nil, under: String,
        _ out: inout HTMLWriter
    ) {
        let most = Int64(clamping: counts.max() ?? 1)
        out.line("<figure><h3>\(title)</h3>")
        out.line(
            "<svg viewBox=\"0 0 592 \(bars.bottom + 24)\" role=\"img\" aria-label=\"\(title); "
                + "at most \(most)\">")
        let slots = Int64(slots ?? counts.count)
        let step = Ticks.step(max(most, 1), most: 4)
        for level in stride(from: Int64(0), through: most, by: Int64.Stride(step)) {
            out.line(bars.level(bars.ordinate(level, 0, max(most, 1)), HTMLText.count(level)))
        }
        out.line(under)
        var path = ""
        for (index, count) in counts.enumerated() where count > 0 {
            let height = max(10, Plot.tenths(bars.height, Int64(clamping: count), of: most))
            let left = Plot.tenths(bars.width, Int64(index), of: slots)
            let right = Plot.tenths(bars.width, Int64(index) + 1, of: slots)
            let x = Plot.tenths(left + bars.x * 10 + 5)
            path +=
                "M\(x) \(Plot.tenths(bars.bottom * 10 - height))"
                + "H\(Plot.tenths(max(right - 5, left + 10) + bars.x * 10))V\(bars.bottom)H\(x)z"
        }
        out.line("<path class=\"bar\" d=\"\(path)\"/></svg></figure>")
    }

    private static func overTime(_ bins: FailuresOverTime, _ out: inout HTMLWriter) {
        // As many as fit; the bins of an interval asked for can be more.
        let join = max(1, (bins.counts.count + 129) / 130)
        let counts = stride(from: 0, to: bins.counts.count, by: join).map { first in
            bins.counts[first..<min(first + join, bins.counts.count)].reduce(0, +)
        }
        let widthNs = Int64(clamping: Int128(bins.widthNs) * Int128(join))
        let endNs = Int64(
            clamping: Int128(bins.beginNs) + Int128(widthNs) * Int128(counts.count))
        histogram(
            "Failures over time, per \(HTMLText.time(widthNs))", counts,
            under: bars.times(bins.beginNs, endNs), &out)
    }

    private static func gaps(_ failures: FailureSummary, _ out: inout HTMLWriter) {
        let buckets = failures.interArrival.powerOfTwoHistogram.buckets
        guard !buckets.isEmpty else {
            out.line("<figure><h3>Time between failures</h3>")
            out.note("One failure; there is no time between.")
            out.line("</figure>")
            return
        }
        let every = max(1, (buckets.count + 6) / 7)
        let labels = buckets.enumerated().filter { $0.offset % every == 0 }.map { index, bucket in
            let place = Plot.place(
                bars.x, bars.width, Int64(index), of: Int64(max(buckets.count, fewestBars)))
            return bars.upright(
                place,
                HTMLText.time(Int64(clamping: bucket.low), digits: 3, trimsZeros: true))
        }.joined()
        histogram(
            "Time from one failure to the next, by powers of two", buckets.map(\.count),
            slots: max(buckets.count, fewestBars), under: labels, &out)
    }

    private static let shown = 12

    private static func places(_ failures: FailureSummary, _ out: inout HTMLWriter) {
        out.line("<div>")
        for (title, key, rows) in [
            ("domain", "by_domain", failures.byDomain), ("order", "by_order", failures.byOrder),
            ("largest free order", "by_largest_order", failures.byLargestOrder),
        ] {
            out.table(
                "Failures by \(title)", [title, "failures"],
                rows.prefix(shown).enumerated().map { index, row in
                    [
                        numbered(row.number),
                        .count(row.count, "failures.\(key).\(index).count"),
                    ]
                })
        }
        out.line("</div>")
    }

    private static func numbered(_ number: Int64) -> HTMLValue {
        .text(number == -1 ? "not known" : String(number))
    }

    private static func causes(_ failures: FailureSummary, _ out: inout HTMLWriter) {
        out.line("<div>")
        out.table(
            "Failures by who asked" + more(failures.byRequester.count), ["requester", "failures"],
            failures.byRequester.prefix(shown).enumerated().map { index, row in
                [.text(row.name), .count(row.count, "failures.by_requester.\(index).count")]
            })
        out.table(
            "Failures by order and flags" + more(failures.byOrderAndGfp.count),
            ["flags", "order", "failures"],
            failures.byOrderAndGfp.prefix(shown).enumerated().map { index, row in
                [
                    .text(row.gfp), numbered(row.order),
                    .count(row.count, "failures.by_order_and_gfp.\(index).count"),
                ]
            })
        out.line("</div>")
    }

    private static func more(_ count: Int) -> String {
        count > shown ? ", the first \(shown) of \(count)" : ""
    }
}
