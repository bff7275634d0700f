import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import Testing
import TraceCore

/// What the catalog offers, and how FreeBSD's policies differ in what they do
/// (engine specification 5).
struct PolicyTests {
    private let host = PageMap.host((4096, 4))

    @Test func thoseOfFreeBSDComeFirst() {
        let all = PolicyCatalog.all
        #expect(
            all.filter { !$0.isLab }.map(\.name)
                == ["pages-only", "cache-only", "alloc-thread", "reclaim-one", "reclaim-batch"])
        #expect(all.prefix { !$0.isLab }.count == 5)
        #expect(Set(all.map(\.name)).count == all.count)
        for definition in all {
            #expect(!definition.summary.isEmpty && !definition.summary.contains("\n"))
            for tunable in definition.tunables {
                #expect(tunable.range.contains(tunable.standard), "\(tunable.name)")
                #expect(!tunable.summary.isEmpty, "\(tunable.name)")
                #expect(tunable.isLab == tunable.name.hasPrefix("lab."), "\(tunable.name)")
            }
        }
    }

    @Test(arguments: PolicyCatalog.all.map(\.name))
    func aTraceSaysWhetherThePolicyIsFreeBSDs(name: String) throws {
        let policy = Policy.named(name)
        var parameters = ParameterList()
        policy.write(to: &parameters)
        #expect(parameters["policy.lab"] == (policy.definition.isLab ? "not FreeBSD" : nil))
        var again = ParameterList()
        try Policy(parameters).write(to: &again)
        #expect(again == parameters)
    }

    // MARK: Settings

    @Test func onlyWhatSomePolicyAllowsIsAccepted() throws {
        let run = try EngineRun(host, PageMap.empty(host), policy: .named("reclaim-batch"))
        func accepts(_ name: String, _ value: Int64) -> Bool {
            run.engine.accepts(Input(timeNs: 0, .set(name: name, value: value)))
        }
        #expect(accepts("kern.ipc.tls.max_reclaim", -1))
        #expect(accepts("kern.ipc.tls.max_reclaim", 1_048_576))
        #expect(!accepts("kern.ipc.tls.max_reclaim", -2))
        #expect(!accepts("kern.ipc.tls.max_reclaim", 1_048_577))
        #expect(accepts("reclaim_errno", 1))
        #expect(!accepts("reclaim_errno", 2))
        // Others have these.
        #expect(accepts("kern.ipc.tls.max_alloc", 1))
        #expect(!accepts("kern.ipc.tls.max_alloc", 0))
        #expect(accepts("lab.watermark_blocks", 7))
        // Nobody has these.
        #expect(!accepts("kern.ipc.tls.maxlen", 16_384))
        #expect(!accepts("kern.ipc.tls.bind_threads", 2))
        #expect(!accepts("", 0))
    }

    @Test func aSettingThatIsNotAcceptedTraps() async {
        await #expect(processExitsWith: .failure) {
            let host = PageMap.host((4096, 1))
            var run = try EngineRun(host, PageMap.empty(host), policy: .named("cache-only"))
            run.apply(.set(at: 0, "maxlen", 1))
        }
    }

    // MARK: Hosts

    @Test(
        arguments: [
            ([], HostError.noDomain, "there is no memory domain"),
            ([(0, 2)], .noMemory(domain: 0), "domain 0 has no memory"),
            ([(4096, 2), (4096, 0)], .noCpu(domain: 1), "domain 1 has no CPU"),
        ] as [([(Int, Int)], HostError, String)])
    func aDomainHasMemoryAndCpus(domains: [(Int, Int)], error: HostError, text: String) {
        let host = Host(
            domains: domains.map { Host.Domain(firstPage: 0, pageCount: $0, cpuCount: $1) })
        #expect(throws: EngineError.host(error)) {
            try Engine(
                host: host, memory: MemorySnapshot(), model: .quiet, policy: .named("cache-only"),
                detail: 1)
        }
        #expect(error.description == text)
        #expect(
            SetupError.engine(.host(error)).description
                == "the host is not a possible one: " + text)
    }

    // MARK: pages-only

    @Test func withoutTheZoneNothingButFallbacksIsCounted() throws {
        var run = try EngineRun(host, PageMap.empty(host), policy: .named("pages-only"), detail: 2)
        run.apply(
            .record(at: 0), .record(at: 1), .record(at: 2, pages: 2),
            .record(at: 3, lifetimeNs: 1000))
        run.finish(at: 2_000_000_000)
        let left = run.log.all(.allocFail, .wakeSend, .importCall, .hit, .limited, .threadRun)
        #expect(left.isEmpty)
        let served = try #require(run.log.all(.service).last { $0.cpu == 0 })
        #expect(served["requests"] == 4)
        #expect(served["fallback"] == 4)
        #expect(served["small"] == 1)
        #expect(served["failed"] + served["limited"] + served["imports"] == 0)
        let sample = try #require(run.log.all(.sample).last)
        #expect(sample["fallback_pages"] == 10)
        #expect(sample["zone_items"] == 0)
        #expect(sample["deficit"] == 0)
        #expect(sample["free_pages"] == 4086)
    }

    // MARK: The result as a number

    private func results(_ memory: MemorySnapshot, errno: Int64) throws -> [String] {
        var policy = Policy.named("reclaim-batch")
        try policy.set("reclaim_errno", to: errno)
        var run = try EngineRun(host, memory, policy: policy)
        run.apply(.record(at: 0))
        run.run(until: 500_000_000)
        return run.log.all(.batchEnd).map { $0.text("result") }
    }

    @Test func laterResultsAreErrorNumbers() throws {
        let fragmented = PageMap.fragmented(host)
        #expect(try results(fragmented, errno: 0) == ["ok"])
        #expect(try results(fragmented, errno: 1) == ["0"])
        let unmovable = PageMap.fragmented(host, others: .kernel)
        #expect(try results(unmovable, errno: 0) == ["failed"])
        #expect(try results(unmovable, errno: 1) == ["ENOMEM"])
        let short = PageMap.scarce(host, free: PageMap.thresholds(host).reserved + 3)
        #expect(try results(short, errno: 0) == ["refused"])
        #expect(try results(short, errno: 1) == ["ENOMEM"])
    }

    @Test func anyErrorWaits() throws {
        let short = PageMap.scarce(host, free: PageMap.thresholds(host).reserved + 3)
        var policy = Policy.named("reclaim-batch")
        try policy.set("reclaim_errno", to: 1)
        var run = try EngineRun(host, short, policy: policy)
        run.apply(.record(at: 0))
        run.run(until: 500_000_000)
        #expect(run.log.all(.waitBegin).contains { $0["thread"] == 100 })
        #expect(run.log.count(.threadSleep) == 0)
    }

    // MARK: reclaim-one

    @Test func oneRunAtATimeUntilAllAreHeld() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host), policy: .named("reclaim-one", ("max_alloc", 5)),
            detail: 2)
        run.apply(.record(at: 0))
        run.run(until: 900_000_000)
        // A call for one run makes two, the smallest goal there is.
        #expect(run.log.all(.batchBegin).map { $0["desired"] } == [1, 1, 1])
        #expect(run.log.all(.batchBegin).map { $0["ring"] } == [16, 16, 16])
        #expect(run.log.all(.batchBegin).map { $0["target_pages"] } == [8, 8, 8])
        #expect(run.log.all(.batchEnd).map { $0["gained_blocks"] } == [2, 2, 2])
        #expect(run.log.all(.batchEnd).map { $0["nominal"] } == [0, 0, 0])
        #expect(run.log.all(.threadSleep).map { $0["counter"] } == [5])
        #expect(run.engine.memory.domains[0].contiguousBlocks == 1)
        #expect(run.log.count(.spinBegin) == 0)
        #expect(run.engine.invariantViolations() == [])
        run.finish(at: 900_000_000)
        #expect(run.log.all(.sample).last?["zone_items"] == 5)
        #expect(run.log.all(.sample).last?["in_use"] == 0)
    }

    /// Every failed attempt costs a full scan; where nothing can be moved that goes on for ever.
    @Test func whereNothingCanBeMovedItNeverSleeps() throws {
        var run = try EngineRun(
            host, PageMap.fragmented(host, others: .kernel), policy: .named("reclaim-one"))
        run.apply(.record(at: 0))
        run.finish(at: 100_000_000)
        #expect(run.log.count(.threadSleep) == 0)
        #expect(run.log.count(.batchEnd) > 20)
        #expect(run.log.count(.waitSkip) == run.log.count(.batchEnd))
        let start = try #require(run.log.all(.threadRun).first)
        #expect(run.log.all(.onCpu).map { $0["ns"] } == [100_000_000 - start.timeNs])
    }
}
