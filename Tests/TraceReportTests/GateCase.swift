import AnalysisTestSupport
import TraceAnalysis
import TraceCore
import TraceDiff
import TraceReport
import TraceSummaries

/// Sides of eight runs each, with a limit for each of some metrics.
enum GateCase {
    /// Which way the head's runs go.
    enum Change: Int64 {
        case worse = 50
        case better = -50
        case none = 0
    }

    /// - Parameters:
    ///   - changes: A limit for each; what the head's runs have more than the base's.
    ///   - isNoisy: Whether the changes have both signs, so that nothing can be said.
    static func report(
        _ changes: [Change], names: (Int) -> String = { "m\($0)" },
        why: String = "it costs", better: MetricDirection = .lowerIsBetter, isNoisy: Bool = false,
        settings: [(String, String)] = [],
        labels: (String, String) = ("base", "head")
    ) throws -> ComparisonReport {
        func side(_ isHead: Bool) throws -> ComparedTrace {
            var side = ComparedTrace(
                label: isHead ? labels.1 : labels.0,
                parameters: ParameterList(isHead ? settings : []),
                summary: try SmallTrace.script(batchNs: isHead ? 60_000 : 40_000).summary())
            side.runs = (0..<8 as Range<Int64>).map { run in
                RunFacts(
                    label: "run \(run)", parameters: ParameterList(),
                    identities: TraceIdentities(
                        input: "i\(run)", content: "\(isHead ? "h" : "b")\(run)"),
                    window: SummaryWindow(beginNs: 0, endNs: 1),
                    metrics: changes.enumerated().map { index, change in
                        let sign: Int64 = isNoisy && run % 2 == 1 ? -1 : 1
                        let more = isHead ? sign * change.rawValue * (1 + run % 3) : 0
                        return Metric(
                            names(index), .nanoseconds, .lowerIsBetter, 100 + 10 * run + more)
                    })
            }
            return side
        }
        let limits = changes.indices.map { index in
            GateLimit(
                metric: names(index), relativePpm: 10_000, absolute: 1, better: better,
                why: why)
        }
        return ComparisonReport(
            Comparison(try side(false), try side(true)),
            GateThresholds(name: "case", levelPpm: isNoisy ? 50_000 : 500_000, limits: limits),
            isGate: true)
    }
}
