import EngineTestSupport
import ReclaimEngine
import Testing
import TraceCore

/// The checks of the simulation notice what they are there for: each damage to a sound recording
/// is found under the number of its invariant.
struct CanaryTests {
    /// A recording in which the kind occurs, with its setup.
    private func sound(
        _ kind: KindID, _ matches: (LoggedEvent) -> Bool = { _ in true }
    ) throws -> (EngineSetup, EventLog, Int) {
        for seed in UInt64(1)...240 {
            let random = RandomCase(seed: seed, detail: 2)
            let setup = random.setup()
            // Not every check applies to the old thread: its own imports are not recorded.
            if setup.policy.definition.name == "alloc-thread", kind == .sample { continue }
            let log = try setup.record(random.inputs())
            let place = log.all.firstIndex { $0.kind.id == kind && matches($0) }
            if let place { return (setup, log, place) }
        }
        throw NotFound()
    }

    private struct NotFound: Error {}

    private func damaged(
        _ kind: KindID, _ column: String, by difference: Int64,
        where matches: (LoggedEvent) -> Bool = { _ in true }
    ) throws -> [String] {
        let (setup, log, place) = try sound(kind, matches)
        #expect(TraceInvariants.violations(setup, log) == [])
        var other = log
        let index = try #require(log.all[place].kind.columnIndex(column))
        other.events[place].values[index] += difference
        return TraceInvariants.violations(setup, other)
    }

    @Test(
        arguments: [
            (KindID.sample, "blocks_0", 1, "2"), (.sample, "in_use", 1, "5"),
            (.sample, "zone_items", 1, "5"), (.sample, "fallback_pages", -1, "5"),
            (.sample, "wakeups", 1, "7"), (.sample, "reclaims", -1, "7"),
            (.sample, "running", 1, "7"), (.service, "hits_list", 1, "7"),
            (.service, "fallback", 1, "7"), (.threadRun, "counter", 1, "7"),
            (.batchEnd, "nominal", 1, "7"), (.limited, "ticks_left", 1, "8"),
            (.batchBegin, "ring", 1, "10"), (.batchEnd, "passes", 1, "10"),
            (.batchEnd, "tried", -1, "10"), (.batchEnd, "ok", 1, "10"),
            (.run, "page", 1, "11"), (.batchPass, "runs_kept", 1, "11"),
            (.waitEnd, "ns", 1, "13"), (.waitBegin, "free_pages", 100_000, "13"),
            (.waitSkip, "free_pages", -10_000, "13"), (.domainLevel, "on", 2, "14"),
            (.spinEnd, "iterations", 1, "16"), (.spinEnd, "cpu_ns", 1, "16"),
            (.onCpu, "ns", 1_000_000_000_000, "18"), (.batchEnd, "cpu_ns", 1_000_000_000_000, "18"),
        ] as [(KindID, String, Int64, String)])
    func aWrongValueIsFound(
        kind: KindID, column: String, difference: Int64, invariant: String
    ) throws {
        let faults = try damaged(kind, column, by: difference)
        #expect(faults.contains { $0.hasPrefix(invariant + ":") }, "\(faults.prefix(3))")
    }

    @Test(arguments: ["woke", "no_sleeper", "suppressed", "lost"])
    func aWrongEffectIsFound(effect: String) throws {
        for difference in 1...3 as ClosedRange<Int64> {
            let (setup, log, place) = try sound(.wakeSend) { $0.text("effect") == effect }
            var other = log
            other.events[place].values[1] = (other.events[place].values[1] + difference) % 4
            let faults = TraceInvariants.violations(setup, other)
            #expect(faults.contains { $0.hasPrefix("9:") })
        }
    }

    @Test(
        arguments: [
            (KindID.wakeSend, "9"), (.threadRun, "9"), (.threadSleep, "7"), (.batchPass, "10"),
            (.batchBegin, "10"), (.run, "10"), (.importCall, "5"), (.hit, "5"),
            (.waitBegin, "13"), (.domainLevel, "14"), (.spinBegin, "16"), (.allocFail, "8"),
            (.request, "18"),
        ] as [(KindID, String)])
    func aMissingEventIsFound(kind: KindID, invariant: String) throws {
        // An import that got nothing hands out no buffer that could be missed.
        let (setup, log, place) = try sound(kind) { kind != .importCall || $0["got"] > 0 }
        var other = log
        other.events.remove(at: place)
        let faults = TraceInvariants.violations(setup, other)
        #expect(faults.contains { $0.hasPrefix(invariant + ":") }, "\(faults.prefix(3))")
        #expect(faults.contains { $0.hasPrefix("18:") })
    }

    @Test func timeThatGoesBackIsFound() throws {
        let (setup, log, place) = try sound(.allocFail)
        var other = log
        other.events[place].header.timeNs -= 3_000_000_000
        #expect(TraceInvariants.violations(setup, other).contains { $0.hasPrefix("18: time") })
    }
}
