import RunStatistics
import TraceDiff

/// How often comparisons alarm by chance, as JSON.
enum CalibrationJSON {
    static func member(_ result: CalibrationResult, _ json: inout JSONWriter) {
        json.member("calibration") { json in
            json.member("base_runs", UInt64(result.baseRuns))
            json.member("head_runs", UInt64(result.headRuns))
            json.member("paired") { design(result.paired, &$0) }
            json.member("unpaired") { design(result.unpaired, &$0) }
        }
    }

    private static func design(_ counts: Calibration, _ json: inout JSONWriter) {
        json.member("comparisons", UInt64(counts.comparisons))
        json.member("stated_ppm", counts.thresholds.levelPpm)
        json.member("pairs", UInt64(counts.pairs))
        json.member("differing_pairs", UInt64(counts.differingPairs))
        json.member("counts", counts.counts)
        json.member("within_stated_rate", counts.isWithinStatedRate)
        json.member("without_verdict", UInt64(counts.withoutVerdict))
        json.member("gate") { rate(counts.gateRate, &$0) }
        json.member("without_margins") { rate(counts.rateWithoutMargins, &$0) }
        let values = Array(zip(counts.thresholds.limits, counts.differingValues))
        json.member("differing_values", each: values) { json, entry in
            json.object { json in
                json.member("metric", entry.0.metric)
                json.member("domain", entry.0.domain.map(Int64.init))
                json.member("pairs", UInt64(entry.1))
            }
        }
        json.member("pooled_events", each: counts.pooled) { json, series in
            json.object { json in
                json.member("series", series.name)
                json.member("comparisons", UInt64(series.comparisons))
                json.member("samples", series.samples)
                json.member("kolmogorov_smirnov", UInt64(series.kolmogorovSmirnov))
                json.member("mann_whitney", UInt64(series.mannWhitney))
            }
        }
    }

    private static func rate(_ rate: BinomialInterval, _ json: inout JSONWriter) {
        json.member("false_alarms", UInt64(rate.cases))
        json.member("rate_ppm", rate.sharePpm)
        json.member("low_ppm", rate.ppm.lowerBound)
        json.member("high_ppm", rate.ppm.upperBound)
    }
}
