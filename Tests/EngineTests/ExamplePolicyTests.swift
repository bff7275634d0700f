import EngineTestSupport
import Foundation
import PhysicalMemory
import Testing
import TraceCore

@testable import ReclaimEngine

/// The policy that Docs/ADDING-A-POLICY.md walks through does what the document says.
struct ExamplePolicyTests {
    private let host = PageMap.host((4096, 2))

    private func run(_ memory: MemorySnapshot, blocks: Int64) throws -> EngineRun {
        var policy = Policy(PolicyCatalog.reclaimTopUp)
        try policy.set("lab.topup_blocks", to: blocks)
        return try EngineRun(host, memory, policy: policy, detail: 2)
    }

    @Test func itMakesWhatIsMissing() throws {
        var run = try run(PageMap.fragmented(host), blocks: 30)
        // Before the thread runs, five blocks appear elsewhere.
        run.apply(
            .record(at: 0), .background(at: 1, .free, slot: 200, pages: 10))
        #expect(run.engine.memory.domains[0].contiguousBlocks == 5)
        run.run(until: 900_000_000)
        #expect(run.log.all(.batchBegin).map { $0["desired"] } == [25])
        #expect(run.log.all(.batchEnd).map { $0["gained_blocks"] } == [25])
        #expect(run.log.all(.threadSleep).map { $0["counter"] } == [25])
        #expect(run.engine.memory.domains[0].contiguousBlocks == 30)
    }

    @Test func withEnoughInStockItOnlySleeps() throws {
        var run = try run(PageMap.fragmented(host), blocks: 2)
        run.apply(.record(at: 0), .background(at: 1, .free, slot: 200, pages: 4))
        run.run(until: 900_000_000)
        #expect(run.log.count(.threadRun) == 1)
        #expect(run.log.count(.threadSleep) == 1)
        #expect(run.log.count(.batchBegin) == 0)
    }

    @Test func aFailedCallWaits() throws {
        var run = try run(PageMap.fragmented(host, others: .kernel), blocks: 2)
        run.apply(.record(at: 0))
        run.run(until: 900_000_000)
        #expect(run.log.all(.batchEnd).map { $0.text("result") } == ["failed"])
        #expect(run.log.count(.waitSkip) == 1)
    }

    @Test func aRunWithItKeepsWhatMustHold() throws {
        for seed in 1...6 as ClosedRange<UInt64> {
            let random = RandomCase(seed: seed, detail: 2)
            let setup = random.setup(policy: Policy(PolicyCatalog.reclaimTopUp))
            var run = try EngineRun(setup)
            run.apply(random.inputs())
            run.finish(at: setup.durationNs)
            #expect(run.engine.invariantViolations() == [], "\(random)")
        }
    }

    @Test func theDocumentShowsThisCode() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let code = try String(
            contentsOf: tests.appending(path: "ExamplePolicy.swift"), encoding: .utf8)
        let document = try String(
            contentsOf: tests.appending(path: "../../Docs/ADDING-A-POLICY.md"), encoding: .utf8)
        let blocks = document.components(separatedBy: "```swift\n").dropFirst().map {
            $0.components(separatedBy: "```")[0]
        }
        #expect(blocks.first == code)
    }
}
