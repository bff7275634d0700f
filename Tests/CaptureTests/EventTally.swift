import TraceCore

/// Answers computed from a list of events of the standard kinds and nothing else.
struct EventTally {
    private(set) var answers = Answers()
    /// Off-CPU time inside direct batches whose CPU time is known, by routine, in ns.
    private(set) var awayNs: [String: Int64] = [:]

    private let strings: StringTable
    private var names: [Int64: String] = [:]
    private var timeNs: [UInt64: Int64] = [:]
    private var open: [String: UInt64] = [:]
    private var oncpu: [Int64: [Int64]] = [:]
    private var wakeLat: [Int64: [Int64]] = [:]
    private var spurious: [Int64: Int] = [:]
    private var unexplained: [Int64: Int] = [:]
    private var missed: [Int64: Int] = [:]
    private var compact: [String: [Int64]] = ["daemon": [], "direct": []]
    private var directReclaim: [Int64] = []
    private var throttledUs: [Int64] = []
    private var moved: [String: [String: Int64]] = [
        "daemon": ["ok": 0, "failed": 0], "direct": ["ok": 0, "failed": 0],
    ]
    private var counters: [String: Int64] = [:]

    init(_ list: EventList) {
        strings = list.strings
        answers.lruInactive = [
            "kswapd": ["scanned": 0, "reclaimed": 0], "direct": ["scanned": 0, "reclaimed": 0],
        ]
        for event in list.events { take(event) }
        settle()
    }

    private func value(_ name: String, _ event: Event) -> Int64 {
        guard let kind = StandardSchema.schema.kind(event.header.kind),
            let column = kind.columnIndex(name)
        else { preconditionFailure("kind \(event.header.kind.rawValue) has no column \(name)") }
        return event.values[column]
    }

    private func text(_ name: String, _ event: Event) -> String { strings[value(name, event)] }

    private mutating func take(_ event: Event) {
        switch event.header.kind {
        case .threadName: names[value("thread", event)] = text("name", event)
        case .allocFail: takeFailure(event)
        case .wakeRequest: takeRequest(event)
        case .wakeSend:
            timeNs[event.header.sequence] = event.header.timeNs
            if value("effect", event) == 1 { spurious[value("target", event), default: 0] += 1 }
        case .threadRun: takeRun(event)
        case .onCpu:
            let ns = value("ns", event)
            let thread = value("thread", event)
            if ns < 0 {
                missed[thread, default: 0] += 1
            } else {
                oncpu[thread, default: []].append(ns)
            }
        case .batchBegin: takeBegin(event)
        case .batchEnd: takeEnd(event)
        case .pageout:
            let who = value("mode", event) == 0 ? "kswapd" : "direct"
            let (scanned, freed) = (value("scanned", event), value("freed", event))
            answers.lruInactive[who]?["scanned"]? += scanned
            answers.lruInactive[who]?["reclaimed"]? += freed
        case .waitEnd: throttledUs.append(value("ns", event) / 1000)
        case .counter: counters[text("name", event)] = value("value", event)
        default: break
        }
    }

    private mutating func takeFailure(_ event: Event) {
        answers.fail[String(value("order", event)), default: 0] += 1
        var name = text("requester", event)
        while let last = name.last, last.isNumber { name.removeLast() }
        answers.failComm[name, default: 0] += 1
    }

    private mutating func takeRequest(_ event: Event) {
        let tracepoint =
            text("target", event).hasPrefix("kswapd")
            ? "mm_vmscan_wakeup_kswapd" : "mm_compaction_wakeup_kcompactd"
        answers.wakesByOrder["\(tracepoint)/order=\(value("order", event))", default: 0] += 1
    }

    private mutating func takeRun(_ event: Event) {
        let thread = value("thread", event)
        if let sentNs = timeNs[event.header.cause] {
            wakeLat[thread, default: []].append(event.header.timeNs - sentNs)
        } else {
            unexplained[thread, default: 0] += 1
        }
    }

    private mutating func takeBegin(_ event: Event) {
        let routine = text("routine", event)
        timeNs[event.header.sequence] = event.header.timeNs
        if routine == "kswapd" {
            let key = "mm_vmscan_kswapd_wake/order=\(value("order", event))"
            answers.wakesByOrder[key, default: 0] += 1
        } else {
            open["\(routine) \(value("thread", event))"] = event.header.sequence
        }
    }

    private mutating func takeEnd(_ event: Event) {
        let routine = text("routine", event)
        guard routine != "kswapd" else { return }
        guard let beginNs = timeNs[event.header.cause] else {
            answers.unpairedEnd += 1
            return
        }
        let ns = event.header.timeNs - beginNs
        let closed = open.removeValue(forKey: "\(routine) \(value("thread", event))")
        precondition(closed == event.header.cause, "an end belongs to the last begin of its thread")
        let cpuNs = value("cpu_ns", event)
        if cpuNs >= 0, value("mode", event) == 1 { awayNs[routine, default: 0] += ns - cpuNs }
        if routine == "compaction" {
            let who = value("mode", event) == 0 ? "daemon" : "direct"
            compact[who]?.append(ns)
            answers.compactByModeStatus["\(who)/\(text("result", event))", default: 0] += 1
            let (ok, failed) = (value("moved", event), value("failed_moves", event))
            moved[who]?["ok"]? += ok
            moved[who]?["failed"]? += failed
        } else {
            directReclaim.append(ns)
            answers.directReclaimPages += value("freed_pages", event)
        }
    }

    private mutating func settle() {
        func named<Value>(_ byThread: [Int64: Value]) -> [String: Value] {
            Dictionary(uniqueKeysWithValues: byThread.map { (names[$0.key] ?? "?", $0.value) })
        }
        answers.oncpu = named(oncpu).mapValues(IntervalSummary.init)
        answers.wakeLat = named(wakeLat).mapValues(IntervalSummary.init)
        answers.spuriousWakings = named(spurious)
        answers.switchInWithoutWaking = named(unexplained)
        answers.missedSwitchIn = named(missed)
        answers.compact = compact.mapValues(IntervalSummary.init)
        answers.directReclaim = IntervalSummary(directReclaim)
        answers.throttledUsec = IntervalSummary(throttledUs)
        answers.unpairedBegin = open.count
        for (name, value) in counters { settle(name, value) }
        answers.migrated = moved
    }

    private mutating func settle(_ counter: String, _ value: Int64) {
        switch counter {
        case "mm_compaction_try_to_compact_pages": answers.directCompactCalls = Int(value)
        case "mm_compaction_migratepages/unbatched/daemon/migrated":
            moved["daemon"]?["ok"]? += value
        case "mm_compaction_migratepages/unbatched/daemon/failed":
            moved["daemon"]?["failed"]? += value
        case "mm_compaction_migratepages/unbatched/direct/migrated":
            moved["direct"]?["ok"]? += value
        case "mm_compaction_migratepages/unbatched/direct/failed":
            moved["direct"]?["failed"]? += value
        default:
            if counter.hasPrefix("mm_compaction_kcompactd_wake/") {
                answers.wakesByOrder[counter] = Int(value)
            }
        }
    }
}
