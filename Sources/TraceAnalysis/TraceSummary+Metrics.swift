import Histograms

extension TraceSummary {
    /// The numbers that comparisons look at.
    ///
    /// First come those of the whole trace, then those of each domain, ascending. Names and order
    /// are the same for every trace; those of reports that were not asked for are left out.
    ///
    /// - Complexity: O(size of the summary).
    public var metrics: [Metric] {
        let all =
            cpuMetrics + wakeupMetrics + failureMetrics + batchMetrics + waitMetrics
            + reliefMetrics + serviceMetrics + domainMetrics
        return sections == nil ? all : all.filter { has(.of($0)) }
    }

    private var cpuMetrics: [Metric] {
        [
            Metric("cpu.reclaim", .nanoseconds, .lowerIsBetter, cpu.reclaimNs),
            Metric("cpu.core_share", .millionths, .lowerIsBetter, coreSharePpm),
            Metric("cpu.spin", .nanoseconds, .lowerIsBetter, cpu.spinNs),
            Metric("cpu.direct", .nanoseconds, .lowerIsBetter, knownDirectNs),
            Metric("cpu.per_gained_block", .nanoseconds, .lowerIsBetter, nsPerGainedBlock),
            Metric(
                "cpu.stall_on_cpu", .nanoseconds, .lowerIsBetter, cpu.allStalls.onCPUNs.value),
            Metric(
                "cpu.stall_blocked", .nanoseconds, .lowerIsBetter, cpu.allStalls.blockedNs.value),
        ]
    }

    /// CPU time of direct batches, ns; `nil` where there were some and none stated it.
    private var knownDirectNs: Int64? {
        let direct = batches.groups.filter { $0.mode == .direct }
        let hasUnknown = direct.contains { $0.ended > 0 }
        return hasUnknown && direct.allSatisfy { $0.cpuNs.known == 0 } ? nil : cpu.directNs
    }

    private static func percentiles(
        _ name: String, _ series: LatencySeries, _ direction: MetricDirection = .lowerIsBetter
    ) -> [Metric] {
        let names = ["p50", "p90", "p99", "p999"]
        return zip(names, Percentile.allCases).map { suffix, percentile in
            Metric("\(name)_\(suffix)", .nanoseconds, direction, series.percentile(percentile))
        } + [
            Metric("\(name)_max", .nanoseconds, direction, series.maximum),
            Metric("\(name)_mean", .nanoseconds, direction, series.mean),
        ]
    }

    private static func count(
        _ name: String, _ direction: MetricDirection, _ value: UInt64
    ) -> Metric {
        Metric(name, .count, direction, Int64(clamping: value))
    }

    private var wakeupMetrics: [Metric] {
        let counts = wakeups.counts
        return [
            Self.count("wakeup.sent", .neutral, counts.sent),
            Self.count("wakeup.woke", .neutral, counts.woke),
            Self.count("wakeup.no_sleeper", .neutral, counts.noSleeper),
            Self.count("wakeup.lost", .lowerIsBetter, counts.lost),
            Self.count("wakeup.suppressed", .lowerIsBetter, counts.suppressed),
            Metric(
                "wakeup.spurious", .count, .lowerIsBetter,
                wakeups.runEvidence == .runs ? Int64(clamping: counts.spurious) : nil),
        ] + Self.percentiles("wakeup.latency", wakeups.latency)
            + Self.percentiles("wakeup.first_failure", wakeups.answers.firstFailure)
    }

    private var failureMetrics: [Metric] {
        [
            Self.count("failure.count", .lowerIsBetter, failures.count),
            Metric(
                "failure.rate", .per1000Seconds, .lowerIsBetter,
                per1000Seconds(failures.count)),
            Self.count("failure.in_bursts", .lowerIsBetter, failures.bursts.failures),
            Self.count("failure.unanswered", .lowerIsBetter, wakeups.answers.unanswered),
        ]
    }

    private func sum(_ counter: BatchCounter, _ mode: BatchMode?) -> Int64? {
        batches.total(counter, mode: mode).value
    }

    private var batchMetrics: [Metric] {
        var result: [Metric] = []
        for mode in [BatchMode.daemon, .direct] {
            let groups = batches.groups.filter { $0.mode == mode }
            let direction: MetricDirection = mode == .direct ? .lowerIsBetter : .neutral
            result.append(
                Self.count(
                    "batch.\(mode.name)", direction, groups.reduce(0) { $0 + $1.ended }))
            result.append(
                Metric(
                    "batch.\(mode.name)_time", .nanoseconds, .lowerIsBetter,
                    groups.reduce(0) { $0.addingClamped($1.timeNs) }))
            result += Self.percentiles("batch.\(mode.name)_duration", batches.duration(mode))
        }
        return result + [
            Metric("batch.gained", .blocks, .higherIsBetter, sum(.gainedBlocks, nil)),
            Metric("batch.nominal", .blocks, .neutral, sum(.nominal, nil)),
            Metric("batch.phantom", .blocks, .lowerIsBetter, sum(.phantom, nil)),
            Metric(
                "batch.gained_share", .millionths, .higherIsBetter,
                Self.share(batches.total(.gainedBlocks), ofNominal: batches.total(.nominal))),
            Metric(
                "batch.phantom_share", .millionths, .lowerIsBetter,
                Self.share(batches.total(.phantom), ofNominal: batches.total(.nominal))),
            Metric("batch.passes", .count, .neutral, sum(.passes, nil)),
            Metric("batch.tried", .count, .neutral, sum(.tried, nil)),
            Metric("batch.ok", .count, .higherIsBetter, sum(.ok, nil)),
            Metric("batch.moved", .pages, .neutral, sum(.moved, nil)),
            Metric("batch.freed", .pages, .neutral, sum(.freedPages, nil)),
            Metric("batch.scanned", .pages, .neutral, sum(.scannedPages, nil)),
        ]
    }

    private var waitMetrics: [Metric] {
        [
            Self.count("wait.count", .lowerIsBetter, waits.total.ended),
            Metric("wait.time", .nanoseconds, .lowerIsBetter, waits.total.timeNs),
            Metric("wait.blocked", .nanoseconds, .lowerIsBetter, waits.total.blockedNs.value),
            Self.count("wait.skips", .neutral, waits.skips),
        ] + Self.percentiles("wait.duration", waits.total.duration)
    }

    /// Bounds have names of their own, so that they are never set beside what is exact.
    private var reliefMetrics: [Metric] {
        [(ReliefEvidence.events, ""), (.samples, "_bound")].flatMap { evidence, suffix in
            let isKnown = relief.evidence == evidence
            let served = isKnown ? relief.total.served : LatencySeries()
            let imported = isKnown ? relief.total.imported : LatencySeries()
            return Self.percentiles("relief.served\(suffix)", served)
                + Self.percentiles("relief.imported\(suffix)", imported)
        } + Self.percentiles("relief.batch_end", batchRelief.total.duration)
    }

    private var serviceMetrics: [Metric] {
        let counts = service.samples > 0 ? service.total : nil
        let scanned = totals.pageout.reduce(into: KnownSum()) { $0.merge($1.scannedPages) }
        let freed = totals.pageout.reduce(into: KnownSum()) { $0.merge($1.freedPages) }
        return [
            Metric("service.requests", .count, .neutral, counts?.requests),
            Metric("service.success", .millionths, .higherIsBetter, counts?.successPpm),
            Metric("service.imports", .count, .neutral, counts?.imports),
            Metric("service.failed", .count, .lowerIsBetter, counts?.failed),
            Metric("service.failed_share", .millionths, .lowerIsBetter, counts?.failedPpm),
            Metric("service.limited", .count, .lowerIsBetter, counts?.limited),
            Metric("service.limited_share", .millionths, .lowerIsBetter, counts?.limitedPpm),
            Metric("service.fallback", .count, .lowerIsBetter, counts?.fallback),
            Metric(
                "service.fallback_pages", .pageMicroseconds, .lowerIsBetter,
                fallbackPageUs),
            Metric("pageout.scanned", .pages, .neutral, scanned.value),
            Metric("pageout.freed", .pages, .neutral, freed.value),
        ]
    }

    /// The integral of the fallback pages of all domains over time, page x us; `nil` where no
    /// domain has two samples.
    public var fallbackPageUs: Int64? {
        let known = memory.compactMap(\.fallbackPageUs)
        return known.isEmpty ? nil : known.reduce(0) { $0.addingClamped($1) }
    }

    /// The domains that any report knows, ascending, without the one that stands for none.
    public var domainNumbers: [Int32] {
        var numbers = Set(cpu.domains.map(\.domain)).union(memory.map(\.domain))
        numbers.formUnion(batches.domains.map(\.domain))
        numbers.formUnion(service.byDomain.map { Int32(truncatingIfNeeded: $0.number) })
        numbers.formUnion(failures.byDomain.map { Int32(truncatingIfNeeded: $0.number) })
        return numbers.filter { $0 >= 0 }.sorted()
    }

    private var domainMetrics: [Metric] {
        domainNumbers.flatMap { domain -> [Metric] in
            let cpuRow = cpu.domains.first { $0.domain == domain }
            let batchRow = batches.domains.first { $0.domain == domain }
            let failed = failures.byDomain.first { $0.number == Int64(domain) }
            let memoryRow = memory.first { $0.domain == domain }
            let served = service.byDomain.first { $0.number == Int64(domain) }
            let free = memoryRow?.freePages
            let unusable = memoryRow?.unusablePpm
            return [
                Metric(
                    "cpu.reclaim", domain: domain, .nanoseconds, .lowerIsBetter,
                    cpuRow?.reclaimNs ?? 0),
                Metric(
                    "failure.count", domain: domain, .count, .lowerIsBetter,
                    Int64(clamping: failed?.count ?? 0)),
                Metric(
                    "batch.gained", domain: domain, .blocks, .higherIsBetter,
                    batchRow?.gainedBlocks.value),
                Metric(
                    "service.success", domain: domain, .millionths, .higherIsBetter,
                    served?.counts.successPpm),
                Metric(
                    "service.fallback_pages", domain: domain, .pageMicroseconds,
                    .lowerIsBetter, memoryRow?.fallbackPageUs),
                Metric(
                    "memory.free_min", domain: domain, .pages, .neutral,
                    (free?.samples ?? 0) > 0 ? free?.minimum : nil),
                Metric(
                    "memory.unusable_max", domain: domain, .millionths, .lowerIsBetter,
                    (unusable?.samples ?? 0) > 0 ? unusable?.maximum : nil),
            ]
        }
    }
}
