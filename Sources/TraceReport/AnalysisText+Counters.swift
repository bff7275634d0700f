import Histograms
import TraceAnalysis

extension AnalysisText {
    // MARK: Relief

    static func relief(_ relief: ReliefSummary, _ out: inout TextLines) {
        out.heading("Relief")
        switch relief.evidence {
        case .none: out.line("  not available: nothing in this trace shows a success")
        case .events: out.line("  from hits and imports, one by one")
        case .samples: out.line("  upper bounds, from service counts read from time to time")
        }
        guard relief.evidence != .none else { return }
        var table = TextTable(["first failure -> first success"] + seriesTitles)
        func rows(_ name: String, _ series: ReliefSeries) {
            if series.served.count > 0 { table.row(["\(name): any"] + cells(series.served)) }
            if series.imported.count > 0 {
                table.row(["\(name): import"] + cells(series.imported))
            }
        }
        rows("all domains", relief.total)
        if relief.byDomain.count > 1 {
            for series in relief.byDomain { rows("  domain \(domain(series.domain))", series) }
        }
        out.lines(table.lines)
        if table.isEmpty { out.line("  no failure was followed by a success") }
        note(relief.total.unserved, "domains failed last and served nothing after it", &out)
        note(relief.total.unimported, "domains failed last and imported nothing after it", &out)
        note(relief.otherOrders, "failures of other orders than a buffer's left out", &out)
        note(relief.untracked, "events of too many domains or CPUs left out", &out)
    }

    static func batchRelief(_ relief: BatchReliefSummary, _ out: inout TextLines) {
        let total = relief.total
        guard total.chains > 0 else { return }
        var table = TextTable(["first failure -> end of the batch it led to"] + seriesTitles)
        if total.duration.count > 0 { table.row(["all domains"] + cells(total.duration)) }
        if relief.byDomain.count > 1 {
            for row in relief.byDomain where row.duration.count > 0 {
                table.row(["  domain \(domain(row.domain))"] + cells(row.duration))
            }
        }
        out.lines(table.lines)
        if !table.isEmpty {
            out.line(
                "  causes recorded in \(total.recorded) of these, inferred from thread, domain "
                    + "and order in \(total.inferred)")
        }
        note(total.withoutEnd, "wakeups after failures led to no batch that ended", &out)
        note(relief.untracked, "events of too many threads or domains left out", &out)
    }

    // MARK: Counters

    static func counters(_ counters: CounterSummary, _ out: inout TextLines) {
        guard !counters.rows.isEmpty else { return }
        let isFreeBSD = counters.hasFreeBSDNames
        out.heading(isFreeBSD ? "FreeBSD counters beside the events" : "Counters")
        var table = TextTable(
            ["counter", "events", "start", "end", "change", "events say", ""], leftColumns: 2)
        var quiet: UInt64 = 0
        for row in counters.rows {
            // Most orders of most pools are empty all the time.
            if row.range.first == 0, row.range.last == 0, row.check?.gap == nil {
                if !row.isSum { quiet += 1 }
                continue
            }
            table.row([
                TextSafe.line(row.range.name) + (row.isSum ? " (all pools)" : ""),
                row.check?.evidence.rawValue ?? "-", String(row.range.first),
                String(row.range.last), String(row.change),
                ScaledText.known(row.check?.told), mark(row),
            ])
        }
        out.lines(table.lines)
        for row in counters.differing { difference(row, &out) }
        if quiet > 0 { out.line("  0 at the start and at the end: \(quiet) more") }
        note(counters.untracked, "readings of too many counters left out", &out)
    }

    private static func mark(_ row: CounterRow) -> String {
        guard let check = row.check else { return "" }
        return check.gap == nil ? "=" : "differs"
    }

    private static func difference(_ row: CounterRow, _ out: inout TextLines) {
        guard let check = row.check, let gap = check.gap else { return }
        let counted = check.evidence.isOfLastValue ? row.range.last : row.change
        out.line(
            "  differs: \(TextSafe.line(row.range.name)) says \(counted), the events "
                + "\(check.told): \(gap.rawValue)")
    }
}
