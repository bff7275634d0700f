import RunStatistics
import TraceAnalysis
import TraceDiff

/// What judged runs say, as JSON.
enum GateJSON {
    static func member(_ runs: RunComparison, _ json: inout JSONWriter) {
        json.member("verdicts") { json in
            switch runs.kind {
            case .identical: kind("identical", nil, &json)
            case .paired(let pairs): kind("paired", pairs, &json)
            case .unpaired: kind("unpaired", nil, &json)
            case .descriptive: kind("descriptive", nil, &json)
            }
            json.member("pairs_needed", UInt64(runs.pairsNeeded))
            json.member("left_out_base", UInt64(runs.unpairedBase))
            json.member("left_out_head", UInt64(runs.unpairedHead))
            json.member("thresholds", runs.thresholds.name)
            json.member("false_alarms_ppm", runs.thresholds.levelPpm)
            json.member("outcome", runs.outcome.rawValue)
            json.member("limits", each: runs.limits, limit)
        }
    }

    private static func kind(_ name: String, _ pairs: Int?, _ json: inout JSONWriter) {
        json.member("kind", name)
        json.member("pairs", pairs.map(Int64.init))
    }

    private static func limit(_ json: inout JSONWriter, _ judged: JudgedLimit) {
        json.object { json in
            json.member("metric", judged.limit.metric)
            json.member("domain", judged.limit.domain.map(Int64.init))
            json.member("unit", judged.unit?.rawValue)
            json.member("better", judged.limit.better.rawValue)
            json.member("relative_ppm", judged.limit.relativePpm)
            json.member("absolute", judged.limit.absolute)
            json.member("why", judged.limit.why)
            json.member("verdict", judged.verdict.rawValue)
            json.member("base_mean", judged.baseMean)
            json.member("head_mean", judged.headMean)
            json.member("base_runs", UInt64(judged.runs.base))
            json.member("head_runs", UInt64(judged.runs.head))
            json.member("margin", judged.margin)
            json.member("change", judged.answer?.estimate)
            json.member("change_low", judged.answer?.interval?.lowerBound)
            json.member("change_high", judged.answer?.interval?.upperBound)
            json.member("level_ppm", judged.answer?.levelPpm)
            json.member("regression_ppm", judged.answer?.regressionPpm)
        }
    }
}
