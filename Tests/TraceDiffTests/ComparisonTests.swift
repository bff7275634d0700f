import AnalysisTestSupport
import Testing
import TraceAnalysis
import TraceCore
import TraceDiff
import TraceSummaries

@Suite struct ComparisonTests {
    private func side(
        _ parameters: [(String, String)] = [], input: String? = nil, content: String? = nil,
        failures: Int = 0, cpuNs: Int64? = nil, domain: Int32 = 0
    ) throws -> ComparedTrace {
        var script = Script()
        for index in 0..<failures { script.at(Int64(index), "alloc_fail", domain: domain) }
        if let cpuNs {
            script.at(
                5_000, "batch_end", domain: domain,
                [
                    "thread": 1, "cpu_ns": .number(cpuNs), "gained_blocks": 2,
                ])
        }
        script.at(10_000, "counter")
        return ComparedTrace(
            label: "side", parameters: ParameterList(parameters),
            identities: TraceIdentities(input: input, content: content),
            summary: try script.summary())
    }

    @Test func equalContentMeansIdentical() throws {
        #expect(Comparison(try side(content: "aa"), try side(content: "aa")).isIdentical)
        #expect(!Comparison(try side(content: "aa"), try side(content: "ab")).isIdentical)
        #expect(!Comparison(try side(), try side()).isIdentical, "unknown is not equal")
    }

    @Test func whenAHostWasRecordedIsNoSetting() throws {
        func host(_ swappiness: String, _ timeNs: String) throws -> ComparedTrace {
            try side([
                ("host.start_ns", timeNs), ("host.sync.count", timeNs),
                ("host.wall_start_ns", timeNs), ("policy.vm.swappiness", swappiness),
            ])
        }
        let comparison = Comparison(try host("60", "1"), try host("10", "2"))
        #expect(comparison.differences.map(\.name) == ["policy.vm.swappiness"])
        let one = Comparison(try host("60", "1"), try side())
        #expect(one.differences.map(\.name) == ["policy.vm.swappiness"])
    }

    @Test(arguments: [(1_000_000, 1_001_000, false), (1_001_001, 1_000_000, true), (0, 1, true)])
    func windowsDifferByMoreThanAThousandth(left: Int64, right: Int64, differ: Bool) throws {
        func side(_ endNs: Int64) -> ComparedTrace {
            ComparedTrace(
                label: "side", parameters: ParameterList(),
                summary: TraceSummary(window: SummaryWindow(beginNs: 0, endNs: endNs)))
        }
        #expect(Comparison(side(left), side(right)).hasWindowsOfDifferentLength == differ)
    }

    @Test func inputsAreTheSameOnlyWhereBothAreKnown() throws {
        #expect(Comparison(try side(input: "1"), try side(input: "1")).inputs == .same)
        #expect(Comparison(try side(input: "1"), try side(input: "2")).inputs == .different)
        #expect(Comparison(try side(input: "1"), try side()).inputs == .unknown)
        #expect(Comparison(try side(), try side()).inputs == .unknown)
    }

    @Test func differencesAreToldInTheirOrder() throws {
        let left = try side([
            ("scenario.seed", "1"), ("policy.name", "a"), ("host.hz", "1000"), ("source", "engine"),
            ("model.costs", "x"), ("scenario.cpus", "8"), ("same", "1"), ("policy.old", "1"),
        ])
        let right = try side([
            ("scenario.seed", "2"), ("policy.name", "b"), ("host.hz", "100"), ("source", "linux"),
            ("model.costs", "y"), ("scenario.cpus", "9"), ("same", "1"), ("recording.x", "1"),
            ("model.salt", "4"),
        ])
        let differences = Comparison(left, right).differences
        #expect(
            differences.map(\.name) == [
                "source", "policy.name", "policy.old", "scenario.cpus", "model.costs", "host.hz",
                "model.salt", "scenario.seed", "recording.x",
            ])
        #expect(differences.map(\.group.name).last == "other")
        #expect(differences[2].left == "1" && differences[2].right == nil)
        #expect(differences[6].left == nil && differences[6].right == "4")
        #expect(Comparison(left, left).differences.isEmpty)
    }

    @Test func metricsStandSideBySide() throws {
        let comparison = Comparison(
            try side(failures: 4, cpuNs: 1_000), try side(failures: 5, cpuNs: 250))
        func metric(_ name: String, domain: Int32? = nil) throws -> MetricComparison {
            try #require(comparison.metrics.first { $0.name == name && $0.domain == domain })
        }
        let cpu = try metric("cpu.reclaim")
        #expect(cpu.left == 1_000 && cpu.right == 250 && cpu.unit == .nanoseconds)
        #expect(cpu.absoluteChange == -750 && cpu.relativeChangePpm == -750_000)
        #expect(cpu.direction == .lowerIsBetter)
        let failures = try metric("failure.count")
        #expect(failures.absoluteChange == 1 && failures.relativeChangePpm == 250_000)
        #expect(try metric("cpu.core_share").left == 100_000)
        #expect(try metric("cpu.per_gained_block").right == 125)
        #expect(try metric("batch.gained").direction == .higherIsBetter)
        #expect(try metric("failure.count", domain: 0).right == 5)
        let spin = try metric("cpu.spin")
        #expect(spin.absoluteChange == 0 && spin.relativeChangePpm == nil, "no share of zero")
    }

    @Test func aMetricOfOneSideHasNoChange() throws {
        let comparison = Comparison(
            try side(failures: 1, domain: 0), try side(failures: 1, cpuNs: 9, domain: 3))
        let gained = try #require(comparison.metrics.first { $0.name == "batch.gained" })
        #expect(gained.left == nil && gained.right == 2)
        #expect(gained.absoluteChange == nil && gained.relativeChangePpm == nil)
        let domains = comparison.metrics.compactMap(\.domain)
        #expect(domains.contains(0) && domains.contains(3))
        #expect(!comparison.metrics.contains { $0.left == nil && $0.right == nil })
    }

    @Test func everyMetricHasItsOwnName() throws {
        let metrics = try side(failures: 1, cpuNs: 5).summary.metrics
        #expect(Set(metrics.map { "\($0.name)/\($0.domain ?? -9)" }).count == metrics.count)
        let whole = metrics.filter { $0.domain == nil }.map(\.name)
        #expect(whole == (try side().summary.metrics.filter { $0.domain == nil }.map(\.name)))
    }
}
