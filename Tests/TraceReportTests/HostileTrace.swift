import AnalysisTestSupport
import TraceAnalysis
import TraceCore

/// A trace that is as large for a page as one can be: 64 domains that do everything, thousands of
/// threads and routines, names of 64 KiB, times up to 95 years.
enum HostileTrace {
    private static let long = (0..<8).map { number in
        String(repeating: ["&", "<", "\"'|", "y"][number % 4], count: 60_000 + number)
    }

    private static func name(_ number: Int) -> Field {
        .text(number % 97 == 0 ? long[number / 97 % long.count] : "&<name \(number)>|\"'")
    }

    /// Made once: it takes long.
    private static let made = Result { try make() }

    static func summary() throws -> TraceSummary { try made.get() }

    private static func make() throws -> TraceSummary {
        var random = SeededGenerator(seed: 7)
        var script = Script()
        for thread in 0..<8_000 {
            script.at(
                0, "thread_name",
                [
                    "thread": .number(Int64(thread)), "name": name(thread),
                    "role": thread % 3 == 0 ? "reclaim" : "requester",
                ])
        }
        var now: Int64 = 0
        for round in 0..<20_000 {
            now += Int64.random(in: 1...60_000_000_000_000, using: &random)
            add(&script, round, now)
        }
        return try script.summary(AnalysisOptions(worstChains: 200, collectsTimeline: true))
    }

    private static func add(_ script: inout Script, _ round: Int, _ now: Int64) {
        let domain = Int32(round / 9 % 64)
        let thread = Field.number(Int64(round % 8_000))
        func at(_ kind: String, _ fields: [String: Field]) {
            script.at(now, kind, domain: domain, cpu: Int32(round % 512), fields)
        }
        switch round % 9 {
        case 0: at("alloc_fail", ["requester": name(round), "gfp": name(round / 5)])
        case 1: at("wake_send", ["target": .number(Int64((round + 1) % 8_000))])
        case 2: at("thread_run", ["thread": thread])
        case 3:
            let mode: Field = round % 2 == 0 ? "direct" : "daemon"
            at("batch_begin", ["thread": thread, "routine": name(round % 900), "mode": mode])
            script.at(
                now + 1 << Int64(round % 44), "batch_end", domain: domain,
                [
                    "thread": thread, "routine": name(round % 900), "mode": mode,
                    "result": name(round % 4_000),
                ])
        case 4:
            at("wait_begin", ["thread": thread, "reason": name(round % 1_900)])
            script.at(now + 1 << Int64(round % 41), "wait_end", domain: domain, ["thread": thread])
        case 5: at("spin_end", ["thread": thread, "cpu_ns": .number(Int64(round) << 20)])
        case 6: at("on_cpu", ["thread": thread, "ns": .number(Int64(round) << 24)])
        case 7:
            at(
                "sample",
                [
                    "free_pages": .number(Int64(round) << 40), "blocks_0": .number(now),
                    "fallback_pages": .number(now),
                ])
        default: at("counter", ["name": name(round), "value": .number(now)])
        }
    }
}
