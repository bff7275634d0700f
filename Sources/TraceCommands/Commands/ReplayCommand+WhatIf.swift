import LiveRecording
import ReclaimEngine
import TraceAnalysis
import TraceCore
import TraceFormat
import TraceReplay
import TraceStore
import TraceSummaries

extension ReplayCommand {
    /// Runs the recorded inputs under other settings. The trace is read three times: for its
    /// metrics, for what it supports, and for its inputs.
    func runWhatIf() throws {
        let source = try RereadableTrace(path: trace)
        let input = try ReplayableTrace(source.open())
        let plan = try WhatIfPlan(input, policy: policy, settings: set)
        let recorded = try SummarizedInput(input.trace, AnalysisRequest())
        try requireUsable(input)
        let support = try recordedSupport(
            source.open(), domainCount: input.setup.host.domains.count)
        let file = try openOutput()
        let result = try run(plan, input.reopened(source.open()), support, file, recorded)
        try tell(result)
    }

    private func requireUsable(_ input: ReplayableTrace) throws {
        try input.requireNoLoss()
        let trace = input.trace
        guard trace.isDamaged, !partial.allowPartial else { return }
        guard case .incomplete(reason: let reason) = trace.completeness else { return }
        throw CommandFailure(
            .badData,
            "\(trace.label): complete: false (\(reason)); --allow-partial runs that")
    }

    private func recordedSupport(
        _ trace: LoadedTrace, domainCount: Int
    ) throws -> RecordedSupport {
        var support = RecordedSupport(domainCount: domainCount)
        while try trace.nextBlock() {
            let isGood = try reporting {
                try trace.reader.forEachEvent(.control) { support.consume($0, $1) }
            }
            guard isGood else { break }
        }
        return support
    }

    /// Opens the trace to be written, if there is one.
    private func openOutput() throws -> FileSink? {
        guard let output else { return nil }
        if try reporting({ try SourceFile.isSame(trace, output) }) {
            throw CommandFailure(
                .usage, "\(output): is the input itself; a trace is never changed in place")
        }
        if output == "-", Terminal.isTerminal(1) {
            throw CommandFailure(.usage, "a trace is not written to a terminal; use -o FILE")
        }
        return try reporting(isOutput: true) { try FileSink(path: output, overwrites: force) }
    }

    private func run(
        _ plan: consuming WhatIfPlan, _ input: consuming ReplayableTrace,
        _ support: RecordedSupport, _ file: FileSink?, _ recorded: SummarizedInput
    ) throws -> WhatIfResult {
        let schema = input.trace.reader.description.schema
        var whatIf = try input.making { () throws(ReplayError) in
            try WhatIf(plan.setup, recorded: input.setup, schema: schema)
        }
        var sink = WhatIfSink(
            try analyzer(schema, plan), support: SupportReport(on: support),
            writer: try writer(plan, input, to: file))
        input.forgetInitialState()
        plan.forgetInitialState()
        try input.forEachEvent(
            "replaying",
            afterBlock: {
                if let failure = sink.failure { throw CommandFailure(failure, isOutput: true) }
            }
        ) {
            header, values, strings throws(ReplayError) in
            try whatIf.consume(header, values, strings: strings)
            if whatIf.waitingEvents >= 4096 { whatIf.deliver(to: &sink) }
        }
        let isWhole = whatIf.finish(isComplete: input.hasItsEnd)
        whatIf.deliver(to: &sink)
        if let failure = sink.failure { throw CommandFailure(failure, isOutput: true) }
        let endNs = whatIf.nowNs
        let totals = try reporting(isOutput: true) {
            try sink.finish(
                notes: notes(input.trace, endNs: isWhole ? nil : endNs), isWhole: isWhole)
        }
        return WhatIfResult(
            plan: plan, recorded: recorded.summaries, trace: input.trace,
            summary: sink.summary(readNs: isWhole ? nil : endNs), support: sink.support,
            isWhole: isWhole, events: sink.events, appliedInputs: whatIf.appliedInputs,
            changed: whatIf.changedSettings, output: output, totals: totals)
    }

    private func analyzer(_ schema: EventSchema, _ plan: WhatIfPlan) throws -> Analyzer {
        do {
            return try Analyzer(
                schema: schema, options: AnalysisOptions(recordingEndNs: plan.setup.durationNs))
        } catch {
            throw CommandFailure(.internalFailure, "\(error)")
        }
    }

    private func writer(
        _ plan: WhatIfPlan, _ input: ReplayableTrace, to file: FileSink?
    ) throws -> TraceWriter? {
        guard let file else { return nil }
        let description = TraceDescription(
            schema: StandardSchema.schema, parameters: plan.parameters.entries, notes: [])
        var writer = try reporting(isOutput: true) {
            try TraceWriter(
                sink: file, description: description, compressionLevel: compression.level)
        }
        writer.addSnapshot(name: EngineSetup.snapshotName, input.snapshot)
        return writer
    }

    /// What the new trace says of where it comes from.
    private func notes(_ trace: LoadedTrace, endNs: Int64?) -> [TextPair] {
        var notes = [
            TextPair("tool.version", ToolVersion.text),
            TextPair("recorded.unix_seconds", String(Terminal.wallSeconds)),
            TextPair("arguments", CommandLine.arguments.dropFirst().joined(separator: " ")),
            TextPair("whatif.of", trace.label),
            TextPair("whatif.content_id", trace.identities.content ?? "not known"),
        ]
        if let endNs { notes.append(TextPair(StretchMarks.endKey, String(endNs))) }
        return notes
    }

    /// Prints the report; where the trace goes to standard output, to standard error.
    private func tell(_ result: WhatIfResult) throws {
        let text = format == .json ? result.json : result.text
        guard output != "-" else {
            Terminal.writeError(text)
            return
        }
        let out = try TextOutput(path: "-")
        try out.write(text)
        try out.end()
    }
}

/// A trace that is read from its start more than once.
struct RereadableTrace {
    private let path: String
    private let kept: [UInt8]?

    init(path: String) throws {
        self.path = path
        guard path == "-" else {
            kept = nil
            return
        }
        var bytes: [UInt8] = []
        let source = try reporting { try SourceFile.open(path) }
        try RereadableInput.forEachChunk(of: source) { bytes += $0 }
        kept = bytes
    }

    func open() throws -> LoadedTrace {
        guard let kept else { return try LoadedTrace(path: path, checksAll: true) }
        return try LoadedTrace(source: MemorySource(kept, path: path), checksAll: true)
    }
}
