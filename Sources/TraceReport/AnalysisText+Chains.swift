import TraceAnalysis

// From failures to relief, the longest first.
extension AnalysisText {
    static func chains(_ summary: TraceSummary, _ out: inout TextLines) {
        guard let chains = summary.chains else { return }
        out.heading("Worst chains from failure to relief")
        guard !chains.worst.isEmpty else {
            out.line("  no effective wakeup answered a failure")
            return
        }
        out.line(
            "  \(chains.worst.count) of \(chains.count); causes recorded in \(chains.recorded), "
                + "inferred (~) in the others")
        let names = chains.worst.contains { !$0.trace.isEmpty } ? ["trace"] : []
        var table = TextTable(
            names + [
                "failure", "at", "domain", "failures", "total", "to wakeup", "to run", "to batch",
                "batch", "to relief",
            ], leftColumns: names.count)
        for chain in chains.worst {
            table.row(names.map { _ in TextSafe.line(chain.trace) } + cells(chain))
        }
        out.lines(table.lines)
        if !chains.knowsRelief {
            out.line("  relief is not recorded: a chain ends with its batch")
        }
        note(chains.untracked, "events of too many threads or domains left out", &out)
    }

    private static func relief(_ chain: Chain) -> String {
        guard let reliefNs = chain.reliefNs else { return "-" }
        guard let endNs = chain.batchEndNs, reliefNs >= endNs else { return "earlier" }
        return ScaledText.time(reliefNs - endNs)
    }

    private static func cells(_ chain: Chain) -> [String] {
        func step(_ from: Int64?, _ to: Int64?, _ link: ChainLink? = nil) -> String {
            guard let from, let to else { return "-" }
            return (link == .inferred ? "~" : "") + ScaledText.time(to - from)
        }
        return [
            String(chain.failureSequence), ScaledText.time(chain.failureNs), domain(chain.domain),
            String(chain.failures), ScaledText.time(chain.lengthNs),
            step(chain.failureNs, chain.wakeNs, chain.wakeLink),
            step(chain.wakeNs, chain.runNs, chain.runLink),
            step(chain.runNs ?? chain.wakeNs, chain.batchBeginNs, chain.batchLink),
            step(chain.batchBeginNs, chain.batchEndNs),
            relief(chain),
        ]
    }
}
