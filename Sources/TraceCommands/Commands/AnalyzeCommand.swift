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
        help: ArgumentHelp(
            "Only this report; may be repeated. Only what it needs is read and checked. "
                + "There are \(Self.reportNames).",
            valueName: "report"),
        transform: Self.section)
    var report: [ReportSection] = []

    @Flag(name: .long, help: "Tell on standard error how much of the file was read.")
    var stats = false

    @Option(
        name: .long,
        help: """
            text, json, csv (the metrics), markdown (a short report) or html (a page with pictures \
            that needs no network).
            """)
    var format = AnalysisFormat.text

    @OptionGroup var following: FollowOptions
    @OptionGroup var look: ReportOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var partial: PartialOptions

    private static var reportNames: String {
        ReportSection.allCases.map(\.rawValue).joined(separator: ", ")
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
        guard format != .html || report.isEmpty else {
            throw ValidationError("the HTML page shows all reports; --report is for the others")
        }
    }

    mutating func run() throws {
        let trace = try LoadedTrace(
            path: trace, checksAll: report.isEmpty, follows: following.follow)
        var options = window.analysis
        options.kinds =
            try kind.isEmpty
            ? nil : Set(trace.reader.description.schema.kinds(named: kind).map(\.id))
        options.threads = thread.isEmpty ? nil : Set(thread)
        options.intervalNs = interval?.ns
        options.sections = report.isEmpty ? nil : Set(report)
        options.worstChains = worst ?? (format == .html ? 10 : 0)
        // Strips over time are a part of the whole text.
        options.collectsTimeline = format == .html || (format == .text && report.isEmpty)
        let summary = try trace.summary(options)
        let result = AnalysisReport(
            label: trace.label, parameters: trace.parameters, identities: trace.identities,
            completeness: trace.completeness, lateEvents: trace.lateEvents, summary: summary)
        let out = try TextOutput(path: output.output, force: output.force)
        switch format {
        case .text: try out.write(result.text(look.style(output: output.output)))
        case .json: try out.write(result.json)
        case .csv: try out.write(result.csv)
        case .markdown:
            try out.write(result.markdown(look.style(output: output.output)))
        case .html: try out.write(result.html)
        }
        try out.end()
        if stats { Terminal.writeError(trace.readingLine) }
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
