import Histograms
import TraceAnalysis

extension AnalysisJSON {
    private static let options = ["any", "no_reservations", "no_superpages", "unknown"]

    private static func passes(_ ns: [Int64], _ json: inout JSONWriter) {
        json.member("pass_ns") { json in
            for (option, ns) in zip(options, ns) { json.member(option, ns) }
        }
    }

    static func cpu(_ summary: TraceSummary, _ json: inout JSONWriter) {
        let cpu = summary.cpu
        json.member("cpu") { json in
            json.member("reclaim_ns", cpu.reclaimNs)
            json.member("core_share_ppm", summary.coreSharePpm)
            json.member("open_at_end_ns", cpu.openAtEndNs)
            json.member("spin_ns", cpu.spinNs)
            json.member("direct_ns", cpu.directNs)
            passes(cpu.passNs, &json)
            known("gained_blocks", summary.batches.total(.gainedBlocks, mode: .daemon), &json)
            known("nominal", summary.batches.total(.nominal, mode: .daemon), &json)
            known("phantom", summary.batches.total(.phantom, mode: .daemon), &json)
            shares(
                summary.batches.total(.gainedBlocks, mode: .daemon),
                summary.batches.total(.phantom, mode: .daemon),
                of: summary.batches.total(.nominal, mode: .daemon), &json)
            json.member("ns_per_gained_block", summary.nsPerGainedBlock)
            json.member("stalls") { stalls(cpu.allStalls, summary.window, &$0) }
            json.member("stalls_by_routine", each: cpu.stalls) { json, row in
                json.object { json in
                    json.member("routine", row.routine)
                    stalls(row, summary.window, &json)
                }
            }
            json.member("missed_stretches", cpu.missedStretches)
            json.member("batches_without_cpu", cpu.batchesWithoutCPU)
            json.member("untracked", cpu.untracked)
            json.member("domains", each: cpu.domains) { json, row in
                json.object { json in
                    json.member("domain", row.domain)
                    json.member("reclaim_ns", row.reclaimNs)
                    json.member("direct_ns", row.directNs)
                }
            }
            json.member("threads", each: cpu.threads, thread)
        }
    }

    private static func stalls(
        _ stalls: StallGroup, _ window: SummaryWindow, _ json: inout JSONWriter
    ) {
        json.member("count", stalls.count)
        json.member("time_ns", stalls.timeNs)
        json.member("share_ppm", stalls.timeNs.scaled(by: 1_000_000, over: window.lengthNs))
        known("on_cpu_ns", stalls.onCPUNs, &json)
        known("blocked_ns", stalls.blockedNs, &json)
    }

    private static func thread(_ json: inout JSONWriter, _ row: ThreadCPU) {
        json.object { json in
            json.member("thread", row.thread)
            json.member("domain", row.domain)
            json.member("reclaim", row.isReclaim)
            json.member("evidence", row.evidence.name == "-" ? nil : row.evidence.name)
            json.member("cpu_ns", row.cpuNs)
            json.member("open_at_end_ns", row.openAtEndNs)
            json.member("batch_ns", row.batchNs)
            json.member("direct_ns", row.directNs)
            json.member("open_pass_ns", row.openPassNs)
            json.member("batches_without_cpu", row.batchesWithoutCPU)
            passes(row.passNs, &json)
            known("visits", row.visits, &json)
            json.member("spins", row.spins.count)
            json.member("spin_ns", row.spins.timeNs)
            known("spin_iterations", row.spinIterations, &json)
            known("spin_deficit_pages", row.spinDeficitPages, &json)
            json.member("cut_stretches", row.cutStretches.count)
            json.member("cut_stretches_ns", row.cutStretches.timeNs)
            json.member("missed_stretches", row.missedStretches)
            series("stretches", row.stretches, &json)
        }
    }

    private static func counts(
        _ counts: WakeupCounts, _ evidence: RunEvidence, _ json: inout JSONWriter
    ) {
        json.member("sent", counts.sent)
        json.member("woke", counts.woke)
        json.member("no_sleeper", counts.noSleeper)
        json.member("lost", counts.lost)
        json.member("suppressed", counts.suppressed)
        json.member("unknown_effect", counts.unknownEffect)
        json.member("woke_again", counts.wokeAgain)
        json.member("runs", counts.runs)
        json.member("runs_without_wakeup", counts.runsWithoutWakeup)
        json.member("missed_runs", counts.missedRuns)
        json.member("pending_at_end", counts.pendingAtEnd)
        json.member("sleeps", counts.sleeps)
        let isKnown = evidence == .runs
        json.member("worked", isKnown ? Int64(clamping: counts.worked) : nil)
        json.member("spurious", isKnown ? Int64(clamping: counts.spurious) : nil)
    }

    private static func answers(_ answers: FailureAnswers, _ json: inout JSONWriter) {
        series("first_failure", answers.firstFailure, &json)
        series("every_failure", answers.everyFailure, &json)
        series("named_cause", answers.namedCause, &json)
        json.member("unanswered", answers.unanswered)
        json.member("untracked", answers.untracked)
    }

    static func wakeups(_ wakeups: WakeupSummary, _ json: inout JSONWriter) {
        json.member("wakeups") { json in
            counts(wakeups.counts, wakeups.runEvidence, &json)
            json.member("untracked", wakeups.untracked)
            json.member("run_evidence", wakeups.runEvidence.rawValue)
            series("latency", wakeups.latency, &json)
            json.member("threads", each: wakeups.threads) { json, row in
                json.object { json in
                    json.member("thread", row.thread)
                    json.member("domain", row.domain)
                    counts(row.counts, wakeups.runEvidence, &json)
                    series("latency", row.latency, &json)
                }
            }
            json.member("failure_to_wakeup") { answers(wakeups.answers, &$0) }
            json.member("failure_to_wakeup_by_domain", each: wakeups.answersByDomain) {
                json, row in
                json.object { json in
                    json.member("domain", row.domain)
                    answers(row, &json)
                }
            }
        }
    }

    static func waits(_ waits: WaitSummary, _ json: inout JSONWriter) {
        json.member("waits") { json in
            group(waits.total, &json)
            json.member("by_waker", each: waits.byWaker, numbered)
            json.member("skips", waits.skips)
            json.member("untracked", waits.untracked)
            json.member("by_reason", each: waits.byReason) { json, row in
                json.object { json in
                    json.member("reason", row.reason)
                    group(row, &json)
                }
            }
            json.member("by_domain", each: waits.byDomain) { share("domain", $1, &$0) }
            json.member("by_thread", each: waits.byThread) { share("thread", $1, &$0) }
        }
    }

    private static func group(_ group: WaitGroup, _ json: inout JSONWriter) {
        json.member("ended", group.ended)
        json.member("open_at_end", group.openAtEnd)
        json.member("open_at_begin", group.openAtBegin)
        json.member("ends_without_begin", group.endsWithoutBegin)
        json.member("begins_without_end", group.beginsWithoutEnd)
        json.member("time_ns", group.timeNs)
        known("on_cpu_ns", group.onCPUNs, &json)
        known("blocked_ns", group.blockedNs, &json)
        series("duration", group.duration, &json)
    }

    private static func share(_ key: String, _ share: WaitShare, _ json: inout JSONWriter) {
        json.object { json in
            json.member(key, share.number)
            json.member("count", share.count)
            json.member("time_ns", share.timeNs)
            json.member("skips", share.skips)
        }
    }
}
