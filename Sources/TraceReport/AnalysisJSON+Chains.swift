import TraceAnalysis

// From failures to relief.
extension AnalysisJSON {
    static func chains(_ chains: ChainSummary?, _ json: inout JSONWriter) {
        guard let chains else {
            json.member("chains", String?.none)
            return
        }
        json.member("chains") { json in
            json.member("count", chains.count)
            json.member("recorded", chains.recorded)
            json.member("knows_relief", chains.knowsRelief)
            json.member("untracked", chains.untracked)
            json.member("worst", each: chains.worst) { json, chain in
                json.object { json in
                    json.member("trace", chain.trace.isEmpty ? nil : chain.trace)
                    json.member("domain", Int64(chain.domain))
                    json.member("thread", chain.thread)
                    json.member("failure", chain.failureSequence)
                    json.member("failures", chain.failures)
                    json.member("failure_ns", chain.failureNs)
                    json.member("wake_ns", chain.wakeNs)
                    json.member("wake_link", chain.wakeLink.rawValue)
                    json.member("run_ns", chain.runNs)
                    json.member("run_link", chain.runLink?.rawValue)
                    json.member("batch_begin_ns", chain.batchBeginNs)
                    json.member("batch_link", chain.batchLink?.rawValue)
                    json.member("batch_end_ns", chain.batchEndNs)
                    json.member("relief_ns", chain.reliefNs)
                    json.member("length_ns", chain.lengthNs)
                }
            }
        }
    }
}
