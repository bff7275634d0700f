import RunStatistics
import TraceAnalysis
import TraceDiff

extension ComparisonHTML {
    static func verdicts(_ report: ComparisonReport, _ out: inout HTMLWriter) {
        let runs = report.runs
        out.heading("Verdicts", id: "verdicts")
        if runs.unpairedBase + runs.unpairedHead > 0 {
            out.note(
                "Left out because without a partner: \(runs.unpairedBase) runs of the base, "
                    + "\(runs.unpairedHead) of the head.")
        }
        ForestPicture.render(runs.limits, &out)
        out.table(
            "Limits \(HTMLText.escaped(runs.thresholds.name)): at most "
                + "\(ScaledText.percent(runs.thresholds.levelPpm)) false alarms for all together; "
                + "p is adjusted for their number",
            [
                "metric, and why it has a limit", "verdict", "base", "head", "change", "interval",
                "margin", "runs", "p",
            ], runs.limits.enumerated().map { row($0, $1) })
    }

    private static func row(_ index: Int, _ judged: JudgedLimit) -> [HTMLValue] {
        let path = "verdicts.limits.\(index)"
        let unit = judged.unit ?? .count
        let answer = judged.answer
        let interval = answer?.interval.map { interval -> HTMLValue in
            let low = HTMLValue.change(interval.lowerBound, unit, path + ".change_low").inline
            let high = HTMLValue.change(interval.upperBound, unit, path + ".change_high").inline
            return .html("\(low) to \(high)")
        }
        let verdict = judged.verdict
        let runs = [
            HTMLValue.count(judged.runs.base, path + ".base_runs").inline,
            HTMLValue.count(judged.runs.head, path + ".head_runs").inline,
        ]
        return [
            .html(
                HTMLText.escaped(judged.limit.name) + "<br><small>"
                    + HTMLText.escaped(judged.limit.why, bytes: HTMLBounds.sentenceBytes)
                    + "</small>"),
            HTMLValue(
                shown: "<b class=\"\(ForestPicture.kind(verdict))\">\(verdict.rawValue)</b><br>"
                    + "<small>\(reason(judged))</small>", isNumber: false, isSentence: true),
            .metric(judged.baseMean, unit, path + ".base_mean"),
            .metric(judged.headMean, unit, path + ".head_mean"),
            .change(answer?.estimate, unit, path + ".change"), interval ?? .html("\u{2013}"),
            .metric(judged.margin, unit, path + ".margin"),
            .html(runs.joined(separator: " / ")),
            .number(answer?.regressionPpm, path + ".regression_ppm", ScaledText.percent),
        ]
    }

    /// What makes a verdict what it is.
    private static func reason(_ judged: JudgedLimit) -> String {
        guard judged.answer != nil else {
            return judged.verdict == .equivalent
                ? "both sides hold the same runs" : "nothing was tested"
        }
        return switch judged.verdict {
        case .regression: "the interval lies beyond the margin, for the worse"
        case .improvement: "the interval lies beyond the margin, for the better"
        case .equivalent: "two one-sided tests put the change within the margin"
        case .inconclusive: "the interval reaches over an end of the margin"
        case .insufficient: "so few runs can give no finding for all limits"
        }
    }
}

/// The limits below one another: best guess and interval of each change, in margins.
///
/// What is for the worse is always on the right.
struct ForestPicture {
    private static let pitch: Int64 = 30

    private let plot: Plot
    /// The most margins drawn to each side, a power of ten; what lies beyond has an arrow.
    private let reach: Int64
    private static let farthest: Int64 = 10_000

    static func render(_ all: [JudgedLimit], _ out: inout HTMLWriter) {
        let limits = all.filter { $0.answer != nil }
        guard !limits.isEmpty else { return }
        let height = Int64(limits.count) * pitch
        let largest = limits.flatMap(thousandths).map(\.magnitude).max() ?? 0
        var reach: Int64 = 10
        while reach < farthest, reach * 1_000 < largest { reach *= 10 }
        let picture = ForestPicture(
            plot: Plot(x: 240, y: 22, width: 520, height: height), reach: reach)
        out.line("<figure><h3>Changes and their intervals, in margins</h3>")
        out.note(
            "Changes inside the band do not count; worse is on the right. The line is what the runs "
                + "do not rule out, the mark the best single guess. Beyond the band the scale is "
                + "logarithmic; what lies further out has an arrow.")
        out.line("<div class=\"scroll\">")
        out.line(
            "<svg class=\"wide\" viewBox=\"0 0 1200 \(picture.plot.bottom + 24)\" role=\"img\" "
                + "aria-label=\"Changes in margins; the numbers are in the table below\">")
        out.line(picture.background)
        for (index, judged) in limits.enumerated() { out.line(picture.row(index, judged)) }
        out.line(picture.plot.frame + "</svg></div></figure>")
    }

    /// The class that colors a verdict.
    static func kind(_ verdict: Verdict) -> String {
        switch verdict {
        case .regression: "worse"
        case .improvement: "better"
        case .equivalent, .inconclusive, .insufficient: "even"
        }
    }

    /// The place of so many thousandths of a margin: even up to one margin, then logarithmic.
    private func x(_ thousandths: Int64) -> String {
        let size = Int64(clamping: min(thousandths.magnitude, UInt64(reach) * 1_000))
        let half = plot.width / 2
        let band = half / 4
        let offset =
            size <= 1_000
            ? Plot.tenths(band, size, of: 1_000)
            : band * 10
                + Plot.tenths(
                    half - band, LogScale.log2(size) - LogScale.log2(1_000),
                    of: LogScale.log2(reach * 1_000) - LogScale.log2(1_000))
        return Plot.tenths((plot.x + half) * 10 + (thousandths < 0 ? -offset : offset))
    }

    private var background: String {
        let band = plot.width / 8
        var result =
            "<rect class=\"lane\" x=\"\(plot.x + plot.width / 2 - band)\" y=\"\(plot.y)\" "
            + "width=\"\(2 * band)\" height=\"\(plot.height)\"/>"
            + plot.upright(x(0), "0")
        for margins in Ticks.decades(1, reach) {
            result += plot.upright(x(margins * 1_000), "+\(margins)")
            result += plot.upright(x(-margins * 1_000), "\u{2212}\(margins)")
        }
        return result
            + "<text x=\"\(plot.x)\" y=\"14\">\u{2190} better</text>"
            + "<text x=\"\(plot.right)\" y=\"14\" text-anchor=\"end\">worse \u{2192}</text>"
    }

    /// A change in thousandths of the margin, upwards for the worse; beyond every picture where the
    /// margin is nothing.
    private static func thousandths(_ change: Int64, _ judged: JudgedLimit) -> Int64 {
        let worse = judged.limit.better == .higherIsBetter ? -Int128(change) : Int128(change)
        let margin = Int128(judged.margin ?? 0)
        guard margin > 0 else { return Int64(worse.signum()) * 2_000 * farthest }
        return Int64(clamping: worse * 1_000 / margin)
    }

    /// All that is drawn of a limit.
    private static func thousandths(_ judged: JudgedLimit) -> [Int64] {
        guard let answer = judged.answer else { return [] }
        let ends = answer.interval.map { [$0.lowerBound, $0.upperBound] } ?? []
        return (ends + [answer.estimate]).map { thousandths($0, judged) }
    }

    private func row(_ index: Int, _ judged: JudgedLimit) -> String {
        guard let answer = judged.answer else { return "" }
        let y = plot.y + Int64(index) * Self.pitch + Self.pitch / 2
        let unit = judged.unit ?? .count
        let kind = Self.kind(judged.verdict)
        var numbers = HTMLText.change(answer.estimate, unit)
        var result =
            "<text class=\"strong\" x=\"\(plot.x - 10)\" y=\"\(y)\" dy=\".35em\" "
            + "text-anchor=\"end\">\(HTMLText.escaped(judged.limit.name, bytes: 40))</text>"
        if let interval = answer.interval {
            let ends = [interval.lowerBound, interval.upperBound].map {
                Self.thousandths($0, judged)
            }
            result += line(ends.min() ?? 0, ends.max() ?? 0, y, kind)
            numbers +=
                " (\(HTMLText.change(interval.lowerBound, unit)) to "
                + "\(HTMLText.change(interval.upperBound, unit)))"
        }
        result += mark(Self.thousandths(answer.estimate, judged), y, judged.verdict)
        return result
            + "<text x=\"\(plot.right + 12)\" y=\"\(y)\" dy=\".35em\">\(numbers): "
            + "<tspan class=\"\(kind)\">\(judged.verdict.rawValue)</tspan></text>"
    }

    private func line(_ low: Int64, _ high: Int64, _ y: Int64, _ kind: String) -> String {
        let most = reach * 1_000
        var path = "M\(x(low)) \(y)H\(x(high))"
        if low < -most { path += "M\(plot.x + 7) \(y - 5)L\(plot.x) \(y)l7 5" }
        if high > most { path += "M\(plot.right - 7) \(y - 5)L\(plot.right) \(y)l-7 5" }
        for end in [low, high] where end.magnitude < most { path += "M\(x(end)) \(y - 5)v10" }
        return "<path class=\"curve line-\(kind)\" d=\"\(path)\"/>"
    }

    /// A square for a regression, a diamond for an improvement, else a circle, hollow where nothing
    /// is known.
    private func mark(_ thousandths: Int64, _ y: Int64, _ verdict: Verdict) -> String {
        let place = x(thousandths)
        switch verdict {
        case .regression: return "<path class=\"worse\" d=\"M\(place) \(y)m-6 -6h12v12h-12z\"/>"
        case .improvement:
            return "<path class=\"better\" d=\"M\(place) \(y - 8)l8 8l-8 8l-8 -8z\"/>"
        case .equivalent: return "<circle class=\"even\" cx=\"\(place)\" cy=\"\(y)\" r=\"6\"/>"
        case .inconclusive, .insufficient:
            return "<circle class=\"open\" cx=\"\(place)\" cy=\"\(y)\" r=\"6\"/>"
        }
    }
}
