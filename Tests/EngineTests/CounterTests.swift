import EngineTestSupport
import PhysicalMemory
import Testing
import TraceCore

@testable import ReclaimEngine

/// Counters under FreeBSD's names say what the engine's state is (engine specification 10.2).
struct CounterTests {
    private let host = PageMap.host((4096, 2), (4096, 2))

    private var model: ModelParameters {
        var model = ModelParameters.quiet
        model.counterIntervalNs = 10_000_000
        return model
    }

    /// The values by name of the readings at an instant.
    private func values(_ log: EventLog, at timeNs: Int64) -> [String: Int64] {
        var result: [String: Int64] = [:]
        for event in log.all(.counter) where event.timeNs == timeNs {
            result[event.text("name")] = event["value"]
        }
        return result
    }

    @Test func countersComeAtTheStartInBetweenAndAtTheEnd() throws {
        var run = try EngineRun(
            host, PageMap.empty(host), policy: .named("reclaim-batch"), model: model)
        run.finish(at: 25_000_000)
        let readings = run.log.all(.counter)
        #expect(Set(readings.map(\.timeNs)) == [0, 10_000_000, 20_000_000, 25_000_000])
        let names = Set(readings.map { $0.text("name") })
        #expect(readings.count == 4 * names.count)
        #expect(names.count == 9 + 2 * (1 + 26 + 3))
    }

    @Test func aPolicyWithoutAThreadHasNoThreadCounters() throws {
        let run = try EngineRun(
            host, PageMap.empty(host), policy: .named("cache-only"), model: model)
        let names = run.log.all(.counter).map { $0.text("name") }
        #expect(!names.contains { $0.hasPrefix("kern.ipc.tls.") })
    }

    @Test func freeBlocksAreCountedByPoolAndOrder() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("reclaim-batch"), model: model)
        run.apply(.record(at: 1000), .record(at: 2000, cpu: 3))
        run.finish(at: 50_000_000)
        for (timeNs, isLast) in [(Int64(0), false), (50_000_000, true)] {
            let values = values(run.log, at: timeNs)
            for domain in 0..<2 {
                let sample = try #require(
                    run.log.all(.sample).last { $0.timeNs == timeNs && $0.domain == domain })
                for order in 0...12 {
                    let pools = try (0...1).map { pool in
                        try #require(values["vm.phys_free.\(domain).pool\(pool).order\(order)"])
                    }
                    #expect(pools[0] + pools[1] == sample["blocks_\(order)"])
                    guard isLast else { continue }
                    for pool in FreePool.allCases {
                        let listed = run.engine.memory.freeList(
                            domain: domain, pool: pool, order: order)
                        #expect(pools[Int(pool.rawValue)] == Int64(listed.count))
                    }
                }
                #expect(values["vm.domain.\(domain).stats.free_count"] == sample["free_pages"])
            }
        }
    }

    @Test func countersEqualCountsOfEvents() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("reclaim-batch", ("max_reclaim", 16)),
            model: model)
        for number in 0..<12 as Range<Int64> {
            run.apply(
                .record(at: 1_000 + number * 300_000_000, cpu: Int(number % 4), lifetimeNs: 900))
        }
        run.finish(at: 4_000_000_000)
        let values = values(run.log, at: 4_000_000_000)
        let failures = Int64(run.log.count(.allocFail))
        #expect(failures > 0)
        #expect(values["vm.uma.ktls_buffers.stats.fails"] == 2 * failures)
        #expect(values["vm.uma.ktls_buffers.stats.current"] == 0)
        let served = run.engine.workers.reduce(0) {
            $0 + $1.served.hitsCpu + $1.served.hitsList + $1.served.imports
        }
        #expect(values["vm.uma.ktls_buffers.stats.allocs"] == served)
        #expect(values["vm.uma.ktls_buffers.stats.frees"] == served)
        for domain in 0..<2 {
            let prefix = "kern.ipc.tls.domain\(domain)."
            let runs = run.log.all(.threadRun).filter { $0.domain == domain }.count
            #expect(runs > 0)
            #expect(values[prefix + "wakeups"] == Int64(runs))
            let nominal = run.log.all(.batchEnd).filter { $0.domain == domain }
                .reduce(0) { $0 + $1["nominal"] }
            #expect(values[prefix + "reclaims"] == nominal)
            #expect(values[prefix + "running"] == 0)
        }
    }

    @Test func theOldThreadCountsAllocations() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("alloc-thread"), model: model)
        run.finish(at: 1)
        let names = run.log.all(.counter).map { $0.text("name") }
        #expect(names.contains("kern.ipc.tls.domain1.allocs"))
        #expect(!names.contains("kern.ipc.tls.domain1.reclaims"))
    }
}
