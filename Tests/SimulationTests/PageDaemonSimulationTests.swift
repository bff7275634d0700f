import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import TestRandomness
import Testing
import TraceCore

/// Random hosts with page daemons and page caches.
struct PageDaemonSimulationTests {
    static let seeds = TestSeeds.chosen(1...160)

    @Test(arguments: seeds)
    func invariantsHold(seed: UInt64) throws {
        let random = RandomCase(seed: seed)
        let setup = random.daemonSetup()
        var run = try EngineRun(setup)
        var checked = 0
        for input in random.daemonInputs() {
            run.apply(input)
            if run.log.events.count - checked > 3000 {
                checked = run.log.events.count
                check(run, random)
            }
        }
        run.finish(at: setup.durationNs)
        check(run, random)
        #expect(TraceInvariants.violations(setup, run.log).prefix(3) == [], "\(random)")
        checkSamples(run, random)
    }

    private func check(_ run: EngineRun, _ random: RandomCase) {
        #expect(run.engine.invariantViolations().prefix(3) == [], "\(random)")
    }

    /// Pages by the last samples are the pages there are.
    private func checkSamples(_ run: EngineRun, _ random: RandomCase) {
        let memory = run.engine.memory
        for sample in run.log.all(.sample).suffix(memory.domainCount) {
            var kinds: [PageKind: Int64] = [:]
            for segment in memory.segments where segment.domain == sample.domain {
                for page in segment.start..<segment.end {
                    kinds[memory.kind(of: page), default: 0] += 1
                }
            }
            let queued = kinds.reduce(0) { $0 + ($1.key.isQueued ? $1.value : 0) }
            #expect(
                sample["active"] + sample["inactive"] + sample["laundry"] == queued, "\(random)")
            #expect(
                sample["fallback_pages"] + sample["pgcache_pages"]
                    == kinds[.fallback, default: 0], "\(random)")
            let free = kinds.reduce(0) { $0 + ($1.key.isFree ? $1.value : 0) }
            #expect(sample["free_pages"] == free, "\(random)")
        }
    }

    /// A scan evicts no more than it was to, and no page that it did not look at.
    @Test(arguments: seeds)
    func eventsAddUp(seed: UInt64) throws {
        let random = RandomCase(seed: seed)
        let log = try random.daemonSetup().record(random.daemonInputs())
        for event in log.all(.pageout) {
            let target = event["shortage"] + event["deficit"]
            #expect(event["freed"] <= target, "\(random): \(event)")
            #expect(event["freed"] <= event["scanned"], "\(random): \(event)")
            #expect(event["shortage"] >= 0 && event["deficit"] >= 0, "\(random): \(event)")
        }
    }

    /// The seeds are worth running: each of these things happens in some of them.
    @Test func theSeedsReachWhatMatters() throws {
        var kinds: [String: Int] = [:]
        for seed in Self.seeds {
            let random = RandomCase(seed: seed, detail: 1)
            let log = try random.daemonSetup().record(random.daemonInputs())
            var found: Set<String> = []
            for event in log.all(.pageout, .sample, .waitEnd) {
                switch event.kind.id {
                case .pageout:
                    found.insert("pageout")
                    if event["freed"] > 0 { found.insert("freed") }
                    if event["deficit"] > 0 { found.insert("deficit") }
                    if event["freed"] < event["shortage"] { found.insert("fell short") }
                    if event["scanned"] > event["freed"] { found.insert("kept") }
                case .sample:
                    if event["laundry"] > 0 { found.insert("laundry") }
                    if event["active"] > 0 { found.insert("active") }
                    if event["pgcache_pages"] > 0 { found.insert("page cache") }
                default: found.insert("wait")
                }
            }
            for name in found { kinds[name, default: 0] += 1 }
        }
        let wanted = [
            "pageout", "freed", "deficit", "fell short", "kept", "laundry", "active",
            "page cache", "wait",
        ]
        for name in wanted {
            #expect(kinds[name, default: 0] >= 3, "\(name) in \(kinds[name, default: 0]) seeds")
        }
    }
}
