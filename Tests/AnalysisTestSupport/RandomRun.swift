public import TraceAnalysis
import TraceCore

/// Runs of random events: every kind of the standard schema, any labels, few threads and names, so
/// that tables of different runs have rows in common.
public enum RandomRun {
    private static let names = ["kswapd0", "kcompactd0", "reclaim_0", "worker", "", "fs \u{1F9EA}"]

    /// The events of a seed.
    public static func script(seed: UInt64, events: Int) -> Script {
        var random = SeededGenerator(seed: seed)
        var script = Script()
        var timeNs: Int64 = 0
        for thread in 0..<6 where random.next() % 4 != 0 {
            script.at(
                0, "thread_name",
                [
                    "thread": .number(Int64(100 + thread)), "name": .text(pick(names, &random)),
                    "role": .text(pick(["reclaim", "worker", "requester", "other"], &random)),
                ])
        }
        for _ in 0..<events {
            timeNs += Int64(random.next() % 3 == 0 ? 0 : random.next() % 2_000_000)
            let kind = pick(script.schema.kinds, &random)
            var fields: [String: Field] = [:]
            for column in kind.columns { fields[column.name] = field(column, &random) }
            script.at(
                timeNs, kind.name, domain: Int32(random.next() % 4) - 1,
                cpu: Int32(random.next() % 3),
                cause: random.next() % 2 == 0
                    ? 0 : random.next() % UInt64(script.list.events.count + 1),
                fields)
        }
        return script
    }

    /// The summary of a seed's events.
    public static func summary(
        seed: UInt64, events: Int, _ options: AnalysisOptions = AnalysisOptions(worstChains: 5)
    ) throws -> TraceSummary {
        try script(seed: seed, events: events).summary(options)
    }

    private static func pick<Value>(_ values: [Value], _ random: inout SeededGenerator) -> Value {
        values[Int(random.next() % UInt64(values.count))]
    }

    private static func field(_ column: Column, _ random: inout SeededGenerator) -> Field {
        switch column.type {
        case .flag: return .number(Int64(random.next() % 2))
        case .label(let labels): return .text(pick(labels, &random))
        case .text: return .text(pick(names, &random))
        case .bits: return .number(Int64(random.next() % 16))
        case .integer:
            if column.unit == .identifier { return .number(Int64(99 + random.next() % 8)) }
            if column.unit == .order { return .number(Int64(random.next() % 4) - 1) }
            let scale = [1, 10, 1_000, 5_000_000][Int(random.next() % 4)]
            return .number(Int64(random.next() % UInt64(scale + 1)) - 1)
        }
    }
}
