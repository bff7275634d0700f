import Histograms
import TraceAnalysis

extension AnalysisHTML {
    static func headlines(_ report: AnalysisReport, _ out: inout HTMLWriter) {
        let summary = report.summary
        out.line("<div class=\"cards\">")
        cpuCard(summary, &out)
        wakeupCard(report, &out)
        failureCard(summary, &out)
        out.line("</div>")
        rest(summary, &out)
        contents(report, &out)
    }

    /// Links to the sections.
    private static func contents(_ report: AnalysisReport, _ out: inout HTMLWriter) {
        let summary = report.summary
        var sections = [
            (id: "latencies", title: "Latencies"), (id: "failures", title: "Allocation failures"),
        ]
        if summary.timeline != nil {
            sections.insert(("timeline-title", "Timeline"), at: 0)
        }
        if report.shownAffected != nil { sections.insert(("affected", "Who suffered"), at: 0) }
        sections.append(("memory", "Fragmentation"))
        if summary.chains != nil { sections.append(("chains", "Worst chains")) }
        sections.append(("numbers", "All numbers"))
        HTMLPage.contents(sections, &out)
    }

    private static func card(
        _ title: String, _ value: HTMLValue, _ unit: String, _ facts: [(String, HTMLValue)],
        _ out: inout HTMLWriter
    ) {
        HTMLPage.card(title, value.inline, unit, facts, &out)
    }

    private static func cpuCard(_ summary: TraceSummary, _ out: inout HTMLWriter) {
        let cpu = summary.cpu
        var facts = [("reclaim threads", HTMLValue.time(cpu.reclaimNs, "cpu.reclaim_ns"))]
        if cpu.spinNs > 0 { facts.append(("in spins", .time(cpu.spinNs, "cpu.spin_ns"))) }
        if cpu.directNs > 0 { facts.append(("direct", .time(cpu.directNs, "cpu.direct_ns"))) }
        if let ns = summary.nsPerGainedBlock {
            facts.append(("per gained block", .time(ns, "cpu.ns_per_gained_block")))
        }
        if cpu.batchesWithoutCPU > 0 {
            facts.append(
                (
                    "batches that do not tell theirs",
                    .count(cpu.batchesWithoutCPU, "cpu.batches_without_cpu")
                ))
        }
        card(
            "CPU time in reclaim",
            .number(summary.coreSharePpm, "cpu.core_share_ppm") { ScaledText.percent($0) },
            "of one core", facts, &out)
    }

    /// The highest percentile that the samples support.
    private static func wakeupCard(_ report: AnalysisReport, _ out: inout HTMLWriter) {
        let wakeups = report.summary.wakeups
        let series = wakeups.latency
        let base = "wakeups.latency"
        var facts = [("wakeups", HTMLValue.count(series.count, base + ".n"))]
        let known = Percentile.allCases.filter { series.percentile($0) != nil }
        let best: Percentile? = known.contains(.p99) ? .p99 : known.last
        for percentile in known where percentile != best {
            facts.append((percentile.name, .time(series.percentile(percentile), path(percentile))))
        }
        if best != nil { facts.append(("max", .time(series.maximum, base + ".max_ns"))) }
        if wakeups.counts.lost > 0 {
            facts.append(("lost wakeups", .count(wakeups.counts.lost, "wakeups.lost")))
        }
        let title =
            wakeups.runEvidence == .runs
            ? "Wakeup latency, wakeup to run" : "Wakeup latency, wakeup to batch"
        if let best {
            card(
                title, .time(series.percentile(best), path(best)), best.name, facts, &out)
        } else {
            let unit = series.count == 0 ? "none measured" : "max"
            card(title, .time(series.maximum, base + ".max_ns"), unit, facts, &out)
        }
    }

    private static func path(_ percentile: Percentile) -> String {
        "wakeups.latency." + HTMLSeries.key(percentile)
    }

    private static func failureCard(_ summary: TraceSummary, _ out: inout HTMLWriter) {
        let failures = summary.failures
        var facts: [(String, HTMLValue)] = [
            (
                "rate",
                .number(summary.per1000Seconds(failures.count), "failures.per_1000_s") {
                    HTMLText.rate($0)
                }
            )
        ]
        if failures.bursts.count > 0 {
            facts.append(
                ("in bursts", .count(failures.bursts.failures, "failures.bursts.failures")))
            facts.append(
                ("largest burst", .count(failures.bursts.largest, "failures.bursts.largest")))
        }
        if summary.wakeups.answers.unanswered > 0 {
            facts.append(
                (
                    "unanswered",
                    .count(
                        summary.wakeups.answers.unanswered, "wakeups.failure_to_wakeup.unanswered")
                ))
        }
        card(
            "Allocation failures", .count(failures.count, "failures.count"),
            failures.count == 1 ? "failure" : "failures", facts, &out)
    }

    /// What stands behind the headlines, in a line.
    private static func rest(_ summary: TraceSummary, _ out: inout HTMLWriter) {
        var facts: [(String, HTMLValue)] = []
        for (index, group) in summary.batches.groups.enumerated() where facts.count < 4 {
            let name = HTMLText.escaped(group.routine.isEmpty ? "(none)" : group.routine)
            facts.append(
                (
                    "\(group.mode.name) batches, \(name)",
                    .count(group.ended, "batches.groups.\(index).ended")
                ))
        }
        let waits = summary.waits.total
        if waits.ended > 0 {
            facts.append(("waits", .count(waits.ended, "waits.ended")))
            facts.append(("waited", .time(waits.timeNs, "waits.time_ns")))
        }
        if let p99 = summary.relief.total.served.percentile(.p99) {
            facts.append(("failure to next success, p99", .time(p99, "relief.served.p99_ns")))
        }
        if summary.service.samples > 0 {
            facts.append(
                (
                    "requests", .count(summary.service.total.requests, "service.requests")
                ))
        }
        if let position = worstMemory(summary) {
            let gauge = summary.memory[position].unusablePpm
            facts.append(
                (
                    "unusable for order 2, most",
                    .number(gauge.maximum, "memory.\(position).unusable_order_2_ppm.max") {
                        ScaledText.percent($0)
                    }
                ))
        }
        guard !facts.isEmpty else { return }
        out.line("<section class=\"more\" aria-label=\"More numbers\">")
        out.facts(facts)
        out.line("</section>")
    }

    private static func worstMemory(_ summary: TraceSummary) -> Int? {
        var result: Int?
        for (index, memory) in summary.memory.enumerated() where memory.unusablePpm.samples > 0 {
            if let best = result,
                summary.memory[best].unusablePpm.maximum >= memory.unusablePpm.maximum
            {
                continue
            }
            result = index
        }
        return result
    }
}

/// A series with its place in the JSON report.
struct HTMLSeries {
    var title: String
    var path: String
    var series: LatencySeries
    /// The number of its style where it has one of its own; else its place among the others.
    var style: Int?

    static func key(_ percentile: Percentile) -> String {
        percentile == .p999 ? "p999_ns" : "\(percentile.name)_ns"
    }

    static let titles = ["", "n", "min", "p50", "p90", "p99", "p99.9", "max", "sum"]

    /// Its cells as a row of a table.
    var row: [HTMLValue] {
        [
            .html(title), .count(series.count, path + ".n"),
            .time(series.minimum, path + ".min_ns"),
        ]
            + Percentile.allCases.map { percentile in
                .time(series.percentile(percentile), "\(path).\(Self.key(percentile))")
            }
            + [
                .time(series.maximum, path + ".max_ns"),
                HTMLValue(
                    shown: series.count == 0 ? "\u{2013}" : HTMLText.time(series.clampedSum),
                    path: path + ".sum_ns", value: String(series.sum)),
            ]
    }

    /// The series of a report that have samples.
    static func all(_ summary: TraceSummary) -> [HTMLSeries] {
        var result: [HTMLSeries] = []
        func add(_ title: String, _ path: String, _ series: LatencySeries) {
            guard series.count > 0 else { return }
            result.append(HTMLSeries(title: title, path: path, series: series))
        }
        let wakeups = summary.wakeups
        let run = wakeups.runEvidence == .runs ? "run" : "batch"
        add("wakeup to \(run)", "wakeups.latency", wakeups.latency)
        let answers = "wakeups.failure_to_wakeup"
        add("first failure to wakeup", answers + ".first_failure", wakeups.answers.firstFailure)
        for (index, group) in summary.batches.groups.enumerated() {
            let name = HTMLText.escaped(group.routine.isEmpty ? "(none)" : group.routine)
            add(
                "\(group.mode.name) batch, \(name)", "batches.groups.\(index).duration",
                group.duration)
        }
        add("wait", "waits.duration", summary.waits.total.duration)
        let bound = summary.relief.evidence == .samples ? ", at most" : ""
        add("failure to next success\(bound)", "relief.served", summary.relief.total.served)
        add("failure to next import\(bound)", "relief.imported", summary.relief.total.imported)
        add(
            "failure to the end of its batch", "batch_relief.duration",
            summary.batchRelief.total.duration)
        return result
    }
}
