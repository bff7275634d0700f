import TraceAnalysis

extension AnalysisHTML {
    static func chains(_ summary: TraceSummary, _ out: inout HTMLWriter) {
        guard let chains = summary.chains else { return }
        out.heading("Worst chains from failure to relief", id: "chains")
        guard let longest = chains.worst.first else {
            out.note("No effective wakeup answered a failure.")
            return
        }
        let count = HTMLValue.count(chains.count, "chains.count").inline
        let recorded = HTMLValue.count(chains.recorded, "chains.recorded").inline
        out.note(
            "The longest of \(count). Causes are recorded in \(recorded); in the others some are "
                + "inferred (~) from thread, domain and order."
                + (chains.knowsRelief
                    ? "" : " Relief is not recorded: a chain ends with its batch."))
        out.legend(
            [
                ("fail", "to wakeup"), ("wait", "to run"), ("gap", "to batch"), ("batch", "batch"),
            ] + (chains.knowsRelief ? [("direct", "to relief")] : []))
        out.table(
            "Chains, the longest first; the bar has the scale of the first"
                + (chains.worst.count > HTMLBounds.rows
                    ? ", the first \(HTMLBounds.rows) of \(chains.worst.count)" : ""),
            ["#", "steps", "total", "to wakeup", "to run", "to batch", "batch"]
                + (chains.knowsRelief ? ["to relief"] : [])
                + ["failures", "first failure at", "domain", "thread", ""],
            chains.worst.prefix(HTMLBounds.rows).enumerated().map { index, chain in
                row(index, chain, longest.lengthNs, summary)
            })
    }

    private static func row(
        _ index: Int, _ chain: Chain, _ longestNs: Int64, _ summary: TraceSummary
    ) -> [HTMLValue] {
        let path = "chains.worst.\(index)"
        func step(_ from: Int64?, _ to: Int64?, _ link: ChainLink? = nil) -> HTMLValue {
            var shown = "\u{2013}"
            if let from, let to {
                shown = (link == .inferred ? "~" : "") + HTMLText.time(to - from)
            }
            return HTMLValue(shown: shown, path: nil)
        }
        var relief = step(chain.batchEndNs, chain.reliefNs)
        if let reliefNs = chain.reliefNs, reliefNs < chain.batchEndNs ?? .max {
            relief = HTMLValue(shown: "earlier", path: nil)
        }
        return [
            HTMLValue(shown: String(index + 1), path: nil), .html(bar(chain, longestNs)),
            .time(chain.lengthNs, path + ".length_ns"),
            step(chain.failureNs, chain.wakeNs, chain.wakeLink),
            step(chain.wakeNs, chain.runNs, chain.runLink),
            step(chain.runNs ?? chain.wakeNs, chain.batchBeginNs, chain.batchLink),
            step(chain.batchBeginNs, chain.batchEndNs),
        ] + (summary.chains?.knowsRelief == true ? [relief] : []) + [
            .count(chain.failures, path + ".failures"),
            .time(chain.failureNs, path + ".failure_ns"),
            .number(Int64(chain.domain), path + ".domain") { $0 == -1 ? "\u{2013}" : String($0) },
            .text(summary.threadName(chain.thread)), .html(show(index, chain)),
        ]
    }

    /// A button for the script, which shows the chain in the timeline; hidden without it.
    private static func show(_ index: Int, _ chain: Chain) -> String {
        "<button type=\"button\" class=\"show\" data-from=\"\(chain.failureNs)\" "
            + "data-to=\"\(chain.endNs)\" aria-label=\"Show chain \(index + 1) in the timeline\" "
            + "hidden>show</button>"
    }

    /// The steps of a chain in their order, each from where the one before it ended.
    private static func bar(_ chain: Chain, _ longestNs: Int64) -> String {
        let steps: [(String, Int64?)] = [
            ("fail", chain.wakeNs), ("wait", chain.runNs), ("gap", chain.batchBeginNs),
            ("batch", chain.batchEndNs), ("direct", chain.reliefNs),
        ]
        var fromNs = chain.failureNs
        var result = "<svg viewBox=\"0 0 240 14\" aria-hidden=\"true\">"
        for (kind, end) in steps {
            guard let end, end > fromNs else { continue }
            let to = min(end, chain.endNs)
            guard to > fromNs else { continue }
            let left = Plot.tenths(240, fromNs - chain.failureNs, of: longestNs)
            let right = Plot.tenths(240, to - chain.failureNs, of: longestNs)
            result +=
                "<rect class=\"\(kind)\" x=\"\(Plot.tenths(left))\" y=\"1\" "
                + "width=\"\(Plot.tenths(max(right - left, 8)))\" height=\"12\"/>"
            fromNs = to
        }
        return result + "</svg>"
    }
}
