import TraceAnalysis

extension AnalysisHTML {
    static func timeline(_ summary: TraceSummary, _ out: inout HTMLWriter) {
        guard let timeline = summary.timeline else { return }
        out.heading("Timeline", id: "timeline-title")
        TimelinePicture.render(TimelineLayout(timeline), &out)
    }
}

/// The timeline, which the script zooms into.
enum TimelinePicture {
    static func render(_ layout: TimelineLayout, _ out: inout HTMLWriter) {
        guard !layout.rows.isEmpty else {
            out.note("No batches, spins, waits or failures in this window.")
            return
        }
        out.note(
            "Height is the share of each stretch of time, added up over threads; the full height "
                + "of a lane stands at its right. Zoomed in, single intervals stand out: all, "
                + "in long traces the longest"
                + (layout.untracked > 0
                    ? "; \(layout.untracked) events of more than 64 domains or of too many "
                        + "threads are not drawn" : "") + ".")
        out.line(
            "<div id=\"timeline\" class=\"timeline\" tabindex=\"0\" role=\"group\" "
                + "aria-labelledby=\"timeline-title\" aria-describedby=\"timeline-keys\">")
        controls(&out)
        picture(layout, &out)
        out.line("</div>")
    }

    private static func controls(_ out: inout HTMLWriter) {
        out.line("<div class=\"controls\" id=\"timeline-controls\" hidden>")
        for (value, label, text) in [
            ("in", "Zoom in", "+"), ("out", "Zoom out", "\u{2212}"),
            ("left", "Earlier", "\u{2190}"), ("right", "Later", "\u{2192}"),
            ("whole", "Whole trace", "Whole"),
        ] {
            out.line(
                "<button type=\"button\" value=\"\(value)\" aria-label=\"\(label)\">"
                    + "\(text)</button>")
        }
        out.line(
            "<span class=\"keys\" id=\"timeline-keys\"><kbd>+</kbd> <kbd>\u{2212}</kbd> "
                + "<kbd>\u{2190}</kbd> <kbd>\u{2192}</kbd> <kbd>Home</kbd>, drag, wheel after a "
                + "click</span>")
        out.line("<output id=\"timeline-view\" aria-live=\"polite\"></output></div>")
    }

    private static func picture(
        _ layout: TimelineLayout, _ out: inout HTMLWriter
    ) {
        let plot = Plot(
            x: layout.plot.x, y: layout.top, width: layout.plot.width,
            height: layout.bottom - layout.top)
        let label = layout.rows.map { "\($0.label) of domain \($0.domain)" }
            .joined(separator: ", ")
        out.line(
            "<div class=\"scroll\"><svg viewBox=\"0 0 1200 \(layout.bottom + 24)\" role=\"img\" "
                + "aria-label=\"Over time: \(label)\">")
        let small = layout.isCompact ? " small" : ""
        let baseline: Int64 = layout.isCompact ? 8 : 17
        for heading in layout.headings {
            out.line(
                "<text class=\"strong\(small)\" x=\"0\" y=\"\(heading.y)\">\(heading.text)</text>"
            )
        }
        for row in layout.rows {
            out.line(
                "<rect class=\"lane\" x=\"\(plot.x)\" y=\"\(row.y)\" width=\"\(plot.width)\" "
                    + "height=\"\(row.height)\"/>")
        }
        out.line(
            "<g id=\"timeline-axis\">\(plot.times(layout.beginNs, layout.endNs))</g>")
        let bars = max(
            HTMLBounds.bars.lane, min(503, HTMLBounds.bars.all / max(layout.rows.count, 1)))
        for row in layout.rows {
            out.line(
                "<text class=\"label\(small)\" x=\"\(plot.x - 8)\" y=\"\(row.y + baseline)\" "
                    + "text-anchor=\"end\">"
                    + "\(row.label)</text>")
            out.line(
                "<text class=\"label\(small)\" id=\"\(row.id)-peak\" x=\"\(plot.right + 8)\" "
                    + "y=\"\(row.y + baseline)\">"
                    + "\(peak(row, layout, bars))</text>")
            let path = self.bars(row, plot, layout, bars)
            out.line("<path id=\"\(row.id)\" class=\"\(row.kind)\" d=\"\(path)\"/>")
            if row.lane != nil {
                out.line("<path id=\"\(row.id)-x\" class=\"\(row.kind)\" d=\"\"/>")
            }
        }
        out.line("</svg></div>")
    }

    /// Bars of a lane over the whole window, at most so many of them.
    private static func bars(
        _ row: TimelineLayout.Row, _ plot: Plot, _ layout: TimelineLayout, _ bars: Int
    ) -> String {
        let (sums, most, barNs) = sums(row, layout, bars)
        let lengthNs = Int128(max(layout.endNs - layout.beginNs, 1))
        guard most > 0 else { return "" }
        var result = ""
        for (index, sum) in sums.enumerated() where sum > 0 {
            let height = max(15, Int64(sum * Int128(row.height) * 10 / most))
            let left = min(Int128(index) * barNs, lengthNs)
            let right = min(left + barNs, lengthNs)
            let x = Int64(left * Int128(plot.width) * 10 / lengthNs) + plot.x * 10
            let end = max(x + 6, Int64(right * Int128(plot.width) * 10 / lengthNs) + plot.x * 10)
            let y = Plot.tenths((row.y + row.height) * 10 - height)
            result +=
                "M\(Plot.tenths(x)) \(y)H\(Plot.tenths(end))v\(Plot.tenths(height))"
                + "H\(Plot.tenths(x))z"
        }
        return result
    }

    /// The bars' sums, what stands for the whole height, and the width of a bar, ns.
    private static func sums(
        _ row: TimelineLayout.Row, _ layout: TimelineLayout, _ bars: Int
    ) -> (sums: [Int128], most: Int128, barNs: Int128) {
        let peers = layout.rows.filter { $0.scale == row.scale }
        let longest = peers.map(\.values.count).max() ?? 0
        let join = max(1, (longest + bars - 1) / bars)
        func sums(_ row: TimelineLayout.Row) -> [Int128] {
            stride(from: 0, to: row.values.count, by: join).map { first in
                row.values[first..<min(first + join, row.values.count)].reduce(Int128(0)) {
                    $0 + Int128($1)
                }
            }
        }
        let barNs = Int128(layout.widthNs) * Int128(join)
        var most = peers.flatMap(sums).max() ?? 0
        if row.lane != nil { most = max(most, barNs / 1_000) }
        return (sums(row), most, barNs)
    }

    /// What the whole height of a lane stands for.
    private static func peak(
        _ row: TimelineLayout.Row, _ layout: TimelineLayout, _ bars: Int
    ) -> String {
        let (_, most, barNs) = sums(row, layout, bars)
        if row.lane == nil { return "most \(HTMLText.count(most))" }
        return ScaledText.percent(Int64(clamping: most * 1_000_000 / max(barNs, 1)))
    }
}
