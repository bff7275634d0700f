import ArgumentParser
import TraceAnalysis
import TraceCore
import TraceReport
import TraceStore

struct AnalyzeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "analyze",
        abstract: "Report CPU time in reclaim, wakeup latency, allocation failures and more.")

    @Argument(help: "The trace; - is standard input.")
    var trace: String

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
        help: """
            text, json, csv (the metrics), markdown (a short report) or html (a page with pictures \
            that needs no network).
            """)
    var format = AnalysisFormat.text

    @OptionGroup var following: FollowOptions
    @OptionGroup var report: ReportOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var partial: PartialOptions

    func validate() throws {
        if let interval, interval.ns <= 0 {
            throw ValidationError("--interval must be more than nothing")
        }
        guard 0...1_000 ~= worst ?? 0 else {
            throw ValidationError("--worst must be 0 to 1000")
        }
    }

    mutating func run() throws {
        let trace = try LoadedTrace(path: trace, checksAll: true, follows: following.follow)
        var options = window.analysis
        options.kinds =
            try kind.isEmpty
            ? nil : Set(trace.reader.description.schema.kinds(named: kind).map(\.id))
        options.threads = thread.isEmpty ? nil : Set(thread)
        options.intervalNs = interval?.ns
        options.worstChains = worst ?? (format == .html ? 10 : 0)
        options.collectsTimeline = format == .html
        let summary = try trace.summary(options)
        let result = AnalysisReport(
            label: trace.label, parameters: trace.parameters, identities: trace.identities,
            completeness: trace.completeness, lostEvents: trace.lostEvents, summary: summary)
        let out = try TextOutput(path: output.output, force: output.force)
        switch format {
        case .text: try out.write(result.text(report.style(output: output.output)))
        case .json: try out.write(result.json)
        case .csv: try out.write(result.csv)
        case .markdown:
            try out.write(result.markdown(report.style(output: output.output)))
        case .html: try out.write(result.html)
        }
        try out.end()
        if following.follow { try Interrupt.check() }
        try trace.requireUndamaged(partial)
    }
}

/// The form of a report about a trace.
enum AnalysisFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, csv, markdown, html
}

/// The form of other reports.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}
