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
                "metric", "verdict", "base", "head", "change", "interval", "margin", "runs", "p",
                "why there is a limit",
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
            .text(judged.limit.name),
            .html("<b class=\"\(ForestPicture.kind(verdict))\">\(verdict.rawValue)</b>"),
            .metric(judged.baseMean, unit, path + ".base_mean"),
            .metric(judged.headMean, unit, path + ".head_mean"),
            .change(answer?.estimate, unit, path + ".change"), interval ?? .html("\u{2013}"),
            .metric(judged.margin, unit, path + ".margin"),
            .html(runs.joined(separator: " / ")),
            .number(answer?.regressionPpm, path + ".regression_ppm", ScaledText.percent),
            .sentence(judged.limit.why),
        ]
    }
}

/// The limits below one another: best guess and interval of each change, in margins.
///
/// What is for the worse is always on the right.
struct ForestPicture {
    /// What is drawn to each side, in thousandths of a margin; what lies beyond has an arrow.
    private static let reach: Int64 = 4_000
    private static let pitch: Int64 = 30

    private let plot: Plot
    private let limits: [JudgedLimit]

    static func render(_ all: [JudgedLimit], _ out: inout HTMLWriter) {
        let limits = all.filter { $0.answer != nil }
        guard !limits.isEmpty else { return }
        let height = Int64(limits.count) * pitch
        let picture = ForestPicture(
            plot: Plot(x: 240, y: 22, width: 520, height: height), limits: limits)
        out.line("<figure><h3>Changes and their intervals, in margins</h3>")
        out.note(
            "Changes inside the band do not count; worse is on the right. The line is what the runs "
                + "do not rule out, the mark the best single guess; what lies further out than "
                + "4 margins ends in an arrow.")
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

    private func x(_ margins: Int64) -> String { plot.abscissa(margins, -Self.reach, Self.reach) }

    private var background: String {
        let (left, right) = (
            Plot.tenths(plot.width, Self.reach - 1_000, of: 2 * Self.reach),
            Plot.tenths(plot.width, Self.reach + 1_000, of: 2 * Self.reach)
        )
        var result =
            "<rect class=\"lane\" x=\"\(Plot.tenths(left + plot.x * 10))\" y=\"\(plot.y)\" "
            + "width=\"\(Plot.tenths(right - left))\" height=\"\(plot.height)\"/>"
        for margin: Int64 in -4...4 {
            let label = margin > 0 ? "+\(margin)" : "\(margin)"
            result += plot.upright(x(margin * 1_000), label)
        }
        return result
            + "<text x=\"\(plot.x)\" y=\"14\">\u{2190} better</text>"
            + "<text x=\"\(plot.right)\" y=\"14\" text-anchor=\"end\">worse \u{2192}</text>"
    }

    /// A change in thousandths of the margin, upwards for the worse; beyond the picture where the
    /// margin is nothing.
    private func margins(_ change: Int64, _ judged: JudgedLimit) -> Int64 {
        let worse = judged.limit.better == .higherIsBetter ? -Int128(change) : Int128(change)
        let margin = Int128(judged.margin ?? 0)
        guard margin > 0 else { return Int64(worse.signum()) * 2 * Self.reach }
        return Int64(clamping: worse * 1_000 / margin)
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
            let ends = [interval.lowerBound, interval.upperBound].map { margins($0, judged) }
            result += line(ends.min() ?? 0, ends.max() ?? 0, y, kind)
            numbers +=
                " (\(HTMLText.change(interval.lowerBound, unit)) to "
                + "\(HTMLText.change(interval.upperBound, unit)))"
        }
        result += mark(margins(answer.estimate, judged), y, judged.verdict)
        return result
            + "<text x=\"\(plot.right + 12)\" y=\"\(y)\" dy=\".35em\">\(numbers): "
            + "<tspan class=\"\(kind)\">\(judged.verdict.rawValue)</tspan></text>"
    }

    private func line(_ low: Int64, _ high: Int64, _ y: Int64, _ kind: String) -> String {
        let reach = Self.reach
        let ends = [low, high].map { max(-reach, min(reach, $0)) }
        var path = "M\(x(ends[0])) \(y)H\(x(ends[1]))"
        if low < -reach { path += "M\(plot.x + 7) \(y - 5)L\(plot.x) \(y)l7 5" }
        if high > reach { path += "M\(plot.right - 7) \(y - 5)L\(plot.right) \(y)l-7 5" }
        for end in ends where end.magnitude < reach { path += "M\(x(end)) \(y - 5)v10" }
        return "<path class=\"curve line-\(kind)\" d=\"\(path)\"/>"
    }

    /// A square for a regression, a diamond for an improvement, else a circle, hollow where nothing
    /// is known.
    private func mark(_ margins: Int64, _ y: Int64, _ verdict: Verdict) -> String {
        let place = x(max(-Self.reach, min(Self.reach, margins)))
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
