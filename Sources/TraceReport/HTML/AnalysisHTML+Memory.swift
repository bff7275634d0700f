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
        MemoryPicture.render(
            domains.map {
                MemoryCurve(label: "domain \($0.domain)", timeline: $0.timeline)
            }, summary.window.beginNs, summary.window.endNs, &out)
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
