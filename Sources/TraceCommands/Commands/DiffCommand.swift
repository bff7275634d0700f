import ArgumentParser
import GateFiles
import TraceAnalysis
import TraceCore
import TraceDiff
import TraceReport
import TraceStore
import TraceSummaries
import YAMLTrees

struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract:
            "Compare traces: settings, inputs, every metric, and a verdict where runs allow one.",
        discussion: """
            Each side is a trace, a summary, or a folder of them. Runs with the same inputs on both \
            sides are judged in pairs, others as independent runs; one run each is described.

            With --gate the verdict decides: 2 for a regression, 7 for no verdict, 5 where the \
            baseline is missing or was made by another engine.

            --format github also adds the Markdown to the step's summary, the file that \
            GITHUB_STEP_SUMMARY names, as far as GitHub takes it.
            """)

    @Argument(help: "What to compare with.")
    var base: String

    @Argument(help: "What to compare.")
    var head: String

    @OptionGroup var window: WindowOptions

    @Option(
        name: .long,
        help: ArgumentHelp(
            "End with the verdict by the limits of this file.", valueName: "thresholds.yaml"))
    var gate: String?

    @Flag(name: .long, help: "No verdict is good enough for --gate.")
    var allowInconclusive = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Write limits to this file, as the noise of the base's runs proposes them.",
            valueName: "file"))
    var writeThresholds: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Write the summary of the head to this file: the next baseline.", valueName: "file"))
    var writeBaseline: String?

    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp(
            """
            Measure how often such a comparison alarms by chance, with so many comparisons of each \
            kind between runs of the head made again.
            """, valueName: "comparisons"))
    var calibrate: Int?

    @Option(
        name: .long,
        help: """
            text, json, markdown (for a pull request), junit (XML), github (annotations and step \
            summary) or html (a page with pictures that needs no network).
            """)
    var format = ComparisonFormat.text

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Write another form to a file, like html=diff.html; may be repeated.",
            valueName: "format=file"))
    var also: [FormattedFile] = []

    @OptionGroup var report: ReportOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var partial: PartialOptions

    func validate() throws {
        if base == "-", head == "-" {
            throw ValidationError("only one of the two traces can be standard input")
        }
        if let calibrate, !(1...CalibrationRuns.limit).contains(calibrate) {
            throw ValidationError("--calibrate must be 1 to \(CalibrationRuns.limit)")
        }
        if allowInconclusive, gate == nil {
            throw ValidationError("--allow-inconclusive is for --gate")
        }
    }

    mutating func run() throws {
        let thresholds = try gate.map { try Self.thresholds($0) } ?? .standard
        let (left, right) = try (inputs(base, request, isBase: true), inputs(head, request))
        let comparison = Comparison(Self.side(left), Self.side(right))
        if gate != nil { try requireSameEngine(left.summaries, right.summaries) }
        var result = ComparisonReport(
            comparison, thresholds, isGate: gate != nil, allowsInconclusive: allowInconclusive)
        if let calibrate {
            result.calibration = try CalibrationRuns(
                left.summaries, right.summaries, thresholds, request
            ).measure(calibrate)
        }
        result.firstDifference = try FirstDifferenceSearch.run(
            (base, head), comparison, window.filter)
        for file in [FormattedFile(format: format, path: output.output)] + also {
            let out = try TextOutput(path: file.path, force: output.force)
            try out.write(text(result, file))
            try out.end()
        }
        if format == .github { try StepSummary.append(result) }
        try writeFiles(left.summaries, right.summaries)
        for input in [left, right] { try input.requireUndamaged(partial) }
        if gate != nil { try end(result.runs.outcome) }
    }

    /// What is asked of every trace: pictures over time only for a page.
    private var request: AnalysisRequest {
        var options = window.analysis
        options.collectsTimeline = format == .html || also.contains { $0.format == .html }
        return AnalysisRequest(options: options)
    }

    private static func side(_ input: SummarizedInput) -> ComparedTrace {
        var side = ComparedTrace(input.summaries)
        side.summary.timeline = input.timeline
        side.summary.memoryOverTime = input.memoryOverTime
        return side
    }

    private func text(_ result: ComparisonReport, _ file: FormattedFile) -> String {
        switch file.format {
        case .text: result.text(report.style(output: file.path))
        case .json: result.json
        case .markdown: result.markdown()
        case .junit: result.junit
        case .github: result.annotations
        case .html: result.html
        }
    }

    /// Sums up a side; a baseline that is not there refuses a gate.
    private func inputs(
        _ path: String, _ request: AnalysisRequest, isBase: Bool = false
    ) throws -> SummarizedInput {
        do {
            return try SummarizedInput.all(AnalyzedInput.expand([path]), request)
        } catch let failure as CommandFailure where failure.status == .noInput && isBase {
            guard gate != nil else { throw failure }
            throw CommandFailure(.refused, "the baseline is missing: \(failure.message ?? path)")
        }
    }

    private static func thresholds(_ path: String) throws -> GateThresholds {
        let bytes: [UInt8]
        do {
            bytes = try reporting { try SettingsFile.read(path) }
        } catch let failure as CommandFailure where failure.status == .noInput {
            throw CommandFailure(.refused, "thresholds are missing: \(failure.message ?? path)")
        }
        do {
            return try GateFile.read(bytes)
        } catch {
            throw CommandFailure(.badData, error.sentence(file: path))
        }
    }

    /// Runs of different engines differ by more than what is judged.
    private func requireSameEngine(
        _ left: RunSummaries, _ right: RunSummaries
    ) throws(CommandFailure) {
        let key = "engine.version"
        func versions(_ summaries: RunSummaries) -> [String] {
            Set(summaries.runs.compactMap { $0.parameters[key] }).sorted()
        }
        let (base, head) = (versions(left), versions(right))
        guard base != head, !base.isEmpty, !head.isEmpty else { return }
        throw CommandFailure(
            .refused,
            "the baseline is of engine version \(base.joined(separator: ", ")), the head of "
                + "\(head.joined(separator: ", ")): make the baseline again")
    }

    private func writeFiles(_ left: RunSummaries, _ right: RunSummaries) throws {
        if let path = writeThresholds {
            let out = try TextOutput(path: path, force: output.force)
            try out.write(GateFile.text(GateThresholds.proposed(from: left.runs)))
            try out.end()
        }
        if let path = writeBaseline {
            let out = try TextOutput(path: path, force: output.force)
            try out.endKept(right, label: right.label)
        }
    }

    private func end(_ outcome: GateOutcome) throws(CommandFailure) {
        switch outcome {
        case .passed: break
        case .regression: throw CommandFailure(.regression)
        case .noVerdict: if !allowInconclusive { throw CommandFailure(.noVerdict) }
        }
    }
}

/// The form of a comparison.
enum ComparisonFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, markdown, junit, github, html
}

/// A form of a comparison and the file that it goes to.
struct FormattedFile: ExpressibleByArgument {
    var format: ComparisonFormat
    var path: String

    init(format: ComparisonFormat, path: String) {
        self.format = format
        self.path = path
    }

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let format = ComparisonFormat(rawValue: String(parts[0])),
            !parts[1].isEmpty, parts[1] != "-"
        else { return nil }
        self.init(format: format, path: String(parts[1]))
    }
}
