import TraceAnalysis
import TraceCore
import TraceStore
import TraceSummaries

/// A trace or a summary, opened; which of them it is shows in its first bytes.
enum AnalyzedInput {
    case trace(LoadedTrace)
    case summaries(RunSummaries)

    /// Opens a path; a summary is read at once.
    ///
    /// - Parameter checksAll: as for `LoadedTrace`.
    init(path: String, checksAll: Bool) throws {
        let source = try reporting { try PeekedSource(try SourceFile.open(path)) }
        if try reporting({ try SummaryFile.isAt(source) }) {
            self = .summaries(try Self.summaries(source))
        } else {
            self = .trace(try LoadedTrace(source: source, checksAll: checksAll))
        }
    }

    /// The trace, where it is one.
    var trace: LoadedTrace? {
        if case .trace(let trace) = self { trace } else { nil }
    }

    private static func summaries(_ source: PeekedSource) throws -> RunSummaries {
        let (version, content) = try reporting { try SummaryFile.read(source) }
        do {
            return try RunSummaries(decoding: content, version: version)
        } catch {
            throw CommandFailure(error, label: LoadedTrace.label(source.path))
        }
    }

    /// The files that arguments stand for: of a folder its traces and summaries by name.
    static func expand(_ paths: [String]) throws -> [String] {
        try paths.flatMap { path -> [String] in
            guard path != "-", let names = FileNames.inFolder(path) else { return [path] }
            let files = names.filter { $0.hasSuffix(".ktrace") || $0.hasSuffix(".ksum") }
            guard !files.isEmpty else {
                throw CommandFailure(.noInput, "\(path): no .ktrace or .ksum file in this folder")
            }
            return files.map { FileNames.join(path, $0) }
        }
    }
}

/// What an analysis is asked of each of its inputs.
struct AnalysisRequest {
    var options = AnalysisOptions()
    /// The kinds looked at, by the names that each trace has for them; empty for all.
    var kindNames: [String] = []
    /// Whether damage is to be told also where it touches nothing that is needed.
    var checksAll = true
    /// How many threads may be used.
    var jobs = Terminal.processorCount

    /// Refuses to select from what has no events any more, by the name of a summary.
    func requireWhole(_ label: String) throws(CommandFailure) {
        let isWhole =
            options.beginNs == nil && options.endNs == nil && options.domains == nil
            && kindNames.isEmpty && options.threads == nil && options.intervalNs == nil
        guard isWhole else {
            throw CommandFailure(
                .refused, "\(label): a summary has no events to select from; that needs the trace")
        }
    }
}

/// What was read of inputs, summed up.
struct SummarizedInput {
    var summaries: RunSummaries
    /// Pictures over time, of one trace where they were asked for.
    var timeline: TimelineSummary?
    var memoryOverTime: [MemoryOverTime] = []
    /// Whether a trace was damaged.
    var isDamaged = false
    /// How much of each trace was read, a line each.
    var readingLine = ""

    init(_ input: AnalyzedInput, _ request: AnalysisRequest) throws {
        switch input {
        case .summaries(let summaries): try self.init(summaries, request)
        case .trace(let trace): try self.init(trace, request)
        }
    }

    private init(_ summaries: RunSummaries, _ request: AnalysisRequest) throws {
        try request.requireWhole(summaries.label)
        self.summaries = summaries
        if let sections = request.options.sections {
            self.summaries.show(only: ReportSection.allCases.filter(sections.contains))
        }
        self.summaries.keepWorst(request.options.worstChains)
    }

    /// Sums up a trace.
    init(_ trace: LoadedTrace, _ request: AnalysisRequest) throws {
        var options = request.options
        if !request.kindNames.isEmpty {
            let kinds = try trace.reader.description.schema.kinds(named: request.kindNames)
            options.kinds = Set(kinds.map(\.id))
        }
        let summary = try trace.summary(options, jobs: request.jobs)
        summaries = RunSummaries(
            RunFacts(
                label: trace.label, parameters: trace.parameters, identities: trace.identities,
                completeness: trace.completeness, lostEvents: trace.lostEvents,
                window: summary.window, metrics: summary.metrics), summary)
        timeline = summary.timeline
        memoryOverTime = summary.memoryOverTime
        isDamaged = trace.isDamaged
        readingLine = trace.readingLine
    }

    /// Sums up several inputs, some at a time, and what they say together.
    static func all(_ paths: [String], _ request: AnalysisRequest) throws -> SummarizedInput {
        @Sendable func summarize(_ path: String, _ request: AnalysisRequest) throws
            -> SummarizedInput
        {
            try SummarizedInput(AnalyzedInput(path: path, checksAll: request.checksAll), request)
        }
        guard paths.count > 1 else { return try summarize(paths[0], request) }
        var each = request
        each.options.collectsTimeline = false
        // A thread for each of several inputs, and no second one that reads ahead.
        each.jobs = 1
        return try together(
            ParallelWork.map(paths, threads: request.jobs) { [each] in try summarize($0, each) })
    }

    /// What inputs say together.
    static func together(_ inputs: [SummarizedInput]) throws -> SummarizedInput {
        var result = inputs[0]
        result.memoryOverTime = []
        do {
            result.summaries = try RunSummaries.merged(inputs.map(\.summaries))
        } catch {
            throw CommandFailure(error, label: "these inputs")
        }
        result.isDamaged = inputs.contains(where: \.isDamaged)
        result.readingLine = inputs.map(\.readingLine).joined()
        for content in result.summaries.repeatedContents {
            Terminal.writeError(
                "ktls-trace: the run with content id \(content.prefix(16)) is there more than once\n"
            )
        }
        return result
    }

    /// Ends the command with 65 when what was read is damaged, unless that is allowed.
    func requireUndamaged(_ options: PartialOptions) throws(CommandFailure) {
        if isDamaged, !options.allowPartial { throw CommandFailure(.badData) }
    }
}

extension CommandFailure {
    init(_ error: SummaryError, label: String) {
        switch error {
        case .format(let error): self.init(.badData, "\(label): \(error.sentence)")
        case .otherVersion(let found, let known):
            self.init(
                .refused,
                "\(label): summary with version \(found) of the metrics; this tool has \(known). "
                    + "Make it again from the trace")
        case .differentSelections(let what):
            self.init(.refused, "\(label): summaries of different \(what) cannot be merged")
        case .overflow: self.init(.refused, "\(label): a number of the merged summary is too large")
        case .tooLarge(let bytes, let limit):
            self.init(
                .refused,
                "\(label): the summary takes \(bytes) bytes, more than \(limit); "
                    + "--summary-size allows more")
        }
    }
}
