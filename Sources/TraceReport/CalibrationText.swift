import RunStatistics
import TraceDiff

/// How often comparisons alarm by chance, as text.
enum CalibrationText {
    static func render(_ result: CalibrationResult, _ out: inout TextLines) {
        out.heading("Calibration: how often runs alarm that differ by chance alone")
        let designs = [("paired", result.paired), ("unpaired", result.unpaired)]
        var table = TextTable(
            [
                "design", "comparisons", "runs", "pairs that differ", "gate", "[95 %]",
                "no margins",
                "[95 %]", "stated",
            ])
        for (name, counts) in designs { table.row(cells(name, counts, result)) }
        out.lines(table.lines)
        out.line("  paired: the head's inputs, the engine's own draws anew for every run")
        out.line("  unpaired: other seeds, and so other inputs, for every run")
        out.line("  gate: false alarms with the margins of its limits; no margins: were they all 0")
        if !result.paired.counts {
            out.line("  too few pairs differ: the rates of paired runs do not count")
        }
        for (name, counts) in designs where !counts.isWithinStatedRate {
            out.line("  \(name) runs alarm more often than stated")
        }
        naive(designs, &out)
    }

    private static func cells(
        _ name: String, _ counts: Calibration, _ result: CalibrationResult
    ) -> [String] {
        let base = name == "paired" ? result.headRuns : result.baseRuns
        return [
            name, String(counts.comparisons), "\(base)/\(result.headRuns)",
            counts.pairs == 0
                ? "-"
                : ScaledText.percent(
                    Int64(counts.differingPairs) * 1_000_000 / Int64(counts.pairs)),
        ] + rate(counts.gateRate) + rate(counts.rateWithoutMargins) + [
            ScaledText.percent(counts.thresholds.levelPpm)
        ]
    }

    private static func rate(_ rate: BinomialInterval) -> [String] {
        [
            "\(rate.cases) = \(ScaledText.percent(rate.sharePpm))",
            "[\(ScaledText.percent(rate.ppm.lowerBound)), "
                + "\(ScaledText.percent(rate.ppm.upperBound))]",
        ]
    }

    /// What tests would have said that take every event for independent.
    private static func naive(
        _ designs: [(String, Calibration)], _ out: inout TextLines
    ) {
        var table = TextTable(
            [
                "series", "design", "comparisons", "events each", "Kolmogorov-Smirnov",
                "Mann-Whitney",
            ], leftColumns: 2)
        for (design, counts) in designs {
            for series in counts.pooled where series.comparisons > 0 {
                func rate(_ cases: Int) -> String {
                    ScaledText.percent(Int64(cases) * 1_000_000 / Int64(series.comparisons))
                }
                table.row([
                    series.name, design, String(series.comparisons),
                    String(series.samples / UInt64(2 * series.comparisons)),
                    rate(series.kolmogorovSmirnov), rate(series.mannWhitney),
                ])
            }
        }
        guard !table.isEmpty else { return }
        out.line()
        out.line("  for comparison, false alarms at 5 % of tests that take events for independent:")
        out.lines(table.lines)
    }
}
