import TestRandomness
import Testing

/// The whole page layer against the slow model: single pages, ranges, reservations, free counts
/// and their sets, the scan visit by visit, and every relocation.
struct PageReferenceTests {
    @Test(arguments: 0..<10)
    func everyOperationGivesWhatTheRulesGive(group: Int) {
        let first = UInt64(group) * 20 + 1
        let seeds = TestSeeds.chosen(first...first + 19)
        var seen: [String: Int] = [:]
        for seed in seeds {
            var world = PageWorld(seed: seed)
            for operation in 0..<6000 {
                let isChecked = operation % 150 == 149
                guard let difference = world.step() ?? (isChecked ? world.check() : nil) else {
                    continue
                }
                Issue.record("seed \(seed), operation \(operation): \(difference)")
                return
            }
            #expect(world.faults() == [], "seed \(seed)")
            seen.merge(world.reclaim.attempts, uniquingKeysWith: +)
            seen["visits", default: 0] += world.reclaim.visits
            seen["calls", default: 0] += world.reclaim.calls
            seen["broken", default: 0] += world.broken
        }
        guard TestSeeds.areComplete else { return }
        // The seeds are worth running: each of these things happens.
        let wanted = ["ok", "busy", "invalid", "noMemory", "phantom", "foreign", "broken"]
        for name in wanted { #expect(seen[name, default: 0] > 20, "\(name) in \(seen)") }
        #expect(seen["visits", default: 0] > 100_000)
        #expect(seen["calls", default: 0] > 200)
    }
}
