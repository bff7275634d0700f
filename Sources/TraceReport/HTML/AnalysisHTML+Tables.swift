import Histograms
import TraceAnalysis
import TraceCore

// All other numbers, closed until somebody asks.
extension AnalysisHTML {
    static func tables(_ report: AnalysisReport, _ out: inout HTMLWriter) {
        let summary = report.summary
        out.heading("All numbers", id: "numbers")
        metrics(summary, &out)
        threads(summary, &out)
        wakeups(summary, &out)
        batches(summary, &out)
        waits(summary, &out)
        service(summary, &out)
        counters(summary, &out)
        events(summary, &out)
        parameters(report, &out)
    }

    private static let most = HTMLBounds.rows

    private static func more(_ count: Int) -> String {
        count > most ? ", the first \(most) of \(count)" : ""
    }

    private static func metrics(_ summary: TraceSummary, _ out: inout HTMLWriter) {
        let rows = summary.metrics.enumerated().filter { $0.element.value != nil }.map {
            index, metric -> [HTMLValue] in
            [
                .text(metric.name), .text(metric.domain.map(String.init) ?? "all"),
                .metric(metric.value, metric.unit, "metrics.\(index).value"),
                .text(metric.direction == .neutral ? "\u{2013}" : metric.direction.rawValue),
            ]
        }
        out.details("Metrics", hint: "what comparisons look at") {
            $0.table("Metrics", ["metric", "domain", "value", "better"], rows, most: 4 * most)
        }
    }

    private static func threads(_ summary: TraceSummary, _ out: inout HTMLWriter) {
        // Reclaim threads first, then those that used most.
        let order = summary.cpu.threads.indices.sorted { left, right in
            let (first, second) = (summary.cpu.threads[left], summary.cpu.threads[right])
            return (first.isReclaim ? 0 : 1, -first.cpuNs, -first.directNs, left)
                < (second.isReclaim ? 0 : 1, -second.cpuNs, -second.directNs, right)
        }
        let rows = order.prefix(most).map { index -> [HTMLValue] in
            let row = summary.cpu.threads[index]
            let path = "cpu.threads.\(index)"
            return [
                .text(summary.threadName(row.thread)), .text(row.isReclaim ? "reclaim" : "other"),
                .number(Int64(row.domain), path + ".domain") {
                    $0 == -1 ? "\u{2013}" : String($0)
                },
                .time(row.cpuNs, path + ".cpu_ns"), .time(row.batchNs, path + ".batch_ns"),
                .time(row.directNs, path + ".direct_ns"),
                .count(row.spins.count, path + ".spins"),
                .time(row.spins.timeNs, path + ".spin_ns"),
            ]
        }
        stalls(summary, &out)
        guard !rows.isEmpty else { return }
        out.details("CPU time by thread", hint: "\(summary.cpu.threads.count) threads") {
            $0.table(
                "CPU time by thread" + more(summary.cpu.threads.count),
                ["thread", "kind", "domain", "CPU", "batches", "direct", "spins", "in spins"], rows)
        }
    }

    private static func stalls(_ summary: TraceSummary, _ out: inout HTMLWriter) {
        let rows = summary.cpu.stalls.enumerated().map { index, row -> [HTMLValue] in
            let path = "cpu.stalls_by_routine.\(index)"
            return [
                .text(row.routine), .count(row.count, path + ".count"),
                .time(row.timeNs, path + ".time_ns"),
                .count(row.onCPUNs.known, path + ".on_cpu_ns.known"),
                .time(row.onCPUNs.value, path + ".on_cpu_ns.sum"),
                .time(row.blockedNs.value, path + ".blocked_ns.sum"),
            ]
        }
        guard !rows.isEmpty else { return }
        out.details("Direct stalls", hint: "what threads that needed memory lost") {
            $0.table(
                "Direct stalls by routine; a dash where the trace does not tell",
                ["routine", "stalls", "time", "known of", "on a CPU", "blocked"], rows)
        }
    }

    private static func wakeups(_ summary: TraceSummary, _ out: inout HTMLWriter) {
        let all = summary.wakeups
        guard !all.threads.isEmpty else { return }
        let hasRuns = all.runEvidence == .runs
        func cells(_ counts: WakeupCounts, _ path: String) -> [HTMLValue] {
            [
                .count(counts.sent, path + ".sent"), .count(counts.woke, path + ".woke"),
                .count(counts.noSleeper, path + ".no_sleeper"),
                .count(counts.lost, path + ".lost"),
                .count(counts.suppressed, path + ".suppressed"),
                .count(counts.runs, path + ".runs"),
                .count(counts.pendingAtEnd, path + ".pending_at_end"),
                .count(counts.missedRuns, path + ".missed_runs"),
                .number(hasRuns ? Int64(clamping: counts.worked) : nil, path + ".worked"),
                .number(hasRuns ? Int64(clamping: counts.spurious) : nil, path + ".spurious"),
            ]
        }
        var rows = [[HTMLValue.text("all")] + cells(all.counts, "wakeups")]
        rows += all.threads.prefix(most).enumerated().map { index, thread in
            [.text(summary.threadName(thread.thread))]
                + cells(thread.counts, "wakeups.threads.\(index)")
        }
        let series = all.threads.prefix(most).enumerated().compactMap { index, thread in
            thread.latency.count == 0
                ? nil
                : HTMLSeries(
                    title: HTMLText.escaped(summary.threadName(thread.thread)),
                    path: "wakeups.threads.\(index).latency", series: thread.latency
                ).row
        }
        out.details("Wakeups", hint: "what became of them, by thread") {
            $0.table(
                "Wakeups" + more(all.threads.count),
                [
                    "thread", "sent", "woke", "no sleeper", "lost", "suppressed", "runs",
                    "pending", "missed", "worked", "spurious",
                ], rows, most: most + 1)
            $0.table("Latency by thread", HTMLSeries.titles, series)
        }
    }

    private static func batches(_ summary: TraceSummary, _ out: inout HTMLWriter) {
        let groups = summary.batches.groups
        guard !groups.isEmpty else { return }
        let shown: [BatchCounter] = [.passes, .tried, .ok, .moved, .gainedBlocks, .phantom]
        let rows = groups.prefix(most).enumerated().map { index, group -> [HTMLValue] in
            let path = "batches.groups.\(index)"
            return [
                .text(group.routine), .text(group.mode.name), .count(group.ended, path + ".ended"),
                .count(group.openAtEnd, path + ".open_at_end"),
                .time(group.timeNs, path + ".time_ns"),
                .time(group.cpuNs.value, path + ".cpu_ns.sum"),
            ]
                + shown.map { counter in
                    .number(group.counters[counter].value, "\(path).\(counter.name).sum")
                }
        }
        let results = groups.prefix(most).enumerated().flatMap { index, group in
            group.results.prefix(most / 4).enumerated().map { place, result -> [HTMLValue] in
                [
                    .text(group.routine), .text(result.name),
                    .count(result.count, "batches.groups.\(index).results.\(place).count"),
                ]
            }
        }
        out.details("Batches", hint: "what they tried and gained, and their results") {
            $0.table(
                "Batches by routine and mode" + more(groups.count),
                ["routine", "mode", "ended", "open", "time", "CPU", "passes"]
                    + ["tried", "ok", "moved", "blocks gained", "phantom"], rows)
            $0.table(
                "Results of batches", ["routine", "result", "batches"], results, most: 2 * most)
        }
    }

    private static func waits(_ summary: TraceSummary, _ out: inout HTMLWriter) {
        let waits = summary.waits
        let reasons = waits.byReason.prefix(most).enumerated().map { index, group -> [HTMLValue] in
            let path = "waits.by_reason.\(index)"
            return [
                .text(group.reason), .count(group.ended, path + ".ended"),
                .count(group.openAtEnd, path + ".open_at_end"),
                .time(group.timeNs, path + ".time_ns"),
                .time(group.duration.maximum, path + ".duration.max_ns"),
            ]
        }
        guard !reasons.isEmpty else { return }
        let threads = waits.byThread.prefix(most).enumerated().map { index, share -> [HTMLValue] in
            [
                .text(summary.threadName(share.number)),
                .count(share.count, "waits.by_thread.\(index).count"),
                .time(share.timeNs, "waits.by_thread.\(index).time_ns"),
            ]
        }
        out.details("Waits", hint: "by reason and thread") {
            $0.table(
                "Waits by reason" + more(waits.byReason.count),
                ["reason", "ended", "still waiting", "time", "longest"], reasons)
            $0.table(
                "Waits by thread" + more(waits.byThread.count), ["thread", "waits", "time"],
                threads)
        }
    }

    private static func service(_ summary: TraceSummary, _ out: inout HTMLWriter) {
        guard summary.service.samples > 0 else { return }
        let rows = summary.service.byDomain.enumerated().map {
            index, row -> [HTMLValue] in
            let path = "service.by_domain.\(index)"
            return [
                .text(row.number == -1 ? "none" : String(row.number)),
                .count(row.counts.requests, path + ".requests"),
                .count(row.counts.imports, path + ".imports"),
                .count(row.counts.failed, path + ".failed"),
                .count(row.counts.limited, path + ".limited"),
                .count(row.counts.fallback, path + ".fallback"),
            ]
        }
        out.details("Buffer service", hint: "requests by domain") {
            $0.table(
                "Buffer service by domain",
                ["domain", "requests", "imports", "failed", "limited", "fallback"], rows)
        }
    }

    private static func counters(_ summary: TraceSummary, _ out: inout HTMLWriter) {
        let all = summary.counters.rows.enumerated().filter { _, row in
            row.range.first != 0 || row.range.last != 0 || row.check?.gap != nil
        }
        let rows = all.map { index, row -> [HTMLValue] in
            let path = "counters.rows.\(index)"
            return [
                .text(row.range.name), .number(row.range.first, path + ".first"),
                .number(row.range.last, path + ".last"), .number(row.change, path + ".change"),
                .number(row.check?.told, path + ".events_say"),
                .text(row.check.map { $0.gap == nil ? "agrees" : "differs" } ?? "\u{2013}"),
            ]
        }
        guard !rows.isEmpty else { return }
        out.details("Counters", hint: "of the system, beside the events") {
            $0.table(
                "Counters that are not 0",
                ["counter", "start", "end", "change", "events say", ""], rows, most: 2 * most)
        }
    }

    private static func events(_ summary: TraceSummary, _ out: inout HTMLWriter) {
        let rows = summary.events.byKind.enumerated().map { index, kind -> [HTMLValue] in
            [.text(kind.name), .count(kind.count, "events.by_kind.\(index).count")]
        }
        guard !rows.isEmpty else { return }
        out.details("Events", hint: "by kind") {
            $0.table("Events by kind", ["kind", "events"], rows, most: 2 * most)
        }
    }

    private static func parameters(_ report: AnalysisReport, _ out: inout HTMLWriter) {
        let entries = report.parameters.entries
        guard !entries.isEmpty else { return }
        out.details("Settings", hint: "how the trace was made") { out in
            out.table(
                "Settings of the trace", ["setting", "value"],
                entries.map { [.text($0.key), .text($0.value)] }, most: 2 * most)
        }
    }
}
