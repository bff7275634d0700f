import ArgumentParser
import TraceAnalysis
import TraceCore
import TraceReport
import TraceStore
import TraceSummaries

struct AnalyzeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "analyze",
        abstract: "Report CPU time in reclaim, wakeup latency, allocation failures and more.")

    @Argument(
        help: """
            The trace; - is standard input. Several, a folder of traces, or summaries give one \
            report about all together.
            """)
    var traces: [String]

    @OptionGroup var window: WindowOptions

    @Option(name: .long, help: "Only events of this kind; may be repeated.")
    var kind: [String] = []

    @Option(
        name: .long, parsing: .unconditionalSingleValue,
        help: "Only events of this thread; may be repeated.")
    var thread: [Int64] = []

    @Option(
        name: .long, parsing: .unconditional,
        help: "Length of a time bin, like 100ms (default: a 60th of the window).")
    var interval: TimeSpan?

    @Option(
        name: .long, parsing: .unconditional,
        help: """
            Show the longest chains from failure over wakeup, run and batch to relief (default: \
            0; of html 10).
            """)
    var worst: Int?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Only this report; may be repeated. Only what it needs is read and checked. "
                + "There are \(Self.reportNames).",
            valueName: "report"),
        transform: Self.section)
    var report: [ReportSection] = []

    @Option(
        name: [.customShort("j"), .long],
        help: """
            Threads to use: one for each of several traces; of one trace, a second reads the next \
            block while one is analyzed (default: the number of CPUs).
            """)
    var jobs: Int?

    @Flag(name: .long, help: "Tell on standard error how much of the file was read.")
    var stats = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "text, json, csv (the metrics), markdown (a short report), html (a page with pictures "
                + "that needs no network) or summary (for merge, diff and analyze).",
            valueName: "format"),
        transform: Self.format)
    var format = AnalysisFormat.text

    @Option(
        name: .long, parsing: .unconditional,
        help: """
            Most bytes of a summary for each run, before compression, like 1MiB (default: 64KiB). \
            Series are kept in buckets and tables shortened as much as it takes.
            """)
    var summarySize: ByteSize?

    @OptionGroup var following: FollowOptions
    @OptionGroup var look: ReportOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var partial: PartialOptions

    private static var reportNames: String {
        ReportSection.allCases.map(\.rawValue).joined(separator: ", ")
    }

    private static func format(_ name: String) throws -> AnalysisFormat {
        guard let format = AnalysisFormat(rawValue: name) else {
            let names = AnalysisFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("there is no format \(name); there are: \(names)")
        }
        return format
    }

    private static func section(_ name: String) throws -> ReportSection {
        guard let section = ReportSection(rawValue: name) else {
            throw ValidationError("there is no report \(name); there are: \(reportNames)")
        }
        return section
    }

    func validate() throws {
        if let interval, interval.ns <= 0 {
            throw ValidationError("--interval must be more than nothing")
        }
        guard 0...1_000 ~= worst ?? 0 else {
            throw ValidationError("--worst must be 0 to 1000")
        }
        guard jobs ?? 1 > 0 else { throw ValidationError("--jobs must be 1 or more") }
        guard format != .html || report.isEmpty else {
            throw ValidationError("the HTML page shows all reports; --report is for the others")
        }
        guard summarySize == nil || format == .summary else {
            throw ValidationError("--summary-size is for --format summary")
        }
        guard traces.count < 2 || !following.follow else {
            throw ValidationError("--follow follows one trace")
        }
        guard traces.filter({ $0 == "-" }).count < 2 else {
            throw ValidationError("only one trace can be standard input")
        }
    }

    mutating func run() throws {
        HeapLimits.keepSmall()
        let paths = try following.follow ? traces : AnalyzedInput.expand(traces)
        let input =
            try following.follow
            ? SummarizedInput(
                LoadedTrace(path: paths[0], checksAll: report.isEmpty, follows: true), request)
            : SummarizedInput.all(paths, request)
        let out = try TextOutput(path: output.output, force: output.force)
        try write(input, to: out)
        if stats { Terminal.writeError(input.readingLine) }
        if following.follow { try Interrupt.check() }
        try input.requireUndamaged(partial)
    }

    /// What is asked of every trace.
    private var request: AnalysisRequest {
        var options = window.analysis
        options.threads = thread.isEmpty ? nil : Set(thread)
        options.intervalNs = interval?.ns
        options.sections = report.isEmpty ? nil : Set(report)
        options.worstChains = worst ?? (format == .html || format == .summary ? 10 : 0)
        // Strips over time are a part of the whole text.
        options.collectsTimeline = format == .html || (format == .text && report.isEmpty)
        return AnalysisRequest(
            options: options, kindNames: kind, checksAll: report.isEmpty,
            jobs: jobs ?? Terminal.processorCount)
    }

    private func write(_ input: SummarizedInput, to out: TextOutput) throws {
        guard format != .summary else {
            try writeSummary(input, to: out)
            return
        }
        var result = AnalysisReport(input.summaries)
        result.summary.timeline = input.timeline
        result.summary.memoryOverTime = input.memoryOverTime
        switch format {
        case .text: try out.write(result.text(look.style(output: output.output)))
        case .json: try out.write(result.json)
        case .csv: try out.write(result.csv)
        case .markdown:
            try out.write(result.markdown(look.style(output: output.output)))
        case .html: try out.write(result.html)
        case .summary: break
        }
        try out.end()
    }

    private func writeSummary(_ input: SummarizedInput, to out: TextOutput) throws {
        let size = summarySize.map { Int(clamping: $0.bytes) } ?? RunSummaries.defaultBytesPerRun
        do {
            try out.end(input.summaries.kept(within: size))
        } catch let error as SummaryError {
            throw CommandFailure(error, label: input.summaries.label)
        }
    }
}

/// The form of a report about a trace.
enum AnalysisFormat: String, CaseIterable {
    case text, json, csv, markdown, html, summary
}

/// The form of other reports.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}
