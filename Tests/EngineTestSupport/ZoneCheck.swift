import PhysicalMemory
import ReclaimEngine
import TraceCore

/// Invariants 5 and 7 from single services: where every buffer and every fallback page is, and
/// what the counts per CPU are.
struct ZoneCheck: TraceCheck {
    private struct Counts: Equatable {
        var requests: Int64 = 0
        var hitsCpu: Int64 = 0
        var hitsList: Int64 = 0
        var imports: Int64 = 0
        var failed: Int64 = 0
        var limited: Int64 = 0
        var fallback: Int64 = 0
    }

    private(set) var faults: [String] = []
    private let setup: EngineSetup
    private var counts: [Counts]
    private var inUse: [Int64]
    private var fallbackPages: [Int64]
    /// Buffers taken from the page layer for workers and not given back.
    private var imported: Int64 = 0
    /// Where the buffer or the single pages of a record come from.
    private var homes: [Int64: Int] = [:]
    /// Workers that sleep, by domain: they hold pages of a record that is not served yet.
    private var sleepers: [Int]
    private var mayLackBuckets: Bool
    private var bucketSize: Int64
    private var itemsSampled: Int64 = 0
    private var previous: [LoggedEvent] = []

    init(_ setup: EngineSetup) {
        self.setup = setup
        let domains = setup.host.domains.indices
        counts = [Counts](repeating: Counts(), count: setup.host.cpuCount)
        inUse = domains.map { _ in 0 }
        fallbackPages = inUse
        sleepers = domains.map { _ in 0 }
        bucketSize = setup.model.bucketSize
        mayLackBuckets = domains.contains { setup.memory.counters[3 * $0 + 2] & 1 != 0 }
    }

    mutating func take(_ event: LoggedEvent) {
        switch event.event.header.kind {
        case .request: counts[event.cpu].requests += 1
        case .limited: counts[event.cpu].limited += 1
        case .hit, .importCall, .returned: buffer(event)
        case .zoneTrim: trim(event)
        case .zoneBucket: resize(event)
        case .allocFail: fail(event)
        case .fallback: fallback(event)
        case .domainLevel: mayLackBuckets = true
        case .waitBegin where !ThreadRole.isHelper(event["thread"]): sleepers[event.domain] += 1
        case .waitEnd where !ThreadRole.isHelper(event["thread"]): sleepers[event.domain] -= 1
        case .sample: sample(event)
        case .service: service(event)
        default: break
        }
        previous = previous.suffix(1) + [event]
    }

    private mutating func buffer(_ event: LoggedEvent) {
        switch event.event.header.kind {
        case .hit:
            let isCpu = event.text("level") == "cpu"
            counts[event.cpu].hitsCpu += isCpu ? 1 : 0
            counts[event.cpu].hitsList += isCpu ? 0 : 1
            hand(event)
        case .importCall where event["got"] > 0:
            if event["got"] > event["wanted"] { faults.append("5: too many: \(event)") }
            imported += event["got"]
            counts[event.cpu].imports += 1
            hand(event)
        case .returned:
            guard let home = homes.removeValue(forKey: event["handle"]) else {
                faults.append("5: nothing to give back: \(event)")
                return
            }
            inUse[home] -= 1
            if (home != event.domain) != (event["cross"] == 1) {
                faults.append("5: home of \(event)")
            }
            // Past the buckets and back to the page layer, for want of a bucket.
            if event.text("level") == "system" {
                imported -= 1
                if !mayLackBuckets { faults.append("5: there are buckets: \(event)") }
            }
        default: break
        }
    }

    private mutating func trim(_ event: LoggedEvent) {
        imported -= event["buffers"]
        if event["buffers"] < 0 || (event["buffers"] == 0 && event.text("why") == "idle") {
            faults.append("5: no buffers: \(event)")
        }
    }

    /// By one upwards where two CPUs meet, downwards at a reclaim.
    private mutating func resize(_ event: LoggedEvent) {
        let size = event["new_size"]
        let isPossible = event.cpu < 0 ? size < bucketSize : size == bucketSize + 1
        if event["old_size"] != bucketSize || !isPossible || !(1...254 ~= size)
            || setup.model.bucketGrowth == 0
        {
            faults.append("5: bucket size \(bucketSize): \(event)")
        }
        bucketSize = size
    }

    private mutating func hand(_ event: LoggedEvent) {
        inUse[event.domain] += 1
        if homes.updateValue(event.domain, forKey: event["handle"]) != nil {
            faults.append("5: has pages already: \(event)")
        }
    }

    /// A failure is two failed imports in a row, or one while the zone does without buckets.
    private mutating func fail(_ event: LoggedEvent) {
        counts[event.cpu].failed += 1
        let phases = previous.filter {
            $0.event.header.kind == .importCall && $0["got"] == 0 && $0.cause == event.cause
                && $0.cpu == event.cpu
        }.map { $0.text("phase") }
        let isUsual = phases == ["bucket", "item"]
        if !isUsual && !(mayLackBuckets && phases.last == "item") {
            faults.append("7: failed imports \(phases) before \(event)")
        }
    }

    private mutating func fallback(_ event: LoggedEvent) {
        if event.text("operation") == "allocate" {
            counts[event.cpu].fallback += 1
            homes[event["handle"]] = event.domain
            fallbackPages[event.domain] += event["pages"]
        } else if let home = homes.removeValue(forKey: event["handle"]) {
            fallbackPages[home] -= event["pages"]
        } else {
            faults.append("5: no fallback pages to free: \(event)")
        }
    }

    private mutating func sample(_ event: LoggedEvent) {
        let domain = event.domain
        if event["in_use"] != inUse[domain] { faults.append("5: \(inUse[domain]) used: \(event)") }
        let unserved = event["fallback_pages"] - fallbackPages[domain]
        if unserved < 0 || unserved > 3 * Int64(sleepers[domain]) {
            faults.append("5: \(fallbackPages[domain]) fallback pages: \(event)")
        }
        itemsSampled = (domain == 0 ? 0 : itemsSampled) + event["zone_items"]
        // The old thread's own imports are not recorded one by one.
        guard domain == setup.host.domains.count - 1,
            !PolicyTraits(setup.policy.definition).holdsBuffers
        else { return }
        let cached = imported - inUse.reduce(0, +)
        if itemsSampled != cached { faults.append("5: \(cached) cached in all: \(event)") }
    }

    private mutating func service(_ event: LoggedEvent) {
        let told = Counts(
            requests: event["requests"], hitsCpu: event["hits_cpu"], hitsList: event["hits_list"],
            imports: event["imports"], failed: event["failed"], limited: event["limited"],
            fallback: event["fallback"])
        var known = counts[event.cpu]
        // The record of a sleeping worker has fallen back and is not served yet.
        if told.fallback == known.fallback + 1, sleepers[event.domain] > 0 { known.fallback += 1 }
        if told != known { faults.append("7: counts \(known) against \(event)") }
    }
}
