import AnalysisTestSupport
import Testing
import TraceCore

@testable import TraceAnalysis

/// Events given in stretches come to the same as events given one by one.
@Suite struct StretchTests {
    /// The standard kinds with kinds of failures that tell nothing of requests, or a part.
    private static let fails = [
        EventKind(id: 900, "bare_fail", .control, .derived, meaning: "alloc_fail", []),
        EventKind(
            id: 901, "order_fail", .control, .derived, meaning: "alloc_fail",
            [Column("size"), Column("order", unit: .order)]),
    ]

    private static let names = [
        "wake_send", "thread_run", "thread_sleep", "on_cpu", "batch_begin", "batch_pass",
        "batch_end", "batch_deferred", "wait_begin", "wait_end", "domain_level", "service",
        "counter", "thread_name",
    ]

    /// One kind of failures or three, by the seed.
    private static func failNames(_ seed: UInt64) -> [String] {
        switch seed % 4 {
        case 0: ["alloc_fail"]
        case 1: ["bare_fail"]
        case 2: ["order_fail"]
        default: ["alloc_fail", "bare_fail", "order_fail"]
        }
    }

    private static func schema(_ fails: [String]) -> EventSchema? {
        EventSchema(
            kinds: (StandardSchema.schema.kinds + Self.fails).filter {
                $0.meaning != "alloc_fail" || fails.contains($0.name)
            })
    }

    /// Random events; failures come in runs, as they do.
    private static func script(_ seed: UInt64) throws -> Script {
        var random = SeededGenerator(seed: seed)
        let fails = failNames(seed)
        var script = Script(try #require(schema(fails)))
        let hasRuns = Bool.random(using: &random)
        var timeNs: Int64 = 0
        for _ in 0..<900 {
            let isFailure = Int.random(in: 0..<3, using: &random) > 0
            let choice = isFailure ? fails : names
            let name = choice[Int.random(in: 0..<choice.count, using: &random)]
            if !hasRuns, name == "thread_run" { continue }
            let most = Int64(1) << Int64.random(in: 0..<22, using: &random)
            timeNs += Int64.random(in: 0..<most, using: &random)
            let sequence = UInt64(script.list.events.count + 1)
            let back = UInt64.random(in: 0..<min(sequence, 40), using: &random)
            script.at(
                timeNs, name, domain: .random(in: -1...(seed % 2 == 0 ? 3 : 20), using: &random),
                cpu: .random(in: -1...(seed % 2 == 0 ? 7 : 300), using: &random),
                cause: back == 0 ? 0 : sequence - back, fields(name, &random, script.schema))
        }
        return script
    }

    private static func fields(
        _ name: String, _ random: inout SeededGenerator, _ schema: EventSchema
    ) -> [String: Field] {
        var fields: [String: Field] = [:]
        for column in schema.kind(named: name)?.columns ?? [] {
            switch column.type {
            case .integer, .bits: fields[column.name] = .number(.random(in: -1...5, using: &random))
            case .flag: fields[column.name] = .number(.random(in: 0...1, using: &random))
            case .label(let labels):
                fields[column.name] = .number(.random(in: 0..<Int64(labels.count), using: &random))
            case .text: fields[column.name] = .text("text \(Int.random(in: 0..<5, using: &random))")
            }
        }
        return fields
    }

    private static let reports: [Set<ReportSection>?] = [
        nil, [.failures, .wakeups, .batches], [.failures], [.wakeups], [.batches, .cpu],
        [.relief, .waits], [.counters],
    ]

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func theyGiveWhatSingleEventsGive(seed: UInt64) throws {
        let script = try Self.script(seed)
        let endNs = script.list.events.last?.header.timeNs ?? 0
        for sections in Self.reports {
            for (beginNs, end) in [(nil, nil), (endNs / 3, endNs / 2)] as [(Int64?, Int64?)] {
                let options = AnalysisOptions(
                    beginNs: beginNs, endNs: end, sections: sections)
                let expected = try script.summaryOfWanted(options)
                for length in [1, 7, 5_000] {
                    let found = try script.summary(options, stretch: length)
                    // Not the summaries themselves, which would fill pages.
                    let isSame = found == expected
                    #expect(isSame, "\(String(describing: sections)), \(length)")
                }
            }
        }
    }

    /// Narrow bins, of which only so many places have their own.
    @Test(arguments: [0, 1] as [UInt64])
    func binsAskedForAreTheSame(seed: UInt64) throws {
        let script = try Self.script(seed)
        let options = AnalysisOptions(intervalNs: 20_000, sections: [.failures])
        let expected = try script.summaryOfWanted(options)
        let isSame = try script.summary(options, stretch: 50) == expected
        #expect(isSame)
    }

    @Test func filtersAndChainsHoldForStretches() throws {
        let script = try Self.script(3)
        for options in [
            AnalysisOptions(domains: [0, 2]), AnalysisOptions(threads: [1, 2]),
            AnalysisOptions(kinds: [KindID(rawValue: 900)]), AnalysisOptions(worstChains: 5),
            AnalysisOptions(collectsTimeline: true),
        ] {
            let expected = try script.summaryOfWanted(options)
            let isSame = try script.summary(options, stretch: 300) == expected
            #expect(isSame)
        }
    }
}
