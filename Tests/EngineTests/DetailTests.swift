import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import Testing
import TraceCore

/// What each detail holds (engine specification 8).
struct DetailTests {
    /// Some seconds on a host that runs short of contiguous memory.
    private func log(_ policy: String, detail: Int) throws -> EventLog {
        let host = PageMap.host((8192, 2))
        let memory = PageMap.memory(host) { _, offset in
            switch offset % 16 {
            case 0...3: offset < 2048 ? .free : .file
            case 4: .free
            case 5, 9: .kernel
            default: .file
            }
        }
        var model = ModelParameters()
        model.bucketSize = 2
        model.sampleIntervalNs = 50_000_000
        var run = try EngineRun(
            host, memory.snapshot(), policy: .named(policy), model: model, detail: detail)
        for step in 0..<Int64(700) {
            let timeNs = step * 3_000_000
            if step % 50 == 49 { run.apply(.background(at: timeNs, .drain)) }
            if step % 40 == 3 {
                run.apply(.background(at: timeNs, .free, slot: Int(step), pages: 6))
            }
            if step == 200 { run.apply(.set(at: timeNs, "max_reclaim", 20)) }
            run.apply(
                .record(
                    at: timeNs, cpu: Int(step % 2), pages: step % 9 == 0 ? 1 : 4,
                    anonymous: step % 11 == 0, lifetimeNs: 600_000_000 - step * 500_000,
                    freeCpu: Int(step % 3 % 2)))
        }
        run.finish(at: 2_200_000_000)
        return run.log
    }

    private func kinds(_ log: EventLog) -> Set<String> { Set(log.all.map(\.kind.name)) }

    @Test func detailZeroHoldsNoInputsButSettings() throws {
        let kinds = kinds(try log("reclaim-batch", detail: 0))
        #expect(kinds.isDisjoint(with: ["request", "background", "hit", "import", "run"]))
        #expect(
            kinds.isSuperset(of: [
                "set", "sample", "service", "thread_name", "alloc_fail", "wake_send", "thread_run",
                "batch_begin", "batch_pass", "batch_end", "thread_sleep", "on_cpu", "zone_trim",
            ]))
    }

    @Test func detailOneAddsTheInputs() throws {
        let added = kinds(try log("reclaim-batch", detail: 1))
            .subtracting(kinds(try log("reclaim-batch", detail: 0)))
        #expect(added == ["request", "background"])
    }

    @Test func detailTwoAddsSingleServicesAndRuns() throws {
        let added = kinds(try log("reclaim-batch", detail: 2))
            .subtracting(kinds(try log("reclaim-batch", detail: 1)))
        #expect(added == ["hit", "import", "limited", "return", "fallback", "run"])
    }

    /// What an event says apart from its number and that of its cause, which every other event
    /// shifts: for the cause, which of the control events it is.
    private func controlEvents(_ log: EventLog) -> [String] {
        var order: [UInt64: Int] = [:]
        return log.all.filter { $0.kind.lane == .control }.map { event in
            order[event.sequence] = order.count
            let cause = order[event.cause] ?? -1
            return "\(event.timeNs) \(event.kind.name) \(event.domain) \(event.cpu) \(cause) "
                + "\(event.event.values)"
        }
    }

    @Test(arguments: ["cache-only", "alloc-thread", "reclaim-batch"])
    func controlEventsAreTheSameAtEveryDetail(policy: String) throws {
        let least = controlEvents(try log(policy, detail: 0))
        #expect(least.count > 100)
        #expect(controlEvents(try log(policy, detail: 1)) == least)
        #expect(controlEvents(try log(policy, detail: 2)) == least)
    }

    @Test(arguments: ["cache-only", "alloc-thread", "reclaim-batch"])
    func theServiceCountsAreThoseOfTheSingleEvents(policy: String) throws {
        let log = try log(policy, detail: 2)
        let last = log.all(.service).suffix(2)
        func sum(_ column: String) -> Int { last.reduce(0) { $0 + Int($1[column]) } }
        #expect(sum("requests") == log.count(.request))
        let hits = log.all(.hit)
        #expect(sum("hits_cpu") == hits.filter { $0.text("level") == "cpu" }.count)
        #expect(sum("hits_list") == hits.filter { $0.text("level") == "list" }.count)
        #expect(sum("imports") == log.all(.importCall).filter { $0["got"] > 0 }.count)
        #expect(sum("failed") == log.count(.allocFail))
        #expect(sum("limited") == log.count(.limited))
        let fallbacks = log.all(.fallback).filter { $0.text("operation") == "allocate" }
        #expect(sum("fallback") == fallbacks.count)
        #expect(sum("hits_list") > 0)
        #expect(sum("limited") > 0)
    }
}
