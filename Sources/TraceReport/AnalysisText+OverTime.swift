import TraceAnalysis

// What happened when: latencies as heat maps, and strips of each domain.
extension AnalysisText {
    /// A strip with what its shades stand for.
    private struct Row {
        var title: String
        var levels: [Int]
        var scale = ""
    }

    /// The most domains that have strips.
    private static let mostDomains = 8
    /// The most rows of a heat map.
    private static let mostRows = 10
    private static let titleWidth = 14
    private static let scaleWidth = 22

    static func overTime(_ summary: TraceSummary, _ out: inout TextLines) {
        guard let timeline = summary.timeline else { return }
        let numbers = Set(timeline.domains.map(\.domain))
            .union(summary.memoryOverTime.map(\.domain)).sorted()
        guard !numbers.isEmpty else { return }
        let shown = numbers.prefix(mostDomains)
        let room = max(16, out.style.width - titleWidth - scaleWidth - 8)
        let strip = TimeStrip(
            summary.window, binsNs: widths(summary, timeline, shown), room: room)
        out.heading("Over time, \(ScaledText.time(strip.columnNs)) a column")
        let run = summary.wakeups.runEvidence == .runs ? "run" : "batch"
        heat("latency, wakeup -> \(run)", timeline.wakeupLatency, strip, &out)
        heat("duration of batches", timeline.batchDuration, strip, &out)
        for domain in shown {
            out.line(domain == -1 ? "  no domain" : "  domain \(domain)")
            for row in rows(domain, summary, timeline, strip) { line(row, &out) }
        }
        out.line(strip.axis(indent: titleWidth + 6))
        if numbers.count > shown.count {
            out.line("  and \(numbers.count - shown.count) more domains")
        }
    }

    private static func widths(
        _ summary: TraceSummary, _ timeline: TimelineSummary, _ domains: some Sequence<Int32>
    ) -> [Int64] {
        let memory = summary.memoryOverTime.filter { domains.contains($0.domain) }
            .map(\.timeline.widthNs)
        let isBusy = timeline.domains.contains { !$0.lanes.isEmpty || !$0.failures.isEmpty }
        return memory + (isBusy ? [timeline.widthNs] : [])
            + [timeline.wakeupLatency, timeline.batchDuration].filter { $0.total > 0 }
            .map(\.widthNs)
    }

    private static func line(_ row: Row, _ out: inout TextLines) {
        let pad = String(repeating: " ", count: max(0, titleWidth - row.title.count))
        out.line("    \(row.title)\(pad) |\(out.style.shaded(row.levels))| \(row.scale)")
    }

    // MARK: Heat maps

    private static func heat(
        _ title: String, _ map: HeatMap, _ strip: TimeStrip, _ out: inout TextLines
    ) {
        guard map.total > 0 else { return }
        let rows = strip.rows(map, most: mostRows)
        let most = rows.flatMap(\.counts).max() ?? 1
        out.line("  \(title): a row is from its time up; most in a cell \(most)")
        for row in rows.reversed() {
            let label = ScaledText.time(row.lowNs, digits: 3, trimsZeros: true)
            let pad = String(repeating: " ", count: max(0, titleWidth - label.count))
            line(
                Row(
                    title: pad + label,
                    levels: TimeStrip.logarithmic(row.counts, of: most)), &out)
        }
    }

    // MARK: Strips of a domain

    private static func rows(
        _ domain: Int32, _ summary: TraceSummary, _ timeline: TimelineSummary, _ strip: TimeStrip
    ) -> [Row] {
        var rows: [Row] = []
        if let found = timeline.domains.first(where: { $0.domain == domain }) {
            rows += busy(found, timeline.widthNs, strip)
        }
        let found = summary.memoryOverTime.first { $0.domain == domain }
        guard let memory = found?.timeline else { return rows }
        func add(
            _ title: String, isLeast: Bool, _ text: (Int64) -> String,
            _ part: (MemoryBin) -> KnownRange
        ) {
            let values = strip.extremes(memory, part, isLeast: isLeast)
            let known = values.compactMap { $0 }
            guard let least = known.min(), let most = known.max() else { return }
            rows.append(
                Row(
                    title: title, levels: TimeStrip.between(values),
                    scale: least == most ? text(most) : "\(text(least)) to \(text(most))"))
        }
        add("free, least", isLeast: true, { String($0) }, { $0.freePages })
        add("unusable, most", isLeast: false, ScaledText.percent, { $0.unusablePpm })
        return rows
    }

    /// CPU time where stretches on a CPU are recorded, else the time in batches and spins.
    private static func busy(
        _ domain: DomainTimeline, _ widthNs: Int64, _ strip: TimeStrip
    ) -> [Row] {
        let onCPU = domain.lanes.filter { $0.activity == .onCPU }
        let work = domain.lanes.filter { [.batch, .spin].contains($0.activity) }
        var rows: [Row] = []
        for (title, lanes) in [
            (onCPU.isEmpty ? "batches, spins" : "on a CPU", onCPU.isEmpty ? work : onCPU),
            ("direct batches", domain.lanes.filter { $0.activity == .direct }),
        ] where !lanes.isEmpty {
            let sums = lanes.map { strip.sums($0.timeNs, widthNs: widthNs) }
            let total = (0..<strip.columns).map { column in
                sums.reduce(Int64(0)) { $0.addingReportingOverflow($1[column]).partialValue }
            }
            let most = (total.max() ?? 0).scaled(by: 1_000_000, over: strip.columnNs) ?? 0
            rows.append(
                Row(
                    title: title, levels: TimeStrip.linear(total),
                    scale: "most \(ScaledText.percent(most))"))
        }
        if !domain.failures.isEmpty {
            let sums = strip.sums(domain.failures, widthNs: widthNs)
            rows.append(
                Row(
                    title: "failures", levels: TimeStrip.linear(sums),
                    scale: "most \(sums.max() ?? 0)"))
        }
        return rows
    }
}
