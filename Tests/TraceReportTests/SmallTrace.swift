import AnalysisTestSupport
import TraceAnalysis
import TraceCore
import TraceDiff
import TraceReport
import TraceSummaries

/// A small engine trace of two domains that has something to say in every section.
enum SmallTrace {
    static func script(rounds: Int64 = 24, batchNs: Int64 = 40_000) -> Script {
        var script = Script()
        for domain in 0..<2 as Range<Int32> {
            script.at(
                0, "thread_name", domain: domain,
                [
                    "thread": .number(100 + Int64(domain)), "name": .text("reclaim \(domain)"),
                    "role": "reclaim",
                ])
        }
        addCounters(&script, 0, fails: 0, wakeups: 0)
        for round in 0..<rounds {
            addRound(&script, round, domain: Int32(round % 2), batchNs: batchNs)
        }
        let endNs = rounds * 1_000_000
        script.at(endNs, "spin_begin", domain: 0, ["thread": 100])
        script.at(
            endNs + 5_000, "spin_end", domain: 0,
            [
                "thread": 100, "iterations": 8, "cpu_ns": 5_000, "deficit": 8,
            ])
        script.at(endNs + 6_000, "set", domain: -1, ["name": "policy.max_reclaim", "value": 64])
        script.at(endNs + 7_000, "counter", domain: -1, ["name": "pgscan", "value": 17])
        // One failure counted once and not twice, as under bucketdisable.
        let failures = script.list.events.reduce(0) { $0 + ($1.header.kind == .allocFail ? 1 : 0) }
        script.at(endNs + 8_000, "domain_level", domain: 0, ["level": "min", "on": 1])
        addCounters(
            &script, endNs + 9_000, fails: Int64(2 * failures - 1), wakeups: rounds / 2 + 1)
        return script
    }

    private static func addCounters(
        _ script: inout Script, _ timeNs: Int64, fails: Int64, wakeups: Int64
    ) {
        let rows: [(String, Int32, Int64)] = [
            ("vm.uma.ktls_buffers.stats.fails", -1, fails),
            ("vm.phys_free.0.pool0.order9", 0, 0),
            ("kern.ipc.tls.domain0.wakeups", 0, wakeups),
            ("kern.ipc.tls.domain1.wakeups", 1, max(wakeups - 1, 0)),
        ]
        for (name, domain, value) in rows {
            script.at(
                timeNs, "counter", domain: domain,
                ["name": .text(name), "value": .number(value)])
        }
    }

    private static func addRound(
        _ script: inout Script, _ round: Int64, domain: Int32, batchNs: Int64
    ) {
        let thread = Field.number(100 + Int64(domain))
        let start = round * 1_000_000
        let requester: Field = round % 3 == 0 ? "accept" : "tls"
        let failure = script.at(
            start, "alloc_fail", domain: domain, cpu: Int32(round % 4),
            [
                "order": 2, "bytes": 16_384, "requester": requester, "gfp": "NOWAIT",
                "largest_order": .number(round % 2),
            ])
        script.at(
            start + 10, "wake_send", domain: domain, cause: failure,
            [
                "target": thread, "effect": "woke",
            ])
        let runNs = start + 10 + 1_000 * (1 + round)
        script.at(runNs, "thread_run", domain: domain, ["thread": thread])
        script.at(
            runNs + 100, "batch_begin", domain: domain,
            [
                "thread": thread, "mode": "daemon", "routine": "reclaim_contig", "desired": 1_024,
            ])
        script.at(
            runNs + 100 + batchNs, "batch_pass", domain: domain,
            [
                "thread": thread, "option": "no_reservations", "ns": .number(batchNs),
                "visits": 500,
            ])
        script.at(
            runNs + 200 + batchNs, "batch_end", domain: domain,
            [
                "thread": thread, "mode": "daemon", "routine": "reclaim_contig", "result": "ok",
                "passes": 1, "tried": 20, "ok": 18, "failed_busy": 1, "failed_invalid": 1,
                "failed_no_memory": 0, "moved": 40, "gained_blocks": 16, "phantom": 2,
                "nominal": 1_024, "cpu_ns": .number(batchNs + 100),
            ])
        if round % 4 == 1 {
            script.at(
                runNs + 300 + batchNs, "alloc_fail", domain: domain, cpu: 7,
                [
                    "order": 3, "requester": "tls", "gfp": "KERNEL", "largest_order": 2,
                ])
            script.at(
                runNs + 300 + batchNs, "wake_send", domain: domain,
                [
                    "target": thread, "effect": "suppressed",
                ])
        }
        if round % 8 > 5 {
            script.at(
                runNs + 60_300, "wait_begin", domain: domain,
                [
                    "thread": thread, "free_pages": 90, "free_min": 100, "reason": "vm_wait",
                ])
            script.at(runNs + 90_300, "wait_end", domain: domain, ["thread": thread])
            addState(&script, runNs + 90_400, round, domain: domain)
        }
        script.at(runNs + 95_000, "thread_sleep", domain: domain, ["thread": thread])
    }

    private static func addState(
        _ script: inout Script, _ timeNs: Int64, _ round: Int64, domain: Int32
    ) {
        var fields: [String: Field] = [
            "free_pages": .number(5_000 - round * 10), "fallback_pages": .number(round * 4),
            "zone_items": 64, "in_use": 60, "deficit": 0, "wakeups": .number(round),
            "reclaims": .number(round * 1_024),
        ]
        for order in 0...12 { fields["blocks_\(order)"] = .number(order < 3 ? 1_000 - round : 0) }
        script.at(timeNs, "sample", domain: domain, fields)
        for cpu in 0..<2 as Range<Int32> {
            script.at(
                timeNs, "service", domain: domain, cpu: cpu,
                [
                    "requests": .number(1_000 * round), "hits_cpu": .number(600 * round),
                    "hits_list": .number(100 * round), "imports": .number(50 * round),
                    "failed": .number(round), "limited": .number(9 * round),
                    "fallback": .number(10 * round), "small": .number(100 * round),
                    "anonymous": .number(130 * round),
                ])
        }
    }

    static let parameters = ParameterList([
        ("source", "engine"), ("model.costs", "estimated"), ("policy.name", "reclaim-batch"),
        ("policy.max_reclaim", "1024"), ("scenario.seed", "7"), ("scenario.preset", "tiny"),
    ])

    static func report() throws -> AnalysisReport {
        AnalysisReport(
            label: "small.ktrace", parameters: parameters,
            identities: TraceIdentities(input: "aa11", outcome: "bb22", content: "cc33"),
            summary: try script().summary())
    }

    static func comparison() throws -> Comparison {
        let left = ComparedTrace(
            label: "left.ktrace", parameters: parameters,
            identities: TraceIdentities(input: "aa11", outcome: "bb22", content: "cc33"),
            summary: try script().summary())
        var other = parameters
        other["policy.name"] = "reclaim-adaptive"
        other["policy.lab"] = "1"
        other["policy.max_reclaim"] = nil
        let right = ComparedTrace(
            label: "right.ktrace", parameters: other,
            identities: TraceIdentities(input: "aa11", outcome: "dd44", content: "ee55"),
            completeness: .incomplete(reason: "no footer, 12 bytes ignored"),
            summary: try script(rounds: 20, batchNs: 25_000).summary())
        return Comparison(left, right)
    }
}
