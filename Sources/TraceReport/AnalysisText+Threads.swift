import Histograms
import TraceAnalysis

extension AnalysisText {
    // MARK: CPU time

    static func cpu(_ summary: TraceSummary, _ out: inout TextLines) {
        let cpu = summary.cpu
        out.heading("CPU time in reclaim")
        let share = ScaledText.known(summary.coreSharePpm, ScaledText.percent)
        out.line("  reclaim threads: \(ScaledText.time(cpu.reclaimNs)), \(share) of one core")
        if cpu.openAtEndNs > 0 {
            let open = ScaledText.time(cpu.openAtEndNs)
            out.line("  of these up to the end, still going on: \(open)")
        }
        if cpu.directNs > 0 { out.line("  direct batches: \(ScaledText.time(cpu.directNs))") }
        stalls(summary, &out)
        let options = ["any", "no reservations", "no superpages", "unknown option"]
        let passes = zip(options, cpu.passNs).filter { $0.1 > 0 }
            .map { "\($0.0) \(ScaledText.time($0.1))" }
        if !passes.isEmpty { out.line("  passes: " + passes.joined(separator: ", ")) }
        if cpu.spinNs > 0 { out.line("  spins: \(ScaledText.time(cpu.spinNs))") }
        gains(summary, &out)
        domains(cpu, summary.window, &out)
        threads(summary, &out)
        note(cpu.missedStretches, "stretches without a recorded begin are left out", &out)
        let unknown = summary.batches.groups.filter { $0.mode == .unknown }
        note(
            unknown.reduce(0) { $0 + $1.ended },
            "batches have an unknown mode: what they used counts only as stretches", &out)
        note(cpu.batchesWithoutCPU, "batches did not state their CPU time", &out)
        note(cpu.untracked, "events of too many threads left out", &out)
    }

    /// Of stalls whose parts are not known only how many there are.
    private static func stalls(_ summary: TraceSummary, _ out: inout TextLines) {
        let all = summary.cpu.allStalls
        guard all.count > 0 else { return }
        let share = all.timeNs.scaled(by: 1_000_000, over: summary.window.lengthNs)
        out.line(
            "  direct stalls: \(all.count), \(ScaledText.time(all.timeNs)), "
                + "\(ScaledText.known(share, ScaledText.percent)) of one thread's time")
        var table = TextTable(["stalls in", "n", "time", "known of", "on a CPU", "blocked"])
        for row in summary.cpu.stalls {
            table.row([
                row.routine.isEmpty ? "(none)" : TextSafe.line(row.routine), String(row.count),
                ScaledText.time(row.timeNs), String(row.onCPUNs.known),
                ScaledText.known(row.onCPUNs.value) { ScaledText.time($0) },
                ScaledText.known(row.blockedNs.value) { ScaledText.time($0) },
            ])
        }
        out.lines(table.lines)
    }

    private static func gains(_ summary: TraceSummary, _ out: inout TextLines) {
        let gained = summary.batches.total(.gainedBlocks, mode: .daemon)
        let nominal = summary.batches.total(.nominal, mode: .daemon)
        let phantom = summary.batches.total(.phantom, mode: .daemon)
        guard let blocks = gained.value else { return }
        func share(_ part: KnownSum) -> String {
            let ppm = TraceSummary.share(part, ofNominal: nominal)
            return ppm.map { " (\(ScaledText.percent($0)) of nominal)" } ?? ""
        }
        out.line(
            "  blocks gained: \(blocks)\(share(gained)); nominal "
                + "\(ScaledText.known(nominal.value)), phantom "
                + ScaledText.known(phantom.value) + share(phantom))
        out.line(
            "  per gained block: "
                + ScaledText.known(summary.nsPerGainedBlock) { ScaledText.time($0) })
    }

    private static func domains(
        _ cpu: CPUSummary, _ window: SummaryWindow, _ out: inout TextLines
    ) {
        guard cpu.domains.count > 1 else { return }
        var table = TextTable(["domain", "reclaim", "of a core", "direct"])
        for row in cpu.domains {
            let share = row.reclaimNs.scaled(by: 1_000_000, over: window.lengthNs)
            table.row([
                domain(row.domain), ScaledText.time(row.reclaimNs),
                ScaledText.known(share, ScaledText.percent), ScaledText.time(row.directNs),
            ])
        }
        out.lines(table.lines)
    }

    /// Reclaim threads all, of the others those that are known to have used most.
    private static func threads(_ summary: TraceSummary, _ out: inout TextLines) {
        let window = summary.window
        let others = summary.cpu.threads
            .filter { !$0.isReclaim && ($0.cpuNs > 0 || $0.directNs > 0) }
            .sorted { ($0.directNs, $0.cpuNs, $1.thread) > ($1.directNs, $1.cpuNs, $0.thread) }
        let rows = summary.cpu.threads.filter(\.isReclaim) + others.prefix(out.style.topCount)
        var table = TextTable(
            [
                "thread", "kind", "domain", "CPU", "of a core", "from", "batches", "direct",
                "spins", "waits",
            ], leftColumns: 2)
        for row in rows {
            let share = row.cpuNs.scaled(by: 1_000_000, over: window.lengthNs)
            let waited = summary.waits.byThread.first { $0.number == row.thread }?.timeNs ?? 0
            table.row([
                TextSafe.line(summary.threadName(row.thread)),
                row.isReclaim ? "reclaim" : "other", domain(row.domain),
                ScaledText.time(row.cpuNs), ScaledText.known(share, ScaledText.percent),
                row.evidence.name, ScaledText.time(row.batchNs), ScaledText.time(row.directNs),
                ScaledText.time(row.spins.timeNs), ScaledText.time(waited),
            ])
        }
        out.lines(table.lines)
        if others.count > out.style.topCount {
            out.line("  and \(others.count - out.style.topCount) other threads")
        }
    }

    // MARK: Wakeups

    /// - Parameter isModel: whether the latency is the engine's, from a model of dispatch.
    static func wakeups(_ summary: TraceSummary, isModel: Bool, _ out: inout TextLines) {
        let wakeups = summary.wakeups
        let counts = wakeups.counts
        out.heading("Wakeup latency")
        out.line(
            "  sent \(counts.sent): woke \(counts.woke), no sleeper \(counts.noSleeper), "
                + "lost \(counts.lost), suppressed \(counts.suppressed)")
        out.line(
            "  runs \(counts.runs): without a wakeup seen \(counts.runsWithoutWakeup); "
                + "wakeups still pending \(counts.pendingAtEnd), run not recorded "
                + "\(counts.missedRuns)")
        let judged = Int64(clamping: counts.worked + counts.spurious)
        if judged > 0 {
            let share = Int64(clamping: counts.spurious).scaled(by: 1_000_000, over: judged)
            out.line(
                "  after a wakeup: \(counts.worked) runs worked, \(counts.spurious) were spurious "
                    + "(\(ScaledText.known(share, ScaledText.percent)); no batch, no spin)")
        }
        var table = TextTable(["from -> to"] + seriesTitles)
        func row(_ name: String, _ series: LatencySeries) {
            if series.count > 0 { table.row([name] + cells(series)) }
        }
        let isRun = wakeups.runEvidence == .runs
        row(isRun ? "wakeup -> run" : "wakeup -> batch", wakeups.latency)
        if wakeups.threads.count > 1 {
            for thread in wakeups.threads {
                row("  " + TextSafe.line(summary.threadName(thread.thread)), thread.latency)
            }
        }
        row("first failure -> wakeup", wakeups.answers.firstFailure)
        row("every failure -> wakeup", wakeups.answers.everyFailure)
        row("its cause -> wakeup", wakeups.answers.namedCause)
        out.lines(table.lines)
        histogram(wakeups.latency, &out)
        if isModel { out.line("  \(Caveats.modelLatency)") }
        note(counts.unknownEffect, "wakeups have an unknown effect", &out)
        note(counts.missedRuns, "wakeups lost their latency: the run was not recorded", &out)
        note(wakeups.answers.unanswered, "failures without a wakeup after them", &out)
        note(wakeups.answers.untracked, "failures not followed, too many at once", &out)
        note(wakeups.untracked, "events of too many threads left out", &out)
    }

    // MARK: Waits

    static func waits(_ summary: TraceSummary, _ out: inout TextLines) {
        let waits = summary.waits
        out.heading("Waits")
        let total = waits.total
        let share = total.timeNs.scaled(by: 1_000_000, over: summary.window.lengthNs)
        out.line(
            "  ended \(total.ended), still waiting \(total.openAtEnd), not needed \(waits.skips); "
                + "\(ScaledText.time(total.timeNs)), "
                + "\(ScaledText.known(share, ScaledText.percent)) of one thread's time")
        var table = TextTable(["reason"] + seriesTitles)
        for group in waits.byReason where group.duration.count > 0 {
            let name = group.reason.isEmpty ? "(none)" : TextSafe.line(group.reason)
            table.row([name] + cells(group.duration))
        }
        out.lines(table.lines)
        if let blocked = total.blockedNs.value {
            out.line(
                "  blocked \(ScaledText.time(blocked)), on a CPU "
                    + "\(ScaledText.known(total.onCPUNs.value) { ScaledText.time($0) }) of the "
                    + "\(total.blockedNs.known) waits of which it is known")
        }
        if waits.byWaker.contains(where: { $0.number != -1 }) {
            let list = list(waits.byWaker, top: out.style.topCount)
            out.line("  woken by, in the source's numbers: " + list)
        }
        note(total.openAtBegin, "waits began before the window", &out)
        note(total.endsWithoutBegin, "waits have no recorded begin and no length", &out)
        note(total.beginsWithoutEnd, "waits have no recorded end", &out)
        note(waits.untracked, "events of too many threads or reasons left out", &out)
    }
}

extension CPUEvidence {
    /// The name in reports.
    var name: String {
        switch self {
        case .stretches: "stretches"
        case .batches: "batches"
        case .none: "-"
        }
    }
}
