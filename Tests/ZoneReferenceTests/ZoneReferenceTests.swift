import EngineTestSupport
import PhysicalMemory
import TestRandomness
import Testing
import TraceCore

@testable import ReclaimEngine

/// The engine's zone and the slow one side by side: 1,200,000 random operations, every result
/// compared.
struct ZoneReferenceTests {
    static let seeds = TestSeeds.chosen(1...16)

    @Test(arguments: seeds)
    func theZoneDoesWhatTheSlowOneDoes(seed: UInt64) throws {
        var pair = try ZonePair(seed: seed)
        for step in 0..<75_000 {
            if let difference = pair.step() {
                Issue.record("seed \(seed), \(pair.title), step \(step): \(difference)")
                return
            }
        }
        #expect(pair.engine.invariantViolations() == [], "seed \(seed)")
    }

    /// The operations are worth doing: each of these things happens in some of the runs.
    @Test(.enabled(if: TestSeeds.areComplete))
    func theSeedsReachWhatMatters() throws {
        var found: [String: Int] = [:]
        for seed in Self.seeds {
            var pair = try ZonePair(seed: seed)
            for _ in 0..<10_000 where pair.step() != nil { return }
            for (name, count) in pair.seen { found[name, default: 0] += count }
        }
        let wanted = [
            "allocation", "failure", "free", "free to the system", "cross", "growth", "shrink",
            "trim 0", "trim 1", "trim 2", "without buckets", "waiting", "waiting in vain",
        ]
        for name in wanted { #expect(found[name, default: 0] >= 10, "\(name): \(found)") }
    }
}

/// An engine and a slow zone that get the same operations.
private struct ZonePair {
    var engine: Engine
    var slow: SlowZone
    var seen: [String: Int] = [:]
    let title: String
    private var random: TestRandom
    private var held: [PageNumber] = []
    private var kernelPages: [PageNumber] = []
    private var nextCheckNs: Int64 = 20_000_000_000
    private var freeShare = 5
    private var steps = 0

    init(seed: UInt64) throws {
        random = TestRandom(seed: seed, purpose: 77)
        let shapes = [[3], [2, 2], [2, 1, 3], [1, 2, 1, 2]]
        let shape = shapes[Int(seed) % 4]
        var firstPage = 65_536
        let host = Host(
            domains: shape.map { cpus in
                defer { firstPage += 5000 }
                return .init(firstPage: firstPage, pageCount: 4096, cpuCount: cpus)
            })
        var model = ModelParameters.quiet
        model.bucketSize = random.choice([1, 1, 2, 4, 16, 30, 62, 254])
        model.bucketGrowth = random.choice([0, 1, 1, 1])
        model.zoneLockNs = random.choice([0, 150, 150, 5000])
        title =
            "\(shape) CPUs, bucket size \(model.bucketSize), growth \(model.bucketGrowth), "
            + "lock \(model.zoneLockNs)"
        let memory = PageMap.empty(host)
        engine = try Engine(
            host: host, memory: memory, model: model, policy: .named("alloc-thread"), detail: 1)
        slow = SlowZone(
            try PhysicalMemory(memory), domainOfCpu: host.domainOfCpu,
            size: Int(model.bucketSize), sizeChanges: model.bucketGrowth == 1,
            lockNs: model.zoneLockNs)
        engine.outbox.drain { _, _ in }
    }

    private mutating func note(_ name: String) { seen[name, default: 0] += 1 }

    /// One operation on both; what differs then, or `nil`.
    mutating func step() -> String? {
        steps += 1
        pass(random.choice([0, 1, 40, 100, 149, 150, 151, 400, 9000]))
        if random.isOneIn(400) { freeShare = random.choice([1, 4, 5, 6, 9]) }
        let cpu = random.below(engine.host.cpuCount)
        let difference: String?
        switch random.below(1500) {
        case 0..<6: difference = reclaim()
        case 6..<12: difference = changePressure()
        case 12: difference = quiet()
        case 13..<60: difference = wait(cpu)
        default: difference = random.below(10) < freeShare ? free(cpu) : allocate(cpu)
        }
        return difference ?? compareFigures() ?? (steps % 64 == 0 ? compareBuckets() : nil)
            ?? (steps % 8192 == 0 ? compareMemory() : nil)
    }

    // MARK: Operations

    private mutating func pass(_ ns: Int64) {
        let timeNs = engine.nowNs + ns
        engine.run(until: timeNs)
        while nextCheckNs <= timeNs {
            slow.periodic()
            nextCheckNs += 20_000_000_000
        }
    }

    /// Nothing happens for some seconds, or for up to an hour.
    private mutating func quiet() -> String? {
        pass(random.choice([5_000_000_000, 25_000_000_000, 1_000_000_000_000, 3_600_000_000_000]))
        return nil
    }

    private mutating func allocate(_ cpu: Int) -> String? {
        let page = engine.allocateFromZone(cpu: cpu, handle: 1, cause: 0)
        let expected = slow.allocate(cpu, engine.nowNs)
        note(page == nil ? "failure" : "allocation")
        take(page)
        return page == expected ? nil : "allocated \(page ?? -1), not \(expected ?? -1)"
    }

    private mutating func wait(_ cpu: Int) -> String? {
        let page = engine.allocateWaiting(cpu: cpu, domain: engine.host.domainOfCpu[cpu]).page
        let expected = slow.allocateWaiting(cpu, engine.nowNs)
        note(page == nil ? "waiting in vain" : "waiting")
        take(page)
        return page == expected ? nil : "waited for \(page ?? -1), not \(expected ?? -1)"
    }

    private mutating func take(_ page: PageNumber?) {
        guard let page else { return }
        held.append(page)
        engine.inUse[0] += 1
    }

    private mutating func free(_ cpu: Int) -> String? {
        guard !held.isEmpty else { return nil }
        let place = random.below(held.count)
        held.swapAt(place, held.count - 1)
        let page = held.removeLast()
        engine.inUse[0] -= 1
        let freed = engine.freeIntoZone(page, cpu: cpu)
        let expected = slow.free(page, cpu, engine.nowNs)
        note(freed.level == .system ? "free to the system" : "free")
        if freed.isCross { note("cross") }
        return (freed.level == .system) == (expected == .system)
            ? nil : "freed to \(freed.level), not \(expected)"
    }

    private mutating func reclaim() -> String? {
        let domain = random.below(engine.host.domains.count)
        switch random.below(5) {
        case 0, 1:
            engine.trimZone(domain: domain, cause: 0)
            slow.trim(domain)
        case 2, 3:
            engine.drainZone(domain: domain, cause: 0)
            slow.drain(domain)
        default:
            engine.drainCpuBuckets(cause: 0)
            slow.emergency()
        }
        return nil
    }

    /// Others take nearly all free pages of a domain, or give theirs back.
    private mutating func changePressure() -> String? {
        if !kernelPages.isEmpty, random.isOneIn(2) {
            for page in kernelPages {
                engine.memory.free(page)
                slow.pages.free(page)
            }
            kernelPages = []
            return nil
        }
        let domain = random.below(engine.host.domains.count)
        let left = random.choice([10, 70, 80, 300, 1000])
        while engine.memory.domains[domain].freeCount > left {
            let page = engine.memory.allocatePage(domain, class: .interrupt, kind: .kernel)
            let expected = slow.pages.allocatePage(domain, class: .interrupt, kind: .kernel)
            guard let page, page == expected else { return "another page for the kernel" }
            kernelPages.append(page)
        }
        return nil
    }

    // MARK: Comparison

    private mutating func compareFigures() -> String? {
        engine.settle()
        slow.pages.drainSignals()
        var events: [SlowZone.Event] = []
        engine.outbox.drain { header, values in
            switch header.kind {
            case .zoneBucket: events.append(.size(Int(values[0]), Int(values[1])))
            case .zoneTrim:
                events.append(
                    .trim(why: values[0], domain: Int(header.domain), buffers: Int(values[1])))
            default: break
            }
        }
        for event in events {
            switch event {
            case .size(let old, let new): note(new > old ? "growth" : "shrink")
            case .trim(let why, _, _): note("trim \(why)")
            }
        }
        defer { slow.events.removeAll() }
        if slow.isWithoutBuckets { note("without buckets") }
        let counters = engine.zoneCounters
        let counts = [counters.allocs, counters.frees, counters.fails, counters.xdomain]
        let expected = [slow.allocs, slow.frees, slow.fails, slow.xdomain]
        if events != slow.events { return "events \(events), not \(slow.events)" }
        if counts != expected { return "counters \(counts), not \(expected)" }
        if engine.zone.bucketSize != slow.size { return "bucket size" }
        if engine.zone.bucketsDisabled != slow.isWithoutBuckets { return "buckets disabled" }
        return nil
    }

    private func bucket(_ number: Int) -> SlowZone.Bucket? {
        guard number >= 0 else { return nil }
        let store = engine.zone.store
        return SlowZone.Bucket(
            room: store.capacity(number),
            buffers: (0..<store.fill(number)).map { Int(store.item($0, of: number).page) })
    }

    private func compareBuckets() -> String? {
        for (cpu, cache) in engine.zone.caches.enumerated() {
            let buckets = SlowZone.Cpu(
                allocating: bucket(cache.allocate), freeing: bucket(cache.free),
                foreign: bucket(cache.cross))
            if buckets != slow.cpus[cpu] { return "CPU \(cpu): \(buckets), \(slow.cpus[cpu])" }
        }
        for (number, domain) in engine.zone.domains.enumerated() {
            let list = domain.list
            let figures = [
                list.itemCount, list.itemMax, list.itemMin, list.batchMin, list.workingSet,
                list.longIdleCount, list.idlePeriods,
            ]
            let other = slow.domains[number].figures
            let expected = [
                other.nitems, other.imax, other.imin, other.bimin, other.wss, other.limin,
                other.timin,
            ]
            if figures != expected { return "domain \(number): \(figures), not \(expected)" }
            if list.listedBuckets.map({ bucket(Int($0.token)) }) != slow.domains[number].list {
                return "list of domain \(number)"
            }
            if bucket(domain.cross) != slow.domains[number].sorting
                || bucket(domain.loading) != slow.domains[number].waiting
            {
                return "buckets of domain \(number)"
            }
        }
        return nil
    }

    /// The pages: given back in the same order, so every free list is the same.
    private mutating func compareMemory() -> String? {
        slow.pages.ticks = engine.memory.ticks
        if engine.memory.stateDigest != slow.pages.stateDigest { return "pages" }
        return engine.invariantViolations().first
    }
}
