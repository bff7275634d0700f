import Histograms
import TraceCore

/// Pairs failures with the first success after them, per domain.
///
/// Exactly from `hit` and `import` events; where there are none, bounded from above by the
/// cumulative `service` counts.
struct ReliefTracker {
    /// The order of a buffer's pages.
    private static let bufferOrder: Int64 = 2

    /// Failures that wait for one kind of success.
    private struct Waiting {
        var sinceNs: Int64 = -1
        var sequence: UInt64 = 0
        var series = LatencySeries()

        mutating func fail(_ header: EventHeader) {
            guard sinceNs < 0 else { return }
            sinceNs = header.timeNs
            sequence = header.sequence
        }

        mutating func succeed(_ timeNs: Int64) {
            guard sinceNs >= 0 else { return }
            series.record(timeNs - sinceNs)
            sinceNs = -1
        }
    }

    private struct Domain {
        var served = Waiting()
        var imported = Waiting()
        var servedBound = Waiting()
        var importedBound = Waiting()

        mutating func fail(_ header: EventHeader) {
            served.fail(header)
            imported.fail(header)
            servedBound.fail(header)
            importedBound.fail(header)
        }
    }

    /// The counts of one CPU as it last gave them.
    private struct Counts {
        var sequence: UInt64 = 0
        var served: Int64 = 0
        var imported: Int64 = 0
    }

    private var index = KeyIndex(limit: 4_096)
    private var domains: [Domain] = []
    private var cpus = KeyIndex()
    private var counts: [Counts] = []
    private var hasEvents = false
    private var hasCounts = false
    private var otherOrders: UInt64 = 0
    private var untracked: UInt64 = 0

    private mutating func domain(_ number: Int32) -> Int? {
        guard let position = index.index(of: Int64(number)) else {
            untracked += 1
            return nil
        }
        if position == domains.count { domains.append(Domain()) }
        return position
    }

    mutating func fail(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let order = kind.number(FailSlot.order, values, default: -1)
        guard order == Self.bufferOrder || order == -1 else {
            otherOrders += 1
            return
        }
        if let position = domain(header.domain) { domains[position].fail(header) }
    }

    mutating func hit(_ header: EventHeader) {
        hasEvents = true
        guard let position = domain(header.domain) else { return }
        domains[position].served.succeed(header.timeNs)
    }

    mutating func importCall(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        hasEvents = true
        guard kind.number(ImportSlot.got, values, default: 0) > 0,
            let position = domain(header.domain)
        else { return }
        domains[position].served.succeed(header.timeNs)
        domains[position].imported.succeed(header.timeNs)
    }

    /// Counts that grew between two readings after a failure show a success between them.
    ///
    /// What grew between the failure and the reading after it may have grown before the failure.
    mutating func service(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        hasCounts = true
        let key = Int64(header.domain) << 32 | Int64(UInt32(bitPattern: header.cpu))
        guard let cpu = cpus.index(of: key), let position = domain(header.domain) else {
            untracked += 1
            return
        }
        if cpu == counts.count { counts.append(Counts()) }
        func number(_ slot: Int) -> Int64 { max(0, kind.number(slot, values, default: 0)) }
        let imported = number(ServiceSlot.imports)
        let now = Counts(
            sequence: header.sequence,
            served: number(ServiceSlot.hitsCPU).addingClamped(number(ServiceSlot.hitsList))
                .addingClamped(imported), imported: imported)
        let before = counts[cpu]
        counts[cpu] = now
        if now.served > before.served, before.sequence > domains[position].servedBound.sequence {
            domains[position].servedBound.succeed(header.timeNs)
        }
        if now.imported > before.imported,
            before.sequence > domains[position].importedBound.sequence
        {
            domains[position].importedBound.succeed(header.timeNs)
        }
    }

    func finish() -> ReliefSummary {
        var result = ReliefSummary()
        result.evidence = hasEvents ? .events : hasCounts ? .samples : .none
        result.otherOrders = otherOrders
        result.untracked = untracked
        guard result.evidence != .none else { return result }
        for (number, domain) in zip(index.keys, domains) {
            let served = hasEvents ? domain.served : domain.servedBound
            let imported = hasEvents ? domain.imported : domain.importedBound
            var row = ReliefSeries()
            row.domain = Int32(truncatingIfNeeded: number)
            row.served = served.series
            row.imported = imported.series
            row.unserved = served.sinceNs >= 0 ? 1 : 0
            row.unimported = imported.sinceNs >= 0 ? 1 : 0
            result.total.add(row)
            row.sort()
            result.byDomain.append(row)
        }
        result.total.sort()
        result.byDomain.sort { $0.domain < $1.domain }
        return result
    }
}

extension ReliefSeries {
    fileprivate mutating func add(_ other: ReliefSeries) {
        served.add(other.served)
        imported.add(other.imported)
        unserved += other.unserved
        unimported += other.unimported
    }

    fileprivate mutating func sort() {
        served.sort()
        imported.sort()
    }
}
