import Histograms
import TraceAnalysis

extension AnalysisText {
    // MARK: Failures

    static func failures(_ summary: TraceSummary, _ out: inout TextLines) {
        let failures = summary.failures
        let top = out.style.topCount
        out.heading("Allocation failures")
        let rate = ScaledText.known(summary.per1000Seconds(failures.count), ScaledText.rate)
        let limited = summary.service.samples > 0 ? String(summary.service.total.limited) : "-"
        out.line("  failures \(failures.count), \(rate); limited requests \(limited)")
        if summary.service.samples > 0, summary.service.total.wanting > 0 {
            let total = summary.service.total
            out.line(
                "  of \(total.wanting) requests that want a buffer: refused by the zone "
                    + "\(ScaledText.known(total.failedPpm, ScaledText.percent)), limited "
                    + ScaledText.known(total.limitedPpm, ScaledText.percent))
        }
        if failures.count > 0 {
            out.line("  by order: " + list(failures.byOrder, top: top))
            out.line("  by domain: " + list(failures.byDomain, top: top))
            out.line("  by CPU: " + list(failures.byCPU, top: top))
            if failures.byLargestOrder.contains(where: { $0.number != -1 }) {
                out.line("  largest free order: " + list(failures.byLargestOrder, top: top))
            }
            out.line("  by requester: " + list(failures.byRequester, top: top))
            if failures.byOrderAndGfp.contains(where: { $0.gfp.contains("|") }) {
                out.line("  by class of flags: " + list(failures.byGfpClass, top: top))
            }
            var table = TextTable(["flags", "order", "failures"])
            for row in failures.byOrderAndGfp.prefix(top) {
                table.row([
                    row.gfp.isEmpty ? "(none)" : TextSafe.line(row.gfp),
                    row.order == -1 ? "unknown" : String(row.order), String(row.count),
                ])
            }
            out.lines(table.lines)
        }
        out.lines(Bars.timeline(failures.overTime, width: out.style.width))
        note(failures.overTime.domainsWithoutBins, "domains have no bins, too many at once", &out)
        note(failures.overTime.cpusWithoutBins, "CPUs have no bins, too many at once", &out)
        bursts(failures, &out)
        note(failures.uncountedKeys, "entries of tables left out, too many kinds", &out)
    }

    private static func bursts(_ failures: FailureSummary, _ out: inout TextLines) {
        guard failures.interArrival.count > 0 else { return }
        var table = TextTable(["between failures"] + seriesTitles)
        table.row(["  all domains"] + cells(failures.interArrival))
        out.lines(table.lines)
        let bursts = failures.bursts
        out.line(
            "  bursts (closer than 1ms): \(bursts.count) with \(bursts.failures) failures, "
                + "largest \(bursts.largest); sizes:")
        out.lines(
            Bars.histogram(bursts.sizes, width: out.style.width) { String($0) })
    }

    // MARK: Batches

    static func batches(_ summary: TraceSummary, _ out: inout TextLines) {
        let batches = summary.batches
        out.heading("Batches")
        guard !batches.groups.isEmpty else {
            out.line("  none")
            deferred(batches, &out)
            return
        }
        let titles = ["routine", "mode", "ended", "open"] + seriesTitles
        var durations = TextTable(titles, leftColumns: 2)
        for group in batches.groups {
            durations.row(
                [name(group), group.mode.name, String(group.ended), String(group.openAtEnd)]
                    + cells(group.duration))
        }
        out.lines(durations.lines)
        domains(batches, &out)
        counters(batches, &out)
        for group in batches.groups where group.ended > 0 {
            out.line(
                "  results of \(name(group)), \(group.mode.name): "
                    + list(group.results, top: out.style.topCount))
        }
        deferred(batches, &out)
        func total(_ part: KeyPath<BatchGroup, UInt64>) -> UInt64 {
            batches.groups.reduce(0) { $0 + $1[keyPath: part] }
        }
        note(total(\.openAtBegin), "batches began before the window", &out)
        note(total(\.endsWithoutBegin), "batches have no recorded begin", &out)
        note(total(\.beginsWithoutEnd), "batches have no recorded end", &out)
        note(batches.untracked, "events of too many threads or routines left out", &out)
    }

    /// Where the time went, and which part of it is in batches wholly inside the window.
    private static func domains(_ batches: BatchSummary, _ out: inout TextLines) {
        guard batches.domains.count > 1 else { return }
        var table = TextTable(["domain", "ended", "time", "daemon", "direct", "whole batches"])
        for row in batches.domains {
            let times = [row.timeNs, row.daemonNs, row.directNs, row.duration.clampedSum]
            table.row([domain(row.domain), String(row.ended)] + times.map { ScaledText.time($0) })
        }
        out.lines(table.lines)
    }

    private static func name(_ group: BatchGroup) -> String {
        group.routine.isEmpty ? "(none)" : TextSafe.line(group.routine)
    }

    /// Only counters that some batch knows.
    private static func counters(_ batches: BatchSummary, _ out: inout TextLines) {
        let shown = BatchCounter.allCases.filter { batches.total($0).known > 0 }
        guard !shown.isEmpty else { return }
        var table = TextTable(["counter"] + batches.groups.map { "\(name($0)), \($0.mode.name)" })
        table.row(
            ["CPU time"]
                + batches.groups.map { ScaledText.known($0.cpuNs.value) { ScaledText.time($0) } })
        for counter in shown {
            let sums = batches.groups.map { ScaledText.known($0.counters[counter].value) }
            table.row([counter.name] + sums)
        }
        out.lines(table.lines)
    }

    private static func deferred(_ batches: BatchSummary, _ out: inout TextLines) {
        guard !batches.deferredByReason.isEmpty else { return }
        let top = out.style.topCount
        out.line("  deferred: " + list(batches.deferredByReason, top: top))
        out.line("  deferred by order: " + list(batches.deferredByOrder, top: top))
    }

    // MARK: Service and memory

    static func service(_ summary: TraceSummary, _ out: inout TextLines) {
        out.heading("Buffer service")
        guard summary.service.samples > 0 else {
            out.line("  not in this trace")
            return
        }
        let total = summary.service.total
        out.line(
            "  got a buffer: \(ScaledText.known(total.successPpm, ScaledText.percent)) "
                + "of \(total.wanting) requests that want one")
        out.line(
            "  fallback pages over time: "
                + ScaledText.known(summary.fallbackPageUs, ScaledText.pageSeconds))
        var table = TextTable([
            "domain", "requests", "CPU hits", "list hits", "imports", "failed", "limited",
            "fallback", "small", "in place",
        ])
        func row(_ name: String, _ counts: ServiceCounts) {
            let cells = [
                counts.requests, counts.hitsCPU, counts.hitsList, counts.imports, counts.failed,
                counts.limited, counts.fallback, counts.small, counts.anonymous,
            ]
            table.row([name] + cells.map(String.init))
        }
        for entry in summary.service.byDomain {
            row(domain(Int32(truncatingIfNeeded: entry.number)), entry.counts)
        }
        if summary.service.byDomain.count > 1 { row("all", total) }
        out.lines(table.lines)
        note(summary.service.decreases, "counters went backwards", &out)
        note(summary.service.untracked, "samples of too many CPUs left out", &out)
    }

    static func memory(_ summary: TraceSummary, _ out: inout TextLines) {
        guard !summary.memory.isEmpty else { return }
        out.heading("Memory")
        var table = TextTable(["domain", "", "first", "least", "most", "last"], leftColumns: 2)
        func row(
            _ memory: DomainMemory, _ name: String, _ gauge: Gauge,
            _ text: (Int64) -> String = { String($0) }
        ) {
            guard gauge.samples > 0 else { return }
            table.row([
                domain(memory.domain), name, ScaledText.known(gauge.first, text),
                text(gauge.minimum), text(gauge.maximum), ScaledText.known(gauge.last, text),
            ])
        }
        for memory in summary.memory {
            row(memory, "free pages", memory.freePages)
            row(memory, "fallback pages", memory.fallbackPages)
            row(memory, "unusable for order 2", memory.unusablePpm, ScaledText.percent)
            for (order, gauge) in memory.blocks.enumerated() where gauge.maximum > 0 {
                row(memory, "free blocks of order \(order)", gauge)
            }
        }
        out.lines(table.lines)
    }

    // MARK: The rest

    static func totals(_ summary: TraceSummary, _ out: inout TextLines) {
        let totals = summary.totals
        let top = out.style.topCount
        out.heading("Totals")
        if !totals.wakeRequestsByTarget.isEmpty {
            out.line("  wakeup requests: " + list(totals.wakeRequestsByTarget, top: top))
            out.line("  wakeup requests by order: " + list(totals.wakeRequestsByOrder, top: top))
        }
        for row in totals.pageout {
            out.line(
                "  page reclaim, \(row.mode.name): \(row.events) times, "
                    + "scanned \(ScaledText.known(row.scannedPages.value)), "
                    + "freed \(ScaledText.known(row.freedPages.value)) pages")
        }
        if !totals.fallbacksByOrder.isEmpty {
            let orders = list(totals.fallbacksByOrder, top: top)
            out.line("  blocks of another type, by order: " + orders)
        }
        for level in totals.levels {
            out.line(
                "  below level \(level.level), domain \(domain(level.domain)): "
                    + "\(level.reached) times, \(ScaledText.time(level.timeNs))")
        }
        if !totals.trimmedBuffers.isEmpty {
            out.line("  buffers trimmed: " + list(totals.trimmedBuffers, top: top))
        }
        if totals.bucketChanges > 0 { out.line("  bucket size changes: \(totals.bucketChanges)") }
        if !totals.reservationBreaks.isEmpty {
            out.line("  reservations broken: " + list(totals.reservationBreaks, top: top))
        }
        settings(totals.settings, &out)
        out.line("  events: " + list(summary.events.byKind, top: .max))
    }

    private static func settings(_ rows: [CounterRange], _ out: inout TextLines) {
        var table = TextTable(["setting", "first", "last", "change"])
        for row in rows {
            let change = Int128(row.last) - Int128(row.first)
            table.row([
                TextSafe.line(row.name), String(row.first), String(row.last), String(change),
            ])
        }
        out.lines(table.lines)
    }
}
