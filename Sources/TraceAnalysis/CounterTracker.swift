import TraceCore

/// Follows named counters and counts, up to each reading, the events that they should agree with.
struct CounterTracker {
    private static let domainLimit = 4_096
    /// First readings at so many different places among the events are told apart; engines have
    /// one.
    private static let startLimit = 64

    /// Events seen so far.
    struct Tally {
        struct Domain {
            var runs: Int64 = 0
            var nominal: Int64 = 0
            /// Whether the thread ran last; `nil` where it did neither.
            var isRunning: Bool?
        }

        var failures: Int64 = 0
        var breaks: Int64 = 0
        var domains: [Domain] = []
        /// Requests served as the latest `service` events say, and of when they are.
        var served: Int64 = 0
        var servedNs: Int64 = -1
        var isAfterShortage = false
    }

    /// The memory of a domain at one sample.
    struct Sample {
        var timeNs: Int64 = -1
        var freePages: Int64 = -1
        var blocks = InlineArray<13, Int64>(repeating: -1)
    }

    private struct Entry {
        var first: Int64
        var last: Int64
        var firstNs: Int64
        var lastNs: Int64
        var samples: UInt64 = 0
        /// Which of `starts` holds the events before the first reading; -1 for none.
        var start: Int
    }

    private var names = KeyIndex()
    private var entries: [Entry] = []
    private var untracked: UInt64 = 0
    private var domainIndex = KeyIndex(limit: domainLimit)
    private var tally = Tally()
    private var version: UInt64 = 0
    /// The events before first readings, and before the last one.
    private var starts: [Tally] = []
    private var startVersion: UInt64?
    private var end = Tally()
    private var endVersion: UInt64?
    private var endNs: Int64 = -1
    private var cpus = KeyIndex()
    private var servedByCPU: [Int64] = []
    /// By domain: the latest sample, and the one of the instant of the last reading.
    private var samples: [Sample] = []
    private var endSamples: [Sample] = []

    // MARK: Events

    private mutating func domain(_ number: Int32) -> Int? {
        guard let index = domainIndex.index(of: Int64(number)) else { return nil }
        while tally.domains.count <= index {
            tally.domains.append(Tally.Domain())
            samples.append(Sample())
            endSamples.append(Sample())
        }
        return index
    }

    mutating func fail() {
        tally.failures += 1
        version += 1
    }

    mutating func reservationBreak() {
        tally.breaks += 1
        version += 1
    }

    mutating func run(_ header: EventHeader) {
        guard let index = domain(header.domain) else { return }
        tally.domains[index].runs += 1
        tally.domains[index].isRunning = true
        version += 1
    }

    mutating func sleep(_ header: EventHeader) {
        guard let index = domain(header.domain) else { return }
        tally.domains[index].isRunning = false
        version += 1
    }

    mutating func batchEnd(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let slot = EndSlot.firstCounter + BatchCounter.nominal.rawValue
        let nominal = kind.number(slot, values, default: -1)
        guard nominal >= 0, let index = domain(header.domain) else { return }
        tally.domains[index].nominal = tally.domains[index].nominal.addingClamped(nominal)
        version += 1
    }

    /// Takes a level of free pages that a domain reached or left, in the window or before it.
    mutating func level(_ kind: BoundKind, _ values: Span<Int64>) {
        if kind.label(LevelSlot.level, values, default: 0) == 0 {
            tally.isAfterShortage = true
            version += 1
        }
    }

    mutating func service(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let key = Int64(header.domain) << 32 | Int64(UInt32(bitPattern: header.cpu))
        guard let position = cpus.index(of: key) else { return }
        if position == servedByCPU.count { servedByCPU.append(0) }
        var served: Int64 = 0
        for slot in [ServiceSlot.hitsCPU, ServiceSlot.hitsList, ServiceSlot.imports] {
            served = served.addingClamped(max(0, kind.number(slot, values, default: 0)))
        }
        tally.served = tally.served.addingClamped(-servedByCPU[position]).addingClamped(served)
        tally.servedNs = header.timeNs
        servedByCPU[position] = served
        version += 1
    }

    mutating func sample(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        guard let index = domain(header.domain) else { return }
        var sample = Sample(
            timeNs: header.timeNs,
            freePages: kind.number(SampleSlot.freePages, values, default: -1))
        for order in 0..<SampleSlot.orders {
            sample.blocks[order] = kind.number(
                SampleSlot.firstOrder + order, values, default: -1)
        }
        samples[index] = sample
        if header.timeNs == endNs { endSamples[index] = sample }
    }

    // MARK: Readings

    mutating func read(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let value = kind.number(CounterSlot.value, values, default: 0)
        guard let position = names.index(of: kind.text(CounterSlot.name, values).raw) else {
            untracked += 1
            return
        }
        if header.timeNs != endNs {
            endNs = header.timeNs
            endSamples = samples
        }
        if endVersion != version {
            end = tally
            endVersion = version
        }
        if position == entries.count {
            entries.append(
                Entry(
                    first: value, last: value, firstNs: header.timeNs, lastNs: header.timeNs,
                    start: start()))
        }
        entries[position].last = value
        entries[position].lastNs = header.timeNs
        entries[position].samples += 1
    }

    /// The place of the present tally among the starts, or -1 where there are too many.
    private mutating func start() -> Int {
        if startVersion == version, !starts.isEmpty { return starts.count - 1 }
        guard starts.count < Self.startLimit else { return -1 }
        starts.append(tally)
        startVersion = version
        return starts.count - 1
    }

    // MARK: The end

    func finish(_ text: (TextKey) -> String) -> CounterSummary {
        var rows: [CounterRow] = []
        var orders: [Int64: CounterRow] = [:]
        var helperAllocates = false
        for (key, entry) in zip(names.keys, entries) {
            let name = text(TextKey(raw: key))
            let counter = FreeBSDCounter(name)
            var row = CounterRow(
                range: CounterRange(
                    name: name, first: entry.first, last: entry.last, samples: entry.samples),
                firstNs: entry.firstNs, lastNs: entry.lastNs)
            if case .freeBlocks(let domain, let order) = counter {
                let key = Int64(domain) << 8 | Int64(order)
                orders[key, default: Self.sum(domain, order, entry)].add(row)
            } else if let counter {
                row.check = check(counter, row, entry)
            }
            if name.hasPrefix("kern.ipc.tls.domain"), name.hasSuffix(".allocs"), entry.last > 0 {
                helperAllocates = true
            }
            rows.append(row)
        }
        for (key, var row) in orders {
            row.check = checkBlocks(row, Int32(truncatingIfNeeded: key >> 8), Int(key & 0xFF))
            rows.append(row)
        }
        for index in rows.indices { rows[index].explain(end, helperAllocates) }
        rows.sort(by: CounterRow.isBefore)
        return CounterSummary(rows: rows, untracked: untracked)
    }

    private static func sum(_ domain: Int32, _ order: Int, _ entry: Entry) -> CounterRow {
        CounterRow(
            range: CounterRange(
                name: "vm.phys_free.\(domain).order\(order)", first: 0, last: 0,
                samples: entry.samples), firstNs: entry.firstNs, lastNs: entry.lastNs,
            isSum: true)
    }

    /// What the events between the first and the last reading say; nothing where the counter was
    /// not read with the last ones.
    private func check(
        _ counter: FreeBSDCounter, _ row: CounterRow, _ entry: Entry
    ) -> CounterCheck? {
        guard entry.lastNs == endNs, entry.start >= 0 else { return nil }
        let start = starts[entry.start]
        func counted(_ evidence: CounterEvidence, _ part: (Tally) -> Int64) -> CounterCheck {
            CounterCheck(evidence: evidence, told: part(end).addingClamped(-part(start)))
        }
        func ofDomain(
            _ number: Int32, _ evidence: CounterEvidence, _ part: (Tally.Domain) -> Int64
        ) -> CounterCheck {
            let index = domainIndex.existing(Int64(number))
            return counted(evidence) { tally in
                index.flatMap { $0 < tally.domains.count ? part(tally.domains[$0]) : nil } ?? 0
            }
        }
        switch counter {
        case .zoneFails: return counted(.failuresTwice) { $0.failures.addingClamped($0.failures) }
        case .zoneAllocations:
            // Service counts and this one must be of the same instants.
            guard start.servedNs == row.firstNs, end.servedNs == row.lastNs else { return nil }
            return counted(.served) { $0.served }
        case .reservationsBroken: return counted(.reservationBreaks) { $0.breaks }
        case .wakeups(let domain): return ofDomain(domain, .runs) { $0.runs }
        case .reclaims(let domain): return ofDomain(domain, .nominal) { $0.nominal }
        case .running(let domain):
            guard let index = domainIndex.existing(Int64(domain)), index < end.domains.count,
                let isRunning = end.domains[index].isRunning
            else { return nil }
            return CounterCheck(evidence: .lastRun, told: isRunning ? 1 : 0)
        case .freeCount(let domain):
            guard let sample = endSample(domain), sample.freePages >= 0 else { return nil }
            return CounterCheck(evidence: .freePages, told: sample.freePages)
        case .freeBlocks: return nil
        }
    }

    private func checkBlocks(_ row: CounterRow, _ domain: Int32, _ order: Int) -> CounterCheck? {
        guard row.lastNs == endNs, let sample = endSample(domain), sample.blocks[order] >= 0
        else { return nil }
        return CounterCheck(evidence: .freeBlocks, told: sample.blocks[order])
    }

    private func endSample(_ domain: Int32) -> Sample? {
        guard let index = domainIndex.existing(Int64(domain)) else { return nil }
        return endSamples[index].timeNs == endNs ? endSamples[index] : nil
    }
}

extension CounterRow {
    /// Adds a counter of the same order and another pool.
    fileprivate mutating func add(_ other: CounterRow) {
        range.first = range.first.addingClamped(other.range.first)
        range.last = range.last.addingClamped(other.range.last)
    }

    /// Says why counter and events can differ, where they do.
    fileprivate mutating func explain(_ end: CounterTracker.Tally, _ helperAllocates: Bool) {
        guard let check else { return }
        let counted = check.evidence.isOfLastValue ? range.last : change
        guard counted != check.told else { return }
        self.check?.gap =
            switch check.evidence {
            case .failuresTwice
            where end.isAfterShortage && counted < check.told && counted >= check.told / 2:
                .bucketsDisabled
            case .served where helperAllocates && counted > check.told: .helperAllocations
            default: .unexplained
            }
    }
}
